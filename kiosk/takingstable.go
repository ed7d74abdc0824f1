package kiosk

import (
	"slices"
	"time"
)

// What a table of takings can be cut by beside what sums are kept by: what was sold, and longer times.
const (
	ByMonth TakingsBy = "month"
	ByItem  TakingsBy = "item"
	ByVAT   TakingsBy = "vat"
)

// TakingsCut is one way to cut a table of takings. Another one that follows from sums that are kept is a
// row of [TakingsCuts], words "office.by." and its name, and how its rows are named where they are drawn.
type TakingsCut struct {
	By   TakingsBy
	From []TakingsBy // the sums it is made of, none for what was sold
	// Fold leaves of a sum's key what it is cut by; nil leaves all of it.
	Fold func(*Takings)
}

// TakingsCuts are all of them, in the order in which they are offered.
var TakingsCuts = []TakingsCut{
	{By: ByDay, From: []TakingsBy{ByDay}},
	{By: ByHour, From: []TakingsBy{ByHour}},
	{By: ByMonth, From: []TakingsBy{ByDay}, Fold: func(t *Takings) { t.Day = MonthOf(t.Day) }},
	{By: ByStall, From: []TakingsBy{ByStall}},
	{By: ByRegister, From: []TakingsBy{ByStall, ByRegister}},
	{By: ByStaff, From: []TakingsBy{ByStaff}},
	{By: ByItem},
	{By: ByVAT},
}

// CutBy is the cut of a name; false if there is none.
func CutBy(by TakingsBy) (TakingsCut, bool) {
	i := slices.IndexFunc(TakingsCuts, func(c TakingsCut) bool { return c.By == by })
	if i < 0 {
		return TakingsCut{}, false
	}
	return TakingsCuts[i], true
}

// Rows adds up what falls together under the cut, in order.
func (c TakingsCut) Rows(sums []Takings) (rows []Takings) {
	if c.Fold == nil {
		return sums
	}
	for _, sum := range sums {
		figures := sum.Figures
		c.Fold(&sum)
		sum.Figures = Figures{}
		i := slices.IndexFunc(rows, func(t Takings) bool { t.Figures = Figures{}; return t == sum })
		if i < 0 {
			i, rows = len(rows), append(rows, sum)
		}
		rows[i].Figures = rows[i].Figures.Plus(figures)
	}
	return rows
}

// MonthOf is the first day of the month of a day, both since 1 January 1970.
func MonthOf(day int64) int64 {
	return day - int64(time.Unix(day*24*60*60, 0).UTC().Day()) + 1
}

// TakingsTableQuery asks for a book of takings.
type TakingsTableQuery struct {
	Stall    string // "" for all
	Register string // "" for all
	First    int64  // local days since 1 January 1970, both included
	Last     int64
	By       TakingsBy
}

// TakingsTable is the takings of some days, by one thing at a time, with the names of what it is about.
type TakingsTable struct {
	Query  TakingsTableQuery
	Sum    Figures
	Rows   []Takings // by everything but items and VAT
	Sold   []Sold    // by items or VAT
	Stalls []Stall   // those the reader may choose from
	Names  map[string]string
}
