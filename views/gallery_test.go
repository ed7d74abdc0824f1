package views

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"qrkiosk/kiosk"
	"qrkiosk/static"
)

// TestGallery writes every state of every screen, with the style sheets and modules they need, to
// the folder named by QRKIOSK_GALLERY, to be served by any file server and looked at.
func TestGallery(t *testing.T) {
	dir := os.Getenv("QRKIOSK_GALLERY")
	if dir == "" {
		t.Skip("QRKIOSK_GALLERY names no folder to write to")
	}
	for _, lang := range []string{"en", "de"} {
		for name, c := range scenes(Page{Lang: lang, Zone: time.UTC}) {
			writeFile(t, filepath.Join(dir, lang, name+".html"), []byte(render(t, c)))
		}
	}
	for _, part := range GuideParts {
		writeFile(t, filepath.Join(dir, "en", "guide-"+part+".html"), []byte(render(t, GuidePage(Page{Zone: time.UTC}, part))))
	}
	_ = fs.WalkDir(static.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			raw, _, _ := static.Open(static.Path(name))
			writeFile(t, filepath.Join(dir, static.Path(name)), raw)
		}
		return err
	})
	css, _ := BrandCSS(lind)
	writeFile(t, filepath.Join(dir, BrandPath(lind)), []byte(css))
}

// scenes is every page there is, by name.
func scenes(p Page) map[string]templ.Component {
	all := others(p)
	tills := []string{"ready", "keys", "cart", "tested", "testing", "test-failed", "closed", "gateway-down", "display-offline", "sandbox", "alarm", "alerts", "wrong"}
	for state := range states {
		tills = append(tills, state)
		all["receipt-"+state] = ReceiptPage(p, receiptOf(state))
	}
	slices.Sort(tills)
	for _, state := range tills {
		all["till-"+state] = tillScene(p, state)
	}
	for _, state := range displayStates {
		all["display-"+state] = DisplayPage(p, displayOf(state), DisplayExtras{})
	}
	box := displayOf("code")
	box.Mode = kiosk.Sandbox
	all["display-sandbox"] = DisplayPage(p, box, DisplayExtras{})
	maps.Copy(all, officeScenes(p))
	many := displayOf("code")
	many.Stall.Languages = append(slices.Clone(speakers), official...)
	all["display-languages"] = DisplayPage(p, many, DisplayExtras{})
	return all
}

func render(t testing.TB, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func writeFile(t *testing.T, name string, raw []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, raw, 0o644); err != nil {
		t.Fatal(err)
	}
}
