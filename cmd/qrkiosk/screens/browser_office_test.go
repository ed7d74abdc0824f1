package screens

import (
	"testing"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestBrowser_officeKeyboard signs in to the office, makes a stall, names its seller, gives it a
// register and takes that register's cards, without a pointer. The focus is seen all the way.
func TestBrowser_officeKeyboard(t *testing.T) {
	c := kiosktest.NewCounter(t)
	base := "http://" + kiosktest.HostPort(t, c.Program.Till)
	office := observed(t, c.Browser, "office")
	comes := func(what, sign string) {
		t.Helper()
		office.Wait(what, `document.readyState === 'complete' && (!document.querySelector('[autofocus]') || document.activeElement.matches('[autofocus]')) && `+sign, kiosktest.Patience)
	}
	fill := func(selector, text string) {
		t.Helper()
		office.tabTo(selector)
		office.Do(chromedp.KeyEvent(text))
	}
	office.Open(base + "/office/signin")
	comes("the form", `document.querySelector('#f-name')`)
	fill("#f-password", assembly.DemoPassword)
	fill("#f-name", "demo\r")
	comes("the stalls", `location.pathname === '/office'`)
	fill("#f-name", "Honey\r")
	comes("the new stall", `document.body.innerText.includes('Honey')`)
	fill(`a[href$="/selling"]`, "\r")
	comes("what it sells", `document.querySelector('#f-seller')`)
	fill("#f-seller", "Bee Ltd, Meadow 1")
	fill(`form:has(#f-seller) button`, "\r")
	comes("the seller", `document.querySelector('#f-seller')?.value === 'Bee Ltd, Meadow 1'`)
	fill(`a[href$="/registers"]`, "\r")
	comes("its registers", `document.querySelector('#f-prefix')`)
	fill("#f-name", "Hive\r")
	comes("the register", `document.body.innerText.includes('Hive')`)
	fill(`a[href^="/office/cards"]`, "\r")
	comes("the cards to choose", `document.querySelector('input[name^=tablet]')`)
	fill(`label:has(input[name^=tablet]) input, input[name^=tablet]`, " ")
	fill(`form:has(input[name^=tablet]) button`, "\r")
	comes("a card", `document.querySelector('.tag svg')`)
}
