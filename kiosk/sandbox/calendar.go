package sandbox

import (
	"errors"
	"fmt"
	"time"

	"qrkiosk/kiosk"
)

// The times of the gateway's own work, in UTC; the vendor's examples show such times.
const (
	nightAt     = 2*time.Hour + 1*time.Minute + 14*time.Second
	invoiceAt   = 3*time.Hour + 1*time.Minute + 5*time.Second
	transferLag = 5 * 24 * time.Hour // until the money of a bank transfer is there
	farthest    = 400 * 24 * time.Hour
)

// ErrClock is the error of an order to move the clock backwards or too far at once.
var ErrClock = errors.New("sandbox: the clock goes forward, 400 days at most at a time")

// payOut is one row of getPayOutTransactions: the good rows of one account and one day.
type payOut struct {
	ID      int64       `json:"id"`
	User    string      `json:"user"`
	Tx      string      `json:"tx"` // YYYYMMDD-po-XXXXXXXXXX
	Amount  kiosk.Money `json:"amount"`
	Fee     kiosk.Money `json:"fee"`
	Net     kiosk.Money `json:"net"`
	Status  string      `json:"status"` // InProgress, Completed
	Day     time.Time   `json:"day"`
	At      time.Time   `json:"at"`
	Split   bool        `json:"split,omitempty"`
	Dispute bool        `json:"dispute,omitempty"`
	Refund  bool        `json:"refund,omitempty"`
}

// invoice is the fee invoice of one account and one month.
type invoice struct {
	ID      int64       `json:"id"`
	User    string      `json:"user"`
	Tx      string      `json:"tx"` // YYYYMM-sf-XXXXXXXXXX
	Month   time.Time   `json:"month"`
	Fee     kiosk.Money `json:"fee"`
	PSP     kiosk.Money `json:"psp"`
	VAT     kiosk.Money `json:"vat"`
	At      time.Time   `json:"at"`
	Address Account     `json:"address"` // as it was then; without keys
}

const (
	payoutInProgress = "InProgress"
	payoutDone       = "Completed"
)

func (l *ledger) setPayOut(p *payOut) {
	for i, old := range l.payOuts {
		if old.ID == p.ID {
			l.payOuts[i] = p
			return
		}
	}
	l.payOuts = append(l.payOuts, p)
	l.lastPayOut = max(l.lastPayOut, p.ID)
}

// chore is one piece of work that falls due at a time.
type chore struct {
	at time.Time
	do func(*ledger, time.Time) []entry
}

// calendar does what the gateway does by itself when its time has come: payouts of the night, invoices
// of the month, what banks and operator take days for.
type calendar struct {
	keeper *keeper
	bank   *bank
}

// chores does everything that fell due since the last time, in the order in which it did, each at
// its own time. It is called before every call is answered and by Run, so that what a caller sees
// depends on the clock alone.
func (ca *calendar) chores() error {
	ca.keeper.mu.Lock()
	did := false
	var err error
	for err == nil {
		c := ca.nextLocked()
		if c.at.After(ca.keeper.nowLocked()) {
			break
		}
		did = true
		err = ca.keeper.commitLocked(append(c.do(ca.keeper.ledger, c.at), entry{Night: &c.at}))
	}
	ca.keeper.mu.Unlock()
	if err != nil || !did {
		return err
	}
	ca.keeper.wake()
	return ca.keeper.book.sync()
}

// nextLocked finds the earliest chore after the last one done; the keeper's lock is held.
func (ca *calendar) nextLocked() chore {
	l := ca.keeper.ledger
	next := chore{nextDaily(l.night, nightAt), ca.nightLocked}
	if at := nextMonthly(l.night); at.Before(next.at) {
		next = chore{at, ca.monthLocked}
	}
	for id := range l.promised {
		k := l.links[id]
		if at := k.Changed.Add(transferLag); at.Before(next.at) {
			next = chore{at, func(l *ledger, at time.Time) []entry { return ca.bank.settledLocked(l, k, methodBank, at) }}
		}
	}
	for _, r := range l.refunds {
		if at := r.At.Add(refundAfter); r.State == refundPending && at.Before(next.at) {
			next = chore{at, func(l *ledger, at time.Time) []entry { return ca.bank.approvedLocked(l, *r, at) }}
		}
	}
	return next
}

// nextDaily is the first time of day behind a moment.
func nextDaily(after time.Time, at time.Duration) time.Time {
	day := after.UTC().Truncate(24 * time.Hour).Add(at)
	if !day.After(after) {
		day = day.Add(24 * time.Hour)
	}
	return day
}

