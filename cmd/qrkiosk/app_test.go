package main

import (
	"bytes"
	"encoding/json"
	"image"
	_ "image/png" // icons
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestApp_manifests: what a browser needs to put a page on a home screen is there, and the icons
// are what they say.
func TestApp_manifests(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.guest()
		for path, start := range map[string]string{"/till.webmanifest": "/till", "/display.webmanifest": "/display"} {
			r := g.get(path)
			var m struct {
				Name  string
				Start string `json:"start_url"`
				Scope string
				Icons []struct{ Src, Sizes, Type, Purpose string }
			}
			if err := json.Unmarshal([]byte(r.body), &m); err != nil || r.header.Get("Content-Type") != "application/manifest+json" {
				t.Fatalf("%s: %v %s", path, err, r.body)
			}
			if m.Start != start || m.Scope != "/" || m.Name == "" {
				t.Errorf("%s: %+v", path, m)
			}
			purposes := ""
			for _, icon := range m.Icons {
				purposes += icon.Purpose + " "
				file := g.get(icon.Src)
				if file.status != http.StatusOK || file.header.Get("Content-Type") != icon.Type {
					t.Errorf("%s: icon %s: %d %s", path, icon.Src, file.status, file.header.Get("Content-Type"))
				}
				if icon.Type == "image/png" {
					checkIcon(t, icon.Src, icon.Sizes, file.body)
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
	inBubble(t, func(t *testing.T, h *house) {
		for path, want := range map[string]string{"/sw.js": `"/offline"`, "/offline": "What was paid is not lost", "/help": "Guided Access", "/styleguide": "Keypad", "/styleguide?part=display": "Apple cake"} {
			r := h.guest().get(path)
			if r.status != http.StatusOK || !strings.Contains(r.body, want) || strings.Contains(r.body, "%ROOT%") {
				t.Errorf("%s: %d %.200s", path, r.status, r.body)
			}
			if len(r.header.Values("Set-Cookie")) > 0 {
				t.Errorf("%s sets a cookie", path)
			}
		}
	})
}

// TestBrowser_worker: the service worker keeps files and the offline page alone, and shows that page
// when the server is away.
func TestBrowser_worker(t *testing.T) {
	c := newCounter(t)
	c.till.wait("the worker", `navigator.serviceWorker.controller`, 10*time.Second)
	c.till.open("http://" + c.listen + "/till") // once under its control
	c.till.wait("the till", tillReady, 10*time.Second)
	kept := `(async () => (await Promise.all((await caches.keys()).map(async (n) => (await (await caches.open(n)).keys()).map((r) => new URL(r.url).pathname)))).flat().join(' '))()`
	got, err := chromedp.Run(c.till.ctx, chromedp.Evaluate[string](kept, chromedp.EvalAwaitPromise))
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
	c.stop()
	c.till.do(chromedp.Evaluate[chromedp.Void](`location.assign('/till')`))
	c.till.wait("the page without server", `/What was paid is not lost/.test(document.body.innerText)`, 10*time.Second)
	c.till.shot("offline")
	c.start()
	c.till.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.go').click()`))
	c.till.wait("the till again", tillReady, 15*time.Second)
}

// TestApp_guideIsForPlay: the style guide shows made-up sales, and belongs to the demonstration alone.
func TestApp_guideIsForPlay(t *testing.T) {
	p := start(t, "serve", "--listen", "127.0.0.1:0", "--data", t.TempDir())
	defer p.end()
	visitor := newDevice(t, origin(p.address("till")))
	if status, page := visitor.ask(http.MethodGet, "/styleguide", "text/html", nil); status != http.StatusNotFound || strings.Contains(page, "Keypad") {
		t.Errorf("a live house answers %d", status)
	}
	if status, _ := visitor.ask(http.MethodGet, "/help", "text/html", nil); status != http.StatusOK {
		t.Errorf("its help answers %d", status)
	}
}
