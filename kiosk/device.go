package kiosk

import (
	"context"
	"strings"
)

const (
	ticketMillis  = 24 * 60 * minuteMillis
	pairingMillis = 5 * minuteMillis
	pairingLength = 8 // characters of 5 bits each
)

// The keys of messages about devices.
const (
	KeyTicketUnknown = "ticket-unknown"
	KeyTicketUsed    = "ticket-used"
	KeyTicketExpired = "ticket-expired"
	KeyCodeForm      = "code-form"
	KeyCodeUnknown   = "code-unknown"
	KeyCodeExpired   = "code-expired"
	KeyCodeUsed      = "code-used"
	KeyDeviceUnknown = "device-unknown"
	KeyDeviceRevoked = "device-revoked"
	KeyDeviceWrong   = "device-wrong-kind"
)

// Ticket makes a one-time link secret that enrols a device of a kind for a register within a day.
// Only its hash is stored; who calls prints it once.
func (s *Shop) Ticket(ctx context.Context, register string, kind DeviceKind) (secret string, err error) {
	secret = s.random.secret(18)
	t := Ticket{Hash: HashSecret(secret), Kind: kind, Register: register, Expires: s.now() + ticketMillis}
	err = s.change(ctx, register, func(tx Tx) error {
		if _, err := tx.Register(register); err != nil {
			return err
		}
		return tx.PutTicket(t)
	})
	return secret, err
}

// TicketKind tells what a ticket would enrol, without using it up. The errors are those of Enrol.
func (s *Shop) TicketKind(ctx context.Context, secret string) (DeviceKind, error) {
	t, err := s.ticket(ctx, secret)
	if err != nil {
		return "", err
	}
	return t.Kind, s.checkTicket(t)
}

func (s *Shop) ticket(ctx context.Context, secret string) (Ticket, error) {
	var t Ticket
	err := s.store.View(ctx, func(r Reader) (err error) {
		t, err = r.Ticket(HashSecret(secret))
		return err
	})
	if CodeOf(err) == NotFound {
		err = &Error{Code: NotFound, Key: KeyTicketUnknown}
	}
	return t, err
}

func (s *Shop) checkTicket(t Ticket) error {
	switch {
	case t.Used > 0:
		return &Error{Code: Gone, Key: KeyTicketUsed}
	case t.Expires <= s.now():
		return &Error{Code: Gone, Key: KeyTicketExpired}
	}
	return nil
}

// Enrol uses a ticket up and makes a device; the returned secret belongs into its cookie. An
// unknown ticket is [NotFound], a used or expired one [Gone]. A register has one tablet: a new one
// revokes the one before.
func (s *Shop) Enrol(ctx context.Context, ticket, name string) (Device, string, error) {
	t, err := s.ticket(ctx, ticket)
	if err != nil {
		return Device{}, "", err
	}
	secret := s.random.secret(32)
	device := s.newDevice(t.Kind, t.Register, name, HashSecret(secret))
	err = s.change(ctx, t.Register, func(tx Tx) error {
		now, err := tx.Ticket(t.Hash)
		if err != nil {
			return err
		}
		if err := s.checkTicket(now); err != nil {
			return err
		}
		now.Used = device.Created
		if err := tx.PutTicket(now); err != nil {
			return err
		}
		return s.admit(tx, device, "ticket")
	})
	return device, secret, err
}

func (s *Shop) newDevice(kind DeviceKind, register, name, hash string) Device {
	now := s.now()
	return Device{
		ID: s.random.id(now), Kind: kind, Register: register, Name: name,
		SecretHash: hash, Created: now,
	}
}

func (s *Shop) admit(tx Tx, d Device, actor string) error {
	if d.Kind == Tablet {
		if err := s.revokeTablets(tx, d.Register, actor); err != nil {
			return err
		}
	}
	if err := tx.PutDevice(d); err != nil {
		return err
	}
	return tx.Append(Event{
		Stream: d.Register, Kind: "device.enrol", Subject: d.ID, Actor: actor, At: d.Created, Data: string(d.Kind),
	})
}

func (s *Shop) revokeTablets(tx Tx, register, actor string) error {
	devices, err := tx.Devices(register)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if d.Kind == Tablet && d.Revoked == 0 {
			if err := s.revoke(tx, d, actor); err != nil {
				return err
			}
		}
	}
	return nil
}

// revoke ends the trust in a device. The register notes when, so that every process that has its
// screens asks each of them again.
func (s *Shop) revoke(tx Tx, d Device, actor string) error {
	d.Revoked = s.now()
	if err := tx.PutDevice(d); err != nil {
		return err
	}
	register, err := tx.Register(d.Register)
	if err != nil {
		return err
	}
	register.Trust = max(d.Revoked, register.Trust+1)
	if err := tx.PutRegister(register); err != nil {
		return err
	}
	return tx.Append(Event{
		Stream: d.Register, Kind: "device.revoke", Subject: d.ID, Actor: actor, At: d.Revoked, Data: string(d.Kind),
	})
}

