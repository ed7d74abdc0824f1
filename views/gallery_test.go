package views_test

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
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// TestGallery writes every state of every screen, with the style sheets and modules they need, to
// the folder named by QRKIOSK_GALLERY, to be served by any file server and looked at.
func TestGallery(t *testing.T) {
	dir := os.Getenv("QRKIOSK_GALLERY")
	if dir == "" {
		t.Skip("QRKIOSK_GALLERY names no folder to write to")
	}
	for _, lang := range []string{"en", "de"} {
		for name, c := range scenes(views.Page{Lang: lang, Zone: time.UTC}) {
			writeFile(t, filepath.Join(dir, lang, name+".html"), []byte(render(t, c)))
		}
	}
	for _, part := range counterview.GuideParts {
		writeFile(t, filepath.Join(dir, "en", "guide-"+part+".html"), []byte(render(t, counterview.GuidePage(views.Page{Zone: time.UTC}, part))))
	}
	_ = fs.WalkDir(static.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			raw, _, _ := static.Open(static.Path(name))
			writeFile(t, filepath.Join(dir, static.Path(name)), raw)
		}
		return err
	})
	css, _ := views.BrandCSS(lind)
	writeFile(t, filepath.Join(dir, views.BrandPath(lind)), []byte(css))
}

// scenes is every page there is, by name.
func scenes(p views.Page) map[string]templ.Component {
	all := others(p)
	tills := []string{"ready", "keys", "cart", "parked", "tested", "testing", "test-failed", "closed", "gateway-down", "away", "unknown", "display-offline", "sandbox", "alarm", "alerts", "wrong", "changing", "after-all"}
	for state := range counterview.SampleFacts {
		tills = append(tills, state)
		all["receipt-"+state] = counterview.ReceiptPage(p, counterview.SampleReceipt(state))
	}
	slices.Sort(tills)
	for _, state := range tills {
		all["till-"+state] = tillScene(p, state)
	}
	for _, state := range displayStates {
		all["display-"+state] = counterview.DisplayPage(p, counterview.SampleDisplay(state), counterview.DisplayExtras{})
	}
	box := counterview.SampleDisplay("code")
	box.Mode = kiosk.Sandbox
	all["display-sandbox"] = counterview.DisplayPage(p, box, counterview.DisplayExtras{})
	for _, state := range faceStates {
		all["face-"+state] = counterview.DisplayPage(p, counterview.SampleDisplay(state), counterview.DisplayExtras{Face: true})
	}
	all["till-many"] = tillOfMany(p)
	all["till-names"], all["display-names"], all["receipt-names"] = tillOfNames(p), displayOfNames(p), receiptOfNames(p)
	maps.Copy(all, officeScenes(p))
	many := counterview.SampleDisplay("code")
	many.Stall.Languages = append(slices.Clone(views.Speakers), views.Official...)
	all["display-languages"] = counterview.DisplayPage(p, many, counterview.DisplayExtras{})
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

// drawn is every state of every screen in a language, by name; of the languages that speak with
// customers alone only what customers see.
func drawn(t testing.TB, lang string) map[string]string {
	all := map[string]string{}
	for name, c := range scenes(views.Page{Lang: lang, Zone: time.UTC, Mode: kiosk.Live}) {
		if slices.Contains(views.Speakers, lang) || customersSee(name) {
			all[name] = render(t, c)
		}
	}
	return all
}

// sceneNames are the names of all scenes in order.
func sceneNames() []string { return slices.Sorted(maps.Keys(scenes(views.Page{}))) }

// customersSee tells whether a scene is one that customers see.
func customersSee(name string) bool {
	return strings.HasPrefix(name, "display-") || strings.HasPrefix(name, "receipt-") || strings.HasPrefix(name, "face-")
}

// onTheTill tells whether people work a scene with their fingers, in a hurry.
func onTheTill(name string) bool {
	for _, kind := range []string{"till-", "signin", "sale-", "pair-"} {
		if strings.HasPrefix(name, kind) {
			return true
		}
	}
	return false
}
