package till

import (
	"context"

	"qrkiosk/kiosk"
)

const ticketMillis = 24 * 60 * kiosk.MinuteMillis

// The keys of messages about devices.
const (
	KeyTicketUsed    = "ticket-used"
	KeyTicketExpired = "ticket-expired"
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
	device := s.kernel.NewDevice(kiosk.Device{Kind: t.Kind, Register: t.Register, Name: name, SecretHash: kiosk.HashSecret(secret)})
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
		return s.kernel.Enrol(tx, device, "ticket")
	})
	return device, secret, err
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

// AskPairing makes a code for a device of a kind that has no register yet, and the secret for its cookie.
// Until somebody types the code, a display's at a till and a tablet's in the office, the device can see
// nothing. Strangers may ask: of all codes only the newest are kept.
func (t *Till) AskPairing(ctx context.Context, kind kiosk.DeviceKind, name string) (kiosk.Pairing, string, error) {
	secret := t.random.Secret(32)
	dice := t.random.Bytes(2)
	p := kiosk.Pairing{
		Code: t.random.Code(kiosk.PairingLength), Kind: kind, Name: name, SecretHash: kiosk.HashSecret(secret),
		Match: matchOf(dice[0], dice[1]), Expires: t.kernel.Now() + kiosk.PairingMillis,
	}
	err := t.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		if err := tx.PutPairing(p); err != nil {
			return err
		}
		return tx.TrimPairings(kiosk.MostPairings)
	})
	return p, secret, err
}

// Pairing finds the pairing that the secret of a waiting device belongs to; [kiosk.NotFound] if there is
// none of its kind and [kiosk.Gone] once its time is over.
func (t *Till) Pairing(ctx context.Context, kind kiosk.DeviceKind, secret string) (kiosk.Pairing, error) {
	var p kiosk.Pairing
	err := t.store.View(ctx, func(r kiosk.Reader) (err error) {
		p, err = r.PairingBySecret(kiosk.HashSecret(secret))
		return err
	})
	switch {
	case err == nil && !p.Waits(kind):
		err = &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyCodeUnknown}
	case err == nil && p.Device == "" && p.Expires <= t.kernel.Now():
		err = &kiosk.Error{Code: kiosk.Gone, Key: kiosk.KeyCodeExpired}
	}
	return p, err
}

// PeekPairing finds the display that shows code, so that a person can compare its word before
// binding it. The errors are those of Pair.
func (t *Till) PeekPairing(ctx context.Context, code string) (kiosk.Pairing, error) {
	var p kiosk.Pairing
	err := t.store.View(ctx, func(r kiosk.Reader) (err error) {
		p, err = t.kernel.OpenPairing(r, code, kiosk.Display)
		return err
	})
	return p, err
}

// Pair binds the display that shows code to the actor's register. A code of the wrong form or of a
// tablet is [kiosk.Invalid], an unknown one [kiosk.NotFound], an expired one [kiosk.Gone], a used one
// [kiosk.Conflict].
func (t *Till) Pair(ctx context.Context, by kiosk.Actor, code string) (device kiosk.Device, err error) {
	err = t.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) (err error) {
		device, err = t.kernel.Pair(tx, by.Register, code, kiosk.Display, by.Staff)
		return err
	})
	return device, err
}
