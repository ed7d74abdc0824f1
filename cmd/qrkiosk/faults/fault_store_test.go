package faults

import (
	"context"
	"net/http"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// slowDisk makes every commit take two seconds and every twentieth ten; the next one waits for it.
type slowDisk struct {
	kiosk.Store
	turn chan struct{} // a channel, since a bubble's time stands still while somebody waits for a mutex
	nth  int
	slow bool
}

func (d *slowDisk) Change(ctx context.Context, stream string, decide func(kiosk.Tx) error) (int64, error) {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	version, err := d.Store.Change(ctx, stream, decide)
	if !d.slow || err != nil {
		return version, err
	}
	d.nth++
	wait := 2 * time.Second
	if d.nth%20 == 0 {
		wait = 10 * time.Second
	}
	time.Sleep(wait)
	return version, nil
}

// TestFault_F48_slowDisk: nothing is acknowledged before it is stored, the pages stay readable all
// the while, and what was paid is paid.
func TestFault_F48_slowDisk(t *testing.T) {
	disk := &slowDisk{}
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		disk.slow = true
		for range 3 {
			answered := make(chan kiosktest.Response, 1)
			key := kiosktest.FreshKey()
			go func() { answered <- g.Script(counterview.PathCharge, "cents", "1250", "key", key) }()
			h.Until("a sale is begun", 20*time.Second, func() bool {
				began := time.Now()
				defer func() {
					if took := time.Since(began); took > 0 {
						t.Errorf("reading waited %v for the disk", took)
					}
				}()
				return h.Till().Current != nil
			})
			sale := h.Till().Current
			h.Becomes(sale, kiosk.Awaiting, time.Minute)
			if r := <-answered; r.Status != http.StatusOK {
				t.Fatalf("the charge is answered %d %.200s", r.Status, r.Body)
			}
			body, path := notice(h, h.ShownLink(), "Success", 1250), h.Sandbox.HookPath(h.Now(sale))
			h.PayShown()
			began := time.Now()
			if r := h.Guest().Send(http.MethodPost, path, body, kiosktest.Header("Content-Type", json0)); r.Status != http.StatusOK {
				t.Errorf("the webhook is answered %d", r.Status)
			}
			if time.Since(began) < 2*time.Second {
				t.Error("the webhook was acknowledged before the commit")
			}
			if s := h.Now(sale).State(); s != kiosk.Paid {
				t.Errorf("acknowledged, and the sale is %s", s)
			}
			h.Confirmed(sale, 2*time.Minute)
			h.Records.Passed(sale, "opening awaiting paid")
			sleep(h, time.Minute)
		}
		disk.slow = false
	}, func(h *kiosktest.Installation) {
		h.Under = func(s kiosk.Store) kiosk.Store {
			disk.Store, disk.turn = s, make(chan struct{}, 1)
			return disk
		}
	})
}
