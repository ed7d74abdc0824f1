package office

import (
	"context"
	"strconv"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// The keys of messages about imports.
const (
	KeyImportGone   = "import-gone"
	KeyImportFaults = "import-faults"
	KeyImportMoved  = "import-moved"
	KeyOfficeFile   = "office-file"
	KeyOfficeCards  = "office-cards"
)

const draftMillis = 30 * kiosk.MinuteMillis

// DraftFleet is the kind of a draft that holds a file of stalls, registers and people.
const DraftFleet = "fleet"

// FleetImport makes stalls, registers and staff as a file brings them.
type FleetImport struct {
	kernel    *shop.Kernel
	store     kiosk.Store
	vault     kiosk.Vault
	staff     *Staff
	additions *additions
	drafts    *drafts
}

// Preview reads a file of stalls, registers and people and says what importing it would make.
// Nothing is made yet; if the file has no faults, the secret imports just this file within half an
// hour. It needs an organizer.
func (fl *FleetImport) Preview(ctx context.Context, by kiosk.OfficeActor, raw []byte) (plan kiosk.FleetPlan, secret string, err error) {
	if err := by.CheckOrganizer(); err != nil {
		return plan, "", err
	}
	err = fl.store.View(ctx, func(r kiosk.Reader) error {
		there, err := readFleet(r)
		if err == nil {
			plan = planFleet(raw, there)
		}
		return err
	})
	if err != nil || len(plan.Faults) > 0 {
		return plan, "", err
	}
	secret, err = fl.drafts.keep(ctx, by, DraftFleet, raw)
	return plan, secret, err
}

// Apply makes what a previewed file names and is not there yet, all of it or nothing. A
// secret that was used, or whose time is over, is [kiosk.Gone]; if the fleet has changed since so that
// the file does not fit any more it is [kiosk.Conflict].
func (fl *FleetImport) Apply(ctx context.Context, by kiosk.OfficeActor, secret string) (kiosk.MadeFleet, error) {
	if err := by.CheckOrganizer(); err != nil {
		return kiosk.MadeFleet{}, err
	}
	hashed, err := fl.hashPINs(ctx, by, secret)
	if err != nil {
		return kiosk.MadeFleet{}, err
	}
	var made kiosk.MadeFleet
	err = fl.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		made = kiosk.MadeFleet{}
		plan, err := fl.plan(tx, by, secret)
		if err != nil {
			return err
		}
		if err := tx.DropDraft(kiosk.HashSecret(secret)); err != nil {
			return err
		}
		return fl.make(tx, by, plan, hashed, &made)
	})
	return made, err
}

func (fl *FleetImport) plan(r kiosk.Reader, by kiosk.OfficeActor, secret string) (kiosk.FleetPlan, error) {
	raw, err := fl.drafts.open(r, by, DraftFleet, secret)
	if err != nil {
		return kiosk.FleetPlan{}, err
	}
	there, err := readFleet(r)
	if err != nil {
		return kiosk.FleetPlan{}, err
	}
	plan := planFleet(raw, there)
	if len(plan.Faults) > 0 {
		return plan, &kiosk.Error{Code: kiosk.Conflict, Key: KeyImportFaults, Args: []string{strconv.Itoa(plan.Faults[0].Line)}, Err: plan.Faults[0].Err}
	}
	return plan, nil
}

// pinOf is a PIN with its hash. Hashing is slow on purpose and is done before the transaction.
type pinOf struct{ pin, hash string }

