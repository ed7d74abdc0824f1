package kiosk

// Shifts are the Z reports of some days with the names of what they are about.
type Shifts struct {
	Stall  string     // whose they are, "" all
	Days   []ShiftDay // oldest first; days without a report are left out
	Sum    Figures    // of all of them
	Stalls []Stall    // those the clerk may ask for
	Names  map[string]string
}

// ShiftDay is a local day with the Z reports of the shifts that were closed on it.
type ShiftDay struct {
	Day     int64    // since 1 January 1970, by the clocks of the stalls
	Reports []Report // by the time of their close
	Sum     Figures
}
