package store

import (
	"testing"

	"qrkiosk/kiosk"
)

// TestParkedCarts: of two who have read the same parked cart, from streams of their own, the second one
// changes and removes nothing.
func TestParkedCarts(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		first := kiosk.ParkedCart{ID: h.id("p1"), Stall: h.id("s"), Name: "Table 5", Lines: []kiosk.Line{{Qty: 2, Unit: 350}}, At: noon}
		h.must(reg, func(tx kiosk.Tx) error { return tx.PutParkedCart(first) })
		read := func() (p kiosk.ParkedCart) {
			h.look(func(r kiosk.Reader) (err error) {
				p, err = r.ParkedCart(first.ID)
				return err
			})
			return p
		}
		seen := read()
		held := seen
		held.Holder = kiosk.Holder{Register: reg, At: noon}
		h.must(reg, func(tx kiosk.Tx) error { return tx.PutParkedCart(held) })
		for name, late := range map[string]func(tx kiosk.Tx) error{
			"put":      func(tx kiosk.Tx) error { return tx.PutParkedCart(seen) },
			"remove":   func(tx kiosk.Tx) error { return tx.RemoveParkedCart(seen) },
			"put anew": func(tx kiosk.Tx) error { return tx.PutParkedCart(first) },
		} {
			t.Run(name, func(*testing.T) { h.refused(kiosk.Conflict, kiosk.KeyParkedGone, reg2, late) })
		}
		now := read()
		if now.Holder != held.Holder || now.Version != 2 {
			t.Errorf("it is %+v", now)
		}
		h.must(reg2, func(tx kiosk.Tx) error { return tx.RemoveParkedCart(now) })
		h.look(func(r kiosk.Reader) error {
			all, err := r.ParkedCarts(first.Stall)
			if len(all) != 0 {
				t.Errorf("removed, there is still %+v", all)
			}
			return err
		})
	})
}
