package screens

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestBrowser_tabletCode: a fresh browser at the till's address shows a code and where the office is;
// typed there, it turns into the sign-in by itself, and the tablet of before shows a code.
func TestBrowser_tabletCode(t *testing.T) {
	c := kiosktest.NewCounter(t)
	base := "http://" + kiosktest.HostPort(t, c.Program.Till)
	fresh := kiosktest.NewPage(t, c.Browser, "fresh tablet", chromedp.WithNewBrowserContext())
	fresh.Size(1024, 600)
	fresh.Open(base + "/till")
	fresh.Wait("its code", `location.pathname == '/till/connect' && document.querySelector('#pairing .key-code')`, kiosktest.Patience)
	code, word := fresh.Word(`document.querySelector('.key-code').textContent`), fresh.Word(`document.querySelector('.match').textContent.trim()`)
	address := fresh.Word(`document.querySelector('.address').textContent`)
	fresh.Shot("tablet-code")

	office := kiosktest.NewPage(t, c.Browser, "office", chromedp.WithNewBrowserContext())
	office.Size(1280, 800)
	office.Open(address)
	office.Wait("the office's door", `document.querySelector('#f-password')`, kiosktest.Patience)
	office.Do(chromedp.SendKeys(`#f-name`, "demo"), chromedp.SendKeys(`#f-password`, assembly.DemoPassword+"\r"))
	for _, link := range []string{`main a[href^="/office/stalls/"]`, `a[href$="/registers"]`, `main th a[href*="/registers/"]`} {
		office.Wait(link, `document.querySelector('`+link+`')`, kiosktest.Patience)
		office.Do(chromedp.Click(link))
	}
	office.Wait("the register", `document.querySelector('#f-code')`, kiosktest.Patience)
	office.Do(chromedp.SendKeys(`#f-code`, strings.ToLower(code)+"\r"))
	office.Wait("the tablet found", `document.querySelector('main .match')`, kiosktest.Patience)
	if seen := office.Word(`document.querySelector('main .match').textContent.trim()`); seen != word {
		t.Errorf("the office shows %q, the tablet %q", seen, word)
	}
	office.Shot("tablet-found")
	office.Do(chromedp.Click(`form[action$="/pair/confirm"] button`))
	took := fresh.Wait("the sign-in by itself", `location.pathname == '/till/signin' && document.querySelector('#pin')`, 10*time.Second)
	t.Logf("the tablet became the till after %s", took)
	c.Till.Wait("the tablet of before is none", `location.pathname == '/till/connect'`, 10*time.Second)
	fresh.Do(chromedp.Click(`label.person`), chromedp.SendKeys(`#pin-field`, kiosktest.PIN))
	fresh.Wait("the till", kiosktest.TillReady, 10*time.Second)
}
