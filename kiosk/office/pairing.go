package office

import (
	"context"

	"qrkiosk/kiosk"
)

// PeekTablet finds the tablet that shows a code, so that a person can compare its word before it
// becomes the till of a register. The errors are those of ConnectTablet.
func (rg *Registers) PeekTablet(ctx context.Context, by kiosk.OfficeActor, register, code string) (kiosk.Pairing, error) {
	var p kiosk.Pairing
	err := rg.store.View(ctx, func(r kiosk.Reader) (err error) {
		if _, err := registerToChange(r, by, register); err != nil {
			return err
		}
		p, err = rg.kernel.OpenPairing(r, code, kiosk.Tablet)
		return err
	})
	return p, err
}

// ConnectTablet makes the tablet that shows a code the till of a register. The tablet of before is
// trusted no more, and unused links for one end: there is one tablet, and a card that was mislaid must
// not bring in another. A code of the wrong form or of a display is [kiosk.Invalid], an unknown one
// [kiosk.NotFound], an expired one [kiosk.Gone], a used one [kiosk.Conflict].
func (rg *Registers) ConnectTablet(ctx context.Context, by kiosk.OfficeActor, register, code string) (device kiosk.Device, err error) {
	err = rg.kernel.Change(ctx, register, func(tx kiosk.Tx) (err error) {
		if _, err := registerToChange(tx, by, register); err != nil {
			return err
		}
		if device, err = rg.kernel.Pair(tx, register, code, kiosk.Tablet, by.User); err != nil {
			return err
		}
		if err := rg.endTabletTickets(tx, register); err != nil {
			return err
		}
		return rg.additions.traceAdd(tx, by, "device.pair", register, map[string]any{"Kind": string(kiosk.Tablet), "Device": device.ID})
	})
	return device, err
}