func nextMonthly(after time.Time) time.Time {
	first := time.Date(after.UTC().Year(), after.UTC().Month(), 1, 0, 0, 0, 0, time.UTC).Add(invoiceAt)
	if !first.After(after) {
		first = first.Add(-invoiceAt).AddDate(0, 1, 0).Add(invoiceAt)
	}
	return first
}

// nightLocked completes the payouts of the night before and makes those of the day that ended, one
// per account and kind of link. A sum that is not positive waits for better days.
func (ca *calendar) nightLocked(l *ledger, at time.Time) (entries []entry) {
	midnight := at.Truncate(24 * time.Hour)
	for _, p := range l.payOuts {
		if p.Status == payoutInProgress {
			done := *p
			done.Status = payoutDone
			entries = append(entries, entry{PayOut: &done})
			entries = append(entries, l.completed(p.ID)...)
		}
	}
	id := l.lastPayOut + 1
	for _, a := range l.accounts {
		for _, split := range []bool{false, true} {
			batch := l.batch(a, split, id, midnight, at)
			if entries = append(entries, batch...); batch != nil {
				id++
			}
		}
	}
	return entries
}

// completed marks the rows of a payout.
func (l *ledger) completed(batch int64) (entries []entry) {
	for _, p := range l.unpaid {
		if p.Batch == batch {
			row := *p
			row.Payout = payoutCompleted
			entries = append(entries, entry{PayIn: &row})
		}
	}
	return entries
}

// batch makes one payout, nil if there is nothing to pay out.
func (l *ledger) batch(a *Account, split bool, id int64, midnight, at time.Time) []entry {
	p := &payOut{
		ID: id, User: a.UserID, Status: payoutInProgress,
		Day: midnight.AddDate(0, 0, -1), At: at, Split: split,
	}
	entries := []entry{{PayOut: p}}
	for _, row := range l.unpaid {
		if row.User != a.UserID || row.Split != split || row.Batch != 0 || row.Status != paySuccess || !row.At.Before(midnight) {
			continue
		}
		p.Net, p.Fee = p.Net+row.Net, p.Fee+row.Fee
		p.Amount += row.Net + row.Fee + row.PSP // a split link's owner is paid the own part only
		p.Dispute, p.Refund = p.Dispute || row.Dispute, p.Refund || row.Refund
		batched := *row
		batched.Batch = p.ID
		entries = append(entries, entry{PayIn: &batched})
	}
	if p.Net <= 0 {
		return nil
	}
	p.Tx = p.Day.Format("20060102") + "-po-" + tail()
	return entries
}

// monthLocked writes the fee invoices of the month that ended, for accounts that paid fees.
func (ca *calendar) monthLocked(l *ledger, at time.Time) (entries []entry) {
	end := at.Truncate(24 * time.Hour)
	month := end.AddDate(0, -1, 0)
	for _, a := range l.accounts {
		v := &invoice{
			ID: int64(len(l.invoices) + len(entries) + 1), User: a.UserID, Month: month, At: at,
			Tx: month.Format("200601") + "-sf-" + tail(), Address: a.address(),
		}
		for _, p := range l.payIns {
			if p.User == a.UserID && p.Status == paySuccess && !p.At.Before(month) && p.At.Before(end) {
				v.Fee, v.PSP = v.Fee+p.Fee, v.PSP+p.PSP
			}
		}
		if v.Fee != 0 || v.PSP != 0 {
			entries = append(entries, entry{Invoice: v})
		}
	}
	return entries
}

// address is the account without anything secret.
func (a Account) address() Account {
	return Account{
		Company: a.Company, Owner: a.Owner, Street: a.Street, HouseNo: a.HouseNo,
		City: a.City, Country: a.Country, Zipcode: a.Zipcode,
	}
}

func (ca *calendar) advance(d time.Duration) error {
	if d <= 0 || d > farthest {
		return ErrClock
	}
	err := ca.keeper.change(func(l *ledger) ([]entry, error) {
		ahead := int64(l.ahead + d)
		return []entry{{Clock: &ahead}}, nil
	})
	if err != nil {
		return err
	}
	return ca.chores()
}

// readSpan reads how far the clock is to go: "90m", "36h", "1d", "2w".
func readSpan(text string) (time.Duration, error) {
	var n int64
	var unit string
	if _, err := fmt.Sscanf(text, "%d%s", &n, &unit); err == nil && n > 0 && n < 1000 {
		switch unit {
		case "d":
			return time.Duration(n) * 24 * time.Hour, nil
		case "w":
			return time.Duration(n) * 7 * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%w: a span is written 90m, 36h, 1d or 2w", errOrder)
	}
	return d, nil
}
