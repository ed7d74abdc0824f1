package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The part of the catalogue that needs a real browser.

// meddler stands between the socket of a page and its code, and notes everything the screen showed.
// mode: pass lets frames through, mute swallows them as a connection does that died without a word,
// hold keeps them to be given later. lose lets a POST through and keeps its answer.
const meddler = `(() => {
	const Real = WebSocket;
	window.meddler = { mode: "pass", held: [], sockets: 0, seen: [], lose: 0 };
	window.WebSocket = class extends Real {
		constructor(...a) { super(...a); window.meddler.sockets++; }
		set onmessage(f) {
			super.onmessage = (e) => {
				const m = window.meddler;
				if (m.mode === "mute" && m.mutes === this) return;
				if (m.mode === "hold" && JSON.parse(e.data).html) { m.held.push(() => f(e)); return; }
				m.last = this;
				f(e);
			};
		}
	};
	const ask = window.fetch;
	window.fetch = async (...a) => {
		const answer = await ask(...a);
		if (a[1]?.method === "POST" && window.meddler.lose-- > 0) throw new TypeError("network");
		return answer;
	};
	const note = () => {
		const s = document.querySelector("#screen")?.dataset.shows;
		const seen = window.meddler.seen;
		if (s && seen.at(-1) !== s) seen.push(s);
	};
	new MutationObserver(note).observe(document, { childList: true, subtree: true, attributes: true });
})();`

// meddle puts the meddler into a page and loads it again.
func (p *page) meddle() {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: meddler})
		return err
	}), chromedp.Reload())
	p.wait("the live connection", `window.meddler?.sockets > 0`, 10*time.Second)
}

func (p *page) run(script string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](script))
}

// lifecycle puts the page to sleep ("frozen") or wakes it ("active").
func (p *page) lifecycle(state cdppage.SetWebLifecycleStateState) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cdppage.SetWebLifecycleState, cdppage.SetWebLifecycleStateParams{State: state})
		return err
	}))
}

func (p *page) seen() string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	list, err := chromedp.Run(ctx, chromedp.Evaluate[string](`window.meddler.seen.join(" ")`))
	if err != nil {
		p.t.Fatal(err)
	}
	return list
}

// TestFault_F67_tabletAsleep: the display sleeps while one customer pays and goes and the next one
// is charged. Awake again it shows the present and nothing of what happened meanwhile.
func TestFault_F67_tabletAsleep(t *testing.T) {
	c := newCounter(t)
	c.display.meddle()
	c.charge("1250")
	c.display.lifecycle("frozen")
	c.control("pay", map[string]any{"link_id": c.newestLink().ID})
	c.till.wait("paid on the till", `/paid/i.test(document.querySelector('#side').innerText)`, 10*time.Second)
	time.Sleep(9 * time.Second) // longer than a green lasts, and than a page trusts its socket
	c.till.do(chromedp.KeyEvent("700"), chromedp.KeyEvent("\r"))
	c.till.wait("the next code", `document.querySelector('#side svg.qr')`, 10*time.Second)
	c.display.lifecycle("active")
	took := c.display.wait("the present", `document.querySelector('#screen')?.dataset.shows === 'code' && document.querySelector('#screen').innerText.includes('7')`, 4*time.Second)
	t.Logf("the present was shown %v after waking", took.Round(time.Millisecond))
	if seen := c.display.seen(); strings.Contains(seen, "paid") {
		t.Errorf("awake again it replayed the past: %s", seen)
	}
}

// TestFault_F68_halfOpen: the socket of a display stays open and brings nothing any more. The page
// notices by itself, connects anew and shows the present. (The server's half: TestFault_F68_noPong.)
func TestFault_F68_halfOpen(t *testing.T) {
	c := newCounter(t)
	c.display.meddle()
	c.display.wait("a frame", `window.meddler.last`, 10*time.Second)
	c.display.run(`meddler.mode = "mute"; meddler.mutes = meddler.last; meddler.before = meddler.sockets`)
	c.till.do(chromedp.KeyEvent("1250"), chromedp.KeyEvent("\r"))
	took := c.display.wait("a new socket and the code", `meddler.sockets > meddler.before && `+displayCode, 25*time.Second)
	t.Logf("noticed and healed after %v", took.Round(time.Millisecond))
}

