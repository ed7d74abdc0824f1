package store

import (
	"fmt"
	"testing"

	"qrkiosk/kiosk"
)

// TestWall reads of each register its shift, newest sale, sales not at rest, devices and their
// health; named registers alone, many of them, or all.
func TestWall(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		calm := h.take(h.sale(reg), h.live(1), rowStep("r1", 1000))
		open := h.take(h.sale(reg), h.live(2))
		newest := h.take(h.sale(reg), h.live(3), rowStep("r3", 1000))
		open = h.take(open, kiosk.Step{Kind: kiosk.StepAside})
		calm.Released = true // the next customer came
		h.put(calm, open, newest)
		h.must(reg, func(tx kiosk.Tx) error {
			for _, err := range []error{
				tx.PutShift(kiosk.Shift{ID: "s1", Register: reg, Opened: noon}),
				tx.PutDevice(kiosk.Device{ID: "d1", Kind: kiosk.Tablet, Register: reg, SecretHash: "h1"}),
				tx.PutDevice(kiosk.Device{ID: "d2", Kind: kiosk.Tablet, Register: reg, SecretHash: "h2", Revoked: noon}),
				tx.PutDeviceHealth(kiosk.DeviceHealth{Device: "d1", Register: reg, Seen: noon, Battery: 50}),
			} {
				if err != nil {
					return err
				}
			}
			return nil
		})
		check := func(rows []kiosk.WallRow, want ...string) {
			t.Helper()
			var got []string
			for _, r := range rows {
				got = append(got, r.Register.ID)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("rows of %v, want %v", got, want)
			}
			one := rows[0]
			if one.Shift == nil || one.Last == nil || one.Last.ID != newest.ID || len(one.Watched) != 1 || one.Watched[0].ID != open.ID ||
				len(one.Devices) != 1 || len(one.Health) != 1 || one.Health[0].Battery != 50 {
				t.Errorf("row %+v", one)
			}
		}
		h.look(func(r kiosk.Reader) error {
			all, err := r.Wall(nil)
			check(all, reg, reg2)
			if two := all[1]; two.Shift != nil || two.Last != nil || two.Watched != nil || two.Devices != nil {
				t.Errorf("the row of a register without anything: %+v", two)
			}
			some, _ := r.Wall([]string{reg})
			check(some, reg)
			named := []string{reg}
			for i := range mostPlaces {
				named = append(named, fmt.Sprint("nobody", i))
			}
			many, _ := r.Wall(named)
			check(many, reg)
			return err
		})
	})
}
