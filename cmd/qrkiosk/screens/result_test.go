package screens

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// inSight is an expression: the first line of an element is on the screen and on top.
func inSight(selector string) string {
	return fmt.Sprintf(`(() => {
		const el = document.querySelector(%q), box = el?.getBoundingClientRect();
		return el && box.height > 0 && box.top >= 0 && box.top + Math.min(box.height, 24) <= innerHeight &&
			el.contains(document.elementFromPoint(box.left + Math.min(box.width, 40) / 2, box.top + Math.min(box.height, 24) / 2));
	})()`, selector)
}

// TestBrowser_results presses what tests something, and what is made to be read once: the answer is in sight
// without rolling, and told to ears.
func TestBrowser_results(t *testing.T) {
	c := kiosktest.NewCounter(t)
	address := "http://" + kiosktest.HostPort(t, c.Program.Till)
	office := openOffice(c)
	stall := evaluate[string](office, `document.querySelector('.stall h2 a').href`)
	for _, z := range [][2]int64{{1280, 800}, {390, 664}} {
		c.Till.Size(z[0], z[1])
		office.Size(z[0], z[1])

		c.Till.Open(address + "/till")
		c.Till.Wait("the till", kiosktest.TillReady, kiosktest.Patience)
		c.Till.Do(chromedp.Click(`.signs[popovertarget]`), chromedp.Click(`#signs [action$="/test"] button`))
		c.Till.Wait("what the test found", inSight("#test .verdict:not(.wait)")+` && document.querySelector('#tested').textContent.trim() !== ''`, kiosktest.Patience)
		c.Till.Do(chromedp.Click(`#signs [data-do=sound]`))
		c.Till.Wait("what the sound is", inSight("[data-own-words=sound] [role=status]"), kiosktest.Patience)
		c.Till.Do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`), chromedp.KeyEvent("5\x1b"))
		c.Till.Wait("the sheet closed, and nothing typed behind it", `!document.querySelector(':popover-open, [inert]') && document.querySelector('#figure .digits').textContent === '0,00' && document.activeElement.matches('.signs')`, kiosktest.Patience)

		for press, answer := range map[string]string{"preview": "[role=status]:has(#preview)", "check": ".matter > .fault[role=alert]"} {
			office.Open(stall + "/terms")
			office.Wait("the terms", `document.readyState === 'complete' && document.querySelector('#f-token-1')`, kiosktest.Patience)
			office.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#f-name-1').value = 'Mill'; document.querySelector('#f-token-1').value = 'tok_mill'; document.querySelector('#f-percent-1').value = '10'`))
			office.Do(chromedp.Click(`.terms .acts [value=` + press + `]`))
			office.Wait("the answer to "+press, inSight(answer), kiosktest.Patience)
		}
		office.Open(stall + "/statement")
		office.Wait("the statement", `document.readyState === 'complete' && document.querySelector('[action*="owner-link"]')`, kiosktest.Patience)
		office.Do(chromedp.Click(`[action*="owner-link"] button`))
		office.Wait("the owner's link", inSight("[role=status] #made")+" && "+inSight(".secret"), kiosktest.Patience)
	}
}
