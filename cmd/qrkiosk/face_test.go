package main

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// newLonelyTill is a till of a stall with one tablet and no display.
func newLonelyTill(t *testing.T) *counter {
	t.Helper()
	browser := chromium(t)
	p := newProgram(t)
	c := &counter{program: p, browser: browser, till: newPage(t, browser, "till")}
	c.till.size(1280, 800)
	c.till.open(p.till)
	c.till.wait("sign in", `document.querySelector('#pin') && location.pathname == '/till/signin'`, 10*time.Second)
	c.till.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('input[name=staff]').click()`))
	c.till.do(chromedp.SendKeys(`#pin-field`, pin+"\r"))
	c.till.wait("the till", tillReady, 10*time.Second)
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
	sale := func() playLink {
		c.till.do(chromedp.KeyEvent("1250"), chromedp.KeyEvent("\r"))
		c.till.wait("the code", `document.querySelector('#side svg.qr')`, 10*time.Second)
		return c.newestLink()
	}
	link := sale()
	c.till.do(chromedp.Click(`#turn`))
	c.till.wait("turned", turned, 5*time.Second)
	for _, size := range [][2]int64{{1280, 800}, {800, 1280}, {390, 844}, {1024, 600}} {
		c.till.size(size[0], size[1])
		time.Sleep(300 * time.Millisecond) // the page lays itself out anew; there is no event to wait for
		if got, err := decode(c.till.shot("till-face")); err != nil || got != link.PayLink {
			t.Errorf("%v: the code says %q, %v; want %q", size, got, err, link.PayLink)
		}
	}
	c.till.size(1280, 800)
	c.till.do(chromedp.KeyEvent("\x1b"))
	c.till.wait("back by a key", turnedBack, 5*time.Second)
	c.till.do(chromedp.Click(`#turn`))
	c.till.wait("turned again", turned, 5*time.Second)
	c.control("pay", map[string]any{"link_id": link.ID})
	c.till.wait("paid", `/Paid/.test(document.getElementById('face')?.shadowRoot.querySelector('#screen').innerText)`, 10*time.Second)
	c.till.shot("till-face-paid")
	c.till.wait("a till again by itself", turnedBack, 12*time.Second)

	sale()
	c.till.wait("turned by itself", turned, 5*time.Second)
	c.till.do(chromedp.Evaluate[chromedp.Void](`document.getElementById('face').shadowRoot.getElementById('back').click()`))
	c.till.wait("back by a tap", turnedBack, 5*time.Second)
}
