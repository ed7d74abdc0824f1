package till_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// wantShows fails unless the display shows this, of this sale.
func wantShows(t *testing.T, h *kiosktest.Installation, want kiosk.DisplayState, sale *kiosk.Sale) {
	t.Helper()
	d := h.Display()
	if d.Shows != want {
		t.Errorf("the display shows %s, want %s", d.Shows, want)
	}
	if sale != nil && (d.Sale == nil || d.Sale.ID != sale.ID) {
		t.Errorf("the display is about %v, want %s", d.Sale, sale.Number)
	}
}

// hold has calls of an endpoint wait before they reach the gateway, until release is called.
func hold(h *kiosktest.Installation, endpoint string) (release func()) {
	held := make(chan struct{})
	h.Gate.At(endpoint, func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		<-held
		inner.ServeHTTP(w, r)
	})
	return sync.OnceFunc(func() { close(held) })
}

// TestVirtual_paidWhileCancelled: a customer who paid before the cancelled link was gone sees that it is
// paid, for as long as anybody who paid does.
func TestVirtual_paidWhileCancelled(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		sale := h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		link := h.Sandbox.Payable()[0]
		release := hold(h, "deleteLink")
		h.Cancel(sale)
		wantShows(t, h, kiosk.ShowsIdle, nil)
		h.Must(h.Sandbox.Pay(link.ID))
		release()
		h.UntilState(kiosk.Paid, 5*time.Second)
		wantShows(t, h, kiosk.ShowsPaid, sale)
		if next := h.Display().Next; next != h.Last().PaidAt+kiosk.GreenMillis {
			t.Errorf("it ends at %d", next)
		}
		time.Sleep(kiosk.GreenMillis * time.Millisecond)
		wantShows(t, h, kiosk.ShowsIdle, nil)
	})
}

// TestVirtual_shortIsTold: who paid too little is asked to speak to the stall, for a minute.
func TestVirtual_shortIsTold(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		sale := short(h)
		wantShows(t, h, kiosk.ShowsShort, sale)
		if d := h.Display(); d.Sale.Received() != 1249 || d.Next-d.Now > kiosk.SpeakMillis || d.Next <= d.Now {
			t.Errorf("%v came, it ends in %d ms", d.Sale.Received(), d.Next-d.Now)
		}
		time.Sleep(kiosk.SpeakMillis * time.Millisecond)
		wantShows(t, h, kiosk.ShowsIdle, nil)
	})
}

// short is a sale of 12,50 for which a cent too little came.
func short(h *kiosktest.Installation) *kiosk.Sale {
	h.Sandbox.Set(sandbox.PayShort, 1)
	sale := h.Charge(1250)
	h.UntilState(kiosk.Awaiting, 2*time.Second)
	h.Sandbox.PayOnly()
	h.UntilState(kiosk.Review, 15*time.Second)
	return sale
}

// TestVirtual_oddMoneyGivesWay: the next cart and the next sale end what is told of the last one, and a cart
// that was emptied again does not bring it back. What a manager has decided about is told no more.
func TestVirtual_oddMoneyGivesWay(t *testing.T) {
	ctx := context.Background()
	for name, next := range map[string]struct {
		do    func(h *kiosktest.Installation, sale *kiosk.Sale)
		shows kiosk.DisplayState
	}{
		"cart": {func(h *kiosktest.Installation, _ *kiosk.Sale) {
			h.RingUp(kiosk.Line{Qty: 1, Unit: 300})
		}, kiosk.ShowsCart},
		"emptied": {func(h *kiosktest.Installation, _ *kiosk.Sale) {
			h.RingUp(kiosk.Line{Qty: 1, Unit: 300})
			h.RingUp()
		}, kiosk.ShowsIdle},
		"sale": {func(h *kiosktest.Installation, _ *kiosk.Sale) {
			h.OnShow(700)
		}, kiosk.ShowsCode},
		"decided": {func(h *kiosktest.Installation, sale *kiosk.Sale) {
			_, err := h.Shop.Till.Close(ctx, h.Actor, sale.ID, "the cent was given")
			h.Must(err)
		}, kiosk.ShowsIdle},
	} {
		t.Run(name, func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				sale := short(h)
				time.Sleep(time.Second)
				next.do(h, sale)
				wantShows(t, h, next.shows, nil)
			})
		})
	}
}

// TestVirtual_pendingIsTold: who promised a bank transfer is asked to speak to the stall.
func TestVirtual_pendingIsTold(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Gate.At("createLink", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			raw, _ := io.ReadAll(r.Body)
			again := r.Clone(r.Context())
			again.Body = io.NopCloser(strings.NewReader(strings.Replace(string(raw), `"bank_transfer":"false"`, `"bank_transfer":"true"`, 1)))
			again.ContentLength = -1
			status, body := kiosktest.AnswerOf(inner, again)
			kiosktest.SayJSON(w, status, strings.NewReplacer(
				`"bank_transfer":"Yes"`, `"bank_transfer":"No"`, `"bank_transfer":"true"`, `"bank_transfer":"false"`,
				`"bank_transfer":true`, `"bank_transfer":false`).Replace(body))
		})
		sale := h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		h.Must(h.Sandbox.PromiseTransfer(h.Sandbox.Payable()[0].ID))
		h.Shop.Kernel.LookAsked(h.Last().Receipt)
		h.Until("pending", 15*time.Second, func() bool { return h.Last().BankPending() })
		wantShows(t, h, kiosk.ShowsPending, sale)
		time.Sleep(kiosk.SpeakMillis * time.Millisecond)
		wantShows(t, h, kiosk.ShowsIdle, nil)
	})
}

// TestVirtual_lateMoneyIsNeverTold: money that came after its sale had ended stands on no display.
func TestVirtual_lateMoneyIsNeverTold(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.PayDeleted, -1)
		sale := h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		link := h.Sandbox.Payable()[0]
		h.Cancel(sale)
		h.UntilState(kiosk.Cancelled, 5*time.Second)
		h.Must(h.Sandbox.Pay(link.ID))
		h.UntilState(kiosk.Review, 10*time.Minute)
		wantShows(t, h, kiosk.ShowsIdle, nil)
		h.Until("the row", 10*time.Minute, func() bool { return h.Last().Received() > 0 })
		_, err := h.Shop.Till.Attach(context.Background(), h.Actor, sale.ID, "the goods went out", "")
		h.Must(err)
		h.UntilState(kiosk.Paid, time.Second)
		wantShows(t, h, kiosk.ShowsIdle, nil)
	})
}

// TestVirtual_neverShownHasNoTime: a link that became known when its sale was over was never on show.
func TestVirtual_neverShownHasNoTime(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		release := hold(h, "createLink")
		sale := h.Charge(1250)
		time.Sleep(time.Second)
		h.Cancel(sale)
		release()
		h.UntilState(kiosk.Cancelled, 10*time.Second)
		if l := h.Last().Last(); !l.Live || l.ShownAt != 0 || l.LiveAt == 0 {
			t.Errorf("live %v since %d, shown at %d", l.Live, l.LiveAt, l.ShownAt)
		}
		h.OnShow(1250)
		if l := h.Last().Last(); l.ShownAt == 0 || l.ShownAt != l.LiveAt {
			t.Errorf("live since %d, shown at %d", l.LiveAt, l.ShownAt)
		}
	})
}
