package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	_ "image/png" // screenshots
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// needed skips a test that lacks something of this machine. Where everything must be there, that
// is a failure.
func needed(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("QRKIOSK_TEST_ALL") != "" {
		t.Fatalf("%s is needed", what)
	}
	t.Skipf("%s was not found", what)
}

// chromium returns a browser for the test, or skips it.
func chromium(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
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
		needed(t, "chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.UserDataDir(t.TempDir()))
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		cancel()
		cancelAlloc()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	return ctx
}

// program is the demonstration, run as its users do but in this process.
type program struct {
	t      *testing.T
	data   string
	listen string
	play   string
	out    *lockedBuffer
	log    *lockedBuffer
	stop   func()

	till, display, sandbox string // addresses it printed
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

var printed = regexp.MustCompile(`(?s)till\s+(\S+)\s+display\s+(\S+).*sandbox\s+(http\S+)\n.*\.\n`)

func newProgram(t *testing.T) *program {
	p := &program{t: t, data: t.TempDir(), listen: "127.0.0.1:0", play: "0"}
	p.start()
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("the program said:\n%s", p.log)
		}
	})
	return p
}

// start runs the program until its addresses are printed. A later start takes the same ports.
func (p *program) start() {
	p.t.Helper()
	p.out, p.log = &lockedBuffer{}, &lockedBuffer{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	proc := &process{stdout: p.out, stderr: p.log, env: func(string) string { return "" }}
	args := []string{"demo", "--listen", p.listen, "--data", p.data, "--sandbox-port", p.play}
	go func() { done <- proc.run(ctx, args) }()
	stopped := sync.OnceFunc(func() {
		cancel()
		if code := <-done; code != exitDone {
			p.t.Errorf("the program ended with %d:\n%s", code, p.log)
		}
	})
	p.stop = stopped
	deadline := time.Now().Add(30 * time.Second)
	for {
		if found := printed.FindStringSubmatch(p.out.String()); found != nil {
			p.till, p.display, p.sandbox = found[1], found[2], strings.TrimSuffix(found[3], "/")
			break
		}
		select {
		case code := <-done:
			done <- code
			p.t.Fatalf("the program ended with %d:\n%s", code, p.log)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the program does not print its addresses:\n%s\n%s", p.out, p.log)
		}
	}
	p.listen, p.play = hostPort(p.t, p.till), portOf(p.t, p.sandbox)
}

func hostPort(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

func portOf(t *testing.T, address string) string {
	t.Helper()
	_, port, _ := strings.Cut(hostPort(t, address), ":")
	return port
}

// control tells the sandbox to do something.
func (p *program) control(path string, in map[string]any) {
	p.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.Post(p.sandbox+"/control/"+path, "application/json", bytes.NewReader(body)) //nolint:noctx // a test against this process
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, _ := io.ReadAll(resp.Body); resp.StatusCode >= 300 {
		p.t.Fatalf("control/%s: %d %s", path, resp.StatusCode, answer)
	}
}

type playLink struct {
	ID      int64  `json:"id"`
	Status  string `json:"status"`
	PayLink string `json:"pay_link"`
}

// links returns every link of the sandbox, oldest first.
func (p *program) links() []playLink {
	p.t.Helper()
	resp, err := http.Get(p.sandbox + "/control/links") //nolint:noctx // a test against this process
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	var all []playLink
	if json.Unmarshal(raw, &all) != nil {
		var wrapped struct{ Links []playLink }
		if err := json.Unmarshal(raw, &wrapped); err != nil {
			p.t.Fatalf("%v: %s", err, raw)
		}
		all = wrapped.Links
	}
	return all
}

func (p *program) newestLink() playLink {
	p.t.Helper()
	all := p.links()
	if len(all) == 0 {
		p.t.Fatal("the sandbox has no link")
	}
	return all[len(all)-1]
}

// page is a tab.
type page struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // chromedp keeps its tab in the context
	name string
}

func newPage(t *testing.T, browser context.Context, name string, options ...chromedp.ContextOption) *page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, options...)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	p := &page{t: t, ctx: ctx, name: name}
	p.noise()
	return p
}

