package screens

import (
	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// openOffice signs the organizer of a counter in, in a tab of its own.
func openOffice(c *kiosktest.Counter, options ...chromedp.ContextOption) *kiosktest.Page {
	office := kiosktest.NewPage(c.Till.T, c.Browser, "office", options...)
	office.Open("http://" + kiosktest.HostPort(c.Till.T, c.Program.Till) + "/office/signin")
	office.Wait("the form", `document.activeElement?.matches('[autofocus]')`, kiosktest.Patience)
	office.Do(chromedp.SendKeys(`#f-name`, "demo"), chromedp.SendKeys(`#f-password`, assembly.DemoPassword+"\r"))
	office.Wait("the office", `location.pathname === '/office' && document.readyState === 'complete'`, kiosktest.Patience)
	return office
}
