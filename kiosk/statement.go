package kiosk

import (
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
	Day       string
	AccountID string   // ID of the stall's own account, "" for the house's
	Rows      PayInSum // of this stall
	Payouts   []Payout // of the account; they may hold other stalls' money too
}

// Done tells whether the gateway says that the money is on its way.
func (p StallPayout) Done() bool {
	return p.Rows.Open == 0 || (len(p.Payouts) > 0 && !slices.ContainsFunc(p.Payouts, func(o Payout) bool { return !o.Done() }))
}

// KeyDays is the key of the message about days in the wrong order, or too many.
const KeyDays = "days-wrong"

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
func DayName(day int64) string { return time.Unix(day*24*60*60, 0).UTC().Format(time.DateOnly) }
