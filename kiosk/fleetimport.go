package kiosk

import (
	"context"
	"strconv"
)

// The keys of messages about imports.
const (
	KeyImportGone   = "import-gone"
	KeyImportFaults = "import-faults"
	KeyImportMoved  = "import-moved"
	KeyOfficeFile   = "office-file"
	KeyOfficeCards  = "office-cards"
)

const draftMillis = 30 * minuteMillis

// DraftFleet is the kind of a draft that holds a file of stalls, registers and people.
const DraftFleet = "fleet"

// Draft is a file between its preview and its import: sealed, because it may hold PINs, and gone
// after half an hour.
type Draft struct {
	Hash    string // of the secret that the preview's form holds
	Kind    string
	By      string // whose draft it is: nobody else can import it
	Expires int64  // Unix milliseconds
	Sealed  []byte
}

// FleetReader reads what the office hands out.
type FleetReader interface {
	// Draft finds a draft; one whose time is over is [NotFound].
	Draft(hash string) (Draft, error)
	// Tickets returns every one-time link of a register that is still kept, used ones too.
	Tickets(register string) ([]Ticket, error)
	// Health returns what the devices of a register told of themselves last; those of every
	// register if register is "".
	Health(register string) ([]DeviceHealth, error)
}

// FleetWriter stores it.
type FleetWriter interface {
	// PutDraft keeps a draft and forgets those whose time is over.
	PutDraft(d Draft) error
	DropDraft(hash string) error
	DropTicket(hash string) error
	PutHealth(h DeviceHealth) error
}

// MadeFleet is what an import has made, for cards and slips. PINs are told this one time.
type MadeFleet struct {
	Stalls    []Stall
	Registers []Register
	People    []MadePerson
}

// MadePerson is a person with the PIN as it was given or drawn.
type MadePerson struct {
	Staff Staff
	PIN   string
}

// PreviewFleet reads a file of stalls, registers and people and says what importing it would make.
// Nothing is made yet; if the file has no faults, the secret imports just this file within half an
// hour. It needs an organizer.
func (s *Shop) PreviewFleet(ctx context.Context, by Clerk, raw []byte) (plan FleetPlan, secret string, err error) {
	if err := by.organizes(); err != nil {
		return plan, "", err
	}
	err = s.store.View(ctx, func(r Reader) error {
		there, err := readFleet(r)
		if err == nil {
			plan = planFleet(raw, there)
		}
		return err
	})
	if err != nil || len(plan.Faults) > 0 {
		return plan, "", err
	}
	secret, err = s.keepDraft(ctx, by, DraftFleet, raw)
	return plan, secret, err
}

// keepDraft seals a file until it is imported.
func (s *Shop) keepDraft(ctx context.Context, by Clerk, kind string, raw []byte) (string, error) {
	secret := s.random.secret(18)
	d := Draft{Hash: HashSecret(secret), Kind: kind, By: by.Login, Expires: s.now() + draftMillis}
	var err error
	if d.Sealed, err = s.vault.Seal(raw, "draft "+d.Hash); err != nil {
		return "", err
	}
	return secret, s.change(ctx, OfficeStream, func(tx Tx) error { return tx.PutDraft(d) })
}

// draft opens a file again; one that is not there any more, or not of the actor, is [Gone].
func (s *Shop) draft(r Reader, by Clerk, kind, secret string) ([]byte, error) {
	d, err := r.Draft(HashSecret(secret))
	if CodeOf(err) == NotFound || (err == nil && (d.By != by.Login || d.Kind != kind)) {
		return nil, &Error{Code: Gone, Key: KeyImportGone}
	}
	if err != nil {
		return nil, err
	}
	return s.vault.Open(d.Sealed, "draft "+d.Hash)
}

// ImportFleet makes what a previewed file names and is not there yet, all of it or nothing. A
// secret that was used, or whose time is over, is [Gone]; if the fleet has changed since so that
// the file does not fit any more it is [Conflict].
func (s *Shop) ImportFleet(ctx context.Context, by Clerk, secret string) (MadeFleet, error) {
	if err := by.organizes(); err != nil {
		return MadeFleet{}, err
	}
	hashed, err := s.hashFleet(ctx, by, secret)
	if err != nil {
		return MadeFleet{}, err
	}
	var made MadeFleet
	err = s.change(ctx, OfficeStream, func(tx Tx) error {
		made = MadeFleet{}
		plan, err := s.planDraft(tx, by, secret)
		if err != nil {
			return err
		}
		if err := tx.DropDraft(HashSecret(secret)); err != nil {
			return err
		}
		return s.makeFleet(tx, by, plan, hashed, &made)
	})
	return made, err
}

