package screens

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// newLonelyTill is a till of a stall with one tablet and no display.
func newLonelyTill(t *testing.T) *kiosktest.Counter {
	t.Helper()
	browser := kiosktest.Chromium(t)
	p := kiosktest.NewProgram(t)
	c := &kiosktest.Counter{Program: p, Browser: browser, Till: kiosktest.NewPage(t, browser, "till")}
	c.Till.Size(1280, 800)
	c.Till.Open(p.Till)
	c.Till.Wait("sign in", `document.querySelector('#pin') && location.pathname == '/till/signin'`, 10*time.Second)
	c.Till.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('input[name=staff]').click()`))
	c.Till.Do(chromedp.SendKeys(`#pin-field`, kiosktest.PIN))
	c.Till.Wait("the till", kiosktest.TillReady, 10*time.Second)
	return c
}

const (
	turned     = `document.getElementById('face')?.shadowRoot.querySelector('#screen svg.qr')`
	turnedBack = `!document.getElementById('face') && !document.getElementById('root').inert`
)

// TestBrowser_face: one tap turns a till without display to the customer, one key turns it back; it
// remembers, and after the sale it is a till again without a tap.
func TestBrowser_face(t *testing.T) {
	c := newLonelyTill(t)
	sale := func() kiosktest.PlayLink {
		c.Till.Do(chromedp.KeyEvent("1250"), chromedp.KeyEvent("\r"))
		c.Till.Wait("the code", `document.querySelector('#side svg.qr')`, 10*time.Second)
		return c.NewestLink()
	}
	link := sale()
	c.Till.Do(chromedp.Click(`#turn`))
	c.Till.Wait("turned", turned, 5*time.Second)
	for _, size := range [][2]int64{{1280, 800}, {800, 1280}, {390, 844}, {1024, 600}} {
		c.Till.Size(size[0], size[1])
		time.Sleep(300 * time.Millisecond) // the page lays itself out anew; there is no event to wait for
		if got, err := kiosktest.Decode(c.Till.Shot("till-face")); err != nil || got != link.PayLink {
			t.Errorf("%v: the code says %q, %v; want %q", size, got, err, link.PayLink)
		}
	}
	c.Till.Size(1280, 800)
	c.Till.Do(chromedp.KeyEvent("\x1b"))
	c.Till.Wait("back by a key", turnedBack, 5*time.Second)
	c.Till.Do(chromedp.Click(`#turn`))
	c.Till.Wait("turned again", turned, 5*time.Second)
	c.Control("pay", map[string]any{"link_id": link.ID})
	c.Till.Wait("paid", `/Paid/.test(document.getElementById('face')?.shadowRoot.querySelector('#screen').innerText)`, 10*time.Second)
	c.Till.Shot("till-face-paid")
	c.Till.Wait("a till again by itself", turnedBack, 12*time.Second)

	sale()
	c.Till.Wait("turned by itself", turned, 5*time.Second)
	c.Till.Do(chromedp.Evaluate[chromedp.Void](`document.getElementById('face').shadowRoot.getElementById('back').click()`))
	c.Till.Wait("back by a tap", turnedBack, 5*time.Second)
}
