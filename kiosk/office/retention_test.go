package office_test

import (
	"errors"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
)

// TestRetention: what was kept long enough is forgotten once, of sales that nobody waits for; what is
// young, and what is not at rest however old, keeps everything.
func TestRetention(t *testing.T) {
	b := kiosktest.NewBureau(t)
	put := func(id string, n int64, gone bool) {
		t.Helper()
		sale := &kiosk.Sale{
			ID: id, Register: b.Tills[0].ID, Stall: b.Stalls[0].ID, Number: "B1-" + id[4:10], Note: "table 4", Goods: 500,
			Receipt: "receipt-" + id, Links: []kiosk.Link{{
				ID: id + "L", N: 1, Ref: "ref-" + id, Gateway: "main", Amount: 500, Live: true, PayID: n, Gone: gone, Sealed: []byte("secret"),
			}},
		}
		_, err := b.Store.Change(t.Context(), b.Tills[0].ID, func(tx kiosk.Tx) error { return tx.PutSale(sale) })
		if err != nil {
			t.Fatal(err)
		}
	}
	const old, open, young = "0100000000ABCDEFGHJKMNPQRS", "0100000001ABCDEFGHJKMNPQRS", "01ZZZZZZZZABCDEFGHJKMNPQRST"
	put(old, 1, true)
	put(young, 2, true)
	put(open, 3, false)
	for run, want := range []kiosk.Purged{{Notes: 1, Keys: 1}, {}} {
		if got, err := b.Shop.Office.Retention.Purge(t.Context()); err != nil || got != want {
			t.Errorf("run %d removed %+v, %v; want %+v", run+1, got, err, want)
		}
	}
	err := b.Store.View(t.Context(), func(r kiosk.Reader) error {
		for id, kept := range map[string]bool{old: false, open: true, young: true} {
			sale, err := r.Sale(id)
			if err != nil {
				return err
			}
			if (sale.Note != "") != kept || (len(sale.Links[0].Sealed) > 0) != kept {
				t.Errorf("of sale %s (%s) the note is %q and the key has %d bytes", id, sale.State(), sale.Note, len(sale.Links[0].Sealed))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRetention_carts: what nobody has rung up further for as long as notes are kept is emptied, with its
// note; a cart of today stays.
func TestRetention_carts(t *testing.T) {
	b := kiosktest.NewBureau(t)
	for i, updated := range []int64{1, time.Now().UnixMilli()} {
		register := b.Tills[i].ID
		cart := kiosk.Cart{Register: register, Lines: []kiosk.Line{{Qty: 1, Unit: 350}}, Note: "table 4", Updated: updated}
		if _, err := b.Store.Change(t.Context(), register, func(tx kiosk.Tx) error { return tx.PutCart(cart) }); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Shop.Office.Retention.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, empty := range []bool{true, false} {
		err := b.Store.View(t.Context(), func(r kiosk.Reader) error {
			c, err := r.Cart(b.Tills[i].ID)
			if err == nil && c.IsEmpty() != empty {
				t.Errorf("the cart of till %d is %+v", i+1, c)
			}
			if err == nil && (c.Emptied > 0) != empty {
				t.Errorf("pages of till %d that have the cart in hand are told %d", i+1, c.Emptied)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestRetention_parkedCarts: a parked cart of which nobody has read goes with its name as notes do, and so
// does the name of one that was taken over; of a bill, which may owe something, name and note go alone; what
// was parked today stays.
func TestRetention_parkedCarts(t *testing.T) {
	b := kiosktest.NewBureau(t)
	register, stall := b.Tills[0].ID, b.Stalls[0].ID
	taken := kiosk.Cart{Register: register, Taken: &kiosk.TakenCart{Name: "Table 4", By: kiosk.Holder{At: 1}}}
	_, err := b.Store.Change(t.Context(), register, func(tx kiosk.Tx) error {
		return errors.Join(
			tx.PutCart(taken),
			tx.PutParkedCart(kiosk.ParkedCart{ID: "old", Stall: stall, Name: "Table 5", At: 1}),
			tx.PutParkedCart(kiosk.ParkedCart{ID: "bill", Stall: stall, Name: "Table 5", Note: "Ann", At: 1, Portions: []kiosk.Portion{{Sale: "s"}}}),
			tx.PutParkedCart(kiosk.ParkedCart{ID: "young", Stall: stall, Name: "Table 6", At: time.Now().UnixMilli()}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Shop.Office.Retention.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = b.Store.View(t.Context(), func(r kiosk.Reader) error {
		parked, err := r.ParkedCarts(stall)
		if len(parked) != 2 || parked[0].ID != "bill" || parked[0].Name+parked[0].Note != "" || parked[1].Name != "Table 6" {
			t.Errorf("still parked: %+v", parked)
		}
		c, err2 := r.Cart(register)
		if c.Taken != nil {
			t.Errorf("the till still tells of %+v", c.Taken)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Error(err)
	}
}
