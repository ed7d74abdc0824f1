package views_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"qrkiosk/views"
)

// TestScreens_pictures writes every state of every screen at every size, light and dark, to the
// folder named by QRKIOSK_SCREENS, to be looked at; without one it draws a single state, so that it
// still works when it is wanted. QRKIOSK_SCENES names the scenes to draw if not
// all are wanted ("till-,display-code"), QRKIOSK_LANG another language.
func TestScreens_pictures(t *testing.T) {
	dir, some := os.Getenv("QRKIOSK_SCREENS"), os.Getenv("QRKIOSK_SCENES")
	if dir == "" {
		dir, some = t.TempDir(), "till-ready"
	}
	s := newStudio(t)
	lang := os.Getenv("QRKIOSK_LANG")
	if lang == "" {
		lang = "en"
	}
	for _, name := range views.SceneNames() {
		if !wanted(some, name) {
			continue
		}
		s.resize(sizes[0])
		s.open(lang, name)
		for _, z := range sizes {
			s.resize(z)
			for _, scheme := range []string{"light", "dark"} {
				s.scheme(scheme)
				s.settle()
				file := filepath.Join(dir, z.String()+"-"+scheme, name+".png")
				if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, s.picture(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	// Under the real policy the pages have nothing to say to the console.
	// This server has neither manifest nor worker, which the browser tells.
	for _, text := range s.heard() {
		if !strings.Contains(text, "404") {
			t.Errorf("the console says %s", text)
		}
	}
}

func wanted(list, name string) bool {
	for _, part := range strings.Split(list, ",") {
		if strings.HasPrefix(name, part) {
			return true
		}
	}
	return list == ""
}
