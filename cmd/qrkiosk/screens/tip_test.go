package screens

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestBrowser_tip: what a tip of "5" could mean is two buttons, and the one that is tapped is asked for with
// the sale; all of the customer's screen speaks the language that was chosen, and its reader is told so.
func TestBrowser_tip(t *testing.T) {
	c := kiosktest.NewCounter(t)
	office := openOffice(c, chromedp.WithNewBrowserContext())
	office.Wait("the stalls", `document.querySelector('main a[href^="/office/stalls/"]')`, kiosktest.Patience)
	office.Open(office.Word(`document.querySelector('main a[href^="/office/stalls/"]').href.match(/.*stalls.[^/]+/)[0] + '/selling'`))
	office.Wait("how it sells", `document.readyState === 'complete' && document.querySelector('input[name=tip]')`, kiosktest.Patience)
	office.Run(`document.querySelector('input[name=tip]').checked = true; document.querySelector('input[name=tip]').form.requestSubmit()`)
	office.Wait("that it asks", `document.querySelector('input[name=tip]')?.matches('[checked]')`, kiosktest.Patience)

	c.Till.Do(chromedp.KeyEvent("12,50"), chromedp.KeyEvent("\r"))
	c.Display.Wait("the question", `document.querySelector('.own [name=amount]')`, 10*time.Second)
	give := func() {
		c.Display.Run(`document.querySelector('.own [name=amount]').value = '5'; document.querySelector('.own').requestSubmit()`)
	}
	give()
	c.Display.Wait("both readings", `[...document.querySelectorAll('#fault button')].map(b => b.textContent.replace(/\s/g, '')).join() == '0,05€,5,00€'`, 10*time.Second)
	c.Display.Run(`document.querySelector('.langs [lang=de]').click()`)
	c.Display.Wait("German", `document.querySelector("#screen").lang == "de" && !document.querySelector('.own [name=amount]').value`, 10*time.Second)
	for _, part := range []string{"#screen", "#say", "#cover", "#lost", "#wake"} {
		if got := c.Display.Word(`document.querySelector('` + part + `').lang`); got != "de" {
			t.Errorf("%s speaks %q", part, got)
		}
	}
	give()
	c.Display.Wait("both readings again", `document.querySelectorAll('#fault button').length == 2`, 10*time.Second)
	c.Display.Run(`document.querySelector('#fault button:last-child').click()`)
	c.Display.Wait("the code with the tip", kiosktest.DisplayCode+` && document.querySelector('#screen').innerText.includes('17,50')`, 10*time.Second)
}