// noise makes every message of the console a failure: the pages have nothing to say there.
func (p *page) noise() {
	go func() {
		for m, err := range chromedp.Console(p.ctx) {
			if err != nil {
				return
			}
			text := fmt.Sprint(m)
			if strings.Contains(text, "WebSocket") || strings.Contains(text, "ERR_CONNECTION") || strings.Contains(text, "Failed to load resource") {
				continue // the server was stopped on purpose
			}
			p.t.Errorf("%s: the console says %s", p.name, text)
		}
	}()
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v\n%s", p.name, err, p.text())
	}
}

func (p *page) text() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

func (p *page) open(address string) {
	p.t.Helper()
	p.do(chromedp.Navigate(address))
}

// wait waits until a condition of the page holds; pages may be left meanwhile.
func (p *page) wait(what, condition string, limit time.Duration) time.Duration {
	p.t.Helper()
	began := time.Now()
	for {
		ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+condition+")"))
		cancel()
		if err == nil && ok {
			return time.Since(began)
		}
		if time.Since(began) > limit {
			p.t.Fatalf("%s: not within %v: %s\n%s", p.name, limit, what, p.text())
		}
		time.Sleep(15 * time.Millisecond)
	}
}

func (p *page) size(w, h int64) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(w, h))
}

// shot takes the picture of the viewport and keeps it where pictures are asked for.
func (p *page) shot(name string) image.Image {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	raw, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	keep(p.t, os.Getenv("QRKIOSK_SCREENS"), name, raw)
	if known := map[string]string{"till-waiting": "till", "display-pay-1280x800": "display"}[name]; known != "" {
		keep(p.t, os.Getenv("QRKIOSK_PICTURES"), known, raw)
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		p.t.Fatal(err)
	}
	return img
}

// keep writes a picture into a folder, if there is one.
func keep(t *testing.T, dir, name string, raw []byte) {
	t.Helper()
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), raw, 0o644); err != nil { //nolint:gosec // a picture for everybody
		t.Fatal(err)
	}
}

func decode(img image.Image) (text string, err error) {
	for shrink := 1; shrink <= 4; shrink++ { // as a phone does that is held nearer and farther, and turned
		small := shrunk(img, shrink)
		for range 4 {
			for _, binarize := range []func(gozxing.LuminanceSource) gozxing.Binarizer{
				gozxing.NewHybridBinarizer, gozxing.NewGlobalHistgramBinarizer,
			} {
				if text, err = decodeOnce(small, binarize); err == nil {
					return text, nil
				}
			}
			small = quarterTurn(small)
		}
	}
	return text, err
}

// shrunk leaves out all but every nth pixel.
func shrunk(img image.Image, n int) *image.Gray {
	b := img.Bounds()
	small := image.NewGray(image.Rect(0, 0, b.Dx()/n, b.Dy()/n))
	if n == 1 {
		draw.Draw(small, small.Rect, img, b.Min, draw.Src) // the same, without a call for every dot
		return small
	}
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			small.Set(x, y, img.At(b.Min.X+n*x, b.Min.Y+n*y))
		}
	}
	return small
}

// quarterTurn is the picture a quarter further round.
func quarterTurn(img *image.Gray) *image.Gray {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, h, w))
	for y := range h {
		for x := range w {
			out.SetGray(h-1-y, x, img.GrayAt(x, y))
		}
	}
	return out
}

