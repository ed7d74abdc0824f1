package office

import (
	"context"
	"strings"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Stalls are the stalls and the terms under which they sell.
type Stalls struct {
	kernel *shop.Kernel
	store  kiosk.Store
	random kiosk.Entropy
	clock  func() time.Time
	refs   *kiosk.RefMaker
}

// Add adds a stall; its ID and time of creation are set here.
func (sl *Stalls) Add(ctx context.Context, stall kiosk.Stall) (kiosk.Stall, error) {
	if err := kiosk.CheckName(stall.Name); err != nil {
		return stall, err
	}
	if _, err := kiosk.Zone(stall.Zone); err != nil {
		return stall, err
	}
	stall.Created = sl.kernel.Now()
	stall.ID = sl.random.ID(stall.Created)
	err := sl.kernel.ChangeOffice(ctx, "stall.add", stall.ID, kiosk.After("Name", stall.Name), func(tx kiosk.Tx) error { return tx.PutStall(stall) })
	return stall, err
}

// New adds a stall for the organizer; its ID and time of creation are set here.
func (sl *Stalls) New(ctx context.Context, by kiosk.OfficeActor, stall kiosk.Stall) (kiosk.Stall, error) {
	if err := by.CheckOrganizer(); err != nil {
		return stall, err
	}
	stall.Name = strings.TrimSpace(stall.Name)
	if err := stall.Check(); err != nil {
		return stall, err
	}
	stall.Created = sl.kernel.Now()
	stall.ID = sl.random.ID(stall.Created)
	err := sl.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (kiosk.OfficeChange, error) {
		return kiosk.OfficeChange{Kind: "stall.add", Subject: stall.ID, After: stall.Record()}, tx.PutStall(stall)
	})
	return stall, err
}

// All lists every stall with its registers; an empty installation has none.
func (sl *Stalls) All(ctx context.Context) (stalls []kiosk.Stall, registers map[string][]kiosk.Register, err error) {
	registers = map[string][]kiosk.Register{}
	err = sl.store.View(ctx, func(r kiosk.Reader) (err error) {
		if stalls, err = r.Stalls(); err != nil {
			return err
		}
		for _, stall := range stalls {
			if registers[stall.ID], err = r.Registers(stall.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return stalls, registers, err
}

// Of lists the stalls that a clerk may see, with their registers.
func (sl *Stalls) Of(ctx context.Context, by kiosk.OfficeActor) ([]kiosk.Stall, map[string][]kiosk.Register, error) {
	stalls, registers, err := sl.All(ctx)
	var own []kiosk.Stall
	for _, stall := range stalls {
		if by.MayRead(stall.ID) {
			own = append(own, stall)
		} else {
			delete(registers, stall.ID)
		}
	}
	return own, registers, err
}

// Change has a clerk change a stall. What cannot be is [kiosk.Invalid] and nothing is stored. Sales
// that were begun keep what they were begun with. edit may run more than once.
func (sl *Stalls) Change(ctx context.Context, by kiosk.OfficeActor, id string, edit func(*kiosk.Stall)) (kiosk.Stall, error) {
	return sl.change(ctx, by, id, func(_ kiosk.Tx, stall *kiosk.Stall) error {
		edit(stall)
		return nil
	})
}

func (sl *Stalls) change(ctx context.Context, by kiosk.OfficeActor, id string, edit func(kiosk.Tx, *kiosk.Stall) error) (kiosk.Stall, error) {
	if err := by.CheckMayChange(id); err != nil {
		return kiosk.Stall{}, err
	}
	var stall kiosk.Stall
	var registers []kiosk.Register
	err := sl.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (c kiosk.OfficeChange, err error) {
		if stall, err = tx.Stall(id); err != nil {
			return c, err
		}
		before := stall.Record()
		if err := edit(tx, &stall); err != nil {
			return c, err
		}
		stall.ID, stall.Name = id, strings.TrimSpace(stall.Name)
		if err := stall.Check(); err != nil {
			return c, err
		}
		if registers, err = tx.Registers(id); err != nil {
			return c, err
		}
		return kiosk.OfficeChange{Kind: "stall.change", Subject: id, Before: before, After: stall.Record()}, tx.PutStall(stall)
	})
	if err == nil {
		sl.kernel.RingAll(registers)
	}
	return stall, err
}

// The keys of messages about a stall's settings.
const (
	KeyItemOrder = "office-item-order"
)
