package static

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
)

// sided matches properties and values that name a side of the screen. A layout that speaks of start
// and end alone turns round with the direction of a language.
var sided = regexp.MustCompile(`(?m)^\s*((margin|padding|border|inset)-(left|right)[\w-]*|left|right)\s*:|:\s*(left|right)\s*;`)

func TestStyles_nameNoSides(t *testing.T) {
	if !sided.MatchString("a {\n\tmargin-left: 2px;\n}") || !sided.MatchString("a { text-align: right; }") {
		t.Fatal("a side that is named would not be seen")
	}
	read := 0
	err := fs.WalkDir(FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".css" {
			return err
		}
		raw, err := fs.ReadFile(FS, name)
		read++
		for _, found := range sided.FindAllString(string(raw), -1) {
			t.Errorf("%s: %q", name, strings.TrimSpace(found))
		}
		return err
	})
	if err != nil || read < 5 {
		t.Errorf("%d style sheets were read, %v", read, err)
	}
}
