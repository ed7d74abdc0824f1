package screens

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	pages "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// voices is a browser with two voices, of which the German one is on somebody else's computer. It keeps what
// was said.
const voices = `globalThis.said = [];
	Object.defineProperty(globalThis, "SpeechSynthesisUtterance", { value: class { constructor(text) { this.text = text; } } });
	Object.defineProperty(globalThis, "speechSynthesis", { value: {
		getVoices: () => [{ lang: "de-DE", localService: false }, { lang: "en-GB", localService: true }],
		cancel() {}, speak(s) { said.push(s.voice.lang + ": " + s.text); } } });`

// withVoices loads a page anew in such a browser, which it is from then on.
func withVoices(p *kiosktest.Page) {
	p.T.Helper()
	p.Do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, pages.AddScriptToEvaluateOnNewDocument, pages.AddScriptToEvaluateOnNewDocumentParams{Source: voices})
		return err
	}))
	p.Do(chromedp.Reload())
	p.Wait("voices", `globalThis.said && document.querySelector('#root')`, 10*time.Second)
}

// checkSaid looks at what was said, and that nothing more comes: it waits longer than a tone lasts.
func checkSaid(p *kiosktest.Page, want ...string) {
	p.T.Helper()
	p.Wait("all that is said", `said.length >= `+string(rune('0'+len(want))), 10*time.Second)
	p.Run(`globalThis.from = performance.now()`)
	p.Wait("longer than a tone", `performance.now() - from > 1200`, 5*time.Second)
	var got []string
	if all := p.Word(`said.join("\n")`); all != "" {
		got = strings.Split(all, "\n")
	}
	if len(got) != len(want) {
		p.T.Fatalf("%s: it said %q, want %q", p.Name, got, want)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			p.T.Errorf("%s: it said %q, want %q", p.Name, got[i], want[i])
		}
	}
	p.Run(`said.length = 0`)
}

const showsPaid = `document.querySelector('#screen[data-shows=paid]')`

// TestBrowser_speech: a display says nothing aloud until its register is told to; then the amount once a code
// is up and that it was paid, once each. A voice that is not the device's own is never asked.
func TestBrowser_speech(t *testing.T) {
	c := kiosktest.NewCounter(t)
	withVoices(c.Display)
	pay := func() {
		c.Control("pay", map[string]any{"link_id": c.NewestLink().ID})
		c.Display.Wait("paid", showsPaid, 20*time.Second)
	}
	speech := func(word string) {
		c.Till.Run(`document.querySelector('[name=speech][value=` + word + `]').click()`)
		c.Display.Wait("speech "+word, `('speaks' in document.querySelector('#screen').dataset) == ('`+word+`' == 'on')`, 10*time.Second)
	}
	c.Charge("1250")
	pay()
	checkSaid(c.Display)

	speech("on")
	c.Charge("700")
	checkSaid(c.Display, "en-GB: Please pay €7.00 with")
	c.Display.Do(chromedp.Reload())
	c.Display.Wait("the code again", kiosktest.DisplayCode, 10*time.Second)
	checkSaid(c.Display)
	pay()
	checkSaid(c.Display, "en-GB: Paid: €7.00.")
	c.Display.Do(chromedp.Reload())
	c.Display.Wait("paid again", showsPaid, 10*time.Second)
	checkSaid(c.Display)

	c.Display.Wait("idle", `document.querySelector('#screen[data-shows=idle]')`, 15*time.Second)
	c.Display.Run(`document.querySelector('.langs [lang=de]').click()`)
	c.Display.Wait("German", `document.querySelector('#screen').lang == 'de'`, 10*time.Second)
	c.Charge("300")
	checkSaid(c.Display)
	pay()
	checkSaid(c.Display)

	speech("off")
	c.Display.Wait("idle", `document.querySelector('#screen[data-shows=idle]')`, 15*time.Second)
	c.Display.Run(`document.querySelector('.langs [lang=en]').click()`)
	c.Display.Wait("English", `document.querySelector('#screen').lang == 'en'`, 10*time.Second)
	c.Charge("400")
	checkSaid(c.Display)
}

// TestBrowser_speechOfATurnedTill: so does a till that is turned to the customer, and not again when it is turned
// back and to the customer once more, or loaded anew meanwhile.
func TestBrowser_speechOfATurnedTill(t *testing.T) {
	c := newLonelyTill(t)
	withVoices(c.Till)
	c.Till.Wait("the till", kiosktest.TillReady, 10*time.Second)
	c.Till.Run(`document.querySelector('[name=speech][value=on]').click()`)
	c.Till.Wait("that it speaks", `document.querySelector('[name=speech][value=on][aria-pressed=true]')`, 10*time.Second)
	c.Till.Do(chromedp.KeyEvent("1250"), chromedp.KeyEvent("\r"))
	c.Till.Wait("the code", `document.querySelector('#side svg.qr')`, 10*time.Second)
	checkSaid(c.Till)
	turn := func() {
		c.Till.Do(chromedp.Click(`#turn`))
		c.Till.Wait("turned", turned, 5*time.Second)
	}
	turn()
	checkSaid(c.Till, "en-GB: Please pay €12.50 with")
	c.Till.Do(chromedp.KeyEvent("\x1b"))
	c.Till.Wait("back", turnedBack, 5*time.Second)
	turn()
	checkSaid(c.Till)
	c.Till.Do(chromedp.Reload())
	c.Till.Wait("turned by itself", turned, 10*time.Second)
	checkSaid(c.Till)
	c.Control("pay", map[string]any{"link_id": c.NewestLink().ID})
	checkSaid(c.Till, "en-GB: Paid: €12.50.")

	c.Till.Wait("a till again", turnedBack, 12*time.Second)
	c.Till.Do(chromedp.KeyEvent("200"), chromedp.KeyEvent("\r"))
	c.Till.Wait("turned by itself", turned, 10*time.Second)
	checkSaid(c.Till, "en-GB: Please pay €2.00 with")
}
