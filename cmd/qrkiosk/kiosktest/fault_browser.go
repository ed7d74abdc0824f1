package kiosktest

import (
	"context"
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

// Meddle puts the meddler into a page and loads it again.
func (p *Page) Meddle() {
	p.T.Helper()
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: meddler})
		return err
	}), chromedp.Reload())
	p.Wait("the live connection", `window.meddler?.sockets > 0`, 10*time.Second)
}

// Run evaluates an expression of the page.
func (p *Page) Run(script string) {
	p.T.Helper()
	p.Do(chromedp.Evaluate[chromedp.Void](script))
}

// Lifecycle puts the page to sleep ("frozen") or wakes it ("active").
func (p *Page) Lifecycle(state cdppage.SetWebLifecycleStateState) {
	p.T.Helper()
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cdppage.SetWebLifecycleState, cdppage.SetWebLifecycleStateParams{State: state})
		return err
	}))
}

// Seen is what the page says and carries.
func (p *Page) Seen() string {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(p.Ctx, 5*time.Second)
	defer cancel()
	list, err := chromedp.Run(ctx, chromedp.Evaluate[string](`window.meddler.seen.join(" ")`))
	if err != nil {
		p.T.Fatal(err)
	}
	return list
}
