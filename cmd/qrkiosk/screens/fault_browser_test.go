package screens

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestFault_F67_tabletAsleep: the display sleeps while one customer pays and goes and the next one
// is charged. Awake again it shows the present and nothing of what happened meanwhile.
func TestFault_F67_tabletAsleep(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Display.Meddle()
	c.Charge("1250")
	c.Display.Lifecycle("frozen")
	c.Control("pay", map[string]any{"link_id": c.NewestLink().ID})
	c.Till.Wait("paid on the till", `/paid/i.test(document.querySelector('#side').innerText)`, 10*time.Second)
	time.Sleep(9 * time.Second) // longer than a green lasts, and than a page trusts its socket
	c.Till.Do(chromedp.KeyEvent("700"), chromedp.KeyEvent("\r"))
	c.Till.Wait("the next code", `document.querySelector('#side svg.qr')`, 10*time.Second)
	c.Display.Lifecycle("active")
	took := c.Display.Wait("the present", `document.querySelector('#screen')?.dataset.shows === 'code' && document.querySelector('#screen').innerText.includes('7')`, 4*time.Second)
	t.Logf("the present was shown %v after waking", took.Round(time.Millisecond))
	if seen := c.Display.Seen(); strings.Contains(seen, "paid") {
		t.Errorf("awake again it replayed the past: %s", seen)
	}
}

// TestFault_F68_halfOpen: the socket of a display stays open and brings nothing any more. The page
// notices by itself, connects anew and shows the present. (The server's half: TestFault_F68_noPong.)
func TestFault_F68_halfOpen(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Display.Meddle()
	c.Display.Wait("a frame", `window.meddler.last`, 10*time.Second)
	c.Display.Run(`meddler.mode = "mute"; meddler.mutes = meddler.last; meddler.before = meddler.sockets`)
	c.Till.Do(chromedp.KeyEvent("1250"), chromedp.KeyEvent("\r"))
	took := c.Display.Wait("a new socket and the code", `meddler.sockets > meddler.before && `+kiosktest.DisplayCode, 25*time.Second)
	t.Logf("noticed and healed after %v", took.Round(time.Millisecond))
}

// TestFault_F75_shuffledFrames gives a display the frames of a sale late, in every other order, and
// twice: nothing older than what is shown counts.
func TestFault_F75_shuffledFrames(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Display.Meddle()
	c.Display.Wait("idle", `document.querySelector('#screen')?.dataset.shows === 'idle'`, 10*time.Second)
	c.Display.Run(`meddler.mode = "hold"`)
	c.Till.Do(chromedp.KeyEvent("1250"), chromedp.KeyEvent("\r"))
	c.Till.Wait("the code", `document.querySelector('#side svg.qr')`, 10*time.Second)
	c.Control("pay", map[string]any{"link_id": c.NewestLink().ID})
	c.Till.Wait("paid", `/paid/i.test(document.querySelector('#side').innerText)`, 10*time.Second)
	c.Display.Wait("held frames", `meddler.held.length >= 3`, 10*time.Second)
	c.Display.Run(`{
		const held = meddler.held.splice(0);
		meddler.seen = [];
		for (const give of [held.at(-1), held[0], ...held, ...held.toReversed(), held[0]]) {
			give();
			const s = document.querySelector("#screen").dataset.shows;
			if (meddler.seen.at(-1) !== s) meddler.seen.push(s);
		}
	}`)
	if seen := c.Display.Seen(); seen != "paid" {
		t.Errorf("shuffled frames showed %q, want paid and nothing else", seen)
	}
	c.Display.Run(`meddler.mode = "pass"`)
	c.Display.Wait("idle again", `document.querySelector('#screen')?.dataset.shows === 'idle'`, 15*time.Second)
}

// TestFault_F76_backAndDuplicate: a till page that comes back out of the history shows the present,
// and a duplicated tab cannot charge over what the other one began.
func TestFault_F76_backAndDuplicate(t *testing.T) {
	c := kiosktest.NewCounter(t)
	twin := kiosktest.NewPage(t, c.Browser, "twin")
	twin.Size(1280, 800)
	twin.Open("http://" + c.Listen + "/till")
	twin.Wait("the till", kiosktest.TillReady, 10*time.Second)
	c.Till.Do(chromedp.Navigate("http://" + c.Listen + "/till/pair"))
	c.Till.Wait("another page", `location.pathname === '/till/pair'`, 5*time.Second)
	twin.Do(chromedp.KeyEvent("1250"), chromedp.KeyEvent("\r"))
	twin.Wait("the code", `document.querySelector('#side svg.qr')`, 10*time.Second)
	c.Till.Do(chromedp.NavigateBack())
	c.Till.Wait("the sale of the other tab", `document.querySelector('#side svg.qr')`, 4*time.Second)
	key := `document.querySelector('form input[name=key]')?.value`
	c.Till.Run(`{ // a stale form, sent past everything the page does
		const f = new URLSearchParams({ cents: "700", lines: "700", key: ` + key + ` ?? "a-key-of-a-stale-form-in-a-tab" });
		window.stale = 0;
		fetch("/till/charge", { method: "POST", headers: { Accept: "application/json" }, body: f }).then((a) => { window.stale = a.status; });
	}`)
	c.Till.Wait("an answer", `window.stale`, 5*time.Second)
	c.Till.Wait("a clear no", `window.stale === 409`, time.Second)
	if n := len(c.Links()); n != 1 {
		t.Errorf("%d links were made", n)
	}
}

// TestFault_F77_doubleTap: two taps at once, and a tap whose answer the network lost and that is
// repeated, are one charge each.
func TestFault_F77_doubleTap(t *testing.T) {
	c := kiosktest.NewCounter(t)
	c.Till.Meddle()
	c.Till.Wait("the till", kiosktest.TillReady, 10*time.Second)
	c.Till.Do(chromedp.KeyEvent("1250"))
	c.Till.Run(`{ const go = document.querySelector("#go"); go.click(); go.click(); go.form.requestSubmit(go); }`)
	c.Till.Wait("the code", `document.querySelector('#side svg.qr')`, 10*time.Second)
	if n := len(c.Links()); n != 1 {
		t.Errorf("two taps made %d links", n)
	}
	c.Control("pay", map[string]any{"link_id": c.NewestLink().ID})
	c.Till.Wait("paid", `/paid/i.test(document.querySelector('#side').innerText)`, 10*time.Second)
	c.Till.Run(`meddler.lose = 1`)
	c.Till.Do(chromedp.KeyEvent("700"), chromedp.KeyEvent("\r"))
	c.Till.Wait("the code of the second", `document.querySelector('#side svg.qr')`, 10*time.Second)
	c.Till.Run(`document.querySelector("#go")?.click()`) // pressed again
	time.Sleep(500 * time.Millisecond)                   // whatever that press does would have begun
	if n := len(c.Links()); n != 2 {
		t.Errorf("%d links for two sales", n)
	}
	if links := fmt.Sprint(c.Links()); strings.Count(links, "Unused") != 1 {
		t.Errorf("links %s", links)
	}
}
