package screens

import (
	"fmt"
	_ "image/png"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestBrowser_aSale plays the main job in a real browser.
func TestBrowser_aSale(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Till.Shot("till-ready")
	c.Display.Shot("display-idle")
	c.Charge("1250")
	c.Till.Wait("the code on the till", `document.querySelector('#side svg.qr')`, 5*time.Second)
	link := c.NewestLink()
	for _, size := range [][2]int64{{1280, 800}, {800, 1280}, {1920, 1080}} {
		c.Display.Size(size[0], size[1])
		time.Sleep(300 * time.Millisecond) // the page lays itself out anew; there is no event to wait for
		img := c.Display.Shot(fmt.Sprintf("display-pay-%dx%d", size[0], size[1]))
		if b := img.Bounds(); int64(b.Dx()) != size[0] || int64(b.Dy()) != size[1] {
			t.Errorf("the picture has %v, want %v", b, size)
		}
		if got, err := kiosktest.Decode(img); err != nil || got != link.PayLink {
			t.Errorf("%v: the code says %q, %v; want %q", size, got, err, link.PayLink)
		}
	}
	c.Till.Shot("till-waiting")
	c.PayOnPhone(link.PayLink)
	c.Till.Shot("till-paid")
	c.Display.Wait("idle again", `!document.querySelector('#screen svg.qr') && document.body.innerText.includes('Bakery Lind')`, 12*time.Second)
}

// TestFault_F72_restart stops the server in mid-sale, lets the customer pay meanwhile at a gateway
// that is away too, and starts it again.
func TestFault_F72_restart(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Charge("1250")
	c.Stop()
	c.Display.Wait("covered", `document.querySelector('[data-stale]')`, 20*time.Second)
	if _, err := kiosktest.Decode(c.Display.Shot("display-stale")); err == nil {
		t.Error("a covered display still shows a code")
	}
	c.Start()
	began := time.Now()
	c.Display.Wait("the code again", `!document.querySelector('[data-stale]') && document.querySelector('#screen svg.qr')`, 15*time.Second)
	t.Logf("the display was right again %v after the start", time.Since(began).Round(time.Millisecond))
	c.Till.Wait("the till again", `!document.querySelector('[data-stale]') && document.querySelector('#side svg.qr')`, 15*time.Second)
	c.Control("pay", map[string]any{"link_id": c.NewestLink().ID})
	c.BothPaid(10 * time.Second)
}

// TestBrowser_webhooksOff: the sweep finds the payment.
func TestBrowser_webhooksOff(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Control("faults", map[string]any{"name": "webhook-off", "times": -1})
	c.Charge("1250")
	c.Control("pay", map[string]any{"link_id": c.NewestLink().ID})
	t.Logf("paid without a webhook after %v", c.BothPaid(10*time.Second).Round(time.Millisecond))
}

// TestBrowser_createAnswerLost: one link in the end, and the sale goes on.
func TestBrowser_createAnswerLost(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Control("faults", map[string]any{"name": "create-lost", "times": 1})
	c.Charge("1250")
	if links := c.Links(); len(links) != 1 {
		t.Errorf("%d links were made", len(links))
	}
	c.Control("pay", map[string]any{"link_id": c.NewestLink().ID})
	c.BothPaid(10 * time.Second)
}
