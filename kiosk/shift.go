package kiosk

import "context"

// The keys of messages about shifts.
const (
	KeyShiftOpen   = "shift-open"
	KeyShiftClosed = "shift-closed"
	KeyShiftBusy   = "shift-busy"
)

// OpenShift opens the register. One that is open already is [Conflict].
func (s *Shop) OpenShift(ctx context.Context, by Actor) (Shift, error) {
	var shift Shift
	err := s.change(ctx, by.Register, func(tx Tx) error {
		_, err := tx.OpenShift(by.Register)
		if err == nil {
			return &Error{Code: Conflict, Key: KeyShiftOpen}
		}
		if CodeOf(err) != NotFound {
			return err
		}
		shift, err = s.openShift(tx, by)
		return err
	})
	return shift, err
}

// shiftFor returns the open shift, opening one where the cashier forgot to.
func (s *Shop) shiftFor(tx Tx, by Actor) (Shift, error) {
	shift, err := tx.OpenShift(by.Register)
	if CodeOf(err) != NotFound {
		return shift, err
	}
	return s.openShift(tx, by)
}

func (s *Shop) openShift(tx Tx, by Actor) (Shift, error) {
	last, err := lastReport(tx, by.Register)
	if err != nil {
		return Shift{}, err
	}
	now := s.now()
	shift := Shift{
		ID: s.random.id(now), Register: by.Register, No: last.No + 1, Opened: now, OpenedBy: by.Staff,
	}
	if err := tx.PutShift(shift); err != nil {
		return shift, err
	}
	return shift, tx.Append(Event{
		Stream: by.Register, Kind: "shift.open", Subject: shift.ID, Actor: by.Staff, At: now,
	})
}

// CloseShift closes the register and freezes the Z report of its shift, which it returns. While a
// sale is current that is not paid it is [Conflict]; what comes later counts in the next shift.
func (s *Shop) CloseShift(ctx context.Context, by Actor) (Report, error) {
	var z Report
	err := s.change(ctx, by.Register, func(tx Tx) (err error) {
		shift, err := tx.OpenShift(by.Register)
		if err != nil {
			return closedIfMissing(err)
		}
		current, err := tx.Current(by.Register)
		if err == nil && current.State() != Paid {
			return &Error{Code: Conflict, Key: KeyShiftBusy, Args: []string{current.Number}}
		}
		if err != nil && CodeOf(err) != NotFound {
			return err
		}
		z, err = s.closeShift(tx, by, shift)
		return err
	})
	return z, err
}

// closeShift writes the figures of the Z report into the event too, so that the journal's hashes
// cover it.
func (s *Shop) closeShift(tx Tx, by Actor, shift Shift) (Report, error) {
	now := s.now()
	z, err := reportOf(tx, by.Register, now)
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
	return z, tx.Append(Event{
		Stream: by.Register, Kind: EventClose, Subject: shift.ID, Amount: z.Figures.Gross,
		Actor: by.Staff, At: now, Data: z.Figures.String(),
	})
}

// EventClose is the kind of the event that closes a shift; its Data holds the figures of the Z
// report.
const EventClose = "shift.close"

func closedIfMissing(err error) error {
	if CodeOf(err) == NotFound {
		return &Error{Code: Conflict, Key: KeyShiftClosed}
	}
	return err
}
