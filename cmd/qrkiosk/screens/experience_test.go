package screens

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	pages "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// observer counts what a tab asks for and what its page does, from the first byte on.
type observer struct {
	*kiosktest.Page
	mu    sync.Mutex
	hosts map[string]bool
	bytes float64 // over the wire, heads of answers included
}

// observed makes a tab whose pages are watched by testdata/watch.js and which has no
// cache and no service worker.
func observed(t *testing.T, browser context.Context, name string) *observer {
	t.Helper()
	var script []byte
	for _, name := range []string{"../../../views/testdata/focus.js", "testdata/watch.js"} {
		part, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		script = append(script, part...)
	}
	w := &observer{Page: kiosktest.NewPage(t, browser, name), hosts: map[string]bool{}}
	if err := chromedp.Listen(w.Ctx, w.note); err != nil {
		t.Fatal(err)
	}
	w.Do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := cdp.Call(ctx, tab, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, tab, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, tab, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, tab, pages.AddScriptToEvaluateOnNewDocument, pages.AddScriptToEvaluateOnNewDocumentParams{Source: string(script)})
		return err
	}))
	w.Size(1280, 800)
	return w
}

func (w *observer) note(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	address := ""
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		address = e.Request.URL
	case *network.EventWebSocketCreated:
		address = e.URL
	case *network.EventLoadingFinished:
		w.bytes += e.EncodedDataLength
	}
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		w.hosts[u.Host] = true
	}
}

// weigh loads an address anew and tells what came over the wire until the page was still.
func (w *observer) weigh(address string) float64 {
	w.T.Helper()
	w.mu.Lock()
	w.bytes = 0
	w.mu.Unlock()
	w.Open(address)
	w.Wait("fonts and modules", `document.readyState === 'complete' && document.fonts.status === 'loaded'`, 10*time.Second)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes
}

// notes are what watch.js has written down since the page was loaded.
type notes struct {
	Taps   int       `json:"taps"`
	Keys   []float64 `json:"keys"`   // milliseconds from a key to the frame that shows its figure
	Frames []float64 `json:"frames"` // milliseconds from a live frame to the pixels that show it
	Said   []string  `json:"said"`   // every change of the live region
	Same   bool      `json:"same"`   // it is still the same element
	Policy []string  `json:"policy"` // what the policy refused
}

func (w *observer) notes() notes {
	w.T.Helper()
	raw, err := chromedp.Run(w.Ctx, chromedp.Evaluate[string](`JSON.stringify(watch())`))
	if err != nil {
		w.T.Fatal(err)
	}
	var n notes
	if err := json.Unmarshal([]byte(raw), &n); err != nil {
		w.T.Fatal(err)
	}
	return n
}

// tap presses keys of the keypad with a pointer, then Charge.
func (w *observer) tap(keys string) {
	w.T.Helper()
	for _, key := range keys {
		w.Do(chromedp.Click(`#keys [data-key="` + string(key) + `"]`))
	}
	w.Do(chromedp.Click(`#go`))
}

func (w *observer) alone(host string) {
	w.T.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.hosts) != 1 || !w.hosts[host] {
		w.T.Errorf("%s asked %v, want %s alone", w.Name, w.hosts, host)
	}
}

// sayings checks that every change was said once, by an element that stayed.
func (n notes) sayings(t *testing.T, who string, least int) {
	t.Helper()
	if !n.Same || len(n.Said) < least {
		t.Errorf("%s said %q, by the same element: %v", who, n.Said, n.Same)
	}
	if len(slices.Compact(slices.Clone(n.Said))) != len(n.Said) {
		t.Errorf("%s says something twice: %q", who, n.Said)
	}
	if len(n.Policy) > 0 {
		t.Errorf("%s: the policy refused %q", who, n.Policy)
	}
}

