package screens

import (
	"bytes"
	"encoding/json"
	"image"
	_ "image/png"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
)

// TestApp_manifests: what a browser needs to put a page on a home screen is there, and the icons
// are what they say.
func TestApp_manifests(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Guest()
		for path, start := range map[string]string{"/till.webmanifest": "/till", "/display.webmanifest": "/display"} {
			r := g.Get(path)
			var m struct {
				Name  string
				Start string `json:"start_url"`
				Scope string
				Icons []struct{ Src, Sizes, Type, Purpose string }
			}
			if err := json.Unmarshal([]byte(r.Body), &m); err != nil || r.Header.Get("Content-Type") != "application/manifest+json" {
				t.Fatalf("%s: %v %s", path, err, r.Body)
			}
			if m.Start != start || m.Scope != "/" || m.Name == "" {
				t.Errorf("%s: %+v", path, m)
			}
			purposes := ""
			for _, icon := range m.Icons {
				purposes += icon.Purpose + " "
				file := g.Get(icon.Src)
				if file.Status != http.StatusOK || file.Header.Get("Content-Type") != icon.Type {
					t.Errorf("%s: icon %s: %d %s", path, icon.Src, file.Status, file.Header.Get("Content-Type"))
				}
				if icon.Type == "image/png" {
					checkIcon(t, icon.Src, icon.Sizes, file.Body)
				}
			}
			if !strings.Contains(purposes, "maskable") {
				t.Errorf("%s has no icon that may be cut round", path)
			}
		}
	})
}

func checkIcon(t *testing.T, name, sizes, raw string) {
	t.Helper()
	c, _, err := image.DecodeConfig(bytes.NewReader([]byte(raw)))
	if err != nil || sizes != strconv.Itoa(c.Width)+"x"+strconv.Itoa(c.Height) {
		t.Errorf("%s says %s and is %dx%d, %v", name, sizes, c.Width, c.Height, err)
	}
}

// TestApp_publicPages: offline page, worker and help belong to nobody and set no cookie.
func TestApp_publicPages(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		for path, want := range map[string][2]string{
			"/sw.js": {"", `"/offline"`}, "/offline": {"main p", "What was paid is not lost"}, "/help": {".how-to", "Guided Access"},
			"/styleguide": {"[aria-label=Keypad] .key", "7"}, "/styleguide?part=display": {".lines li", "Apple cake"},
		} {
			r := h.Guest().Get(path)
			said := strings.Contains(r.Body, want[1])
			if want[0] != "" {
				said = r.Page(t).Says(want[0], want[1])
			}
			if r.Status != http.StatusOK || !said || strings.Contains(r.Body, "%ROOT%") {
				t.Errorf("%s: %d %.200s", path, r.Status, r.Body)
			}
			if len(r.Header.Values("Set-Cookie")) > 0 {
				t.Errorf("%s sets a cookie", path)
			}
		}
	})
}

// TestBrowser_worker: the service worker keeps files and the offline page alone, and shows that page
// when the server is away.
func TestBrowser_worker(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Till.Wait("the worker", `navigator.serviceWorker.controller`, 10*time.Second)
	c.Till.Open("http://" + c.Listen + "/till") // once under its control
	c.Till.Wait("the till", kiosktest.TillReady, 10*time.Second)
	kept := `(async () => (await Promise.all((await caches.keys()).map(async (n) => (await (await caches.open(n)).keys()).map((r) => new URL(r.url).pathname)))).flat().join(' '))()`
	got, err := chromedp.Run(c.Till.Ctx, chromedp.Evaluate[string](kept, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(got) {
		if path != "/offline" && !strings.HasPrefix(path, "/static/") {
			t.Errorf("the worker keeps %s", path)
		}
	}
	if !strings.Contains(got, "/offline") || !strings.Contains(got, "css/paper.css") {
		t.Errorf("the worker keeps only %s", got)
	}
	c.Stop()
	c.Till.Do(chromedp.Evaluate[chromedp.Void](`location.assign('/till')`))
	c.Till.Wait("the page without server", `/What was paid is not lost/.test(document.body.innerText)`, 10*time.Second)
	c.Till.Shot("offline")
	c.Start()
	c.Till.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.go').click()`))
	c.Till.Wait("the till again", kiosktest.TillReady, 15*time.Second)
}

// TestApp_guideIsForPlay: the style guide shows made-up sales, and belongs to the demonstration alone.
func TestApp_guideIsForPlay(t *testing.T) {
	p := kiosktest.Serve(t, assembly.Settings{Mode: kiosk.Live, GatewayURL: "https://app.secpaid.com"}, kiosktest.MyStall, assembly.Options{})
	defer p.End()
	visitor := kiosktest.NewDevice(t, kiosktest.Origin(p.Address("till")))
	if status, page := visitor.Ask(http.MethodGet, "/styleguide", "text/html", nil); status != http.StatusNotFound || markup.Parse(t, page).Has("[aria-label=Keypad]") {
		t.Errorf("a live house answers %d", status)
	}
	if status, _ := visitor.Ask(http.MethodGet, "/help", "text/html", nil); status != http.StatusOK {
		t.Errorf("its help answers %d", status)
	}
}
