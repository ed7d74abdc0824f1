package office

import (
	"context"
	"slices"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Staff is who works at a stall and signs in by PIN.
type Staff struct {
	kernel    *shop.Kernel
	store     kiosk.Store
	vault     kiosk.Vault
	random    kiosk.Entropy
	additions *additions
}

// RandomPIN returns as many digits as PINs have at a stall, not too simple, for people who are added by
// the program.
func (sf *Staff) RandomPIN(at kiosk.Stall) string {
	length := int(at.PINDigits())
	for {
		pin := make([]byte, 0, length)
		for _, b := range sf.random.Bytes(4 * length) {
			if b < 250 && len(pin) < length {
				pin = append(pin, '0'+b%10)
			}
		}
		if at.CheckNewPIN(string(pin)) == nil {
			return string(pin)
		}
	}
}

// The keys of messages about the people of a stall.
const (
	KeyStaffThere = "staff-there"
	KeyStaffRole  = "staff-role"
)

// Hire adds a person to a stall in the office's name. An empty PIN is drawn; the PIN is returned
// this one time, for a slip. Somebody of that name who works there is [kiosk.Conflict].
func (sf *Staff) Hire(ctx context.Context, by kiosk.OfficeActor, stall, name string, role kiosk.Role, pin string) (kiosk.StaffWithPIN, error) {
	name = strings.TrimSpace(name)
	if err := by.CheckMayChange(stall); err != nil {
		return kiosk.StaffWithPIN{}, err
	}
	if err := kiosk.CheckName(name); err != nil {
		return kiosk.StaffWithPIN{}, err
	}
	if !slices.Contains(kiosk.StaffRoles(), role) {
		return kiosk.StaffWithPIN{}, &kiosk.Error{Code: kiosk.Invalid, Key: KeyStaffRole, Field: "role"}
	}
	pin, hash, err := sf.newPIN(ctx, stall, pin)
	if err != nil {
		return kiosk.StaffWithPIN{}, err
	}
	who := kiosk.Staff{ID: sf.additions.nextID(0), Stall: stall, Name: name, Role: role, PINHash: hash, Created: sf.kernel.Now()}
	err = sf.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		if _, err := tx.Stall(stall); err != nil {
			return err
		}
		if err := checkStaffNameFree(tx, stall, name, ""); err != nil {
			return err
		}
		if err := tx.PutStaff(who); err != nil {
			return err
		}
		return sf.additions.traceAdd(tx, by, "staff.add", who.ID, who.Record())
	})
	return kiosk.StaffWithPIN{Staff: who, PIN: pin}, err
}

// newPIN checks a PIN for a stall, or draws one, and hashes it.
func (sf *Staff) newPIN(ctx context.Context, stall, pin string) (plain, hash string, err error) {
	at, err := sf.kernel.Stall(ctx, stall)
	if err != nil {
		return "", "", err
	}
	if pin == "" {
		pin = sf.RandomPIN(at)
	}
	if err := at.CheckNewPIN(pin); err != nil {
		return "", "", err
	}
	hash, err = sf.vault.HashPIN(pin)
	return pin, hash, err
}

func checkStaffNameFree(r kiosk.StallReader, stall, name, except string) error {
	people, err := r.StaffOf(stall)
	for _, p := range people {
		if p.ID != except && p.Left == 0 && NameKey(p.Name) == NameKey(name) {
			return &kiosk.Error{Code: kiosk.Conflict, Key: KeyStaffThere, Field: "name"}
		}
	}
	return err
}

// change changes a person who works at a stall of the clerk; others are [kiosk.NotFound].
func (sf *Staff) change(ctx context.Context, by kiosk.OfficeActor, stall, staff, kind string, change func(tx kiosk.Tx, p *kiosk.Staff) error) (kiosk.Staff, error) {
	if err := by.CheckMayChange(stall); err != nil {
		return kiosk.Staff{}, err
	}
	var who kiosk.Staff
	err := sf.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) (err error) {
		if who, err = tx.Staff(staff); err != nil {
			return err
		}
		if who.Stall != stall || who.Left > 0 {
			return &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyStaffGone}
		}
		before := who.Record()
		if err := change(tx, &who); err != nil {
			return err
		}
		if err := tx.PutStaff(who); err != nil {
			return err
		}
		return tx.Append(shop.Trail(by, kind, who.ID, sf.kernel.Now(), before, who.Record()))
	})
	return who, err
}

// ResetPIN gives a person of a stall another PIN and forgets wrong tries. An empty one is drawn; it
// is returned this one time.
func (sf *Staff) ResetPIN(ctx context.Context, by kiosk.OfficeActor, stall, staff, pin string) (kiosk.StaffWithPIN, error) {
	if err := by.CheckMayChange(stall); err != nil {
		return kiosk.StaffWithPIN{}, err
	}
	pin, hash, err := sf.newPIN(ctx, stall, pin)
	if err != nil {
		return kiosk.StaffWithPIN{}, err
	}
	who, err := sf.change(ctx, by, stall, staff, "staff.pin", func(_ kiosk.Tx, p *kiosk.Staff) error {
		p.PINHash, p.Tries = hash, kiosk.Tries{}
		return nil
	})
	return kiosk.StaffWithPIN{Staff: who, PIN: pin}, err
}

// Change gives a person of a stall another name and role.
func (sf *Staff) Change(ctx context.Context, by kiosk.OfficeActor, stall, staff, name string, role kiosk.Role) (kiosk.Staff, error) {
	name = strings.TrimSpace(name)
	if err := kiosk.CheckName(name); err != nil {
		return kiosk.Staff{}, err
	}
	if !slices.Contains(kiosk.StaffRoles(), role) {
		return kiosk.Staff{}, &kiosk.Error{Code: kiosk.Invalid, Key: KeyStaffRole, Field: "role"}
	}
	return sf.change(ctx, by, stall, staff, "staff.change", func(tx kiosk.Tx, p *kiosk.Staff) error {
		if err := checkStaffNameFree(tx, stall, name, p.ID); err != nil {
			return err
		}
		p.Name, p.Role = name, role
		return nil
	})
}

// Dismiss ends somebody's work at a stall: the PIN is worth nothing from now on, and whoever is
// signed in with it is signed out with the next request. The name is forgotten; the journal keeps the
// ID.
func (sf *Staff) Dismiss(ctx context.Context, by kiosk.OfficeActor, stall, staff string) (kiosk.Staff, error) {
	return sf.change(ctx, by, stall, staff, "staff.leave", func(_ kiosk.Tx, p *kiosk.Staff) error {
		p.Left, p.PINHash, p.Name, p.Tries = sf.kernel.Now(), "", Pseudonym(p.ID), kiosk.Tries{}
		return nil
	})
}

// OfStall lists the people who work at a stall.
func (sf *Staff) OfStall(ctx context.Context, stall string) ([]kiosk.Staff, error) {
	var there []kiosk.Staff
	err := sf.store.View(ctx, func(r kiosk.Reader) error {
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
