package kiosk

import (
	"slices"
)

// ErrandKind names a duty towards the gateway.
type ErrandKind string

// The kinds of errands.
const (
	ErrandOpen   ErrandKind = "open"   // make a link, or find out whether it was made
	ErrandRetire ErrandKind = "retire" // make a link surely unpayable
	ErrandLook   ErrandKind = "look"   // ask the gateway's lists about a link
	ErrandRefund ErrandKind = "refund" // file a refund request
	ErrandStray  ErrandKind = "stray"  // look for a link that was given up and may have been made after all
)

// Duty is what the facts of a sale demand of us, about one of its links. An errand row exists
// exactly as long as its duty does.
type Duty struct {
	Kind ErrandKind
	Link int // number of the link within its sale
}

// Errand is a stored duty. Tries and Due are written before an attempt is made, so that a crash
// leaves a trace; Fence grows with every claim, so that a frozen worker's late write is refused.
type Errand struct {
	Sale     string
	Register string
	Link     int
	Kind     ErrandKind
	Due      int64 // Unix milliseconds
	Tries    int
	Lease    int64 // Unix milliseconds: claimed until then
	Fence    int64
}

// Duties lists what the facts demand now.
func (s *Sale) Duties() []Duty {
	var d []Duty
	for i := range s.Links {
		l := &s.Links[i]
		if l.needsOpen() && (!IsHeld(s) || s.Cancel || s.Lapse) {
			d = append(d, Duty{ErrandOpen, l.N})
		}
		if s.needsRetire(l) {
			d = append(d, Duty{ErrandRetire, l.N})
		}
		if l.needsStray() {
			d = append(d, Duty{ErrandStray, l.N})
		}
		if s.needsLook(l) {
			d = append(d, Duty{ErrandLook, l.N})
		}
	}
	return append(d, s.refundDuties()...)
}

func (l *Link) needsOpen() bool { return !l.Live && !l.GivenUp && !l.Gone && !l.HasPayment() }

// needsStray holds for an attempt that was given up without knowing its outcome: a link that is
// born late must be found and deleted.
func (l *Link) needsStray() bool {
	return l.GivenUp && l.Unclear && !l.Live && !l.Gone && !l.Unborn && !l.HasPayment()
}

// needsRetire holds for a link that may still be paid though nobody should: its sale is ending,
// it is a stray of an attempt that was given up, or money came on another link of the sale. A
// pending bank transfer forbids deleting.
func (s *Sale) needsRetire(l *Link) bool {
	elsewhere := s.AnyLink(func(o *Link) bool { return o.N != l.N && o.HasPayment() })
	unwanted := s.Cancel || s.Lapse || l.GivenUp || elsewhere
	return unwanted && l.Live && !l.Gone && !l.ToldUsed && !l.PendingOpen() && l.value(s.Strict) == 0 && !l.Used
}

// needsLook holds while something says there may be money and no row has told yet. After a day
// without one a person is asked instead.
func (s *Sale) needsLook(l *Link) bool {
	return !l.HasPayment() && !l.Unconfirmed && (l.Odd > l.MarkAnswered || l.ToldUsed || l.Used || l.Claimed())
}

func dutyChange(before, after *Sale) (start, end []Duty) {
	was, is := before.Duties(), after.Duties()
	for _, d := range is {
		if !slices.Contains(was, d) {
			start = append(start, d)
		}
	}
	for _, d := range was {
		if !slices.Contains(is, d) {
			end = append(end, d)
		}
	}
	return start, end
}

// Owes tells whether a duty is one of the sale's.
func (s *Sale) Owes(d Duty) bool {
	for _, has := range s.Duties() {
		if has == d {
			return true
		}
	}
	return false
}