// Devices lists the devices of a register that are trusted.
func (s *Shop) Devices(ctx context.Context, register string) ([]Device, error) {
	var trusted []Device
	err := s.store.View(ctx, func(r Reader) error {
		all, err := r.Devices(register)
		for _, d := range all {
			if d.Revoked == 0 {
				trusted = append(trusted, d)
			}
		}
		return err
	})
	return trusted, err
}

// Device finds the device whose cookie holds secret. An unknown one is [Unauthorized] with
// KeyDeviceUnknown, a revoked one with KeyDeviceRevoked.
func (s *Shop) Device(ctx context.Context, secret string) (Device, error) {
	var d Device
	err := s.store.View(ctx, func(r Reader) (err error) {
		d, err = r.Device(HashSecret(secret))
		return err
	})
	switch {
	case CodeOf(err) == NotFound:
		return d, &Error{Code: Unauthorized, Key: KeyDeviceUnknown}
	case err == nil && d.Revoked > 0:
		return d, &Error{Code: Unauthorized, Key: KeyDeviceRevoked}
	}
	return d, err
}

// AskPairing makes a code for a display that has no register yet, and the secret for its cookie.
// Until somebody types the code at a till, the display can see nothing.
func (s *Shop) AskPairing(ctx context.Context) (Pairing, string, error) {
	secret := s.random.secret(32)
	dice := s.random.bytes(2)
	p := Pairing{
		Code: s.random.code(pairingLength), SecretHash: HashSecret(secret),
		Match: matchOf(dice[0], dice[1]), Expires: s.now() + pairingMillis,
	}
	err := s.change(ctx, OfficeStream, func(tx Tx) error { return tx.PutPairing(p) })
	return p, secret, err
}

// Pairing finds the pairing a waiting display's secret belongs to; [NotFound] if there is none and
// [Gone] once its time is over.
func (s *Shop) Pairing(ctx context.Context, secret string) (Pairing, error) {
	var p Pairing
	err := s.store.View(ctx, func(r Reader) (err error) {
		p, err = r.PairingBySecret(HashSecret(secret))
		return err
	})
	if err == nil && p.Device == "" && p.Expires <= s.now() {
		err = &Error{Code: Gone, Key: KeyCodeExpired}
	}
	return p, err
}

// PeekPairing finds the display that shows code, so that a person can compare its word before
// binding it. The errors are those of Pair.
func (s *Shop) PeekPairing(ctx context.Context, code string) (Pairing, error) {
	code, err := foldCode(code)
	if err != nil {
		return Pairing{}, err
	}
	var p Pairing
	err = s.store.View(ctx, func(r Reader) (err error) {
		p, err = s.openPairing(r, code)
		return err
	})
	return p, err
}

func (s *Shop) openPairing(r Reader, code string) (Pairing, error) {
	p, err := r.PairingByCode(code)
	switch {
	case CodeOf(err) == NotFound:
		return p, &Error{Code: NotFound, Key: KeyCodeUnknown, Field: "code"}
	case err != nil:
		return p, err
	case p.Device != "":
		return p, &Error{Code: Conflict, Key: KeyCodeUsed, Field: "code"}
	case p.Expires <= s.now():
		return p, &Error{Code: Gone, Key: KeyCodeExpired, Field: "code"}
	}
	return p, nil
}

// Pair binds the display that shows code to the actor's register. A code of the wrong form is
// [Invalid], an unknown one [NotFound], an expired one [Gone], a used one [Conflict].
func (s *Shop) Pair(ctx context.Context, by Actor, code, name string) (Device, error) {
	code, err := foldCode(code)
	if err != nil {
		return Device{}, err
	}
	var device Device
	err = s.change(ctx, by.Register, func(tx Tx) error {
		p, err := s.openPairing(tx, code)
		if err != nil {
			return err
		}
		device = s.newDevice(Display, by.Register, name, p.SecretHash)
		p.Device = device.ID
		if err := tx.PutPairing(p); err != nil {
			return err
		}
		return s.admit(tx, device, by.Staff)
	})
	return device, err
}

// foldCode normalises what people type: lower case, spaces, dashes, and the letters that look like
// digits.
func foldCode(code string) (string, error) {
	fold := strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1")
	code = fold.Replace(strings.ToUpper(strings.TrimSpace(code)))
	if len(code) != pairingLength || strings.Trim(code, crockford) != "" {
		return "", &Error{Code: Invalid, Key: KeyCodeForm, Field: "code"}
	}
	return code, nil
}
