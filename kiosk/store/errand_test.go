package store

import (
	"context"
	"errors"
	"sync"
	"testing"

	"qrkiosk/kiosk"
)

func TestErrands(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		a, b := h.sale(reg), h.sale(reg2)
		h.put(a, b)
		open := kiosk.Duty{Kind: kiosk.ErrandOpen, Link: 1}
		look := kiosk.Duty{Kind: kiosk.ErrandLook, Link: 1}
		h.must(reg, func(tx kiosk.Tx) error { return tx.Begin(a, noon+20, open, look) })
		h.must(reg, func(tx kiosk.Tx) error { return tx.Begin(a, noon+90, open) }) // it exists
		h.must(reg2, func(tx kiosk.Tx) error { return tx.Begin(b, noon+10, open) })

		nextDue := func(want int64, kinds ...kiosk.ErrandKind) {
			t.Helper()
			if got, err := h.NextDue(ctx, kinds); got != want || err != nil {
				t.Errorf("next due %d, want %d, %v", got, want, err)
			}
		}
		nextDue(noon+10, allKinds...)
		nextDue(noon+20, kiosk.ErrandLook)
		nextDue(0, kiosk.ErrandRefund)
		nextDue(0)

		claim := func(now, until int64, n int, kinds ...kiosk.ErrandKind) []kiosk.Errand {
			t.Helper()
			got, err := h.Claim(ctx, kinds, now, until, n)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if got := claim(noon+9, noon+100, 9, allKinds...); len(got) != 0 {
			t.Errorf("claimed before its time: %+v", got)
		}
		if got := claim(noon+50, noon+100, 9, kiosk.ErrandRefund); len(got) != 0 {
			t.Errorf("claimed of another kind: %+v", got)
		}
		got := claim(noon+50, noon+100, 2, kiosk.ErrandOpen, kiosk.ErrandLook)
		if len(got) != 2 || got[0].Sale != b.ID || got[1].Sale != a.ID {
			t.Fatalf("claimed %+v, want that of %s first", got, b.ID)
		}
		first := got[0]
		want := kiosk.Errand{Sale: b.ID, Register: reg2, Link: 1, Kind: kiosk.ErrandOpen, Due: noon + 10, Tries: 1, Lease: noon + 100, Fence: first.Fence}
		same(t, want)(first, nil)
		nextDue(noon+20, allKinds...)
		if got := claim(noon+50, noon+100, 9, allKinds...); len(got) != 1 {
			t.Errorf("the third claim got %+v", got)
		}
		nextDue(noon+100, allKinds...)

		again := claim(noon+100, noon+200, 1, allKinds...) // the lease is over
		if len(again) != 1 || again[0].Sale != b.ID || again[0].Tries != 2 || again[0].Fence <= first.Fence {
			t.Fatalf("after the lease %+v", again)
		}
		postpone := func(e kiosk.Errand, due int64) (ok bool) {
			h.must(e.Register, func(tx kiosk.Tx) (err error) { ok, err = tx.Postpone(e, due); return err })
			return ok
		}
		if postpone(first, noon+5) {
			t.Error("a worker whose lease is over has postponed")
		}
		again[0].Tries = 1 // the try did not count
		if !postpone(again[0], noon+300) {
			t.Error("the worker that holds the lease could not postpone")
		}
		h.look(func(r kiosk.Reader) error {
			got, err := r.Errand(b.ID, open)
			if got.Due != noon+300 || got.Lease != 0 || got.Tries != 1 {
				t.Errorf("postponed to %+v", got)
			}
			return err
		})
		h.must(reg, func(tx kiosk.Tx) error { return tx.End(a, open, look, look) })
		h.look(func(r kiosk.Reader) error {
			absent(t)(r.Errand(a.ID, open))
			return nil
		})
		nextDue(noon+300, allKinds...)
	})
}

// TestErrands_fenceNeverComesBack ends a duty and begins it again: a worker that slept through
// both must not be taken for the new one.
func TestErrands_fenceNeverComesBack(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		s := h.sale(reg)
		h.put(s)
		d := kiosk.Duty{Kind: kiosk.ErrandLook, Link: 1}
		seen := map[int64]bool{}
		for range 4 {
			h.must(reg, func(tx kiosk.Tx) error { return tx.Begin(s, 1, d) })
			for now := range int64(5) {
				got, err := h.Claim(ctx, allKinds, 10*now+1, 10*now+5, 1)
				if err != nil || len(got) != 1 {
					t.Fatal(got, err)
				}
				if seen[got[0].Fence] {
					t.Fatalf("fence %d came a second time", got[0].Fence)
				}
				seen[got[0].Fence] = true
			}
			h.must(reg, func(tx kiosk.Tx) error { return tx.End(s, d) })
		}
	})
}

