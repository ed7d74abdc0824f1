package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
)

func TestItems(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		first := kiosk.Item{
			ID: h.id("item"), Stall: stallID, Category: "Bread", Name: "Rye “bread”", Price: 350,
			VAT: 700, Colour: "brown", Order: 2, Created: noon,
		}
		second := kiosk.Item{ID: h.id("item"), Stall: stallID, Name: "Bag", Price: 20, Gone: noon}
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			for _, i := range []kiosk.Item{second, first, {ID: h.id("item"), Stall: "another", Name: "Beer"}} {
				if err := tx.PutItem(i); err != nil {
					return err
				}
			}
			first.Price = 360
			return tx.PutItem(first)
		})
		h.reopen()
		h.look(func(r kiosk.Reader) error {
			got, err := r.Items(stallID)
			if diff := cmp.Diff([]kiosk.Item{first, second}, got); diff != "" {
				t.Error(diff)
			}
			if none, err := r.Items("nobody"); err != nil || len(none) != 0 {
				t.Errorf("a stall without items has %v, %v", none, err)
			}
			if one, err := r.Item(first.ID); err != nil || one != first {
				t.Errorf("found %+v, %v", one, err)
			}
			if _, err := r.Item("nothing"); kiosk.CodeOf(err) != kiosk.NotFound {
				t.Errorf("an unknown item is %v", err)
			}
			return err
		})
	})
}
