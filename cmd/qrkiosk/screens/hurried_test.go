package screens

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
)

// tile is a thing that is sold, as the till shows it.
type tile struct {
	Name  string      `json:"name"`
	Cents kiosk.Money `json:"cents"`
}

// hurried counts what a hand has tapped, by nothing but its taps.
type hurried struct {
	tiles   []tile
	pieces  map[string]int64
	pending kiosk.Money // digits typed and not yet finished
	typed   kiosk.Money
	taps    []string // selectors, in order
}

// next is one more tap: on a tile, on a line of the cart, or on a key.
func (h *hurried) next(r *rand.Rand) {
	one := h.tiles[r.IntN(len(h.tiles))]
	switch kind := r.IntN(10); {
	case kind < 5:
		h.tap(fmt.Sprintf(`[data-name=%q] .take`, one.Name))
		h.pieces[one.Name]++
		h.finish()
	case kind < 7 && h.pieces[one.Name] > 0:
		step, by := "less", int64(-1)
		if r.IntN(2) == 0 {
			step, by = "more", 1
		}
		h.tap(fmt.Sprintf(`#cart-lines li:has(.called[title=%q]) .%s`, one.Name, step))
		h.pieces[one.Name] += by
	case kind == 9 || h.pending > 999:
		h.tap(`[data-key="plus"]`)
		h.finish()
	default:
		digit := r.IntN(10)
		h.tap(fmt.Sprintf(`[data-key="%d"]`, digit))
		h.pending = h.pending*10 + kiosk.Money(digit)
	}
}

func (h *hurried) tap(selector string) { h.taps = append(h.taps, selector) }

func (h *hurried) finish() { h.typed, h.pending = h.typed+h.pending, 0 }

func (h *hurried) sum() kiosk.Money {
	sum := h.typed + h.pending
	for _, t := range h.tiles {
		sum += t.Cents * kiosk.Money(h.pieces[t.Name])
	}
	return sum
}

// TestBrowser_hurriedHand: two hundred taps on tiles, cart and keypad, eight a second: what is charged is
// what was tapped.
func TestBrowser_hurriedHand(t *testing.T) {
	c := kiosktest.NewCounter(t)
	raw, err := chromedp.Run(c.Till.Ctx, chromedp.Evaluate[string](`JSON.stringify([...document.querySelectorAll('#items [data-item]')].map((t) => ({ name: t.dataset.name, cents: Number(t.dataset.cents) })))`))
	if err != nil {
		t.Fatal(err)
	}
	h := &hurried{pieces: map[string]int64{}}
	if err := json.Unmarshal([]byte(raw), &h.tiles); err != nil || len(h.tiles) < 4 {
		t.Fatalf("%d tiles, %v: %s", len(h.tiles), err, raw)
	}
	h.tiles = h.tiles[:4]
	r := rand.New(rand.NewPCG(7, 11)) //nolint:gosec // a hand, not a secret
	for range 200 {
		h.next(r)
	}
	taps, err := json.Marshal(h.taps)
	if err != nil {
		t.Fatal(err)
	}
	c.Till.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('button[data-pane=items]').click(); window.tapped = 0; {
		const taps = ` + string(taps) + `;
		const tap = () => {
			const el = document.querySelector(taps[window.tapped]);
			if (!el) return (window.missed = taps[window.tapped]);
			el.click();
			if (++window.tapped < taps.length) setTimeout(tap, 125);
		};
		tap();
	}`))
	c.Till.Wait("two hundred taps", `window.missed || window.tapped == 200`, 2*time.Minute)
	lost, err := chromedp.Run(c.Till.Ctx, chromedp.Evaluate[string](`window.missed || ''`))
	if err != nil || lost != "" {
		t.Fatalf("there was nothing to tap: %s, %v", lost, err)
	}
	c.Till.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#go').click()`))
	c.Display.Wait("a code on the display", kiosktest.DisplayCode, 10*time.Second)
	if shown := c.Till.Text(); !strings.Contains(strings.ReplaceAll(shown, ",", "."), h.sum().String()) {
		t.Errorf("%v was tapped (%+v), and the till shows %s", h.sum(), h.pieces, shown)
	}
}
