package screens

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

const answered = `document.querySelector('#side[data-now-state="awaiting"] #change') && !document.querySelector('#go').ariaBusy`

// TestBrowser_change: one tap opens the cart of the code on show, in every tab of the register; what is
// rung up for somebody else is not lost to it; the changed cart is another sale; and when the old code is
// paid all the same, cart and charge are gone and the till says why.
func TestBrowser_change(t *testing.T) {
	c := kiosktest.NewCounter(t)
	host := kiosktest.HostPort(t, c.Program.Till)
	till := observed(t, c.Browser, "till")
	till.Open("http://" + host + "/till")
	till.Wait("the keypad", kiosktest.TillReady, 10*time.Second)
	till.tap("1250")
	c.Display.Wait("the code", kiosktest.DisplayCode, 10*time.Second)

	till.Wait("the charge's answer", answered, 10*time.Second)
	till.Do(chromedp.KeyEvent("7"))
	till.Do(chromedp.Click(`#change button`))
	till.Wait("the refusal", `!document.querySelector('#fault').hidden && document.querySelector('#change') && document.querySelector('#figure .digits').textContent == '0,07'`, 5*time.Second)
	till.Do(chromedp.KeyEvent("\x1b"))

	before := till.notes().Taps
	till.Do(chromedp.Click(`#change button`))
	const open = `document.querySelector('#cart-total').textContent == '12,50' && document.querySelectorAll('#cart-lines li').length == 1 && !document.querySelector('#go').disabled`
	till.Wait("the cart", open, 5*time.Second)
	if n := till.notes().Taps - before; n != 1 {
		t.Errorf("it took %d taps", n)
	}
	c.Till.Wait("the cart in the other tab", open, 5*time.Second)
	c.Display.Wait("the cart on the display", `document.querySelector('#screen').innerText.includes('12,50') && !document.querySelector('#screen svg.qr')`, 10*time.Second)

	till.Do(chromedp.Click(`#cart-lines [data-cart="more"]`), chromedp.Click(`#go`))
	c.Display.Wait("the code of the changed cart", `document.querySelector('#screen').innerText.includes('25,00') && document.querySelector('#screen svg.qr')`, 20*time.Second)

	till.Wait("the charge's answer", answered, 10*time.Second)
	old := c.NewestLink().ID
	c.Control("faults", map[string]any{"name": "delete-500", "times": -1})
	till.Do(chromedp.Click(`#change button`))
	till.Wait("the cart again", `document.querySelector('#cart-total').textContent == '25,00' && !document.querySelector('#go').disabled`, 5*time.Second)
	till.Do(chromedp.Click(`#cart-lines [data-cart="less"]`), chromedp.Click(`#go`))
	till.Wait("that it waits", `document.querySelector('#side[data-now-state="opening"] .stage .title')`, 5*time.Second)
	c.Control("pay", map[string]any{"link_id": old})
	till.Wait("why the charge is gone", `document.querySelector('#side[data-now-state="ready"] .strip.alarm h2')`, 20*time.Second)
	c.Control("faults", map[string]any{"name": "delete-500", "times": 0})
}