// TestFault_F75_shuffledFrames gives a display the frames of a sale late, in every other order, and
// twice: nothing older than what is shown counts.
func TestFault_F75_shuffledFrames(t *testing.T) {
	c := newCounter(t)
	c.display.meddle()
	c.display.wait("idle", `document.querySelector('#screen')?.dataset.shows === 'idle'`, 10*time.Second)
	c.display.run(`meddler.mode = "hold"`)
	c.till.do(chromedp.KeyEvent("1250"), chromedp.KeyEvent("\r"))
	c.till.wait("the code", `document.querySelector('#side svg.qr')`, 10*time.Second)
	c.control("pay", map[string]any{"link_id": c.newestLink().ID})
	c.till.wait("paid", `/paid/i.test(document.querySelector('#side').innerText)`, 10*time.Second)
	c.display.wait("held frames", `meddler.held.length >= 3`, 10*time.Second)
	c.display.run(`{
		const held = meddler.held.splice(0);
		meddler.seen = [];
		for (const give of [held.at(-1), held[0], ...held, ...held.toReversed(), held[0]]) {
			give();
			const s = document.querySelector("#screen").dataset.shows;
			if (meddler.seen.at(-1) !== s) meddler.seen.push(s);
		}
	}`)
	if seen := c.display.seen(); seen != "paid" {
		t.Errorf("shuffled frames showed %q, want paid and nothing else", seen)
	}
	c.display.run(`meddler.mode = "pass"`)
	c.display.wait("idle again", `document.querySelector('#screen')?.dataset.shows === 'idle'`, 15*time.Second)
}

// TestFault_F76_backAndDuplicate: a till page that comes back out of the history shows the present,
// and a duplicated tab cannot charge over what the other one began.
func TestFault_F76_backAndDuplicate(t *testing.T) {
	c := newCounter(t)
	twin := newPage(t, c.browser, "twin")
	twin.size(1280, 800)
	twin.open("http://" + c.listen + "/till")
	twin.wait("the till", tillReady, 10*time.Second)
	c.till.do(chromedp.Navigate("http://" + c.listen + "/till/pair"))
	c.till.wait("another page", `location.pathname === '/till/pair'`, 5*time.Second)
	twin.do(chromedp.KeyEvent("1250"), chromedp.KeyEvent("\r"))
	twin.wait("the code", `document.querySelector('#side svg.qr')`, 10*time.Second)
	c.till.do(chromedp.NavigateBack())
	c.till.wait("the sale of the other tab", `document.querySelector('#side svg.qr')`, 4*time.Second)
	key := `document.querySelector('form input[name=key]')?.value`
	c.till.run(`{ // a stale form, sent past everything the page does
		const f = new URLSearchParams({ cents: "700", lines: "700", key: ` + key + ` ?? "a-key-of-a-stale-form-in-a-tab" });
		window.stale = 0;
		fetch("/till/charge", { method: "POST", headers: { Accept: "application/json" }, body: f }).then((a) => { window.stale = a.status; });
	}`)
	c.till.wait("an answer", `window.stale`, 5*time.Second)
	c.till.wait("a clear no", `window.stale === 409`, time.Second)
	if n := len(c.links()); n != 1 {
		t.Errorf("%d links were made", n)
	}
}

// TestFault_F77_doubleTap: two taps at once, and a tap whose answer the network lost and that is
// repeated, are one charge each.
func TestFault_F77_doubleTap(t *testing.T) {
	c := newCounter(t)
	c.till.meddle()
	c.till.wait("the till", tillReady, 10*time.Second)
	c.till.do(chromedp.KeyEvent("1250"))
	c.till.run(`{ const go = document.querySelector("#go"); go.click(); go.click(); go.form.requestSubmit(go); }`)
	c.till.wait("the code", `document.querySelector('#side svg.qr')`, 10*time.Second)
	if n := len(c.links()); n != 1 {
		t.Errorf("two taps made %d links", n)
	}
	c.control("pay", map[string]any{"link_id": c.newestLink().ID})
	c.till.wait("paid", `/paid/i.test(document.querySelector('#side').innerText)`, 10*time.Second)
	c.till.run(`meddler.lose = 1`)
	c.till.do(chromedp.KeyEvent("700"), chromedp.KeyEvent("\r"))
	c.till.wait("the code of the second", `document.querySelector('#side svg.qr')`, 10*time.Second)
	c.till.run(`document.querySelector("#go")?.click()`) // pressed again
	time.Sleep(500 * time.Millisecond)                   // whatever that press does would have begun
	if n := len(c.links()); n != 2 {
		t.Errorf("%d links for two sales", n)
	}
	if links := fmt.Sprint(c.links()); strings.Count(links, "Unused") != 1 {
		t.Errorf("links %s", links)
	}
}
