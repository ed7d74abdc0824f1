package screens

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/views"
)

// asPrinted applies what style sheets say about paper to the screen.
const asPrinted = `(() => { const walk = rules => { for (const r of rules) {
	if (r instanceof CSSMediaRule && r.media.mediaText === 'print') r.media.mediaText = 'all';
	if (r.cssRules) walk(r.cssRules);
} }; for (const s of document.styleSheets) walk(s.cssRules); })()`

// TestBrowser_reportsAndRefund: a refund and a close with nothing but the keyboard, and reports that
// fit a roll of 80 mm and A4.
func TestBrowser_reportsAndRefund(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Charge("1250")
	c.Control("pay", map[string]any{"link_id": c.NewestLink().ID})
	c.Till.Wait("paid", `/paid/i.test(document.querySelector('#side').innerText)`, 10*time.Second)
	base := strings.TrimSuffix(c.Till.Word(`location.origin + location.pathname`), views.PathTill)
	detail := c.Till.Word(`document.querySelector('.sales a').href`)

	sale := kiosktest.NewPage(t, c.Browser, "sale")
	sale.Size(800, 1280)
	for range 20 { // until the row is listed
		sale.Open(detail)
		if strings.Contains(sale.Text(), "Refund") {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	sale.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.fold:has(#refund) > summary').focus()`))
	sale.Do(chromedp.KeyEvent("\r"))
	sale.Wait("the form is open", `document.querySelector('.fold:has(#refund)').open`, 2*time.Second)
	sale.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#refund [name=part]').focus()`))
	sale.Do(chromedp.KeyEvent(kb.ArrowDown)) // a part
	sale.Shot("sale-refund-form")
	sale.Do(chromedp.SendKeys(`#refund [name=amount]`, "2,50"), chromedp.SendKeys(`#refund [name=reason]`, "cold soup"))
	sale.Do(chromedp.SendKeys(`#refund [name=pin]`, kiosktest.PIN+"\r"))
	sale.Wait("requested", `/requested|asked/.test(document.querySelector('.refund')?.innerText)`, 10*time.Second)
	sale.Shot("sale-refund-requested")

	report := kiosktest.NewPage(t, c.Browser, "report")
	report.Size(800, 1280)
	report.Open(base + views.PathShift)
	report.Shot("report-x")
	report.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('form.decide .go').focus()`))
	report.Do(chromedp.KeyEvent("\r"))
	report.Wait("the Z report", `/Z.*1/.test(document.querySelector('h1').innerText)`, 10*time.Second)
	report.Shot("report-z")
	report.Do(chromedp.Evaluate[chromedp.Void](asPrinted))
	for name, width := range map[string]int64{"80mm": 272, "a4": 718} { // what is left inside the margins
		report.Size(width, 1000)
		report.Wait(name+" fits", `document.documentElement.scrollWidth <= innerWidth`, 2*time.Second)
		report.Wait(name+" has no buttons", `![...document.querySelectorAll('.back, .ends, form, nav')].some(e => e.offsetHeight > 0)`, 2*time.Second)
		report.Shot("report-" + name)
	}
}
