package kiosk

// Tries counts wrong PINs of a person or a device (FAULTS 4.3).
type Tries struct {
	InRow int   // wrong ones since the last right one
	Day   int64 // day number of Today
	Today int   // wrong ones on that day
	Until int64 // Unix milliseconds: no try is looked at before
}

const (
	dayMillis    = 24 * 60 * 60 * 1000
	freeTries    = 5  // wrong PINs in a row before the first wait
	triesPerDay  = 20 // then a manager has to help
	minuteMillis = 60 * 1000
)

// waits are the pauses behind the sixth wrong PIN in a row and each further one.
var waits = []int64{minuteMillis, 5 * minuteMillis, 15 * minuteMillis, 60 * minuteMillis}

// Blocked tells how long, in milliseconds, no further try is looked at; 0 means go ahead.
func (t Tries) Blocked(now int64) int64 {
	if t.Day == now/dayMillis && t.Today >= triesPerDay {
		return (now/dayMillis+1)*dayMillis - now
	}
	return max(0, t.Until-now)
}

// Failed counts one more wrong PIN.
func (t Tries) Failed(now int64) Tries {
	if day := now / dayMillis; t.Day != day {
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
