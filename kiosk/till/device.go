package till

import (
	"context"
	"strings"

	"qrkiosk/kiosk"
)

const (
	ticketMillis  = 24 * 60 * kiosk.MinuteMillis
	pairingMillis = 5 * kiosk.MinuteMillis
	pairingLength = 8 // characters of 5 bits each
)

// The keys of messages about devices.
const (
	KeyTicketUsed    = "ticket-used"
	KeyTicketExpired = "ticket-expired"
	KeyCodeForm      = "code-form"
	KeyCodeUnknown   = "code-unknown"
	KeyCodeExpired   = "code-expired"
	KeyCodeUsed      = "code-used"
	KeyDeviceRevoked = "device-revoked"
	KeyDeviceWrong   = "device-wrong-kind"
)

// Ticket makes a one-time link secret that enrols a device of a kind for a register within a day.
// Only its hash is stored; who calls prints it once.
func (t *Till) Ticket(ctx context.Context, register string, kind kiosk.DeviceKind) (secret string, err error) {
	secret = t.random.Secret(18)
	ticket := kiosk.Ticket{Hash: kiosk.HashSecret(secret), Kind: kind, Register: register, Expires: t.kernel.Now() + ticketMillis}
	err = t.kernel.Change(ctx, register, func(tx kiosk.Tx) error {
		if _, err := tx.Register(register); err != nil {
			return err
		}
		return tx.PutTicket(ticket)
	})
	return secret, err
}

// TicketKind tells what a ticket would enrol, without using it up. The errors are those of Enrol.
func (s *Till) TicketKind(ctx context.Context, secret string) (kiosk.DeviceKind, error) {
	t, err := s.ticket(ctx, secret)
	if err != nil {
		return "", err
	}
	return t.Kind, s.checkTicket(t)
}

func (s *Till) ticket(ctx context.Context, secret string) (kiosk.Ticket, error) {
	var t kiosk.Ticket
	err := s.store.View(ctx, func(r kiosk.Reader) (err error) {
		t, err = r.Ticket(kiosk.HashSecret(secret))
		return err
	})
	if kiosk.CodeOf(err) == kiosk.NotFound {
		err = &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyTicketUnknown}
	}
	return t, err
}

func (t *Till) checkTicket(ticket kiosk.Ticket) error {
	switch {
	case ticket.Used > 0:
		return &kiosk.Error{Code: kiosk.Gone, Key: KeyTicketUsed}
	case ticket.Expires <= t.kernel.Now():
		return &kiosk.Error{Code: kiosk.Gone, Key: KeyTicketExpired}
	}
	return nil
}

// Enrol uses a ticket up and makes a device; the returned secret belongs into its cookie. An
// unknown ticket is [kiosk.NotFound], a used or expired one [kiosk.Gone]. A register has one tablet: a new one
// revokes the one before.
func (s *Till) Enrol(ctx context.Context, ticket, name string) (kiosk.Device, string, error) {
	t, err := s.ticket(ctx, ticket)
	if err != nil {
		return kiosk.Device{}, "", err
	}
	secret := s.random.Secret(32)
	device := s.newDevice(t.Kind, t.Register, name, kiosk.HashSecret(secret))
	err = s.kernel.Change(ctx, t.Register, func(tx kiosk.Tx) error {
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
		return s.enrolDevice(tx, device, "ticket")
	})
	return device, secret, err
}

func (t *Till) newDevice(kind kiosk.DeviceKind, register, name, hash string) kiosk.Device {
	now := t.kernel.Now()
	return kiosk.Device{
		ID: t.random.ID(now), Kind: kind, Register: register, Name: name,
		SecretHash: hash, Created: now,
	}
}

func (t *Till) enrolDevice(tx kiosk.Tx, d kiosk.Device, actor string) error {
	if d.Kind == kiosk.Tablet {
		if err := t.revokeTablets(tx, d.Register, actor); err != nil {
			return err
		}
	}
	if err := tx.PutDevice(d); err != nil {
		return err
	}
	return tx.Append(kiosk.Event{
		Stream: d.Register, Kind: "device.enrol", Subject: d.ID, Actor: actor, At: d.Created, Data: string(d.Kind),
	})
}

func (t *Till) revokeTablets(tx kiosk.Tx, register, actor string) error {
	devices, err := tx.Devices(register)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if d.Kind == kiosk.Tablet && d.Revoked == 0 {
			if err := t.kernel.Revoke(tx, d, actor); err != nil {
				return err
			}
		}
	}
	return nil
}

