package screens

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestBrowser_away: a gateway that gives no answer is told in the card where the code will be and to the
// customer; its times tick, and taking another means ends the sale.
func TestBrowser_away(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Control("faults", map[string]any{"name": "create-hang", "times": -1})
	c.Control("faults", map[string]any{"name": "list-down", "times": -1})
	began := time.Now()
	c.Till.Do(chromedp.KeyEvent("1250"), chromedp.KeyEvent("\r"))
	c.Till.Wait("away", `document.querySelector('#side .card .away')`, 30*time.Second)
	t.Logf("told %v after the charge", time.Since(began).Round(time.Millisecond))
	c.Display.Wait("away", `document.querySelector('#screen .away')`, 30*time.Second)
	since := `+document.querySelector('#side .away time').dataset.since`
	c.Till.Wait("since the charge", since+` > `+`Date.now() - 60000`, time.Second)
	c.Till.Run(`window.told = document.querySelector('#side .away time').textContent`)
	c.Till.Wait("a clock that ticks", `document.querySelector('#side .away time').textContent !== window.told`, 10*time.Second)
	c.Till.Wait("a sign that says so", `document.querySelector('#devices .sign.bad .hush')`, 5*time.Second)
	c.Till.Wait("a countdown", `/\d/.test(document.querySelector('#side [data-until]')?.textContent)`, 30*time.Second)
	c.Till.Do(chromedp.Click(`#other`))
	c.Till.Wait("ended", `document.querySelector('#side').dataset.nowState === 'ready'`, 10*time.Second)
	c.Display.Wait("idle", `document.querySelector('#screen').dataset.shows === 'idle'`, 10*time.Second)
}

// TestBrowser_signsOffline: without the server no sign is green.
func TestBrowser_signsOffline(t *testing.T) {
	c := kiosktest.NewCounter(t)
	green := `[...document.querySelectorAll('.top .sign')].some((s) => getComputedStyle(s).color === getComputedStyle(document.querySelector('#paid-probe')).color)`
	c.Till.Run(`{ const probe = document.createElement('i'); probe.id = 'paid-probe'; probe.style.color = 'var(--paid)'; document.body.append(probe); }`)
	c.Till.Wait("green signs", green, 10*time.Second)
	// The page takes the mark away again as soon as it looks: it has contact.
	c.Till.Wait("none", `(document.querySelector('#root').setAttribute('data-stale', ''), !(`+green+`))`, 5*time.Second)
}
