package views_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/gorilla/websocket"

	"qrkiosk/handlers/front"
	"qrkiosk/static"
	"qrkiosk/views"
)

// studio is a browser with one tab, and a server that shows every scene under the policy of the
// real one. Its sockets say nothing; asked for a state it answers that nothing changed.
type studio struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // chromedp keeps its tab in the context
	base string

	mu    sync.Mutex
	noise []string // what the console said
	urls  []string // what was asked of the server
}

// sizes are those of the screens we promise.
var sizes = []size{{1280, 800}, {800, 1280}, {1920, 1080}, {1024, 600}, {390, 844}}

type size struct{ w, h int64 }

func (s size) String() string { return fmt.Sprintf("%dx%d", s.w, s.h) }

// browser is one process for all tests of this package.
var browser struct {
	once sync.Once
	ctx  context.Context //nolint:containedctx // chromedp keeps its browser in the context
	end  func()
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.end != nil {
		browser.end()
	}
	os.Exit(code)
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	if testing.Short() {
		t.Skip("short: it needs a browser")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("QRKIOSK_TEST_ALL") != "" {
			t.Fatal("chromium is needed")
		}
		t.Skip("chromium was not found")
	}
	browser.once.Do(func() { launch(path) })
	if browser.err != nil {
		t.Fatalf("the browser does not start: %v", browser.err)
	}
	s := &studio{t: t}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(server.Close)
	s.base = server.URL
	var cancel context.CancelFunc
	s.ctx, cancel = chromedp.NewContext(browser.ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(s.ctx); err != nil { // without a limit: the tab would end with it
		t.Fatal(err)
	}
	go s.listen()
	return s
}

func launch(path string) {
	dir, err := os.MkdirTemp("", "qrkiosk-browser-")
	if err != nil {
		browser.err = err
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true), chromedp.UserDataDir(dir))
	alloc, endAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(alloc)
	browser.ctx, browser.err = ctx, chromedp.Do(ctx)
	browser.end = func() {
		end()
		endAlloc()
		_ = os.RemoveAll(dir)
	}
}

// listen keeps what the console says; the policy's reports come there too.
func (s *studio) listen() {
	for m, err := range chromedp.Console(s.ctx) {
		if err != nil {
			return
		}
		s.mu.Lock()
		s.noise = append(s.noise, m.Text)
		s.mu.Unlock()
	}
}

func (s *studio) heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.noise
	s.noise = nil
	return all
}

var quietly = websocket.Upgrader{}

func (s *studio) serve(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	s.mu.Lock()
	s.urls = append(s.urls, path)
	s.mu.Unlock()
	brand := views.BrandPath(lind)
	css, _ := views.BrandCSS(lind)
	switch {
	case path == brand:
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprint(w, css)
	case strings.HasPrefix(path, static.Root):
		raw, kind, ok := static.Open(path)
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(raw)
	case strings.HasPrefix(path, "/scene/"):
		lang, name, _ := strings.Cut(strings.TrimPrefix(path, "/scene/"), "/")
		w.Header().Set("Content-Security-Policy", front.Policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, drawn(s.t, lang)[name])
	case path == "/stage":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, stagePage())
	case strings.HasPrefix(path, "/picture/"):
		http.ServeFile(w, r, "testdata/pictures/"+strings.TrimPrefix(path, "/picture/")+".jpg")
	case strings.HasSuffix(path, "/live"):
		if conn, err := quietly.Upgrade(w, r, nil); err == nil {
			_, _, _ = conn.ReadMessage() // until the browser leaves
			_ = conn.Close()
		}
	case strings.HasSuffix(path, "/state"):
		w.WriteHeader(http.StatusNotModified)
	case strings.HasSuffix(path, "/pairing"):
		w.WriteHeader(http.StatusNoContent)
	default:
		http.NotFound(w, r)
	}
}

// stagePage is an empty page with every style sheet, on which scenes are put one after the other:
// that takes a hundredth of the time of loading each.
func stagePage() string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>stage</title>` +
		`<meta name="viewport" content="width=device-width, initial-scale=1">`)
	sheets, _ := fs.Glob(static.FS, "css/*.css")
	for _, name := range sheets {
		b.WriteString(`<link rel="stylesheet" href="` + static.Path(name) + `">`)
	}
	brand := views.BrandPath(lind)
	// What lies below the screen is laid out too.
	b.WriteString(`<link rel="stylesheet" href="` + brand + `"><style>* { content-visibility: visible !important }</style></head><body></body></html>`)
	return b.String()
}

func (s *studio) do(steps ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 60*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		s.t.Fatal(err)
	}
}

// ask evaluates an expression, waits for its promise and reads the value.
func ask[T any](s *studio, expression string) T {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 120*time.Second)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		s.t.Fatalf("%v: %.200s", err, expression)
	}
	return value
}

func (s *studio) resize(z size) { s.do(chromedp.EmulateViewport(z.w, z.h)) }

// scheme switches between light and dark.
func (s *studio) scheme(name string) {
	s.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"},
			},
		})
		return err
	}))
}

// open loads a scene as a browser would.
func (s *studio) open(lang, name string) {
	s.t.Helper()
	s.do(chromedp.Navigate(s.base + "/scene/" + lang + "/" + name))
	s.settle()
}

// settle waits until the fonts are there and the page has drawn itself anew.
func (s *studio) settle() {
	s.t.Helper()
	ask[bool](s, `document.fonts.ready.then(() => new Promise(ok => requestAnimationFrame(() => requestAnimationFrame(() => ok(true)))))`)
}

// stage loads the empty page and the scenes of a language into it.
func (s *studio) stage(langs ...string) {
	s.t.Helper()
	s.do(chromedp.Navigate(s.base + "/stage"))
	all := map[string]map[string]string{}
	for _, lang := range langs {
		all[lang] = drawn(s.t, lang)
	}
	all["xx"] = map[string]string{"bad": badScene}
	raw, err := json.Marshal(all)
	if err != nil {
		s.t.Fatal(err)
	}
	var script []byte
	for _, name := range []string{"focus.js", "stage.js"} {
		part, err := os.ReadFile("testdata/" + name)
		if err != nil {
			s.t.Fatal(err)
		}
		script = append(script, part...)
	}
	ask[bool](s, string(script)+`; stage.scenes = `+string(raw)+`; stage.ready(`+fmt.Sprintf("%q, %q", static.Path("js/qr.js"), static.Path("js/lines.js"))+`)`)
}

// badScene has one of each fault, so that a measure that sees nothing is found out.
const badScene = `<!doctype html><html lang="en"><title>bad</title><body>` +
	`<main><h1>Bad</h1><img src="data:,"><p style="width:20px;overflow:hidden;white-space:nowrap">cut off for sure</p>` +
	`<a href="#" style="display:block;width:20px;height:20px;outline:0">x</a><button tabindex="-1" style="border-radius:6px">y</button><button style="border-radius:6px;height:60px">z</button></main>`

// sees fails if a measure finds nothing wrong with the bad scene.
func (s *studio) sees(check string) {
	s.t.Helper()
	if found := ask[map[string][]string](s, check); len(found["xx/bad"]) == 0 {
		s.t.Errorf("%s sees nothing in a bad scene: %v", check, found)
	}
}

func (s *studio) shot() image.Image {
	s.t.Helper()
	img, err := png.Decode(bytes.NewReader(s.picture()))
	if err != nil {
		s.t.Fatal(err)
	}
	return img
}

func (s *studio) picture() []byte {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 30*time.Second)
	defer cancel()
	raw, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}
