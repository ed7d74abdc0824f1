package kiosktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	_ "image/png"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk"
)

// Needed skips a test that lacks something of this machine. Where everything must be there, that
// is a failure.
func Needed(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("QRKIOSK_TEST_ALL") != "" {
		t.Fatalf("%s is needed", what)
	}
	t.Skipf("%s was not found", what)
}

// shared is the browser of a test binary, started for the first test that needs it.
var shared struct {
	once sync.Once
	ctx  context.Context //nolint:containedctx // chromedp keeps its browser in the context
	err  error
	end  func()
}

// Main runs the tests of a binary that uses a browser, and ends the browser behind them.
func Main(m *testing.M) {
	code := m.Run()
	if shared.end != nil {
		shared.end()
	}
	os.Exit(code)
}

// Chromium returns a browser for the test, or skips it: the one of this test binary with a storage of its
// own, or one of its own where the test has more options.
func Chromium(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	path := chromiumPath(t)
	browser, err := context.Context(nil), error(nil)
	if len(more) == 0 {
		shared.once.Do(func() { shared.ctx, shared.end, shared.err = launch(path) })
		browser, err = shared.ctx, shared.err
	} else {
		var end func()
		browser, end, err = launch(path, more...)
		t.Cleanup(end)
	}
	if err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// chromiumPath finds the browser of this machine, or skips the test.
func chromiumPath(t *testing.T) string {
	t.Helper()
	t.Helper()
	if testing.Short() {
		t.Skip("short: it needs a browser")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	Needed(t, "chromium")
	return ""
}

// launch starts a browser on a directory of its own.
func launch(path string, more ...chromedp.ExecAllocatorOption) (browser context.Context, end func(), err error) {
	dir, err := os.MkdirTemp("", "qrkiosk-browser-")
	if err != nil {
		return nil, func() {}, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.UserDataDir(dir))
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	ctx, cancel := chromedp.NewContext(alloc)
	end = func() {
		cancel()
		cancelAlloc()
		_ = os.RemoveAll(dir)
	}
	return ctx, end, chromedp.Do(ctx)
}

// Program is the demonstration, run as its users do but in this process.
type Program struct {
	t      *testing.T
	data   string
	Listen string
	play   uint16
	out    *LockedBuffer
	log    *LockedBuffer
	Stop   func()

	Till, display, sandbox string // addresses it printed
}

// LockedBuffer is a buffer that others write while a test reads.
type LockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *LockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *LockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

var printed = regexp.MustCompile(`(?s)till\s+(\S+)\s+display\s+(\S+).*sandbox\s+(http\S+)\n.*\.\n`)

// NewProgram runs a demonstration until the test is over.
func NewProgram(t *testing.T) *Program {
	p := &Program{t: t, data: t.TempDir(), Listen: "127.0.0.1:0"}
	p.Start()
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			t.Logf("the program said:\n%s", p.log)
		}
	})
	return p
}

// Start runs the program until its addresses are printed. A later start takes the same ports.
func (p *Program) Start() {
	p.t.Helper()
	p.out, p.log = &LockedBuffer{}, &LockedBuffer{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	settings := assembly.Settings{Mode: kiosk.Sandbox, Listen: p.Listen, Data: p.data, SandboxPort: p.play}
	settings.LocateFiles()
	go func() {
		done <- assembly.Serve(ctx, settings, assembly.Bakery(), assembly.Options{}, p.out, slog.New(slog.NewTextHandler(p.log, nil)))
	}()
	stopped := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			p.t.Errorf("the program ended with %v:\n%s", err, p.log)
		}
	})
	p.Stop = stopped
	deadline := time.Now().Add(30 * time.Second)
	for {
		if found := printed.FindStringSubmatch(p.out.String()); found != nil {
			p.Till, p.display, p.sandbox = found[1], found[2], strings.TrimSuffix(found[3], "/")
			break
		}
		select {
		case err := <-done:
			done <- err
			p.t.Fatalf("the program ended with %v:\n%s", err, p.log)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("the program does not print its addresses:\n%s\n%s", p.out, p.log)
		}
	}
	p.Listen, p.play = HostPort(p.t, p.Till), portOf(p.t, p.sandbox)
}

