package till

import (
	"context"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Shelf is what is there to be sold today. What has run out is offered again on the stall's next day, by
// itself.
type Shelf struct{ kernel *shop.Kernel }

// SetSoldOut marks an item of the actor's stall as sold out for today, or takes that back. All tills of the
// stall hear of it.
func (s *Shelf) SetSoldOut(ctx context.Context, by kiosk.Actor, item string, out bool) error {
	var registers []kiosk.Register
	err := s.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		_, stall, _, err := shop.RegisterAndStall(tx, by.Register)
		if err != nil {
			return err
		}
		found, err := tx.Item(item)
		if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && (found.Stall != stall.ID || found.Gone > 0)) {
			return &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyItemUnknown}
		}
		if err != nil {
			return err
		}
		now := s.kernel.Now()
		if found.SoldOutAt(stall.Zone, now) == out {
			return nil
		}
		kind := "item.back"
		if found.SoldOut = 0; out {
			kind = "item.out"
			found.SoldOut, _ = kiosk.LocalHour(stall.Zone, now)
		}
		if err := tx.PutItem(found); err != nil {
			return err
		}
		if registers, err = tx.Registers(stall.ID); err != nil {
			return err
		}
		return tx.Append(kiosk.After("Name", found.Name).Event(by, kiosk.OfficeStream, kind, found.ID, now))
	})
	if err == nil {
		s.kernel.RingAll(registers)
	}
	return err
}

// checkThere refuses items that are sold out today, where nothing on the page has said so.
func checkThere(r kiosk.ItemReader, stall kiosk.Stall, lines []kiosk.Line, now int64) error {
	for _, l := range lines {
		if l.Item == "" {
			continue
		}
		item, err := r.Item(l.Item)
		if err != nil {
			return err
		}
		if item.SoldOutAt(stall.Zone, now) {
			return &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyItemSoldOut, Field: "lines", Args: []string{item.Name}}
		}
	}
	return nil
}
