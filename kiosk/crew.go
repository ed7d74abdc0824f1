package kiosk

import (
	"context"
	"strings"
)

// The keys of messages about the people of a stall.
const (
	KeyStaffThere = "staff-there"
	KeyStaffRole  = "staff-role"
)

// Hire adds a person to a stall in the office's name. An empty PIN is drawn; the PIN is returned
// this one time, for a slip. Somebody of that name who works there is [Conflict].
func (s *Shop) Hire(ctx context.Context, by Clerk, stall, name string, role Role, pin string) (MadePerson, error) {
	name = strings.TrimSpace(name)
	if err := by.heads(stall); err != nil {
		return MadePerson{}, err
	}
	if err := checkName(name); err != nil {
		return MadePerson{}, err
	}
	if role != Cashier && role != Manager {
		return MadePerson{}, &Error{Code: Invalid, Key: KeyStaffRole, Field: "role"}
	}
	pin, hash, err := s.newPIN(pin)
	if err != nil {
		return MadePerson{}, err
	}
	who := Staff{ID: s.nextID(0), Stall: stall, Name: name, Role: role, PINHash: hash, Created: s.now()}
	err = s.change(ctx, OfficeStream, func(tx Tx) error {
		if _, err := tx.Stall(stall); err != nil {
			return err
		}
		if err := freePerson(tx, stall, name, ""); err != nil {
			return err
		}
		if err := tx.PutStaff(who); err != nil {
			return err
		}
		return s.traceAdd(tx, by, "staff.add", who.ID, who.record())
	})
	return MadePerson{who, pin}, err
}

// newPIN checks a PIN, or draws one, and hashes it.
func (s *Shop) newPIN(pin string) (plain, hash string, err error) {
	if pin == "" {
		pin = s.RandomPIN()
	}
	if err := checkNewPIN(pin); err != nil {
		return "", "", err
	}
	hash, err = s.vault.HashPIN(pin)
	return pin, hash, err
}

func freePerson(r Reader, stall, name, except string) error {
	people, err := r.StaffOf(stall)
	for _, p := range people {
		if p.ID != except && p.Left == 0 && foldName(p.Name) == foldName(name) {
			return &Error{Code: Conflict, Key: KeyStaffThere, Field: "name"}
		}
	}
	return err
}

// atWork changes a person who works at a stall of the clerk; others are [NotFound].
func (s *Shop) atWork(ctx context.Context, by Clerk, stall, staff, kind string, change func(tx Tx, p *Staff) error) (Staff, error) {
	if err := by.heads(stall); err != nil {
		return Staff{}, err
	}
	var who Staff
	err := s.change(ctx, OfficeStream, func(tx Tx) (err error) {
		if who, err = tx.Staff(staff); err != nil {
			return err
		}
		if who.Stall != stall || who.Left > 0 {
			return &Error{Code: NotFound, Key: KeyStaffGone}
		}
		before := who.record()
		if err := change(tx, &who); err != nil {
			return err
		}
		if err := tx.PutStaff(who); err != nil {
			return err
		}
		return tx.Append(trail(by, kind, who.ID, s.now(), before, who.record()))
	})
	return who, err
}

// ResetPIN gives a person of a stall another PIN and forgets wrong tries. An empty one is drawn; it
// is returned this one time.
func (s *Shop) ResetPIN(ctx context.Context, by Clerk, stall, staff, pin string) (MadePerson, error) {
	pin, hash, err := s.newPIN(pin)
	if err != nil {
		return MadePerson{}, err
	}
	who, err := s.atWork(ctx, by, stall, staff, "staff.pin", func(_ Tx, p *Staff) error {
		p.PINHash, p.Tries = hash, Tries{}
		return nil
	})
	return MadePerson{who, pin}, err
}

// ChangeStaff gives a person of a stall another name and role.
func (s *Shop) ChangeStaff(ctx context.Context, by Clerk, stall, staff, name string, role Role) (Staff, error) {
	name = strings.TrimSpace(name)
	if err := checkName(name); err != nil {
		return Staff{}, err
	}
	if role != Cashier && role != Manager {
		return Staff{}, &Error{Code: Invalid, Key: KeyStaffRole, Field: "role"}
	}
	return s.atWork(ctx, by, stall, staff, "staff.change", func(tx Tx, p *Staff) error {
		if err := freePerson(tx, stall, name, p.ID); err != nil {
			return err
		}
		p.Name, p.Role = name, role
		return nil
	})
}

// Dismiss ends somebody's work at a stall: the PIN is worth nothing from now on, and whoever is
// signed in with it is signed out with the next request. The name is forgotten; the journal keeps the
// ID.
func (s *Shop) Dismiss(ctx context.Context, by Clerk, stall, staff string) (Staff, error) {
	return s.atWork(ctx, by, stall, staff, "staff.leave", func(_ Tx, p *Staff) error {
		p.Left, p.PINHash, p.Name, p.Tries = s.now(), "", Pseudonym(p.ID), Tries{}
		return nil
	})
}

// StaffAt lists the people who work at a stall.
func (s *Shop) StaffAt(ctx context.Context, stall string) ([]Staff, error) {
	var there []Staff
	err := s.store.View(ctx, func(r Reader) error {
		all, err := r.StaffOf(stall)
		for _, p := range all {
			if p.Left == 0 {
				there = append(there, p)
			}
		}
		return err
	})
	return there, err
}
