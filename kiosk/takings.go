package kiosk

import (
	"sync"
	"time"
)

// DefaultZone is the time zone of a stall that names none.
const DefaultZone = "Europe/Berlin"

// NewPosting is the change of figures that one step of a sale brought, and where it counts. It is
// booked in the transaction of that step, at the time of the step: late money counts when it is
// seen, never in a day or shift that is over.
type NewPosting struct {
	Stall    string
	Register string
	Shift    string // of the sale
	Staff    string // who charged
	Day      int64  // local day of the stall, days since 1 January 1970
	Hour     int64  // local hour, 0 to 23
	Figures  Figures
	Sold     []Sold
	PayIns   []PayInSum // by the gateway's days
}

// newPosting compares a sale before and after a step; nil if no figure changed.
func newPosting(before, after *Sale, figures Figures, at int64) *NewPosting {
	listed := payInSumChange(before, after)
	if figures == (Figures{}) && len(listed) == 0 {
		return nil
	}
	b := &NewPosting{
		Stall: after.Stall, Register: after.Register, Shift: after.Shift, Staff: after.Staff,
		Figures: figures, Sold: soldChange(before.Sold(), after.Sold()), PayIns: listed,
	}
	b.Day, b.Hour = LocalHour(after.Zone, at)
	for i := range b.Sold {
		b.Sold[i].Stall, b.Sold[i].Register, b.Sold[i].Day = b.Stall, b.Register, b.Day
	}
	return b
}

var zones sync.Map // name to *time.Location: reading one takes longer than a sale

// Zone finds a time zone by its name; "" is DefaultZone. An unknown one is [Invalid].
func Zone(name string) (*time.Location, error) {
	if name == "" {
		name = DefaultZone
	}
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, &Error{Code: Invalid, Key: KeyZone, Field: "zone"}
	}
	zones.Store(name, zone)
	return zone, nil
}

// KeyZone is the key of the message about a time zone nobody knows.
const KeyZone = "zone-unknown"

// LocalHour returns the day (since 1 January 1970) and the hour that the clocks of a zone show at a
// time in Unix milliseconds. A zone that is unknown counts as UTC.
func LocalHour(zone string, at int64) (day, hour int64) {
	t := time.UnixMilli(at).UTC()
	if z, err := Zone(zone); err == nil {
		t = t.In(z)
	}
	return dayOf(t), int64(t.Hour())
}

// DayEnds is when the day ends that a zone's clocks show at a time, both in Unix milliseconds.
func DayEnds(zone string, at int64) int64 {
	z, err := Zone(zone)
	if err != nil {
		z = time.UTC
	}
	t := time.UnixMilli(at).In(z)
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, z).UnixMilli()
}

func dayOf(t time.Time) int64 {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60)
}

// TakingsBy names what takings are summed by.
type TakingsBy string

// What takings can be summed by; several may be combined.
const (
	ByStall    TakingsBy = "stall"
	ByRegister TakingsBy = "register"
	ByDay      TakingsBy = "day"
	ByHour     TakingsBy = "hour"
	ByStaff    TakingsBy = "staff"
)

// TakingsQuery asks for sums over days. The zero value of a filter means all.
type TakingsQuery struct {
	Stall    string
	Register string
	Staff    string
	First    int64 // local days since 1 January 1970, both included
	Last     int64
	By       []TakingsBy // none: one row with the sum of all
}

// Takings is a row of sums; what it was not asked by is empty or 0.
type Takings struct {
	Stall    string
	Register string
	Day      int64
	Hour     int64
	Staff    string
	Figures  Figures
}

// SoldQuery asks what was sold on the days from First to Last. The zero value of a filter means all.
type SoldQuery struct {
	Stall    string
	Register string
	First    int64
	Last     int64
	ByVAT    bool // by rate of VAT instead of by item and rate
}
