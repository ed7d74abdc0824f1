package store

// ordersKept is for how many days the counts of days before are kept, for a clock that is set back.
const ordersKept = 7

// OrderNumber implements [kiosk.Tx].
func (t *tx) OrderNumber(day int64) (no int64, err error) {
	if t.err != nil {
		return 0, t.err
	}
	t.err = t.one([]any{&no}, `INSERT INTO order_number (register, day, no) VALUES ($1, $2, 1)
		ON CONFLICT (register, day) DO UPDATE SET no = order_number.no + 1 RETURNING no`, t.stream, day)
	if t.err != nil {
		return 0, t.err
	}
	t.wrote = true
	if no > 1 {
		return no, nil
	}
	return no, t.write("", `DELETE FROM order_number WHERE register = $1 AND day < $2`, t.stream, day-ordersKept)
}
