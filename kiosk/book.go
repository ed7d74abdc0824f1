package kiosk

// The words for what was sold, beside those of [TakingsBy].
const (
	ByItem TakingsBy = "item"
	ByVAT  TakingsBy = "vat"
)

// BookQuery asks for a book of takings.
type BookQuery struct {
	Stall    string // "" for all
	Register string // "" for all
	First    int64  // local days since 1 January 1970, both included
	Last     int64
	By       TakingsBy
}

// Book is the takings of some days, by one thing at a time, with the names of what it is about.
type Book struct {
	Query  BookQuery
	Sum    Figures
	Rows   []Takings // by everything but items and VAT
	Sold   []Sold    // by items or VAT
	Stalls []Stall   // those the reader may choose from
	Names  map[string]string
}

// MayRead is [NotFound] for a stall that is not the clerk's; "" stands for all of them.
func (c Clerk) MayRead(stall string) error {
	if stall == "" && c.Role == Organizer {
		return nil
	}
	return c.MustHead(stall)
}
