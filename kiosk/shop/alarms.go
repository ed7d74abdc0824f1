package shop

import (
	"cmp"
	"context"
	"slices"
	"time"

	"qrkiosk/kiosk"
)

const (
	alarmGateway = kiosk.MinuteMillis // of failing calls
	alarmMarks   = kiosk.DayMillis    // for how long oddities are told
	ManyOdd      = 8                  // deliveries that are no proof, for one link
	clockSlack   = 30 * time.Second
	alarmsAtOnce = 200
)

// Alarms reckons what people have to know, anew each time: from sales, from what reconciliation stored,
// and from how gateway, store and clock behave.
type Alarms struct {
	store     kiosk.Store
	now       func() int64
	skew      func() time.Duration
	condition *Condition
}

// All lists the alarms of every register and of the house, as In does.
func (al *Alarms) All(ctx context.Context) ([]kiosk.Alarm, error) {
	var all []kiosk.Alarm
	err := al.store.View(ctx, func(r kiosk.Reader) (err error) {
		all, err = al.In(r, "")
		return err
	})
	return all, err
}

// In lists what the people at one register have to know, "" for all of them: about its sales and
// about the house. Newest first; sales come before the house.
func (al *Alarms) In(r kiosk.Reader, register string) ([]kiosk.Alarm, error) {
	now := al.now()
	sales, err := r.WatchedOf(register, alarmsAtOnce)
	if err != nil {
		return nil, err
	}
	var all []kiosk.Alarm
	for _, sale := range sales {
		if kind, since, ok := sale.Alarm(now); ok {
			all = append(all, kiosk.Alarm{Kind: kind, Register: sale.Register, Sale: sale, Since: since})
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
		if m.Kind == kiosk.AlarmOver && !sale.OverOpen() {
			continue
		}
		all = append(all, kiosk.Alarm{
			Kind: m.Kind, Register: m.Register, Sale: sale, Since: m.At, Sum: max(0, sale.Received()-sale.Total()),
		})
	}
	slices.SortStableFunc(all, func(a, b kiosk.Alarm) int { return cmp.Compare(b.Since, a.Since) })
	booked, err := auditAlarms(r)
	house, lost := al.readAlarmsFor(r, register, now)
	return append(append(all, house...), booked...), kiosk.FirstOf(err, lost)
}

// readAlarmsFor are those of the account that a register sells with, or of every account.
func (al *Alarms) readAlarmsFor(r kiosk.Reader, register string, now int64) ([]kiosk.Alarm, error) {
	if register == "" {
		return al.readInstallationAlarms(r, now)
	}
	_, stall, _, err := RegisterAndStall(r, register)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return al.OfCondition(now), nil
	}
	return append(al.accountAlarms(stall.AccountID, now), al.commonAlarms(now)...), err
}

// OfInstallation lists the alarms of the house alone, what keeps tills from selling first. Where the
// store cannot be read it returns those that need no store, with the error.
func (al *Alarms) OfInstallation(ctx context.Context) ([]kiosk.Alarm, error) {
	var house, booked []kiosk.Alarm
	err := al.store.View(ctx, func(r kiosk.Reader) (err error) {
		if booked, err = auditAlarms(r); err == nil {
			house, err = al.readInstallationAlarms(r, al.now())
		}
		return err
	})
	if err != nil {
		house = al.OfCondition(al.now())
	}
	return append(house, booked...), err
}

// readInstallationAlarms are those of the house with the names of the accounts they are about. Accounts that
// ended keep nobody from selling.
func (al *Alarms) readInstallationAlarms(r kiosk.Reader, now int64) ([]kiosk.Alarm, error) {
	names, err := AccountNames(r)
	all := al.OfCondition(now)
	for i := range all {
		all[i].Account = names[all[i].AccountID]
	}
	return slices.DeleteFunc(all, func(a kiosk.Alarm) bool {
		return a.AccountID != "" && (a.Account == kiosk.AccountName{} || a.Account.Ended)
	}), err
}

// OfCondition are those that follow from how gateway, store and clock behave now.
func (al *Alarms) OfCondition(now int64) []kiosk.Alarm {
	var all []kiosk.Alarm
	for _, holder := range al.condition.accounts() {
		all = append(all, al.accountAlarms(holder, now)...)
	}
	return append(all, al.commonAlarms(now)...)
}

// accountAlarms are those about an account at the gateway.
func (al *Alarms) accountAlarms(holder string, now int64) []kiosk.Alarm {
	h := al.condition.HealthOf(holder)
	var all []kiosk.Alarm
	if h.KeyRefused > 0 {
		all = append(all, kiosk.Alarm{Kind: kiosk.AlarmKey, Since: h.KeyRefused, AccountID: holder})
	}
	if h.GatewayDown > 0 && now-h.GatewayDown > alarmGateway {
		all = append(all, kiosk.Alarm{Kind: kiosk.AlarmGateway, Since: h.GatewayDown, AccountID: holder})
	}
	return all
}

func (al *Alarms) commonAlarms(now int64) []kiosk.Alarm {
	var all []kiosk.Alarm
	if down := al.condition.Health().StoreDown; down > 0 {
		all = append(all, kiosk.Alarm{Kind: kiosk.AlarmStore, Since: down})
	}
	if off := al.skew(); off.Abs() > clockSlack {
		all = append(all, kiosk.Alarm{Kind: kiosk.AlarmClock, Since: now, Text: off.Round(time.Second).String()})
	}
	return all
}

// auditAlarms are those about rows, links and days that no sale explains.
func auditAlarms(r kiosk.AuditReader) ([]kiosk.Alarm, error) {
	rows, err := r.Unmatched(true, alarmsAtOnce)
	if err != nil {
		return nil, err
	}
	links, err := r.Quarantine(true, alarmsAtOnce)
	if err != nil {
		return nil, err
	}
	days, err := r.AuditDays(true, kiosk.AuditDays)
	if err != nil {
		return nil, err
	}
	restores, err := r.Restores()
	unmatched, quarantine, audit := kiosk.Alarm{Kind: kiosk.AlarmUnmatched}, kiosk.Alarm{Kind: kiosk.AlarmQuarantine}, kiosk.Alarm{Kind: kiosk.AlarmAudit}
	for _, u := range rows {
		unmatched.Add(u.Row.SeenAt, u.Row.Amount)
	}
	for _, q := range links {
		quarantine.Add(q.Seen, q.Amount)
	}
	for _, d := range slices.Backward(days) {
		audit.Add(d.At, 0)
		audit.Text = d.Day
	}
	restored := kiosk.Alarm{Kind: kiosk.AlarmRestored}
	for _, x := range restores {
		if x.Done == 0 {
			restored.Add(x.At, 0)
		}
	}
	return slices.DeleteFunc([]kiosk.Alarm{unmatched, quarantine, audit, restored}, func(a kiosk.Alarm) bool { return a.Count == 0 }), err
}
