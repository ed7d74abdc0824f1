package screens

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestBrowser_signIn: whoever stood here last is chosen already, and the last of six digits opens the
// till: six taps. A PIN of another length waits for OK, once it is said that it has one.
func TestBrowser_signIn(t *testing.T) {
	c := kiosktest.NewCounter(t)
	atTheDoor := func() {
		c.Till.Do(chromedp.Click(`.lock button`))
		c.Till.Wait("sign in", `document.querySelector('#pin [name=staff]:checked') && !document.querySelector('[data-digit="1"]').hidden`, 10*time.Second)
	}
	tap := func(digits string) {
		for _, d := range digits {
			c.Till.Do(chromedp.Click(`[data-digit="` + string(d) + `"]`))
		}
	}
	c.Till.Size(360, 616)
	atTheDoor()
	tap(kiosktest.PIN)
	c.Till.Wait("the till after six taps", kiosktest.TillReady, 10*time.Second)

	atTheDoor()
	tap("11" + kiosktest.PIN[:4])
	c.Till.Wait("a wrong PIN in words", `!document.querySelector('#fault').hidden && document.querySelector('#fault').textContent.trim() != ''`, 10*time.Second)
	c.Till.Do(chromedp.Click(`.other`))
	tap(kiosktest.PIN)
	c.Till.Wait("nothing sent by itself", `document.querySelector('#pin-field').value.length == 6`, time.Second)
	c.Till.Do(chromedp.Click(`.secret .go`))
	c.Till.Wait("the till after OK", kiosktest.TillReady, 10*time.Second)
}
