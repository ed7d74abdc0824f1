package shop

import (
	"qrkiosk/kiosk"
)

// OpenPairing finds the device of a kind that shows a code, as people type it. A code of the wrong form
// is [kiosk.Invalid], an unknown one [kiosk.NotFound]; the others are those of [kiosk.Pairing.CheckOpen].
func (s *Kernel) OpenPairing(r kiosk.StallReader, typed string, kind kiosk.DeviceKind) (kiosk.Pairing, error) {
	code, err := kiosk.FoldPairingCode(typed)
	if err != nil {
		return kiosk.Pairing{}, err
	}
	p, err := r.PairingByCode(code)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		err = &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyCodeUnknown, Field: "code"}
	}
	if err != nil {
		return p, err
	}
	return p, p.CheckOpen(kind, s.Now())
}

// Pair makes the device of a kind that shows a code one of a register; the secret that it holds already
// is worth something from then on. The errors are those of OpenPairing.
func (s *Kernel) Pair(tx kiosk.Tx, register, typed string, kind kiosk.DeviceKind, actor string) (kiosk.Device, error) {
	p, err := s.OpenPairing(tx, typed, kind)
	if err != nil {
		return kiosk.Device{}, err
	}
	d := s.NewDevice(kiosk.Device{Kind: kind, Register: register, Name: p.Name, SecretHash: p.SecretHash})
	p.Device = d.ID
	if err := tx.PutPairing(p); err != nil {
		return d, err
	}
	return d, s.Enrol(tx, d, actor)
}

// NewDevice gives a device its ID and the time of now.
func (s *Kernel) NewDevice(d kiosk.Device) kiosk.Device {
	d.Created = s.Now()
	d.ID = s.random.ID(d.Created)
	return d
}

// Enrol begins the trust in a device. A register has one tablet: a new one revokes the one before.
func (s *Kernel) Enrol(tx kiosk.Tx, d kiosk.Device, actor string) error {
	if d.Kind == kiosk.Tablet {
		if err := s.revokeTablets(tx, d.Register, actor); err != nil {
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

func (s *Kernel) revokeTablets(tx kiosk.Tx, register, actor string) error {
	devices, err := tx.Devices(register)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if d.Kind == kiosk.Tablet && d.Revoked == 0 {
			if err := s.Revoke(tx, d, actor); err != nil {
				return err
			}
		}
	}
	return nil
}
