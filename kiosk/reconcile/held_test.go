package reconcile_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// upright looks at who calls the gateway: nobody who is in the middle of a change or a view of the
// store may wait for somebody outside.
type upright struct {
	kiosk.Gateway

	mu     sync.Mutex
	calls  map[string]int
	inside string // the stack of a call that held the store
}

// note keeps the stack of a caller that came out of the store: whatever a change or a view runs
// stands above the store's own functions.
func (u *upright) note(call string) {
	stack := make([]byte, 64<<10)
	text := string(stack[:runtime.Stack(stack, false)])
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls[call]++
	if strings.Contains(text, "qrkiosk/kiosk/store.") {
		u.inside = text
	}
}

func (u *upright) seen() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.inside
}

func (u *upright) made(call string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.calls[call]
}

func (u *upright) Open(ctx context.Context, o kiosk.Order) (kiosk.Opened, error) {
	u.note("open")
	return u.Gateway.Open(ctx, o)
}

func (u *upright) Retire(ctx context.Context, payID int64) (kiosk.Retired, error) {
	u.note("retire")
	return u.Gateway.Retire(ctx, payID)
}

func (u *upright) Find(ctx context.Context, ref string) (kiosk.Findings, error) {
	u.note("find")
	return u.Gateway.Find(ctx, ref)
}

func (u *upright) PayIns(ctx context.Context, q kiosk.PayInQuery) (kiosk.PayInPage, error) {
	u.note("pay-ins")
	return u.Gateway.PayIns(ctx, q)
}

func (u *upright) Refund(ctx context.Context, payID int64, amount kiosk.Money, full bool) error {
	u.note("refund")
	return u.Gateway.Refund(ctx, payID, amount, full)
}

// TestVirtual_nothingIsHeldOverACall: a sale is paid and given back, one is cancelled, one loses the
// answer of its create, and all the while no call to the gateway is made from within the store. The
// control makes one.
func TestVirtual_nothingIsHeldOverACall(t *testing.T) {
	u := &upright{calls: map[string]int{}}
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		paid := h.OnShow(1250)
		h.PayShown()
		h.Confirmed(paid, 10*time.Second)
		h.Must(h.Refund(paid, 1250))
		h.Stage(paid, kiosk.RefundFiled, 10*time.Second)
		cancelled := h.OnShow(300)
		h.Cancel(cancelled)
		h.Becomes(cancelled, kiosk.Cancelled, 10*time.Second)
		h.Sandbox.Set(sandbox.CreateLost, 1)
		h.Becomes(h.Ring(400), kiosk.Awaiting, 20*time.Second)
		for _, call := range []string{"open", "retire", "find", "pay-ins", "refund"} {
			if u.made(call) == 0 {
				t.Errorf("no call to %s was seen", call)
			}
		}
		if stack := u.seen(); stack != "" {
			t.Errorf("a call was made while the store was held:\n%s", stack)
		}
		h.Must(h.Store.View(context.Background(), func(kiosk.Reader) error {
			_, err := u.Find(context.Background(), "nothing of ours")
			return err
		}))
		if u.seen() == "" {
			t.Error("a call from within a view was not seen")
		}
	}, func(h *kiosktest.Installation) {
		h.Around = func(g kiosk.Gateway) kiosk.Gateway { u.Gateway = g; return u }
	})
}