// Devices lists the devices of a register that are trusted.
func (t *Till) Devices(ctx context.Context, register string) ([]kiosk.Device, error) {
	var trusted []kiosk.Device
	err := t.store.View(ctx, func(r kiosk.Reader) error {
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

// Device finds the device whose cookie holds secret. An unknown one is [kiosk.Unauthorized] with
// KeyDeviceUnknown, a revoked one with KeyDeviceRevoked.
func (t *Till) Device(ctx context.Context, secret string) (kiosk.Device, error) {
	var d kiosk.Device
	err := t.store.View(ctx, func(r kiosk.Reader) (err error) {
		d, err = r.Device(kiosk.HashSecret(secret))
		return err
	})
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound:
		return d, &kiosk.Error{Code: kiosk.Unauthorized, Key: kiosk.KeyDeviceUnknown}
	case err == nil && d.Revoked > 0:
		return d, &kiosk.Error{Code: kiosk.Unauthorized, Key: KeyDeviceRevoked}
	}
	return d, err
}

// AskPairing makes a code for a display that has no register yet, and the secret for its cookie.
// Until somebody types the code at a till, the display can see nothing.
func (t *Till) AskPairing(ctx context.Context) (kiosk.Pairing, string, error) {
	secret := t.random.Secret(32)
	dice := t.random.Bytes(2)
	p := kiosk.Pairing{
		Code: t.random.Code(pairingLength), SecretHash: kiosk.HashSecret(secret),
		Match: matchOf(dice[0], dice[1]), Expires: t.kernel.Now() + pairingMillis,
	}
	err := t.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutPairing(p) })
	return p, secret, err
}

// Pairing finds the pairing a waiting display's secret belongs to; [kiosk.NotFound] if there is none and
// [kiosk.Gone] once its time is over.
func (t *Till) Pairing(ctx context.Context, secret string) (kiosk.Pairing, error) {
	var p kiosk.Pairing
	err := t.store.View(ctx, func(r kiosk.Reader) (err error) {
		p, err = r.PairingBySecret(kiosk.HashSecret(secret))
		return err
	})
	if err == nil && p.Device == "" && p.Expires <= t.kernel.Now() {
		err = &kiosk.Error{Code: kiosk.Gone, Key: KeyCodeExpired}
	}
	return p, err
}

// PeekPairing finds the display that shows code, so that a person can compare its word before
// binding it. The errors are those of Pair.
func (t *Till) PeekPairing(ctx context.Context, code string) (kiosk.Pairing, error) {
	code, err := foldCode(code)
	if err != nil {
		return kiosk.Pairing{}, err
	}
	var p kiosk.Pairing
	err = t.store.View(ctx, func(r kiosk.Reader) (err error) {
		p, err = t.openPairing(r, code)
		return err
	})
	return p, err
}

func (t *Till) openPairing(r kiosk.StallReader, code string) (kiosk.Pairing, error) {
	p, err := r.PairingByCode(code)
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound:
		return p, &kiosk.Error{Code: kiosk.NotFound, Key: KeyCodeUnknown, Field: "code"}
	case err != nil:
		return p, err
	case p.Device != "":
		return p, &kiosk.Error{Code: kiosk.Conflict, Key: KeyCodeUsed, Field: "code"}
	case p.Expires <= t.kernel.Now():
		return p, &kiosk.Error{Code: kiosk.Gone, Key: KeyCodeExpired, Field: "code"}
	}
	return p, nil
}

// Pair binds the display that shows code to the actor's register. A code of the wrong form is
// [kiosk.Invalid], an unknown one [kiosk.NotFound], an expired one [kiosk.Gone], a used one [kiosk.Conflict].
func (t *Till) Pair(ctx context.Context, by kiosk.Actor, code, name string) (kiosk.Device, error) {
	code, err := foldCode(code)
	if err != nil {
		return kiosk.Device{}, err
	}
	var device kiosk.Device
	err = t.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) error {
		p, err := t.openPairing(tx, code)
		if err != nil {
			return err
		}
		device = t.newDevice(kiosk.Display, by.Register, name, p.SecretHash)
		p.Device = device.ID
		if err := tx.PutPairing(p); err != nil {
			return err
		}
		return t.enrolDevice(tx, device, by.Staff)
	})
	return device, err
}

// foldCode normalises what people type: lower case, spaces, dashes, and the letters that look like
// digits.
func foldCode(code string) (string, error) {
	fold := strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1")
	code = fold.Replace(strings.ToUpper(strings.TrimSpace(code)))
	if len(code) != pairingLength || strings.Trim(code, kiosk.Crockford) != "" {
		return "", &kiosk.Error{Code: kiosk.Invalid, Key: KeyCodeForm, Field: "code"}
	}
	return code, nil
}
