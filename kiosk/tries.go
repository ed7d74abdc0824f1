package kiosk

// Tries counts wrong PINs of a person or a device, or what was wrongly typed to sign in to the office.
type Tries struct {
	InRow int   // wrong ones since the last right one
	Day   int64 // day number of Today
	Today int   // wrong ones on that day
	Until int64 // Unix milliseconds: no try is looked at before
}

const (
	freeTries   = 5                 // wrong ones in a row before the first wait
	triesPerDay = 20                // then nothing is looked at for the rest of the day
	longWait    = 60 * MinuteMillis // waits longer than the longest pause are those of a day
)

// waits are the pauses behind the sixth wrong try in a row and each further one.
var waits = []int64{MinuteMillis, 5 * MinuteMillis, 15 * MinuteMillis, 60 * MinuteMillis}

// Blocked tells how long, in milliseconds, no further try is looked at; 0 means go ahead.
func (t Tries) Blocked(now int64) int64 {
	if t.Day == now/DayMillis && t.Today >= triesPerDay {
		return (now/DayMillis+1)*DayMillis - now
	}
	return max(0, t.Until-now)
}

// Failed counts one more wrong try.
func (t Tries) Failed(now int64) Tries {
	if day := now / DayMillis; t.Day != day {
		t.Day, t.Today = day, 0
	}
	t.InRow++
	t.Today++
	if over := t.InRow - freeTries; over > 0 {
		t.Until = now + waits[min(over, len(waits))-1]
	}
	return t
}

// Right forgets the row of wrong ones; those of the day stay counted.
func (t Tries) Right() Tries {
	t.InRow, t.Until = 0, 0
	return t
}

// AfterTry are the tries after one more, at a time in Unix milliseconds.
func (t Tries) AfterTry(ok bool, now int64) Tries {
	if ok {
		return t.Right()
	}
	return t.Failed(now)
}

// lockout is how a door that wrong tries have shut says so: about which field of its form, and with which
// message for a short wait and for a long one.
type lockout struct {
	field  string
	wait   string
	locked string
}

// The doors: a PIN at a till, and the office.
var (
	LockedPIN   = lockout{"pin", KeyPINWait, KeyPINLocked}
	LockedLogin = lockout{"password", KeySignInWait, KeySignInLocked}
)

// Check is [TooMany] while any of the tries is shut.
func (l lockout) Check(now int64, all ...Tries) error {
	wait := int64(0)
	for _, t := range all {
		wait = max(wait, t.Blocked(now))
	}
	if wait == 0 {
		return nil
	}
	key := l.wait
	if wait > longWait {
		key = l.locked
	}
	return &Error{Code: TooMany, Key: key, Field: l.field, Wait: wait}
}

// Wrong is what a wrong try is told once it is counted: the one that exhausted the patience hears of the
// wait, every other one the verdict.
func (l lockout) Wrong(verdict *Error, now int64, counted ...Tries) error {
	if err := l.Check(now, counted...); err != nil {
		return err
	}
	return verdict
}
