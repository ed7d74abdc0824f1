package office

import (
	"context"

	"qrkiosk/kiosk"
)

// AddStall adds a stall; its ID and time of creation are set here.
func (o *Office) AddStall(ctx context.Context, stall kiosk.Stall) (kiosk.Stall, error) {
	if err := kiosk.CheckName(stall.Name); err != nil {
		return stall, err
	}
	if _, err := kiosk.Zone(stall.Zone); err != nil {
		return stall, err
	}
	stall.Created = o.kernel.Now()
	stall.ID = o.random.ID(stall.Created)
	err := o.kernel.ChangeOffice(ctx, "stall.add", stall.ID, kiosk.After("Name", stall.Name), func(tx kiosk.Tx) error { return tx.PutStall(stall) })
	return stall, err
}

// AddRegister adds a register to a stall. Prefix comes first in the numbers of its sales.
func (o *Office) AddRegister(ctx context.Context, stall, name, prefix string) (kiosk.Register, error) {
	if err := kiosk.CheckName(name); err != nil {
		return kiosk.Register{}, err
	}
	now := o.kernel.Now()
	r := kiosk.Register{ID: o.random.ID(now), Stall: stall, Name: name, Prefix: prefix, Created: now}
	err := o.kernel.ChangeOffice(ctx, "register.add", r.ID, kiosk.After("Name", name), func(tx kiosk.Tx) error { return tx.PutRegister(r) })
	return r, err
}

// Stalls lists every stall with its registers; an empty installation has none.
func (o *Office) Stalls(ctx context.Context) (stalls []kiosk.Stall, registers map[string][]kiosk.Register, err error) {
	registers = map[string][]kiosk.Register{}
	err = o.store.View(ctx, func(r kiosk.Reader) (err error) {
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

// RandomPIN returns six digits that are not too simple, for people who are added by the program.
func (o *Office) RandomPIN() string {
	for {
		pin := make([]byte, 0, 6)
		for _, b := range o.random.Bytes(24) {
			if b < 250 && len(pin) < 6 {
				pin = append(pin, '0'+b%10)
			}
		}
		if len(pin) == 6 && kiosk.CheckNewPIN(string(pin)) == nil {
			return string(pin)
		}
	}
}
