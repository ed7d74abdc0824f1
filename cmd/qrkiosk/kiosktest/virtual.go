package kiosktest

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
)

// ChargeAs makes a further sale with a command key of its own.
func (h *Installation) ChargeAs(key string, amount kiosk.Money) (*kiosk.Sale, error) {
	return h.Shop.Till.Charge(context.Background(), h.Actor, till.Charge{Amount: amount, Key: "key-of-the-sale-" + key})
}

// ByNumber is the sale of a number.
func (h *Installation) ByNumber(number string) *kiosk.Sale {
	h.T.Helper()
	sale, err := h.Shop.Till.SaleByNumber(context.Background(), h.Actor.Register, number)
	h.Must(err)
	return sale
}

// StringReader reads a text.
func StringReader(s string) io.Reader { return strings.NewReader(s) }

// Virtual runs a test in virtual time.
func Virtual(t *testing.T, test func(t *testing.T, h *Installation), options ...func(*Installation)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := New(t, options...)
		defer h.end()
		synctest.Wait() // what a start sets going is done
		test(t, h)
	})
}

// Key is the command key of a first charge.
const Key = "a-command-key-of-one-charge"

// Charge begins a sale at the register.
func (h *Installation) Charge(amount kiosk.Money) *kiosk.Sale {
	h.T.Helper()
	sale, err := h.Shop.Till.Charge(context.Background(), h.Actor, till.Charge{Amount: amount, Key: Key})
	h.Must(err)
	return sale
}

// Till is what the till shows.
func (h *Installation) Till() kiosk.TillScreen {
	h.T.Helper()
	till, err := h.Shop.Till.TillScreen(context.Background(), h.Actor.Register)
	h.Must(err)
	return till
}

// RingUp mirrors a cart as an open page of the till does; none empties it.
func (h *Installation) RingUp(lines ...kiosk.Line) {
	h.T.Helper()
	c := kiosk.Cart{Lines: lines, Emptied: h.Till().Cart.Emptied}
	h.Must(h.Shop.Till.SetCart(context.Background(), h.Actor, FreshKey(), c))
}

// Display is what the display shows.
func (h *Installation) Display() kiosk.DisplayScreen {
	h.T.Helper()
	d, err := h.Shop.Till.DisplayScreen(context.Background(), h.Actor.Register)
	h.Must(err)
	return d
}

// Last is the newest sale of the register.
func (h *Installation) Last() *kiosk.Sale {
	h.T.Helper()
	till := h.Till()
	if till.Current != nil {
		return till.Current
	}
	if len(till.Last) == 0 {
		h.T.Fatal("no sale")
	}
	return till.Last[0]
}

// until waits in virtual time, at most limit, until is holds, and returns how long it took.
// despite tells whether a sale was paid although its end had been asked for.
func Despite(s *kiosk.Sale) bool { return s.State() == kiosk.Paid && (s.Cancel || s.Lapse) }

// Until waits in virtual time, at most limit, until is holds, and returns how long it took.
func (h *Installation) Until(what string, limit time.Duration, is func() bool) time.Duration {
	h.T.Helper()
	began := time.Now()
	for !is() {
		h.Look()
		if time.Since(began) > limit {
			h.T.Fatalf("not within %v: %s; the sale is %s, %+v", limit, what, h.Last().State(), h.Last().Links)
		}
		time.Sleep(50 * time.Millisecond)
	}
	h.Look()
	return time.Since(began)
}

// UntilState waits for a state of the newest sale.
func (h *Installation) UntilState(s kiosk.State, limit time.Duration) time.Duration {
	h.T.Helper()
	return h.Until(string(s), limit, func() bool { return h.Last().State() == s })
}