// HostPort is host and port of an address.
func HostPort(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

func portOf(t *testing.T, address string) uint16 {
	t.Helper()
	_, text, _ := strings.Cut(HostPort(t, address), ":")
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return uint16(port)
}

// Control tells the sandbox to do something.
func (p *Program) Control(path string, in map[string]any) {
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

// PlayLink is a link of the sandbox.
type PlayLink struct {
	ID      int64  `json:"id"`
	Status  string `json:"status"`
	PayLink string `json:"pay_link"`
}

// Links returns every link of the sandbox, oldest first.
func (p *Program) Links() []PlayLink {
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
	var all []PlayLink
	if json.Unmarshal(raw, &all) != nil {
		var wrapped struct{ Links []PlayLink }
		if err := json.Unmarshal(raw, &wrapped); err != nil {
			p.t.Fatalf("%v: %s", err, raw)
		}
		all = wrapped.Links
	}
	return all
}

// NewestLink is the last that was made.
func (p *Program) NewestLink() PlayLink {
	p.t.Helper()
	all := p.Links()
	if len(all) == 0 {
		p.t.Fatal("the sandbox has no link")
	}
	return all[len(all)-1]
}

// Page is a tab.
type Page struct {
	T    *testing.T
	Ctx  context.Context //nolint:containedctx // chromedp keeps its tab in the context
	Name string
}

// NewPage opens a tab.
func NewPage(t *testing.T, browser context.Context, name string, options ...chromedp.ContextOption) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, options...)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	p := &Page{T: t, Ctx: ctx, Name: name}
	p.noise()
	return p
}

// noise makes every message of the console a failure: the pages have nothing to say there.
func (p *Page) noise() {
	go func() {
		for m, err := range chromedp.Console(p.Ctx) {
			if err != nil {
				return
			}
			text := fmt.Sprint(m)
			if strings.Contains(text, "WebSocket") || strings.Contains(text, "ERR_CONNECTION") || strings.Contains(text, "Failed to load resource") {
				continue // the server was stopped on purpose
			}
			p.T.Errorf("%s: the console says %s", p.Name, text)
		}
	}()
}

// Do takes steps and ends the test where one fails.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.Ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.T.Fatalf("%s: %v\n%s", p.Name, err, p.Text())
	}
}

// Text is what the page says.
func (p *Page) Text() string {
	ctx, cancel := context.WithTimeout(p.Ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

// Open goes to an address.
func (p *Page) Open(address string) {
	p.T.Helper()
	p.Do(chromedp.Navigate(address))
}

// Wait waits until a condition of the page holds; pages may be left meanwhile.
func (p *Page) Wait(what, condition string, limit time.Duration) time.Duration {
	p.T.Helper()
	began := time.Now()
	for {
		ctx, cancel := context.WithTimeout(p.Ctx, 5*time.Second)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+condition+")"))
		cancel()
		if err == nil && ok {
			return time.Since(began)
		}
		if time.Since(began) > limit {
			p.T.Fatalf("%s: not within %v: %s\n%s", p.Name, limit, what, p.Text())
		}
		time.Sleep(15 * time.Millisecond)
	}
}

// Size sets the viewport.
func (p *Page) Size(w, h int64) {
	p.T.Helper()
	p.Do(chromedp.EmulateViewport(w, h))
}