func (fl *FleetImport) hashPINs(ctx context.Context, by kiosk.OfficeActor, secret string) (map[string]pinOf, error) {
	var plan kiosk.FleetPlan
	err := fl.store.View(ctx, func(r kiosk.Reader) (err error) {
		plan, err = fl.plan(r, by, secret)
		return err
	})
	if err != nil {
		return nil, err
	}
	hashed := map[string]pinOf{}
	for _, p := range plan.Staff {
		if p.Known {
			continue
		}
		if ctx.Err() != nil {
			return nil, &kiosk.Error{Code: kiosk.Unavailable, Key: string(kiosk.Unavailable), Err: ctx.Err()}
		}
		one := pinOf{pin: p.PIN}
		if one.pin == "" {
			one.pin = fl.staff.RandomPIN(stallNamed(plan, p.Stall))
		}
		if one.hash, err = fl.vault.HashPIN(one.pin); err != nil {
			return nil, err
		}
		hashed[within(p.Stall, p.Name)] = one
	}
	return hashed, nil
}

// stallNamed is the stall of a plan with a name; every person of a plan has one.
func stallNamed(plan kiosk.FleetPlan, name string) kiosk.Stall {
	for _, p := range plan.Stalls {
		if NameKey(p.Stall.Name) == NameKey(name) {
			return p.Stall
		}
	}
	return kiosk.Stall{}
}

// make stores what is new, and an event for each.
func (fl *FleetImport) make(tx kiosk.Tx, by kiosk.OfficeActor, plan kiosk.FleetPlan, hashed map[string]pinOf, made *kiosk.MadeFleet) error {
	stalls := map[string]kiosk.Stall{}
	for _, p := range plan.Stalls {
		if !p.Known {
			p.Stall.Created = fl.kernel.Now()
			p.Stall.ID = fl.additions.nextID(len(made.Stalls))
			if err := tx.PutStall(p.Stall); err != nil {
				return err
			}
			made.Stalls = append(made.Stalls, p.Stall)
			if err := fl.additions.traceAdd(tx, by, "stall.add", p.Stall.ID, p.Stall.Record()); err != nil {
				return err
			}
		}
		stalls[NameKey(p.Stall.Name)] = p.Stall
	}
	if err := fl.makeRegisters(tx, by, plan, stalls, made); err != nil {
		return err
	}
	return fl.makeStaff(tx, by, plan, stalls, hashed, made)
}

func (fl *FleetImport) makeRegisters(tx kiosk.Tx, by kiosk.OfficeActor, plan kiosk.FleetPlan, stalls map[string]kiosk.Stall, made *kiosk.MadeFleet) error {
	for _, p := range plan.Registers {
		if p.Known {
			continue
		}
		r := p.Register
		r.Stall, r.Created = stalls[NameKey(p.Stall)].ID, fl.kernel.Now()
		r.ID = fl.additions.nextID(len(made.Registers))
		if err := tx.PutRegister(r); err != nil {
			return err
		}
		made.Registers = append(made.Registers, r)
		if err := fl.additions.traceAdd(tx, by, "register.add", r.ID, r.Record()); err != nil {
			return err
		}
	}
	return nil
}

func (fl *FleetImport) makeStaff(tx kiosk.Tx, by kiosk.OfficeActor, plan kiosk.FleetPlan, stalls map[string]kiosk.Stall, hashed map[string]pinOf, made *kiosk.MadeFleet) error {
	for _, p := range plan.Staff {
		if p.Known {
			continue
		}
		one, ready := hashed[within(p.Stall, p.Name)]
		if !ready { // somebody left between preview and import
			return &kiosk.Error{Code: kiosk.Conflict, Key: KeyImportMoved}
		}
		now := fl.kernel.Now()
		who := kiosk.Staff{ID: fl.additions.nextID(len(made.Staff)), Stall: stalls[NameKey(p.Stall)].ID, Name: p.Name, Role: p.Role, PINHash: one.hash, Created: now}
		if err := tx.PutStaff(who); err != nil {
			return err
		}
		made.Staff = append(made.Staff, kiosk.StaffWithPIN{Staff: who, PIN: one.pin})
		if err := fl.additions.traceAdd(tx, by, "staff.add", who.ID, who.Record()); err != nil {
			return err
		}
	}
	return nil
}
