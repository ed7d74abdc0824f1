package kiosk

import (
	"slices"
	"time"
)

// PayInSum is what the pay-in list of an account holds for a register on one of the gateway's own days,
// as far as we have seen it: what a payout of that day has to agree with. Amounts are cents; fees
// and net are the gateway's word, since its own examples do not add up.
type PayInSum struct {
	Stall     string
	Register  string
	Day       string // the gateway's day, "2026-11-20"; "" where its time cannot be read
	AccountID string // ID of the stall's own account, "" for the house's
	Rows      int64
	Amount    Money
	Fee       Money
	FeePSP    Money
	Net       Money
	Open      Money // the part of Net that the gateway does not call paid out yet
}

// Plus adds the sums of o; keys stay those of l.
func (l PayInSum) Plus(o PayInSum) PayInSum {
	l.Rows, l.Amount, l.Net, l.Open = l.Rows+o.Rows, l.Amount+o.Amount, l.Net+o.Net, l.Open+o.Open
	l.Fee, l.FeePSP = l.Fee+o.Fee, l.FeePSP+o.FeePSP
	return l
}

func (l PayInSum) negative() PayInSum {
	return PayInSum{
		Stall: l.Stall, Register: l.Register, Day: l.Day, AccountID: l.AccountID,
		Rows: -l.Rows, Amount: -l.Amount, Fee: -l.Fee, FeePSP: -l.FeePSP, Net: -l.Net, Open: -l.Open,
	}
}

// Key is l without its sums.
func (l PayInSum) Key() PayInSum {
	return PayInSum{Stall: l.Stall, Register: l.Register, Day: l.Day, AccountID: l.AccountID}
}

// PayInSums sums the sale's rows of the gateway by the gateway's day and account. Rows that it withdrew, and
// flags that are rows with us only, are left out.
func (s *Sale) PayInSums() []PayInSum {
	var all []PayInSum
	for i := range s.Links {
		l := &s.Links[i]
		for _, r := range l.Rows {
			if r.Withdrawn || r.Amount == 0 {
				continue
			}
			row := r.payInSum()
			row.Stall, row.Register, row.AccountID = s.Stall, s.Register, l.AccountID
			all = append(all, row)
		}
	}
	return all
}

func (r Row) payInSum() PayInSum {
	row := PayInSum{Day: r.Day(), Rows: 1, Amount: r.Amount, Fee: r.Fee, FeePSP: r.FeePSP, Net: r.Net}
	if !r.Payout.Done() {
		row.Open = r.Net
	}
	return row
}

// Day is the gateway's own day of the row: the day as [ParseDay] reads it with which At begins, "" where
// it begins with none.
func (r Row) Day() string { return DayIn(r.At) }

// DayIn is the day as [ParseDay] reads it with which the text of a time begins, "" where there is none.
func DayIn(at string) string {
	day := at[:min(len(at), len(time.DateOnly))]
	if _, err := ParseDay(day); err != nil {
		return ""
	}
	return day
}

// payInSumChange is what after has listed more than before, with what did not change left out.
func payInSumChange(before, after *Sale) []PayInSum {
	var change []PayInSum
	add := func(l PayInSum) {
		i := slices.IndexFunc(change, func(c PayInSum) bool { return c.Key() == l.Key() })
		if i < 0 {
			change = append(change, l)
			return
		}
		change[i] = change[i].Plus(l)
	}
	for _, l := range after.PayInSums() {
		add(l)
	}
	for _, l := range before.PayInSums() {
		add(l.negative())
	}
	return slices.DeleteFunc(change, func(l PayInSum) bool { return l == l.Key() })
}
