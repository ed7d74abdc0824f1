package kiosk

// The words for what was sold, beside those of [TakingsBy].
const (
	ByItem TakingsBy = "item"
	ByVAT  TakingsBy = "vat"
)

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
