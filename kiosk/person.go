package kiosk

import (
	"context"
	"strings"
	"unicode/utf8"
)

// The keys of messages about people.
const (
	KeyPINForm    = "pin-form"
	KeyPINSimple  = "pin-simple"
	KeyPINWrong   = "pin-wrong"
	KeyPINWait    = "pin-wait"
	KeyPINLocked  = "pin-locked"
	KeyNameForm   = "name-form"
	KeyStaffGone  = "staff-gone"
	KeyHashesBusy = "hashes-busy"
)

const (
	pinShortest = 4
	pinLongest  = 12
	nameLongest = 80
)

func checkPINForm(pin string) error {
	if len(pin) < pinShortest || len(pin) > pinLongest || strings.Trim(pin, "0123456789") != "" {
		return &Error{Code: Invalid, Key: KeyPINForm, Field: "pin"}
	}
	return nil
}

// checkNewPIN refuses PINs that are tried first by everybody: one digit repeated, digits in
// sequence, and years.
func checkNewPIN(pin string) error {
	if err := checkPINForm(pin); err != nil {
		return err
	}
	if steady(pin) || (len(pin) == 4 && (pin[:2] == "19" || pin[:2] == "20")) {
		return &Error{Code: Invalid, Key: KeyPINSimple, Field: "pin"}
	}
	return nil
}

// steady tells whether each digit differs from the one before by the same step of 0, 1 or -1.
func steady(pin string) bool {
	step := int(pin[1]) - int(pin[0])
	if step < -1 || step > 1 {
		return false
	}
	for i := 2; i < len(pin); i++ {
		if int(pin[i])-int(pin[i-1]) != step {
			return false
		}
	}
	return true
}

// People lists who may sign in at a register's stall.
func (s *Shop) People(ctx context.Context, register string) ([]Staff, error) {
	var people []Staff
	err := s.store.View(ctx, func(r Reader) error {
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
// day is locked; both are [TooMany] with Error.Wait, and the PIN is not tested then. A wrong PIN
// and an unknown person are the same [Unauthorized].
func (s *Shop) SignIn(ctx context.Context, on Device, staff, pin string) (Staff, error) {
	if err := checkPINForm(pin); err != nil {
		return Staff{}, err
	}
	person, err := s.mayTry(ctx, on, staff)
	if err != nil {
		return Staff{}, err
	}
	ok, err := s.vault.CheckPIN(ctx, person.PINHash, pin)
	if err != nil {
		return Staff{}, err
	}
	ok = ok && person.ID != ""
	if err := s.tried(ctx, on, person.ID, ok); err != nil {
		return Staff{}, err
	}
	return person, nil
}

// mayTry reads person and limits. An unknown person is an empty Staff and no error, so that the PIN is
// hashed all the same and the time of the answer does not tell who works here.
func (s *Shop) mayTry(ctx context.Context, on Device, staff string) (Staff, error) {
	var person Staff
	var device Tries
	err := s.store.View(ctx, func(r Reader) (err error) {
		if person, err = s.personAt(r, on.Register, staff); err != nil {
			return err
		}
		device, err = r.DeviceTries(on.ID)
		if CodeOf(err) == NotFound {
			err = nil
		}
		return err
	})
	if err != nil {
		return person, err
	}
	return person, lockedPIN.check(s.now(), person.Tries, device)
}

func (s *Shop) personAt(r Reader, register, staff string) (Staff, error) {
	reg, err := r.Register(register)
	if err != nil {
		return Staff{}, err
	}
	person, err := r.Staff(staff)
	if CodeOf(err) == NotFound || (err == nil && (person.Stall != reg.Stall || person.Left > 0)) {
		return Staff{}, nil
	}
	return person, err
}

// tried counts a try before its outcome is told, so that no answer comes without its count. The
// limits are asked again where the count is written: of many tries at once only those count that
// were allowed one after the other. A wrong PIN is [Unauthorized], the one that exhausts the
// patience [TooMany].
func (s *Shop) tried(ctx context.Context, on Device, staff string, ok bool) error {
	var verdict error
	err := s.change(ctx, on.Register, func(tx Tx) error {
		device, err := tx.DeviceTries(on.ID)
		if err != nil && CodeOf(err) != NotFound {
			return err
		}
		var person Staff
		if staff != "" {
			if person, err = tx.Staff(staff); err != nil {
				return err
			}
		}
		now := s.now()
		if err := lockedPIN.check(now, person.Tries, device); err != nil {
			return err
		}
		device, person.Tries = device.counted(ok, now), person.Tries.counted(ok, now)
		verdict = nil // of an earlier run of this function
		if !ok {
			verdict = lockedPIN.wrong(&Error{Code: Unauthorized, Key: KeyPINWrong, Field: "pin"}, now, person.Tries, device)
		}
		return putTries(tx, on, person, device, Event{
			Stream: on.Register, Kind: signInKind(ok), Subject: on.ID, Actor: staff, At: now,
		})
	})
	if err != nil {
		return err
	}
	return verdict
}

func putTries(tx Tx, on Device, person Staff, device Tries, e Event) error {
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

// StaffByID finds a person who still works here; otherwise [Unauthorized].
func (s *Shop) StaffByID(ctx context.Context, id string) (Staff, error) {
	var person Staff
	err := s.store.View(ctx, func(r Reader) (err error) {
		person, err = r.Staff(id)
		return err
	})
	if CodeOf(err) == NotFound || (err == nil && person.Left > 0) {
		err = &Error{Code: Unauthorized, Key: KeyStaffGone}
	}
	return person, err
}

func checkName(name string) error {
	if strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > nameLongest || !plainText(name) {
		return &Error{Code: Invalid, Key: KeyNameForm, Field: "name"}
	}
	return nil
}

// AddStaff adds a person to a stall. The wiring and the office call it.
func (s *Shop) AddStaff(ctx context.Context, stall, name string, role Role, pin string) (Staff, error) {
	if err := checkName(name); err != nil {
		return Staff{}, err
	}
	if err := checkNewPIN(pin); err != nil {
		return Staff{}, err
	}
	hash, err := s.vault.HashPIN(pin)
	if err != nil {
		return Staff{}, err
	}
	now := s.now()
	person := Staff{ID: s.random.id(now), Stall: stall, Name: name, Role: role, PINHash: hash, Created: now}
	err = s.office(ctx, "staff.add", person.ID, after("Role", string(role)), func(tx Tx) error { return tx.PutStaff(person) })
	return person, err
}

// office runs a decision on the office's stream and writes down that it was taken.
func (s *Shop) office(ctx context.Context, kind, subject string, t Trace, decide func(Tx) error) error {
	return s.change(ctx, OfficeStream, func(tx Tx) error {
		if err := decide(tx); err != nil {
			return err
		}
		return tx.Append(t.event(Actor{}, OfficeStream, kind, subject, s.now()))
	})
}