// TestErrands_abandon takes over what a dead process had claimed, where nobody else can be alive.
func TestErrands_abandon(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		s := h.sale(reg)
		h.put(s)
		h.must(reg, func(tx kiosk.Tx) error { return tx.Begin(s, 1, kiosk.Duty{Kind: kiosk.ErrandOpen, Link: 1}) })
		dead, err := h.Claim(ctx, allKinds, 1, 1000, 1)
		if err != nil || len(dead) != 1 {
			t.Fatal(dead, err)
		}
		if err := h.Abandon(ctx); err != nil {
			t.Fatal(err)
		}
		got, err := h.Claim(ctx, allKinds, 2, 1000, 1)
		if err != nil {
			t.Fatal(err)
		}
		alone := h.cfg.URL == ""
		if (len(got) == 1) != alone {
			t.Fatalf("claimed %+v, alone %v", got, alone)
		}
		if alone && (got[0].Tries != 2 || got[0].Fence <= dead[0].Fence) {
			t.Errorf("claimed again as %+v after %+v", got[0], dead[0])
		}
	})
}

// TestErrands_hasten: what was planned and leased by a clock that was ahead is due now.
func TestErrands_hasten(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		s := h.sale(reg)
		h.put(s)
		h.must(reg, func(tx kiosk.Tx) error { return tx.Begin(s, 900, kiosk.Duty{Kind: kiosk.ErrandOpen, Link: 1}) })
		before, err := h.Claim(ctx, allKinds, 900, 1000, 1)
		if err != nil || len(before) != 1 {
			t.Fatal(before, err)
		}
		if none, err := h.Claim(ctx, allKinds, 10, 20, 1); err != nil || len(none) != 0 {
			t.Fatalf("claimed %+v by a clock that was set back, %v", none, err)
		}
		if err := h.Hasten(ctx, 10); err != nil {
			t.Fatal(err)
		}
		got, err := h.Claim(ctx, allKinds, 10, 20, 1)
		if err != nil || len(got) != 1 || got[0].Fence <= before[0].Fence {
			t.Errorf("claimed %+v after %+v, %v", got, before, err)
		}
	})
}

// TestErrands_claimedOnce has 16 workers claim a thousand errands.
func TestErrands_claimedOnce(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) { claimedOnce(t, h, 1000, 16) })
}

// TestErrands_claimedOnceWithoutQueue takes away the row at which claimants queue: then the
// condition outside the subquery alone keeps them apart.
func TestErrands_claimedOnceWithoutQueue(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		if _, err := h.raw().Exec(`DELETE FROM stream WHERE id = 'claims'`); err != nil {
			t.Fatal(err)
		}
		claimedOnce(t, h, 200, 4)
	})
}

func claimedOnce(t *testing.T, h *house, errands, workers int) {
	h.must(reg, func(tx kiosk.Tx) error {
		for range errands / 2 {
			err := tx.Begin(h.sale(reg), noon, kiosk.Duty{Kind: kiosk.ErrandOpen, Link: 1}, kiosk.Duty{Kind: kiosk.ErrandLook, Link: 1})
			if err != nil {
				return err
			}
		}
		return nil
	})
	type duty struct {
		sale string
		kind kiosk.ErrandKind
	}
	var mu sync.Mutex
	times := map[duty]int{}
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				got, err := h.Claim(context.Background(), allKinds, noon, noon+1000, 7)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, e := range got {
					times[duty{e.Sale, e.Kind}]++
				}
				mu.Unlock()
				if len(got) == 0 && h.unclaimed() == 0 {
					return
				}
			}
		})
	}
	all.Wait()
	if len(times) != errands {
		t.Errorf("%d errands of %d were claimed", len(times), errands)
	}
	for d, n := range times {
		if n != 1 {
			t.Errorf("%v was claimed %d times", d, n)
		}
	}
	if n := h.count(`SELECT COUNT(*) FROM errand WHERE tries = 1`); n != errands {
		t.Errorf("%d errands were tried once", n)
	}
}

// unclaimed counts the errands that nobody has claimed.
func (h *house) unclaimed() int64 {
	var n int64
	err := h.view(context.Background(), func(r *reader) (err error) {
		n, err = r.number(`SELECT COUNT(*) FROM errand WHERE tries = 0`)
		return err
	})
	if err != nil {
		h.t.Error(err)
	}
	return n
}

func TestClaim_nothing(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for _, n := range []int{0, -1} {
			got, err := h.Claim(context.Background(), allKinds, noon, noon+1, n)
			none(t)(got, err)
		}
		got, err := h.Claim(context.Background(), nil, noon, noon+1, 5)
		none(t)(got, err)
		if err := errors.Join(err, h.Ready(context.Background())); err != nil {
			t.Error(err)
		}
	})
}
