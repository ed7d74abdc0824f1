package till

import "qrkiosk/kiosk"

// orderNumber is the next order number of a register on this day of its stall, "" where customers are
// not called up.
func orderNumber(tx kiosk.Tx, register kiosk.Register, stall kiosk.Stall, now int64) (string, error) {
	if !stall.CallsUp {
		return "", nil
	}
	all, err := tx.Registers(stall.ID)
	if err != nil {
		return "", err
	}
	day, _ := kiosk.LocalHour(stall.Zone, now)
	no, err := tx.OrderNumber(day)
	return kiosk.OrderNumber(kiosk.OrderLetter(register, all), no), err
}
