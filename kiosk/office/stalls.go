package office

import (
	"context"
	"strings"

	"qrkiosk/kiosk"
)

// The keys of messages about a stall's settings.
const (
	KeyItemOrder = "office-item-order"
)

// NewStall adds a stall for the organizer; its ID and time of creation are set here.
func (o *Office) NewStall(ctx context.Context, by kiosk.OfficeActor, stall kiosk.Stall) (kiosk.Stall, error) {
	if err := by.CheckOrganizer(); err != nil {
		return stall, err
	}
	stall.Name = strings.TrimSpace(stall.Name)
	if err := stall.Check(); err != nil {
		return stall, err
	}
	stall.Created = o.kernel.Now()
	stall.ID = o.random.ID(stall.Created)
	err := o.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (kiosk.OfficeChange, error) {
		return kiosk.OfficeChange{Kind: "stall.add", Subject: stall.ID, After: stall.Record()}, tx.PutStall(stall)
	})
	return stall, err
}

// ChangeStall has a clerk change a stall. What cannot be is [kiosk.Invalid] and nothing is stored. Sales
// that were begun keep what they were begun with. edit may run more than once.
func (o *Office) ChangeStall(ctx context.Context, by kiosk.OfficeActor, id string, edit func(*kiosk.Stall)) (kiosk.Stall, error) {
	return o.changeStall(ctx, by, id, func(_ kiosk.Tx, stall *kiosk.Stall) error {
		edit(stall)
		return nil
	})
}

func (o *Office) changeStall(ctx context.Context, by kiosk.OfficeActor, id string, edit func(kiosk.Tx, *kiosk.Stall) error) (kiosk.Stall, error) {
	if err := by.MustHead(id); err != nil {
		return kiosk.Stall{}, err
	}
	var stall kiosk.Stall
	var registers []kiosk.Register
	err := o.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (c kiosk.OfficeChange, err error) {
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
		o.ringAll(registers)
	}
	return stall, err
}

// StallsOf lists the stalls that a clerk may see, with their registers.
func (o *Office) StallsOf(ctx context.Context, by kiosk.OfficeActor) ([]kiosk.Stall, map[string][]kiosk.Register, error) {
	stalls, registers, err := o.Stalls(ctx)
	var own []kiosk.Stall
	for _, stall := range stalls {
		if by.CheckMayChange(stall.ID) {
			own = append(own, stall)
		} else {
			delete(registers, stall.ID)
		}
	}
	return own, registers, err
}