func (s *Shop) planDraft(r Reader, by Clerk, secret string) (FleetPlan, error) {
	raw, err := s.draft(r, by, DraftFleet, secret)
	if err != nil {
		return FleetPlan{}, err
	}
	there, err := readFleet(r)
	if err != nil {
		return FleetPlan{}, err
	}
	plan := planFleet(raw, there)
	if len(plan.Faults) > 0 {
		return plan, &Error{Code: Conflict, Key: KeyImportFaults, Args: []string{strconv.Itoa(plan.Faults[0].Line)}, Err: plan.Faults[0].Err}
	}
	return plan, nil
}

// pinOf is a PIN with its hash. Hashing is slow on purpose and is done before the transaction.
type pinOf struct{ pin, hash string }

func (s *Shop) hashFleet(ctx context.Context, by Clerk, secret string) (map[string]pinOf, error) {
	var plan FleetPlan
	err := s.store.View(ctx, func(r Reader) (err error) {
		plan, err = s.planDraft(r, by, secret)
		return err
	})
	if err != nil {
		return nil, err
	}
	hashed := map[string]pinOf{}
	for _, p := range plan.People {
		if p.Known {
			continue
		}
		if ctx.Err() != nil {
			return nil, &Error{Code: Unavailable, Key: string(Unavailable), Err: ctx.Err()}
		}
		one := pinOf{pin: p.PIN}
		if one.pin == "" {
			one.pin = s.RandomPIN()
		}
		if one.hash, err = s.vault.HashPIN(one.pin); err != nil {
			return nil, err
		}
		hashed[within(p.Stall, p.Name)] = one
	}
	return hashed, nil
}

// makeFleet stores what is new, and an event for each.
func (s *Shop) makeFleet(tx Tx, by Clerk, plan FleetPlan, hashed map[string]pinOf, made *MadeFleet) error {
	stalls := map[string]Stall{}
	for _, p := range plan.Stalls {
		if !p.Known {
			p.Stall.Created = s.now()
			p.Stall.ID = s.nextID(len(made.Stalls))
			if err := tx.PutStall(p.Stall); err != nil {
				return err
			}
			made.Stalls = append(made.Stalls, p.Stall)
			if err := s.traceAdd(tx, by, "stall.add", p.Stall.ID, p.Stall.record()); err != nil {
				return err
			}
		}
		stalls[foldName(p.Stall.Name)] = p.Stall
	}
	if err := s.makeRegisters(tx, by, plan, stalls, made); err != nil {
		return err
	}
	return s.makePeople(tx, by, plan, stalls, hashed, made)
}

// nextID is an ID whose order is that of the file: what is made within one millisecond has none.
func (s *Shop) nextID(n int) string { return s.random.id(s.now() + int64(n)) }

func (s *Shop) makeRegisters(tx Tx, by Clerk, plan FleetPlan, stalls map[string]Stall, made *MadeFleet) error {
	for _, p := range plan.Registers {
		if p.Known {
			continue
		}
		r := p.Register
		r.Stall, r.Created = stalls[foldName(p.Stall)].ID, s.now()
		r.ID = s.nextID(len(made.Registers))
		if err := tx.PutRegister(r); err != nil {
			return err
		}
		made.Registers = append(made.Registers, r)
		if err := s.traceAdd(tx, by, "register.add", r.ID, r.record()); err != nil {
			return err
		}
	}
	return nil
}

func (s *Shop) makePeople(tx Tx, by Clerk, plan FleetPlan, stalls map[string]Stall, hashed map[string]pinOf, made *MadeFleet) error {
	for _, p := range plan.People {
		if p.Known {
			continue
		}
		one, ready := hashed[within(p.Stall, p.Name)]
		if !ready { // somebody left between preview and import
			return &Error{Code: Conflict, Key: KeyImportMoved}
		}
		now := s.now()
		who := Staff{ID: s.nextID(len(made.People)), Stall: stalls[foldName(p.Stall)].ID, Name: p.Name, Role: p.Role, PINHash: one.hash, Created: now}
		if err := tx.PutStaff(who); err != nil {
			return err
		}
		made.People = append(made.People, MadePerson{who, one.pin})
		if err := s.traceAdd(tx, by, "staff.add", who.ID, who.record()); err != nil {
			return err
		}
	}
	return nil
}

// traceAdd writes down that something was added.
func (s *Shop) traceAdd(tx Tx, by Clerk, kind, subject string, after map[string]any) error {
	return tx.Append(trail(by, kind, subject, s.now(), nil, after))
}

// record is what the trail says of a register.
func (g *Register) record() map[string]any {
	return map[string]any{"Name": g.Name, "Prefix": g.Prefix, "Stall": g.Stall}
}

// record is what the trail says of a person: never the name.
func (p *Staff) record() map[string]any {
	return map[string]any{"Role": string(p.Role), "Stall": p.Stall, "Left": p.Left}
}
