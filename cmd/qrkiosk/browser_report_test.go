package main

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

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
	c := newCounter(t)
	c.charge("1250")
	c.control("pay", map[string]any{"link_id": c.newestLink().ID})
	c.till.wait("paid", `/paid/i.test(document.querySelector('#side').innerText)`, 10*time.Second)
	base := strings.TrimSuffix(c.till.word(`location.origin + location.pathname`), views.PathTill)
	detail := c.till.word(`document.querySelector('.sales a').href`)

	sale := newPage(t, c.browser, "sale")
	sale.size(800, 1280)
	for range 20 { // until the row is listed
		sale.open(detail)
		if strings.Contains(sale.text(), "Refund") {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	sale.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.fold:has(#refund) > summary').focus()`))
	sale.do(chromedp.KeyEvent("\r"))
	sale.wait("the form is open", `document.querySelector('.fold:has(#refund)').open`, 2*time.Second)
	sale.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#refund [name=part]').focus()`))
	sale.do(chromedp.KeyEvent(kb.ArrowDown)) // a part
	sale.shot("sale-refund-form")
	sale.do(chromedp.SendKeys(`#refund [name=amount]`, "2,50"), chromedp.SendKeys(`#refund [name=reason]`, "cold soup"))
	sale.do(chromedp.SendKeys(`#refund [name=pin]`, pin+"\r"))
	sale.wait("requested", `/requested|asked/.test(document.querySelector('.refund')?.innerText)`, 10*time.Second)
	sale.shot("sale-refund-requested")

	report := newPage(t, c.browser, "report")
	report.size(800, 1280)
	report.open(base + views.PathShift)
	report.shot("report-x")
	report.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('form.decide .go').focus()`))
	report.do(chromedp.KeyEvent("\r"))
	report.wait("the Z report", `/Z.*1/.test(document.querySelector('h1').innerText)`, 10*time.Second)
	report.shot("report-z")
	report.do(chromedp.Evaluate[chromedp.Void](asPrinted))
	for name, width := range map[string]int64{"80mm": 272, "a4": 718} { // what is left inside the margins
		report.size(width, 1000)
		report.wait(name+" fits", `document.documentElement.scrollWidth <= innerWidth`, 2*time.Second)
		report.wait(name+" has no buttons", `![...document.querySelectorAll('.back, .ends, form, nav')].some(e => e.offsetHeight > 0)`, 2*time.Second)
		report.shot("report-" + name)
	}
}

// word is what an expression of the page makes.
func (p *page) word(expression string) string {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}
