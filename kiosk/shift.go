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
	now := s.now()
	shift := Shift{ID: s.random.id(now), Register: by.Register, Opened: now, OpenedBy: by.Staff}
	if err := tx.PutShift(shift); err != nil {
		return shift, err
	}
	return shift, tx.Append(Event{
		Stream: by.Register, Kind: "shift.open", Subject: shift.ID, Actor: by.Staff, At: now,
	})
}

// CloseShift closes the register. While a sale is current that is not paid it is [Conflict].
func (s *Shop) CloseShift(ctx context.Context, by Actor) (Shift, error) {
	var shift Shift
	err := s.change(ctx, by.Register, func(tx Tx) (err error) {
		if shift, err = tx.OpenShift(by.Register); err != nil {
			return closedIfMissing(err)
		}
		current, err := tx.Current(by.Register)
		if err == nil && current.State() != Paid {
			return &Error{Code: Conflict, Key: KeyShiftBusy, Args: []string{current.Number}}
		}
		if err != nil && CodeOf(err) != NotFound {
			return err
		}
		shift.Closed, shift.ClosedBy = s.now(), by.Staff
		if err := tx.PutShift(shift); err != nil {
			return err
		}
		return tx.Append(Event{
			Stream: by.Register, Kind: "shift.close", Subject: shift.ID, Actor: by.Staff, At: shift.Closed,
		})
	})
	return shift, err
}

func closedIfMissing(err error) error {
	if CodeOf(err) == NotFound {
		return &Error{Code: Conflict, Key: KeyShiftClosed}
	}
	return err
}
