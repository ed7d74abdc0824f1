package kiosk

const (
	// LeaseOfErrand is how long a claim of an errand is good, in milliseconds; whoever takes longer is
	// overtaken, and decides nothing any more.
	LeaseOfErrand = 15 * SecondMillis
	// AwayMillis is how long the gateway may take for an answer before a screen says that it is away.
	AwayMillis = 4 * SecondMillis
)

// Away tells that the gateway does not answer while a sale waits for its code. The zero value: nothing is
// known to be wrong.
type Away struct {
	Since int64 // Unix milliseconds
	Next  int64 // Unix milliseconds of the next try, 0 while one is being made
}

// Is tells whether the gateway is away.
func (a Away) Is() bool { return a.Since > 0 }

// AwayOf computes whether the gateway is away for a sale that waits for its code: its calls fail, or the
// one for this sale has been without an answer for too long. opens is the errand that makes the link, h how
// the gateway has answered this process. soon is when a silence that has begun will have been too long, in
// Unix milliseconds, 0 if none has.
func AwayOf(opens Errand, h Health, now int64) (a Away, soon int64) {
	asked := opens.askedAt(now)
	if asked == 0 {
		a.Next = opens.Due
	}
	switch {
	case h.GatewayDown > 0:
		a.Since = h.GatewayDown
	case asked == 0:
		return Away{}, 0
	case now-asked < AwayMillis:
		return Away{}, asked + AwayMillis
	default:
		a.Since = asked
	}
	return a, 0
}

// askedAt is since when the try that is being made is under way, 0 if the next one is still to come.
func (e Errand) askedAt(now int64) int64 {
	switch {
	case e.Lease > now:
		return e.Lease - LeaseOfErrand
	case e.Due <= now:
		return e.Due
	}
	return 0
}
