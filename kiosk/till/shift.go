package till

import (
	"context"

	"qrkiosk/kiosk"
)

// OpenShift opens the register. One that is open already is [kiosk.Conflict].
func (t *Till) OpenShift(ctx context.Context, by kiosk.Actor) (kiosk.Shift, error) {
	var shift kiosk.Shift
	err := t.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) error {
		_, err := tx.OpenShift(by.Register)
		if err == nil {
			return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyShiftOpen}
		}
		if kiosk.CodeOf(err) != kiosk.NotFound {
			return err
		}
		shift, err = t.openShift(tx, by)
		return err
	})
	return shift, err
}

// shiftFor returns the open shift, opening one where the cashier forgot to.
func (t *Till) shiftFor(tx kiosk.Tx, by kiosk.Actor) (kiosk.Shift, error) {
	shift, err := tx.OpenShift(by.Register)
	if kiosk.CodeOf(err) != kiosk.NotFound {
		return shift, err
	}
	return t.openShift(tx, by)
}

func (t *Till) openShift(tx kiosk.Tx, by kiosk.Actor) (kiosk.Shift, error) {
	last, err := kiosk.LastReport(tx, by.Register)
	if err != nil {
		return kiosk.Shift{}, err
	}
	now := t.kernel.Now()
	shift := kiosk.Shift{
		ID: t.random.ID(now), Register: by.Register, No: last.No + 1, Opened: now, OpenedBy: by.Staff,
	}
	if err := tx.PutShift(shift); err != nil {
		return shift, err
	}
	return shift, tx.Append(kiosk.Event{
		Stream: by.Register, Kind: "shift.open", Subject: shift.ID, Actor: by.Staff, At: now,
	})
}

// CloseShift closes the register and freezes the Z report of its shift, which it returns. While a
// sale is current that is not paid it is [kiosk.Conflict]; what comes later counts in the next shift.
func (t *Till) CloseShift(ctx context.Context, by kiosk.Actor) (kiosk.Report, error) {
	var z kiosk.Report
	err := t.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) (err error) {
		shift, err := tx.OpenShift(by.Register)
		if err != nil {
			return closedIfMissing(err)
		}
		current, err := tx.Current(by.Register)
		if err == nil && current.State() != kiosk.Paid {
			return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyShiftBusy, Args: []string{current.Number}}
		}
		if err != nil && kiosk.CodeOf(err) != kiosk.NotFound {
			return err
		}
		z, err = t.closeShift(tx, by, shift)
		return err
	})
	return z, err
}

// closeShift writes the figures of the Z report into the event too, so that the journal's hashes
// cover it.
func (t *Till) closeShift(tx kiosk.Tx, by kiosk.Actor, shift kiosk.Shift) (kiosk.Report, error) {
	now := t.kernel.Now()
	z, err := kiosk.ReportOf(tx, by.Register, now)
	if err != nil {
		return z, err
	}
	shift.Closed, shift.ClosedBy = now, by.Staff
	z.Closed, z.ClosedBy = now, by.Staff
	if err := tx.PutReport(z); err != nil {
		return z, err
	}
	if err := tx.PutShift(shift); err != nil {
		return z, err
	}
	return z, tx.Append(kiosk.Event{
		Stream: by.Register, Kind: kiosk.EventClose, Subject: shift.ID, Amount: z.Figures.Gross,
		Actor: by.Staff, At: now, Data: z.Figures.String(),
	})
}

func closedIfMissing(err error) error {
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyShiftClosed}
	}
	return err
}
