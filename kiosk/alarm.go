package kiosk

import (
	"cmp"
	"math"
	"slices"
)

// AlarmKind names what people have to know or decide.
type AlarmKind string

// The kinds of alarms: first those about one sale, then those about the whole house.
const (
	AlarmReview      AlarmKind = "review"      // money that does not fit
	AlarmUnconfirmed AlarmKind = "unconfirmed" // paid by a notice, and the gateway's list does not say so
	AlarmRefund      AlarmKind = "refund"      // asked for 14 days ago and no row
	AlarmOver        AlarmKind = "over"        // paid, and more came than was asked
	AlarmPlain       AlarmKind = "plain"       // a notice came plain though encryption was ordered
	AlarmOdd         AlarmKind = "odd"         // many deliveries that are no proof
	AlarmEcho        AlarmKind = "echo"        // the gateway made another link than ordered

	AlarmGateway    AlarmKind = "gateway"    // every call fails
	AlarmKey        AlarmKind = "key"        // the gateway refuses our key
	AlarmStore      AlarmKind = "store"      // nothing can be written
	AlarmClock      AlarmKind = "clock"      // our clock is wrong
	AlarmUnmatched  AlarmKind = "unmatched"  // pay-ins that belong to no sale
	AlarmQuarantine AlarmKind = "quarantine" // links at the gateway that nobody knows
	AlarmAudit      AlarmKind = "audit"      // the gateway's books and ours do not agree
	AlarmRestored   AlarmKind = "restored"   // a backup was brought back and what is missing is looked for
)

// AlarmKinds lists every kind, for tables and tests.
var AlarmKinds = []AlarmKind{
	AlarmReview, AlarmUnconfirmed, AlarmRefund, AlarmOver, AlarmPlain, AlarmOdd, AlarmEcho,
	AlarmGateway, AlarmKey, AlarmStore, AlarmClock, AlarmUnmatched, AlarmQuarantine, AlarmAudit, AlarmRestored,
}

const (
	alarmUnconfirmed = MinuteMillis // without the gateway's row
	alarmRefund      = 14 * DayMillis
)

// Alarm is something people have to know or decide. It is computed from what is stored and from how
// gateway and store answer, never set.
type Alarm struct {
	Kind      AlarmKind
	Register  string      // "" if it is about the whole house
	Sale      *Sale       // nil if it is about the whole house
	Since     int64       // Unix milliseconds
	Count     int         // unmatched, quarantine, audit: how many
	Sum       Money       // unmatched, quarantine: of how much; over: how much more came
	Text      string      // audit: the newest day that differs; clock: by how much, "+1m30s"
	AccountID string      // key, gateway: ID of the stall's own account it is about, "" for the house's
	Account   AccountName // of Own, where it is known
}

// Receives tells whether an alarm is for a clerk: those of sales for who heads the stall, those of the
// account's books for an organizer, and what concerns every till for everybody.
func (c OfficeActor) Receives(a Alarm) bool {
	switch {
	case a.Sale != nil:
		return c.MayRead(a.Sale.Stall)
	case a.AccountID != "":
		return c.MayRead(a.Account.Stall)
	case a.Kind == AlarmUnmatched || a.Kind == AlarmQuarantine || a.Kind == AlarmAudit:
		return c.Role.Organizes()
	}
	return true
}

// Alarm tells whether a sale that is not at rest needs people.
func (s *Sale) Alarm(now int64) (kind AlarmKind, since int64, ok bool) {
	switch s.State() {
	case Review:
		return AlarmReview, cmp.Or(s.PaidAt, s.Created), true
	case Paid:
		return AlarmUnconfirmed, s.PaidAt, s.Unconfirmed(now)
	case Refunding:
		for _, r := range s.Refunds {
			if s.Unmet(r) && now-r.At > alarmRefund {
				return AlarmRefund, r.At, true
			}
		}
	case Asking, Opening, Awaiting, Checking, Retiring, Cancelled, Lapsed, LinkRefused, ClosedUnpaid, Refunded:
	}
	return "", 0, false
}

// OverOpen tells whether nobody has dealt yet with what came beyond the price.
func (s *Sale) OverOpen() bool {
	asked := slices.ContainsFunc(s.Refunds, Refund.stands)
	return s.State() == Paid && s.Over() && !asked && s.Returned() == 0
}

// Unconfirmed tells whether people have to look at a paid sale because the gateway's list has not shown
// the payment for too long.
func (s *Sale) Unconfirmed(now int64) bool { return s.State() == Paid && now > s.UnconfirmedAt() }

// UnconfirmedAt is the last moment at which a paid sale without a row of the gateway's is no alarm; one
// that is confirmed never becomes one.
func (s *Sale) UnconfirmedAt() int64 {
	if s.Confirmed() {
		return math.MaxInt64
	}
	return s.PaidAt + alarmUnconfirmed
}

// Add counts one more thing of this kind, since when it is there and how much money is in it.
func (a *Alarm) Add(at int64, sum Money) {
	a.Count++
	a.Sum += sum
	if a.Since == 0 || at < a.Since {
		a.Since = at
	}
}
