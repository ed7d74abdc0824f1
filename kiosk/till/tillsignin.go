package till

import (
	"context"

	"qrkiosk/kiosk"
)

// The keys of messages about people.
const (
	KeyPINWrong = "pin-wrong"
)

// StaffOfRegister lists who may sign in at a register's stall.
func (t *Till) StaffOfRegister(ctx context.Context, register string) ([]kiosk.Staff, error) {
	var people []kiosk.Staff
	err := t.store.View(ctx, func(r kiosk.Reader) error {
		reg, err := r.Register(register)
		if err != nil {
			return err
		}
		all, err := r.StaffOf(reg.Stall)
		for _, p := range all {
			if p.Left == 0 {
				people = append(people, p)
			}
		}
		return err
	})
	return people, err
}

// SignIn checks a person's PIN on an enrolled tablet. Wrong tries are counted per person and per
// device before the PIN is looked at any further: the sixth in a row waits, the twenty-first of a
// day is locked; both are [kiosk.TooMany] with Error.Wait, and the PIN is not tested then. A wrong PIN
// and an unknown person are the same [kiosk.Unauthorized].
func (t *Till) SignIn(ctx context.Context, on kiosk.Device, staff, pin string) (kiosk.Staff, error) {
	if err := kiosk.CheckPINForm(pin); err != nil {
		return kiosk.Staff{}, err
	}
	person, err := t.staffToTry(ctx, on, staff)
	if err != nil {
		return kiosk.Staff{}, err
	}
	ok, err := t.vault.CheckPIN(ctx, person.PINHash, pin)
	if err != nil {
		return kiosk.Staff{}, err
	}
	ok = ok && person.ID != ""
	if err := t.countPINTry(ctx, on, person.ID, ok); err != nil {
		return kiosk.Staff{}, err
	}
	return person, nil
}

// staffToTry reads person and limits. An unknown person is an empty Staff and no error, so that the PIN is
// hashed all the same and the time of the answer does not tell who works here.
func (t *Till) staffToTry(ctx context.Context, on kiosk.Device, staff string) (kiosk.Staff, error) {
	var person kiosk.Staff
	var device kiosk.Tries
	err := t.store.View(ctx, func(r kiosk.Reader) (err error) {
		if person, err = t.staffAtRegister(r, on.Register, staff); err != nil {
			return err
		}
		device, err = r.DeviceTries(on.ID)
		if kiosk.CodeOf(err) == kiosk.NotFound {
			err = nil
		}
		return err
	})
	if err != nil {
		return person, err
	}
	return person, kiosk.LockedPIN.Check(t.kernel.Now(), person.Tries, device)
}

func (t *Till) staffAtRegister(r kiosk.StallReader, register, staff string) (kiosk.Staff, error) {
	reg, err := r.Register(register)
	if err != nil {
		return kiosk.Staff{}, err
	}
	person, err := r.Staff(staff)
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && (person.Stall != reg.Stall || person.Left > 0)) {
		return kiosk.Staff{}, nil
	}
	return person, err
}

// countPINTry counts a try before its outcome is told, so that no answer comes without its count. The
// limits are asked again where the count is written: of many tries at once only those count that
// were allowed one after the other. A wrong PIN is [kiosk.Unauthorized], the one that exhausts the
// patience [kiosk.TooMany].
func (t *Till) countPINTry(ctx context.Context, on kiosk.Device, staff string, ok bool) error {
	var verdict error
	err := t.kernel.Change(ctx, on.Register, func(tx kiosk.Tx) error {
		device, err := tx.DeviceTries(on.ID)
		if err != nil && kiosk.CodeOf(err) != kiosk.NotFound {
			return err
		}
		var person kiosk.Staff
		if staff != "" {
			if person, err = tx.Staff(staff); err != nil {
				return err
			}
		}
		now := t.kernel.Now()
		if err := kiosk.LockedPIN.Check(now, person.Tries, device); err != nil {
			return err
		}
		device, person.Tries = device.AfterTry(ok, now), person.Tries.AfterTry(ok, now)
		verdict = nil // of an earlier run of this function
		if !ok {
			verdict = kiosk.LockedPIN.Wrong(&kiosk.Error{Code: kiosk.Unauthorized, Key: KeyPINWrong, Field: "pin"}, now, person.Tries, device)
		}
		return putTries(tx, on, person, device, kiosk.Event{
			Stream: on.Register, Kind: signInKind(ok), Subject: on.ID, Actor: staff, At: now,
		})
	})
	if err != nil {
		return err
	}
	return verdict
}

func putTries(tx kiosk.Tx, on kiosk.Device, person kiosk.Staff, device kiosk.Tries, e kiosk.Event) error {
	if err := tx.PutDeviceTries(on.ID, device); err != nil {
		return err
	}
	if person.ID != "" {
		if err := tx.PutStaff(person); err != nil {
			return err
		}
	}
	return tx.Append(e)
}

func signInKind(ok bool) string {
	if ok {
		return "staff.in"
	}
	return "staff.wrong-pin"
}

// WorkingStaff finds a person who still works here; otherwise [kiosk.Unauthorized].
func (t *Till) WorkingStaff(ctx context.Context, id string) (kiosk.Staff, error) {
	var person kiosk.Staff
	err := t.store.View(ctx, func(r kiosk.Reader) (err error) {
		person, err = r.Staff(id)
		return err
	})
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && person.Left > 0) {
		err = &kiosk.Error{Code: kiosk.Unauthorized, Key: kiosk.KeyStaffGone}
	}
	return person, err
}

// AddStaff adds a person to a stall. The wiring and the office call it.
func (t *Till) AddStaff(ctx context.Context, stall, name string, role kiosk.Role, pin string) (kiosk.Staff, error) {
	if err := kiosk.CheckName(name); err != nil {
		return kiosk.Staff{}, err
	}
	if err := kiosk.CheckNewPIN(pin); err != nil {
		return kiosk.Staff{}, err
	}
	hash, err := t.vault.HashPIN(pin)
	if err != nil {
		return kiosk.Staff{}, err
	}
	now := t.kernel.Now()
	person := kiosk.Staff{ID: t.random.ID(now), Stall: stall, Name: name, Role: role, PINHash: hash, Created: now}
	err = t.kernel.ChangeOffice(ctx, "staff.add", person.ID, kiosk.After("Role", string(role)), func(tx kiosk.Tx) error {
		at, err := tx.Stall(stall)
		if err != nil {
			return err
		}
		if err := at.CheckNewPIN(pin); err != nil {
			return err
		}
		return tx.PutStaff(person)
	})
	return person, err
}