// Shot takes the picture of the viewport and keeps it where pictures are asked for.
func (p *Page) Shot(name string) image.Image {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.Ctx, 30*time.Second)
	defer cancel()
	raw, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.T.Fatal(err)
	}
	keep(p.T, os.Getenv("QRKIOSK_SCREENS"), name, raw)
	if known := map[string]string{"till-waiting": "till", "display-pay-1280x800": "display"}[name]; known != "" {
		keep(p.T, os.Getenv("QRKIOSK_PICTURES"), known, raw)
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		p.T.Fatal(err)
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

// Decode reads a QR code as a phone does.
func Decode(img image.Image) (text string, err error) {
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

// What tests wait for on the screens of a counter, and everybody's PIN there.
const (
	TillReady   = `document.querySelector('#go')?.disabled` // the keypad's module has begun
	DisplayCode = `document.querySelector('#screen svg.qr') && document.querySelector('#root, #screen')`
	PIN         = assembly.DemoPIN
)

// Counter is a till and a display of one running program.
type Counter struct {
	*Program
	Browser       context.Context //nolint:containedctx // chromedp keeps its browser in the context
	Till, Display *Page
}

// NewCounter enrols both screens by the printed links and signs in with real keys.
func NewCounter(t *testing.T, more ...chromedp.ExecAllocatorOption) *Counter {
	t.Helper()
	browser := Chromium(t, more...)
	p := NewProgram(t)
	c := &Counter{Program: p, Browser: browser, Till: NewPage(t, browser, "till"), Display: NewPage(t, browser, "display")}
	c.Till.Size(1280, 800)
	c.Display.Size(1280, 800)
	c.Display.Open(p.display)
	c.Display.Wait("idle", `document.body.innerText.includes('Bakery Lind') && location.pathname == '/display'`, 10*time.Second)
	c.Till.Open(p.Till)
	c.Till.Wait("sign in", `document.querySelector('#pin') && location.pathname == '/till/signin'`, 10*time.Second)
	c.Till.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('input[name=staff]').click()`))
	c.Till.Do(chromedp.SendKeys(`#pin-field`, PIN))
	c.Till.Wait("the till", TillReady, 10*time.Second)
	return c
}

// Charge types an amount on the till's hardware keys.
func (c *Counter) Charge(digits string) {
	c.t.Helper()
	c.Till.Do(chromedp.KeyEvent(digits), chromedp.KeyEvent("\r"))
	c.Display.Wait("a code on the display", DisplayCode, 10*time.Second)
}

// PayOnPhone pays as a customer does and prints how long it took to be seen.
func (c *Counter) PayOnPhone(address string) {
	c.t.Helper()
	phone := NewPage(c.t, c.Browser, "phone", chromedp.WithNewBrowserContext())
	phone.Size(390, 844)
	phone.Open(address)
	phone.Wait("the font", `[...document.fonts].some(f => f.family == 'Inter' && f.status == 'loaded')`, 5*time.Second)
	phone.Shot("phone-checkout")
	watch := `new Promise(ok => { const see = () => {
		if (/Paid/.test(document.body.innerText)) requestAnimationFrame(() => setTimeout(() => ok(performance.timeOrigin + performance.now())));
		else requestAnimationFrame(see); }; see(); })`
	seen := make(chan float64, 1)
	go func() {
		at, err := chromedp.Run(c.Display.Ctx, chromedp.Evaluate[float64](watch, chromedp.EvalAwaitPromise))
		if err != nil {
			c.t.Errorf("the display was not watched: %v", err)
		}
		seen <- at
	}()
	time.Sleep(100 * time.Millisecond) // until the watcher runs
	phone.Do(chromedp.Click(`button[value=card], form[action*=card] button, button.card`))
	phone.Wait("the receipt", `location.pathname.startsWith('/r/')`, 10*time.Second)
	select {
	case at := <-seen:
		c.t.Logf("webhook to pixel: %.1f ms (from the gateway's first delivery to the frame that shows it)", at-c.webhookAt())
	case <-time.After(10 * time.Second):
		c.t.Fatalf("the display does not show paid:\n%s", c.Display.Text())
	}
	c.Till.Wait("paid on the till", `/paid/i.test(document.querySelector('#side').innerText)`, 5*time.Second)
	time.Sleep(400 * time.Millisecond) // what appears takes 160 ms
	c.Display.Shot("display-paid")
	phone.Do(chromedp.Reload())
	phone.Wait("the truth on the receipt", `/paid/i.test(document.querySelector('h1').innerText)`, 5*time.Second)
	phone.Shot("phone-receipt")
}

// webhookAt is when the sandbox began its last delivery, in milliseconds since 1970.
func (c *Counter) webhookAt() float64 {
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

// BothPaid waits until both screens say paid.
func (c *Counter) BothPaid(limit time.Duration) time.Duration {
	c.t.Helper()
	took := c.Display.Wait("paid on the display", `/Paid/.test(document.body.innerText)`, limit)
	c.Till.Wait("paid on the till", `/paid/i.test(document.querySelector('#side').innerText)`, 5*time.Second)
	return took
}
