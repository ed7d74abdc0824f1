package screens

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestBrowser_cart: what is being typed comes back as being typed, in a second tab as well; what was
// emptied can be brought back; and what was charged in one tab is gone in the other.
func TestBrowser_cart(t *testing.T) {
	c := kiosktest.NewCounter(t)
	address := "http://" + kiosktest.HostPort(t, c.Program.Till) + "/till"
	c.Till.Do(chromedp.KeyEvent("3,5+12,5"))
	c.Display.Wait("the cart on the display", `document.querySelector('#screen').innerText.includes('16,00')`, 10*time.Second)

	second := kiosktest.NewPage(t, c.Browser, "second tab")
	second.Size(1280, 800)
	second.Open(address)
	c.Till.Open(address)
	for _, page := range []*kiosktest.Page{c.Till, second} {
		page.Wait("what is being typed", `document.querySelector('#figure .digits').textContent == '12,50' && document.querySelector('#cart-typing .sum').textContent == '12,50'`, 10*time.Second)
		page.Wait("one line", `document.querySelectorAll('#cart-lines li').length == 1`, time.Second)
	}

	c.Till.Do(chromedp.KeyEvent("0+")) // 12,50, where a third decimal would be refused
	c.Till.Do(chromedp.Click(`[data-cart="empty"]`))
	c.Till.Wait("nothing", `document.querySelectorAll('#cart-lines li').length == 0 && !document.querySelector('#removed').hidden`, time.Second)
	c.Till.Do(chromedp.Click(`[data-cart="undo"]`))
	c.Till.Wait("all of it again", `document.querySelector('#cart-total').textContent == '16,00'`, time.Second)

	c.Till.Do(chromedp.Click(`#go`))
	c.Display.Wait("a code on the display", kiosktest.DisplayCode, 10*time.Second)
	second.Wait("an empty cart in the other tab", `!document.querySelector('#root').hasAttribute('data-rung-up') && document.querySelector('#figure .digits').textContent == '0,00'`, 10*time.Second)
}
