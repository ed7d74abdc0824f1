package screens

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestBrowser_soldOut: the menu of a tile marks its item as sold out; within a second it is grey in the other tab
// too, a tap on it adds nothing, and a cart that has it says so and can be charged.
func TestBrowser_soldOut(t *testing.T) {
	c := kiosktest.NewCounter(t)
	second := kiosktest.NewPage(t, c.Browser, "second tab")
	second.Size(1280, 800)
	second.Open("http://" + kiosktest.HostPort(t, c.Program.Till) + "/till")
	for _, page := range []*kiosktest.Page{c.Till, second} {
		page.Do(chromedp.Click(`button[data-pane="items"]`))
	}
	second.Do(chromedp.Click(`[data-item] .take`))
	second.Wait("a line", `document.querySelectorAll('#cart-lines li').length == 1`, time.Second)

	c.Till.Run(`document.querySelector('[data-item] .take').dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))`)
	c.Till.Wait("the item's sheet", `document.querySelector('#item:popover-open [value=yes]') && document.querySelector('#item [value=no]').hidden`, time.Second)
	c.Till.Do(chromedp.Click(`#item [value=yes]`))
	c.Till.Wait("grey here", `document.querySelector('[data-item]').hasAttribute('data-out') && !document.querySelector('#item').matches(':popover-open')`, 2*time.Second)
	took := second.Wait("grey there", `document.querySelector('[data-item]').hasAttribute('data-out')`, 2*time.Second)
	t.Logf("in the other tab after %s more", took)
	second.Wait("the cart says it", `document.querySelector('#cart-lines .each').textContent.includes(document.querySelector('#cart-lines').dataset.out) && !document.querySelector('#fault').hidden`, time.Second)

	c.Till.Do(chromedp.Click(`[data-item] .take`))
	c.Till.Wait("the sheet instead of a line", `document.querySelector('#item:popover-open [value=no]') && document.querySelector('#root').dataset.rungUp === undefined`, time.Second)
	c.Till.Do(chromedp.Click(`#item [value=no]`))
	c.Till.Wait("sold again", `!document.querySelector('[data-item]').hasAttribute('data-out')`, 2*time.Second)

	// A finger that stays: the sheet comes when it is lifted, and nothing is added.
	const finger = `(kind) => document.querySelector('[data-item] .take').dispatchEvent(new PointerEvent(kind, { bubbles: true, pointerType: 'touch' }))`
	c.Till.Run(`(` + finger + `)('pointerdown')`)
	c.Till.Wait("the tile held", `document.querySelector('[data-item]').classList.contains('held')`, 2*time.Second)
	c.Till.Run(`(` + finger + `)('pointerup'); document.querySelector('[data-item] .take').click()`)
	c.Till.Wait("the sheet and no line", `document.querySelector('#item:popover-open') && document.querySelectorAll('#cart-lines li').length == 0`, time.Second)
}
