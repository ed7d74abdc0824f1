package views_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
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
	for _, name := range sceneNames() {
		if !wanted(some, name) {
			continue
		}
		s.resize(sizes[0])
		s.open(lang, name)
		for _, z := range sizesOf(name) {
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
	s.quiet()
}

// sizesOf are the screens that a scene is seen on.
func sizesOf(name string) []size {
	if len(atCounters([]string{"en/" + name})) == 0 {
		return sizes
	}
	return everySize()
}

// quiet: under the real policy the pages have nothing to say to the console. This server has neither
// manifest nor worker, which the browser tells.
func (s *studio) quiet() {
	s.t.Helper()
	for _, text := range s.heard() {
		if !strings.Contains(text, "404") {
			s.t.Errorf("the console says %s", text)
		}
	}
}

// prints are the pages that people print: on whole sheets, and some on the roll of a receipt printer.
var prints = []struct {
	scene string
	roll  bool
}{
	{"receipt-paid", true},
	{"receipt-refunded", true},
	{"report-x", true},
	{"report-z", true},
	{"office-statement", false},
	{"office-takings", false},
	{"office-cards-print", false},
	{"office-payouts", false},
}

// TestScreens_prints prints them. Nothing to press is on the paper, a receipt is one page, of a
// sheet and of a roll; with QRKIOSK_SCREENS the pages are kept, to be looked at.
func TestScreens_prints(t *testing.T) {
	s := newStudio(t)
	s.resize(sizes[0])
	for _, p := range prints {
		s.open("en", p.scene)
		if n := s.pages(p.scene+"-a4", chromedp.PaperA4); strings.HasPrefix(p.scene, "receipt-") && n != 1 {
			t.Errorf("%s takes %d sheets", p.scene, n)
		}
		if !p.roll {
			continue
		}
		if n := s.pages(p.scene+"-80mm", chromedp.PaperSize{Width: 80 / 25.4, Height: 400 / 25.4}); n != 1 {
			t.Errorf("%s takes %d pages of a roll", p.scene, n)
		}
	}
}

// pages prints what is open on a paper and counts the pages.
func (s *studio) pages(name string, paper chromedp.PaperSize) int {
	s.t.Helper()
	raw, err := chromedp.Run(s.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(paper), chromedp.PDFMargin(0.2), chromedp.PDFPrintBackground()))
	if err != nil {
		s.t.Fatal(err)
	}
	if dir := os.Getenv("QRKIOSK_SCREENS"); dir != "" {
		file := filepath.Join(dir, "print", name+".pdf")
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	return len(onePage.FindAll(raw, -1))
}

// onePage is how a page begins in what the browser prints.
var onePage = regexp.MustCompile(`/Type\s*/Page\b`)

func wanted(list, name string) bool {
	for _, part := range strings.Split(list, ",") {
		if strings.HasPrefix(name, part) {
			return true
		}
	}
	return list == ""
}
