package shop

import (
	"qrkiosk/kiosk"
)

// Revoke ends the trust in a device. The register notes when, so that every process that has its
// screens asks each of them again.
func (s *Kernel) Revoke(tx kiosk.Tx, d kiosk.Device, actor string) error {
	d.Revoked = s.Now()
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
	return tx.Append(kiosk.Event{
		Stream: d.Register, Kind: "device.revoke", Subject: d.ID, Actor: actor, At: d.Revoked, Data: string(d.Kind),
	})
}
