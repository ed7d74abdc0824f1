package store

import (
	"context"
	"slices"
	"sync"
	"testing"

	"qrkiosk/kiosk"
)

func TestOrderNumber(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		next := func(stream string, day int64) (no int64) {
			h.must(stream, func(tx kiosk.Tx) (err error) {
				no, err = tx.OrderNumber(day)
				return err
			})
			return no
		}
		got := []int64{next(reg, 10), next(reg, 10), next(reg2, 10), next(reg, 11), next(reg, 10), next(reg, 30), next(reg, 11)}
		if want := []int64{1, 2, 1, 1, 3, 1, 1}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		_, err := h.Change(context.Background(), reg, func(tx kiosk.Tx) error {
			if _, err := tx.OrderNumber(30); err != nil {
				return err
			}
			return kiosk.Refuse(kiosk.ReasonBusy)
		})
		if err == nil || next(reg, 30) != 2 {
			t.Error("a charge that was refused has used a number up")
		}
	})
}

// TestPostgres_orderNumbersOfTwoProcesses: no number is given twice and none is left out.
func TestPostgres_orderNumbersOfTwoProcesses(t *testing.T) {
	h := postgresHouse(t, "")
	second, err := Open(context.Background(), h.cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	var all sync.WaitGroup
	var mu sync.Mutex
	var given []int64
	for _, s := range []*Store{h.Store, second, h.Store, second} {
		all.Go(func() {
			for range 20 {
				var no int64
				_, err := s.Change(context.Background(), reg, func(tx kiosk.Tx) (err error) {
					no, err = tx.OrderNumber(10)
					return err
				})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				given = append(given, no)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	slices.Sort(given)
	for i, no := range given {
		if no != int64(i+1) {
			t.Fatalf("given: %v", given)
		}
	}
}
