package shop

import (
	"qrkiosk/kiosk"
)

// RegisterAndStall reads a register, its stall and the version of its screens.
func RegisterAndStall(r kiosk.Reader, register string) (kiosk.Register, kiosk.Stall, int64, error) {
	reg, err := r.Register(register)
	if err != nil {
		return reg, kiosk.Stall{}, 0, err
	}
	stall, err := r.Stall(reg.Stall)
	if err != nil {
		return reg, stall, 0, err
	}
	v, err := r.Versions([]string{register})
	return reg, stall, v[register], err
}

// ReceiptURL is the address of a sale's receipt page, "" if customers cannot reach this server.
func (s *Kernel) ReceiptURL(sale *kiosk.Sale) string {
	if s.kit.PublicURL == "" {
		return ""
	}
	return s.kit.PublicURL + s.kit.ReceiptPath + sale.Receipt
}
