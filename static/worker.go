package static

import (
	_ "embed"
	"strings"
)

//go:embed worker.js
var worker string

// worn is what the page that is shown without a server needs.
var worn = []string{"css/base.css", "css/paper.css", "fonts/inter.woff2"}

// Worker is the service worker of this build: it knows the addresses of this build's files. Serve it
// at the root, never from a cache.
func Worker() string {
	first := make([]string, len(worn))
	for i, name := range worn {
		first[i] = Path(name)
	}
	return strings.NewReplacer(
		"%ROOT%", Root+load().hash+"/",
		"%FIRST%", strings.Join(first, " "),
	).Replace(worker)
}
