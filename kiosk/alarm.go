package kiosk

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"
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
	alarmGateway     = minuteMillis // of failing calls
	alarmUnconfirmed = minuteMillis // without the gateway's row
	alarmRefund      = 14 * dayMillis
	alarmMarks       = dayMillis // for how long oddities are told
	manyOdd          = 8         // deliveries that are no proof, for one link
	clockSlack       = 30 * time.Second
	alarmsAtOnce     = 200
)

// Alarm is something people have to know or decide. It is computed from what is stored and from how
// gateway and store answer, never set.
type Alarm struct {
	Kind     AlarmKind
	Register string      // "" if it is about the whole house
	Sale     *Sale       // nil if it is about the whole house
	Since    int64       // Unix milliseconds
	Count    int         // unmatched, quarantine, audit: how many
	Sum      Money       // unmatched, quarantine: of how much; over: how much more came
	Text     string      // audit: the newest day that differs; clock: by how much, "+1m30s"
	Own      string      // key, gateway: ID of the stall's own account it is about, "" for the house's
	Account  AccountName // of Own, where it is known
}

// AllAlarms lists the alarms of every register and of the house, as alarmsIn does.
func (s *Shop) AllAlarms(ctx context.Context) ([]Alarm, error) {
	var all []Alarm
	err := s.store.View(ctx, func(r Reader) (err error) {
		all, err = s.alarmsIn(r, "")
		return err
	})
	return all, err
}

// alarmsIn lists what the people at one register have to know, "" for all of them: about its sales and
// about the house. Newest first; sales come before the house.
func (s *Shop) alarmsIn(r Reader, register string) ([]Alarm, error) {
	now := s.now()
	sales, err := r.WatchedOf(register, alarmsAtOnce)
	if err != nil {
		return nil, err
	}
	var all []Alarm
	for _, sale := range sales {
		if kind, since, ok := sale.alarm(now); ok {
			all = append(all, Alarm{Kind: kind, Register: sale.Register, Sale: sale, Since: since})
		}
	}
	marks, err := r.Marks(register, now-alarmMarks, alarmsAtOnce)
	if err != nil {
		return nil, err
	}
	for _, m := range marks {
		sale, err := r.Sale(m.Sale)
		if err != nil {
			return nil, err
		}
		if m.Kind == AlarmOver && !sale.overOpen() {
			continue
		}
		all = append(all, Alarm{
			Kind: m.Kind, Register: m.Register, Sale: sale, Since: m.At, Sum: max(0, sale.Received()-sale.Total()),
		})
	}
	slices.SortStableFunc(all, func(a, b Alarm) int { return cmp.Compare(b.Since, a.Since) })
	booked, err := bookAlarms(r)
	house, lost := s.houseAlarmsOf(r, register, now)
	return append(append(all, house...), booked...), firstOf(err, lost)
}

// houseAlarmsOf are those of the account that a register sells with, or of every account.
func (s *Shop) houseAlarmsOf(r Reader, register string, now int64) ([]Alarm, error) {
	if register == "" {
		return s.houseAlarmsIn(r, now)
	}
	_, stall, _, err := placeOf(r, register)
	if CodeOf(err) == NotFound {
		return s.houseAlarms(now), nil
	}
	return append(s.accountAlarms(stall.OwnAccount, now), s.commonAlarms(now)...), err
}

// HouseAlarms lists the alarms of the house alone, what keeps tills from selling first. Where the
// store cannot be read it returns those that need no store, with the error.
func (s *Shop) HouseAlarms(ctx context.Context) ([]Alarm, error) {
	var house, booked []Alarm
	err := s.store.View(ctx, func(r Reader) (err error) {
		if booked, err = bookAlarms(r); err == nil {
			house, err = s.houseAlarmsIn(r, s.now())
		}
		return err
	})
	if err != nil {
		house = s.houseAlarms(s.now())
	}
	return append(house, booked...), err
}

// houseAlarmsIn are those of the house with the names of the accounts they are about. Accounts that
// ended keep nobody from selling.
func (s *Shop) houseAlarmsIn(r Reader, now int64) ([]Alarm, error) {
	names, err := accountNames(r)
	all := s.houseAlarms(now)
	for i := range all {
		all[i].Account = names[all[i].Own]
	}
	return slices.DeleteFunc(all, func(a Alarm) bool { return a.Own != "" && (a.Account == AccountName{} || a.Account.Ended) }), err
}

// Hears tells whether an alarm is for a clerk: those of sales for who heads the stall, those of the
// account's books for an organizer, and what concerns every till for everybody.
func (c Clerk) Hears(a Alarm) bool {
	switch {
	case a.Sale != nil:
		return c.Heads(a.Sale.Stall)
	case a.Own != "":
		return c.Heads(a.Account.Stall)
	case a.Kind == AlarmUnmatched || a.Kind == AlarmQuarantine || a.Kind == AlarmAudit:
		return c.Role == Organizer
	}
	return true
}