// TestBrowser_taps sells twice by pointer: five taps until the code for 12,50 is there, none after
// it is paid. It prints the times that people feel, and weighs the pages.
func TestBrowser_taps(t *testing.T) {
	c := kiosktest.NewCounter(t)
	host := kiosktest.HostPort(t, c.Program.Till)
	till, display := observed(t, c.Browser, "till"), observed(t, c.Browser, "display")
	weighs := map[string][2]float64{
		"till":    {till.weigh("http://" + host + "/till"), 80 << 10},
		"display": {display.weigh("http://" + host + "/display"), 60 << 10},
	}
	for name, w := range weighs {
		t.Logf("%s: %.1f KB over the wire", name, w[0]/1024)
		if w[0] < 10<<10 || w[0] > w[1] {
			t.Errorf("%s weighs %.0f bytes, want at most %.0f", name, w[0], w[1])
		}
	}
	till.Wait("the keypad", kiosktest.TillReady, 10*time.Second)
	till.tap("1250")
	display.Wait("the code", kiosktest.DisplayCode, 10*time.Second)
	if n := till.notes().Taps; n != 5 {
		t.Errorf("12,50 took %d taps", n)
	}
	c.Control("pay", map[string]any{"link_id": c.NewestLink().ID})
	till.Wait("paid", `document.querySelector('#side .strip.paid, #side .strip.hollow')`, 10*time.Second)
	display.Wait("paid", `document.querySelector('#screen.paid')`, 10*time.Second)
	till.tap("420")
	display.Wait("the next code", kiosktest.DisplayCode, 10*time.Second)
	if n := till.notes().Taps; n != 9 {
		t.Errorf("two sales of 12,50 and 4,20 took %d taps, want 5 and 4", n)
	}
	till.Do(chromedp.KeyEvent("\x1b"))
	till.alone(host)
	display.alone(host)
	till.notes().sayings(t, "the till", 3)
	n := display.notes()
	n.sayings(t, "the display", 3)
	t.Logf("frame to pixel on the display: %s (50 ms is the aim)", felt(n.Frames))
	t.Logf("frame to pixel on the till: %s", felt(till.notes().Frames))
}

func felt(ms []float64) string {
	if len(ms) == 0 {
		return "none"
	}
	slices.Sort(ms)
	whole := func(f float64) time.Duration {
		return time.Duration(f * float64(time.Millisecond)).Round(100 * time.Microsecond)
	}
	return whole(ms[0]).String() + " to " + whole(ms[len(ms)-1]).String() + ", half under " + whole(ms[len(ms)/2]).String()
}

// TestBrowser_keyboard sells, cancels, locks and signs in again without a pointer.
func TestBrowser_keyboard(t *testing.T) {
	c := kiosktest.NewCounter(t)
	till := observed(t, c.Browser, "till")
	till.Open("http://" + kiosktest.HostPort(t, c.Program.Till) + "/till")
	till.Wait("the keypad", kiosktest.TillReady, 10*time.Second)
	till.Do(chromedp.KeyEvent("3,5+4*2\r")) // the quantity comes behind the price
	c.Display.Wait("a code", kiosktest.DisplayCode, 10*time.Second)
	t.Logf("key to figure: %s (16 ms is the aim)", felt(till.notes().Keys))
	till.tabTo("#cancel")
	till.Do(chromedp.KeyEvent("\r"))
	till.Wait("no sale in hand", `document.querySelector('#side').dataset.nowState == 'ready'`, 10*time.Second)
	till.Do(chromedp.KeyEvent("1250\r"))
	c.Display.Wait("the next code", kiosktest.DisplayCode, 10*time.Second)
	c.Control("pay", map[string]any{"link_id": c.NewestLink().ID})
	till.Wait("paid", `document.querySelector('#side .strip.paid, #side .strip.hollow')`, 10*time.Second)
	till.notes().sayings(t, "the till", 4)
	till.tabTo(".lock button")
	till.Do(chromedp.KeyEvent("\r"))
	till.Wait("sign in", `document.querySelector('#pin') && location.pathname == '/till/signin'`, 10*time.Second)
	till.tabTo("input[name=staff]")
	till.Do(chromedp.KeyEvent(" "))
	till.tabTo("#pin-field")
	till.Do(chromedp.KeyEvent(kiosktest.PIN + "\r"))
	till.Wait("the till again", kiosktest.TillReady, 10*time.Second)
}

// tabTo presses the tabulator until an element has the focus; on the way everything that has it
// must show it.
func (w *observer) tabTo(selector string) {
	w.T.Helper()
	for range 80 {
		w.Do(chromedp.KeyEvent("\t"))
		blind, err := chromedp.Run(w.Ctx, chromedp.Evaluate[string](`watchFocus()`))
		if err != nil {
			w.T.Fatal(err)
		}
		if blind != "" {
			w.T.Errorf("%s: nobody sees that the focus is on %s", w.Name, blind)
		}
		there, err := chromedp.Run(w.Ctx, chromedp.Evaluate[bool](`document.activeElement?.matches(`+"`"+selector+"`"+`) ?? false`))
		if err == nil && there {
			return
		}
	}
	w.T.Fatalf("%s: the tabulator does not lead to %s\n%s", w.Name, selector, w.Text())
}