func decodeOnce(img image.Image, binarize func(gozxing.LuminanceSource) gozxing.Binarizer) (string, error) {
	bmp, err := gozxing.NewBinaryBitmap(binarize(gozxing.NewLuminanceSourceFromImage(img)))
	if err != nil {
		return "", err
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	result, err := qrcode.NewQRCodeReader().Decode(bmp, hints)
	if err != nil {
		return "", err
	}
	return result.GetText(), nil
}

const (
	tillReady   = `document.querySelector('#go')?.disabled` // the keypad's module has begun
	displayCode = `document.querySelector('#screen svg.qr') && document.querySelector('#root, #screen')`
	pin         = demoPIN
)

// counter is a till and a display of one running program.
type counter struct {
	*program
	browser       context.Context //nolint:containedctx // chromedp keeps its browser in the context
	till, display *page
}

// newCounter enrols both screens by the printed links and signs in with real keys.
func newCounter(t *testing.T, more ...chromedp.ExecAllocatorOption) *counter {
	t.Helper()
	browser := chromium(t, more...)
	p := newProgram(t)
	c := &counter{program: p, browser: browser, till: newPage(t, browser, "till"), display: newPage(t, browser, "display")}
	c.till.size(1280, 800)
	c.display.size(1280, 800)
	c.display.open(p.display)
	c.display.wait("idle", `document.body.innerText.includes('Bakery Lind') && location.pathname == '/display'`, 10*time.Second)
	c.till.open(p.till)
	c.till.wait("sign in", `document.querySelector('#pin') && location.pathname == '/till/signin'`, 10*time.Second)
	c.till.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('input[name=staff]').click()`))
	c.till.do(chromedp.SendKeys(`#pin-field`, pin+"\r"))
	c.till.wait("the till", tillReady, 10*time.Second)
	return c
}

// charge types an amount on the till's hardware keys.
func (c *counter) charge(digits string) {
	c.t.Helper()
	c.till.do(chromedp.KeyEvent(digits), chromedp.KeyEvent("\r"))
	c.display.wait("a code on the display", displayCode, 10*time.Second)
}

// TestBrowser_aSale plays the main job in a real browser.
func TestBrowser_aSale(t *testing.T) {
	c := newCounter(t)
	c.till.shot("till-ready")
	c.display.shot("display-idle")
	c.charge("1250")
	c.till.wait("the code on the till", `document.querySelector('#side svg.qr')`, 5*time.Second)
	link := c.newestLink()
	for _, size := range [][2]int64{{1280, 800}, {800, 1280}, {1920, 1080}} {
		c.display.size(size[0], size[1])
		time.Sleep(300 * time.Millisecond) // the page lays itself out anew; there is no event to wait for
		img := c.display.shot(fmt.Sprintf("display-pay-%dx%d", size[0], size[1]))
		if b := img.Bounds(); int64(b.Dx()) != size[0] || int64(b.Dy()) != size[1] {
			t.Errorf("the picture has %v, want %v", b, size)
		}
		if got, err := decode(img); err != nil || got != link.PayLink {
			t.Errorf("%v: the code says %q, %v; want %q", size, got, err, link.PayLink)
		}
	}
	c.till.shot("till-waiting")
	c.payOnPhone(link.PayLink)
	c.till.shot("till-paid")
	c.display.wait("idle again", `!document.querySelector('#screen svg.qr') && document.body.innerText.includes('Bakery Lind')`, 12*time.Second)
}

// payOnPhone pays as a customer does and prints how long it took to be seen.
func (c *counter) payOnPhone(address string) {
	c.t.Helper()
	phone := newPage(c.t, c.browser, "phone", chromedp.WithNewBrowserContext())
	phone.size(390, 844)
	phone.open(address)
	phone.shot("phone-checkout")
	watch := `new Promise(ok => { const see = () => {
		if (/Paid/.test(document.body.innerText)) requestAnimationFrame(() => setTimeout(() => ok(performance.timeOrigin + performance.now())));
		else requestAnimationFrame(see); }; see(); })`
	seen := make(chan float64, 1)
	go func() {
		at, err := chromedp.Run(c.display.ctx, chromedp.Evaluate[float64](watch, chromedp.EvalAwaitPromise))
		if err != nil {
			c.t.Errorf("the display was not watched: %v", err)
		}
		seen <- at
	}()
	time.Sleep(100 * time.Millisecond) // until the watcher runs
	phone.do(chromedp.Click(`button[value=card], form[action*=card] button, button.card`))
	phone.wait("the receipt", `location.pathname.startsWith('/r/')`, 10*time.Second)
	select {
	case at := <-seen:
		c.t.Logf("webhook to pixel: %.1f ms (from the gateway's first delivery to the frame that shows it)", at-c.webhookAt())
	case <-time.After(10 * time.Second):
		c.t.Fatalf("the display does not show paid:\n%s", c.display.text())
	}
	c.till.wait("paid on the till", `/paid/i.test(document.querySelector('#side').innerText)`, 5*time.Second)
	time.Sleep(400 * time.Millisecond) // what appears takes 160 ms
	c.display.shot("display-paid")
	phone.do(chromedp.Reload())
	phone.wait("the truth on the receipt", `/paid/i.test(document.querySelector('h1').innerText)`, 5*time.Second)
	phone.shot("phone-receipt")
}

// webhookAt is when the sandbox began its last delivery, in milliseconds since 1970.
func (c *counter) webhookAt() float64 {
	c.t.Helper()
	resp, err := http.Get(c.sandbox + "/control/webhooks") //nolint:noctx // a test against this process
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	times := regexp.MustCompile(`"at":\s*"([^"]+)"`).FindAllSubmatch(raw, -1)
	if len(times) == 0 {
		c.t.Fatalf("no delivery: %s", raw)
	}
	at, err := time.Parse(time.RFC3339Nano, string(times[len(times)-1][1]))
	if err != nil {
		c.t.Fatal(err)
	}
	return float64(at.UnixNano()) / 1e6
}

// TestFault_F72_restart stops the server in mid-sale, lets the customer pay meanwhile at a gateway
// that is away too, and starts it again.
func TestFault_F72_restart(t *testing.T) {
	c := newCounter(t)
	c.charge("1250")
	c.stop()
	c.display.wait("covered", `document.querySelector('[data-stale]')`, 20*time.Second)
	if _, err := decode(c.display.shot("display-stale")); err == nil {
		t.Error("a covered display still shows a code")
	}
	c.start()
	began := time.Now()
	c.display.wait("the code again", `!document.querySelector('[data-stale]') && document.querySelector('#screen svg.qr')`, 15*time.Second)
	t.Logf("the display was right again %v after the start", time.Since(began).Round(time.Millisecond))
	c.till.wait("the till again", `!document.querySelector('[data-stale]') && document.querySelector('#side svg.qr')`, 15*time.Second)
	c.control("pay", map[string]any{"link_id": c.newestLink().ID})
	c.bothPaid(10 * time.Second)
}

func (c *counter) bothPaid(limit time.Duration) time.Duration {
	c.t.Helper()
	took := c.display.wait("paid on the display", `/Paid/.test(document.body.innerText)`, limit)
	c.till.wait("paid on the till", `/paid/i.test(document.querySelector('#side').innerText)`, 5*time.Second)
	return took
}

// TestBrowser_webhooksOff: the sweep finds the payment.
func TestBrowser_webhooksOff(t *testing.T) {
	c := newCounter(t)
	c.control("faults", map[string]any{"name": "webhook-off", "times": -1})
	c.charge("1250")
	c.control("pay", map[string]any{"link_id": c.newestLink().ID})
	t.Logf("paid without a webhook after %v", c.bothPaid(10*time.Second).Round(time.Millisecond))
}

// TestBrowser_createAnswerLost: one link in the end, and the sale goes on.
func TestBrowser_createAnswerLost(t *testing.T) {
	c := newCounter(t)
	c.control("faults", map[string]any{"name": "create-lost", "times": 1})
	c.charge("1250")
	if links := c.links(); len(links) != 1 {
		t.Errorf("%d links were made", len(links))
	}
	c.control("pay", map[string]any{"link_id": c.newestLink().ID})
	c.bothPaid(10 * time.Second)
}