// alarm tells whether a sale that is not at rest needs people.
func (s *Sale) alarm(now int64) (kind AlarmKind, since int64, ok bool) {
	switch s.State() {
	case Review:
		return AlarmReview, cmp.Or(s.PaidAt, s.Created), true
	case Paid:
		return AlarmUnconfirmed, s.PaidAt, s.Unconfirmed(now)
	case Refunding:
		for _, r := range s.Refunds {
			if s.unmet(r) && now-r.At > alarmRefund {
				return AlarmRefund, r.At, true
			}
		}
	case Asking, Opening, Awaiting, Checking, Retiring, Cancelled, Lapsed, RefusedSt, Settled, Refunded:
	}
	return "", 0, false
}

// overOpen tells whether nobody has dealt yet with what came beyond the price.
func (s *Sale) overOpen() bool {
	asked := slices.ContainsFunc(s.Refunds, Refund.stands)
	return s.State() == Paid && s.Over() && !asked && s.Returned() == 0
}

// Unconfirmed tells whether people have to look at a paid sale because the gateway's list has not shown
// the payment for too long.
func (s *Sale) Unconfirmed(now int64) bool { return s.State() == Paid && now > s.unconfirmedAt() }

// unconfirmedAt is the last moment at which a paid sale without a row of the gateway's is no alarm; one
// that is confirmed never becomes one.
func (s *Sale) unconfirmedAt() int64 {
	if s.Confirmed() {
		return math.MaxInt64
	}
	return s.PaidAt + alarmUnconfirmed
}

// houseAlarms are those that follow from how gateway, store and clock behave now.
func (s *Shop) houseAlarms(now int64) []Alarm {
	s.mu.Lock()
	holders := append([]string{""}, slices.Sorted(maps.Keys(s.heards))...)
	s.mu.Unlock()
	var all []Alarm
	for _, holder := range holders {
		all = append(all, s.accountAlarms(holder, now)...)
	}
	return append(all, s.commonAlarms(now)...)
}

// accountAlarms are those about an account at the gateway.
func (s *Shop) accountAlarms(holder string, now int64) []Alarm {
	h := s.HealthOf(holder)
	var all []Alarm
	if h.KeyRefused > 0 {
		all = append(all, Alarm{Kind: AlarmKey, Since: h.KeyRefused, Own: holder})
	}
	if h.GatewayDown > 0 && now-h.GatewayDown > alarmGateway {
		all = append(all, Alarm{Kind: AlarmGateway, Since: h.GatewayDown, Own: holder})
	}
	return all
}

func (s *Shop) commonAlarms(now int64) []Alarm {
	var all []Alarm
	if down := s.Health().StoreDown; down > 0 {
		all = append(all, Alarm{Kind: AlarmStore, Since: down})
	}
	if off := s.skew(); off.Abs() > clockSlack {
		all = append(all, Alarm{Kind: AlarmClock, Since: now, Text: off.Round(time.Second).String()})
	}
	return all
}

// bookAlarms are those about rows, links and days that no sale explains.
func bookAlarms(r Reader) ([]Alarm, error) {
	rows, err := r.Unmatched(true, alarmsAtOnce)
	if err != nil {
		return nil, err
	}
	links, err := r.Quarantine(true, alarmsAtOnce)
	if err != nil {
		return nil, err
	}
	days, err := r.AuditDays(true, auditDays)
	if err != nil {
		return nil, err
	}
	restores, err := r.Restores()
	unmatched, quarantine, audit := Alarm{Kind: AlarmUnmatched}, Alarm{Kind: AlarmQuarantine}, Alarm{Kind: AlarmAudit}
	for _, u := range rows {
		unmatched.count(u.Row.SeenAt, u.Row.Amount)
	}
	for _, q := range links {
		quarantine.count(q.Seen, q.Amount)
	}
	for _, d := range slices.Backward(days) {
		audit.count(d.At, 0)
		audit.Text = d.Day
	}
	restored := Alarm{Kind: AlarmRestored}
	for _, x := range restores {
		if x.Done == 0 {
			restored.count(x.At, 0)
		}
	}
	return slices.DeleteFunc([]Alarm{unmatched, quarantine, audit, restored}, func(a Alarm) bool { return a.Count == 0 }), err
}

func (a *Alarm) count(at int64, sum Money) {
	a.Count++
	a.Sum += sum
	if a.Since == 0 || at < a.Since {
		a.Since = at
	}
}
