package store

import (
	"context"
	"errors"
	"testing"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
)

func TestDraft(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		d := kiosk.Draft{Hash: "h1", Kind: office.DraftFleet, By: "o", Expires: noon + 5, Sealed: []byte{0, 1, 255}}
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutDraft(d) })
		h.look(func(r kiosk.Reader) error {
			same(t, d)(r.Draft("h1"))
			absent(t)(r.Draft("h2"))
			return nil
		})
		h.refused(kiosk.Conflict, KeyKnown, kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutDraft(d) })
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.DropDraft("h1") })
		h.look(func(r kiosk.Reader) error {
			absent(t)(r.Draft("h1"))
			return nil
		})
	})
}

// TestDraft_over is not read any more when its time is over, and leaves the file with the next one,
// or with the sweep.
func TestDraft_over(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		put := func(hash string) {
			h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
				return tx.PutDraft(kiosk.Draft{Hash: hash, Expires: h.clock.Load() + 5, Sealed: []byte{1}})
			})
		}
		put("h1")
		h.clock.Add(5)
		h.look(func(r kiosk.Reader) error {
			absent(t)(r.Draft("h1"))
			return nil
		})
		put("h2")
		if n := h.count(`SELECT count(*) FROM draft`); n != 1 {
			t.Errorf("%d drafts are kept, want 1", n)
		}
		h.clock.Add(5)
		if _, err := h.Purge(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := h.count(`SELECT count(*) FROM draft`); n != 0 {
			t.Errorf("%d drafts are kept behind the sweep", n)
		}
	})
}

func TestTickets(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		one := kiosk.Ticket{Hash: "t1", Kind: kiosk.Tablet, Register: reg, Expires: noon + 9}
		two := kiosk.Ticket{Hash: "t2", Kind: kiosk.Display, Register: reg, Expires: noon + 5, Used: noon}
		other := kiosk.Ticket{Hash: "t3", Kind: kiosk.Display, Register: reg2, Expires: noon + 5}
		h.must(reg, func(tx kiosk.Tx) error { return errors.Join(tx.PutTicket(one), tx.PutTicket(two), tx.PutTicket(other)) })
		h.look(func(r kiosk.Reader) error {
			same(t, []kiosk.Ticket{two, one})(r.Tickets(reg))
			return nil
		})
		h.must(reg, func(tx kiosk.Tx) error { return tx.DropTicket("t2") })
		h.look(func(r kiosk.Reader) error {
			same(t, []kiosk.Ticket{one})(r.Tickets(reg))
			absent(t)(r.Ticket("t2"))
			return nil
		})
	})
}

func TestHealth(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		one := kiosk.DeviceHealth{Device: "d1", Register: reg, Kind: kiosk.Tablet, Seen: noon, Awake: "on", Sound: "off", Battery: 81, Charging: true}
		two := kiosk.DeviceHealth{Device: "d2", Register: reg2, Kind: kiosk.Display, Seen: noon, Battery: -1}
		put := func(all ...kiosk.DeviceHealth) {
			h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
				for _, one := range all {
					if err := tx.PutDeviceHealth(one); err != nil {
						return err
					}
				}
				return nil
			})
		}
		put(one, two)
		one.Seen, one.Battery = noon+9, 80
		put(one)
		h.look(func(r kiosk.Reader) error {
			same(t, []kiosk.DeviceHealth{one})(r.DeviceHealth(reg))
			same(t, []kiosk.DeviceHealth{one, two})(r.DeviceHealth(""))
			return nil
		})
	})
}
