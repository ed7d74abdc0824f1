package screens

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestBrowser_parking: a cart is parked under a name, opened again from the list of the till at rest, given
// back by emptying it, and gone once it is charged.
func TestBrowser_parking(t *testing.T) {
	c := kiosktest.NewCounter(t)
	const listed, total = `document.querySelector('.parked b')?.textContent == 'Table 5'`, `document.querySelector('#cart-total').textContent == '16,00'`
	c.Till.Do(chromedp.KeyEvent("3,5+12,50+"))
	c.Till.Do(chromedp.Click(`.tool[popovertarget="park"]`))
	c.Till.Do(chromedp.SendKeys(`#park [name=name]`, "Table 5\r"))
	c.Till.Wait("it is parked", listed+` && !document.querySelector('#root').hasAttribute('data-rung-up')`, 10*time.Second)

	c.Till.Do(chromedp.Click(`.parked button`))
	c.Till.Wait("it is open", total, 10*time.Second)
	c.Display.Wait("the cart on the display", `document.querySelector('#screen').innerText.includes('16,00')`, 10*time.Second)
	c.Till.Do(chromedp.Click(`[data-cart="empty"]`))
	c.Till.Wait("it is given back", listed+` && document.querySelector('#removed button').hidden && document.querySelector('.parked button').checkVisibility()`, 10*time.Second)
	c.Till.Do(chromedp.Click(`.parked button`))
	c.Till.Wait("it is open again", total, 10*time.Second)
	c.Till.Do(chromedp.Click(`#go`))
	c.Display.Wait("a code on the display", kiosktest.DisplayCode, 10*time.Second)
	c.Till.Wait("nothing is parked", `!document.querySelector('.parked')`, 10*time.Second)
}

// TestBrowser_split: a cart is split in its head; the first half is charged on the page where it is split, and
// what is left is on the till's list.
func TestBrowser_split(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Till.Do(chromedp.KeyEvent("3,5+12,51+"))
	c.Till.Do(chromedp.Click(`[value="split"]`))
	c.Till.Wait("the page where it is split", `document.querySelector('.bill .left b').innerText.includes('16,01')`, 10*time.Second)
	c.Till.Do(chromedp.Click(`.bill .step[href]`))
	c.Till.Wait("one line is taken", `document.querySelector('.bill .go').innerText.includes('3,50')`, 10*time.Second)
	c.Till.Do(chromedp.Click(`.bill .chips a`))
	c.Till.Wait("half of it", `document.querySelector('.bill .go').innerText.includes('8,01')`, 10*time.Second)
	c.Till.Do(chromedp.Click(`.bill .go`))
	c.Display.Wait("a code on the display", kiosktest.DisplayCode, 10*time.Second)
	c.Till.Wait("the sale on the till", `document.querySelector('.hand .amount').innerText.includes('8,01')`, 10*time.Second)
	c.Till.Do(chromedp.Click(`#cancel`))
	c.Till.Wait("it is to be charged again", `document.querySelector('.parked .sum')?.innerText.includes('16,01') && document.querySelector('.parked a')`, 20*time.Second)
}
