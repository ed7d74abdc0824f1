package kiosk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Statement is what a stall is told about its days: what came, what went back, what went to others
// and to the gateway, and what the gateway has paid out. All of it is sums of facts.
type Statement struct {
	Stall     Stall
	First     int64 // local days since 1 January 1970, both included
	Last      int64
	Figures   Figures
	Days      []Takings
	Registers []Takings
	ByVAT     []Sold
	Tip       Money                  // of Figures.Kept, what was tip
	Payouts   []StallPayout          // oldest first
	ToCome    Money                  // net of rows that the gateway has not paid out yet
	Names     map[string]string      // of registers
	Accounts  map[string]AccountName // of stalls' own accounts, by their IDs
}

// StaysOnAccount is what is left on the account of the links: what is kept, without the parts that
// went to other accounts at the moment of payment and the fees of the gateway.
func (s Statement) StaysOnAccount() Money {
	return s.Figures.Kept() - s.Figures.Commission - s.Figures.Fee - s.Figures.FeePSP
}

// StallPayout is a stall's part of what the gateway pays out to an account for one of its days.
type StallPayout struct {
	Day     string
	Holder  string   // ID of the stall's own account, "" for the house's
	Rows    Listed   // of this stall
	Payouts []Payout // of the account; they may hold other stalls' money too
}

// Done tells whether the gateway says that the money is on its way.
func (p StallPayout) Done() bool {
	return p.Rows.Open == 0 || (len(p.Payouts) > 0 && !slices.ContainsFunc(p.Payouts, func(o Payout) bool { return !o.Done() }))
}

// Statement draws up the statement of a stall for the local days from first to last. An unknown
// stall is [NotFound], days in the wrong order or more than a year are [Invalid]. The stall's own
// people, its owner's link and whoever may see all stalls may call it.
func (s *Shop) Statement(ctx context.Context, stall string, first, last int64) (Statement, error) {
	if err := CheckDays(first, last); err != nil {
		return Statement{}, err
	}
	st := Statement{First: first, Last: last, Names: map[string]string{}}
	err := s.store.View(ctx, func(r Reader) error { return readStatement(&st, r, stall, s.OwnOf) })
	return st, err
}

// mostDays bounds what a report may be asked for.
const mostDays = 400

// KeyDays is the key of the message about days in the wrong order, or too many.
const KeyDays = "days-wrong"

// CheckDays refuses days in the wrong order, before the year 1990, or more than a report holds.
func CheckDays(first, last int64) error {
	const y1990 = 7305
	if first < y1990 || last < first || last-first > mostDays || last > y1990+200*366 {
		return &Error{Code: Invalid, Key: KeyDays, Field: "first"}
	}
	return nil
}

func readStatement(st *Statement, r Reader, stall string, ownOf func(book string) string) (err error) {
	if st.Stall, err = r.Stall(stall); err != nil {
		return err
	}
	q := TakingsQuery{Stall: stall, First: st.First, Last: st.Last, By: []TakingsBy{ByDay}}
	if st.Days, err = r.Takings(q); err != nil {
		return err
	}
	q.By = []TakingsBy{ByRegister}
	if st.Registers, err = r.Takings(q); err != nil {
		return err
	}
	for _, t := range st.Registers {
		st.Figures = st.Figures.Plus(t.Figures)
	}
	if st.ByVAT, err = r.Sold(SoldQuery{Stall: stall, First: st.First, Last: st.Last, ByVAT: true}); err != nil {
		return err
	}
	for _, d := range st.ByVAT {
		if d.Item == SoldTip {
			st.Tip += d.Amount
		}
	}
	registers, err := r.Registers(stall)
	for _, g := range registers {
		st.Names[g.ID] = g.Name
	}
	if err != nil {
		return err
	}
	if st.Accounts, err = accountNames(r); err != nil {
		return err
	}
	return readPayouts(st, r, ownOf)
}

// readPayouts takes the gateway's days of the statement: its clock is not ours, so that one more on
// either side may belong to it, and then only its rows decide.
func readPayouts(st *Statement, r Reader, ownOf func(book string) string) error {
	first, last := dayName(st.First), dayName(st.Last)
	rows, err := r.Listed(ListedQuery{Stall: st.Stall.ID, First: first, Last: last})
	if err != nil {
		return err
	}
	payouts, err := r.Payouts(first, last)
	if err != nil {
		return err
	}
	for _, l := range rows {
		st.ToCome += l.Open
		p := StallPayout{Day: l.Day, Holder: l.Holder, Rows: l}
		for _, o := range payouts {
			if o.Day == l.Day && ownOf(o.Account) == l.Holder {
				p.Payouts = append(p.Payouts, o)
			}
		}
		st.Payouts = append(st.Payouts, p)
	}
	return nil
}

// dayName writes a local day as the gateway writes its own.
func dayName(day int64) string { return time.Unix(day*24*60*60, 0).UTC().Format(time.DateOnly) }

// ParseDay reads "2026-11-20" as a day since 1 January 1970; what is no day of the calendar is
// [Invalid].
func ParseDay(text string) (int64, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || strings.TrimSpace(text) != text {
		return 0, &Error{Code: Invalid, Key: KeyDays, Field: "first"}
	}
	return dayOf(t), nil
}

// DayName is the reverse of [ParseDay].
func DayName(day int64) string { return dayName(day) }

// Today is the day that the clocks of a stall show now.
func (s *Shop) Today(zone string) int64 {
	day, _ := LocalHour(zone, s.now())
	return day
}

// NewOwnerLink makes the secret of a read-only link to a stall's statements. It is told once: only
// its hash is kept. The link before it is dead from now on. Organizers may call it.
func (s *Shop) NewOwnerLink(ctx context.Context, by Clerk, stall string) (secret string, err error) {
	if err := by.organizes(); err != nil {
		return "", err
	}
	secret = s.random.secret(16)
	err = s.officeBy(ctx, by, func(tx Tx) (changed, error) {
		if _, err := tx.Stall(stall); err != nil {
			return changed{}, err
		}
		return changed{kind: "owner-link.made", subject: stall}, tx.PutOwnerKey(stall, hashOwner(secret), s.now())
	})
	return secret, err
}

// EndOwnerLink makes a stall's read-only link dead. Organizers may call it.
func (s *Shop) EndOwnerLink(ctx context.Context, by Clerk, stall string) error {
	if err := by.organizes(); err != nil {
		return err
	}
	return s.officeBy(ctx, by, func(tx Tx) (changed, error) {
		return changed{kind: "owner-link.ended", subject: stall}, tx.PutOwnerKey(stall, "", s.now())
	})
}

// OwnerStall finds the stall of a read-only link; unknown or ended ones are [NotFound].
func (s *Shop) OwnerStall(ctx context.Context, secret string) (Stall, error) {
	var stall Stall
	err := s.store.View(ctx, func(r Reader) error {
		id, err := r.OwnerKey(hashOwner(secret))
		if err != nil {
			return err
		}
		stall, err = r.Stall(id)
		return err
	})
	return stall, err
}

func hashOwner(secret string) string {
	sum := sha256.Sum256([]byte("owner " + secret))
	return hex.EncodeToString(sum[:])
}
