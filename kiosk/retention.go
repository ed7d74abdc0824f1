package kiosk

// Retention says for how many days things are kept that no sum depends on; 0 means the default.
// Sales, shifts and the journal are never removed.
type Retention struct {
	Inbox int // bodies of webhooks as they came
	Notes int // what cashiers noted on sales
	Keys  int // keys of links whose sale is at rest
}

// The defaults and limits of retention, in days.
const (
	InboxDays   = 30
	NotesDays   = 400
	KeysDays    = 90
	LongestKeep = 4000
)

// Days are the numbers that count: those that were set, or else the defaults.
func (r Retention) Days() Retention {
	if r.Inbox == 0 {
		r.Inbox = InboxDays
	}
	if r.Notes == 0 {
		r.Notes = NotesDays
	}
	if r.Keys == 0 {
		r.Keys = KeysDays
	}
	return r
}

// RetentionReader finds what has been kept long enough.
type RetentionReader interface {
	// SalesBetween returns up to n sales whose IDs lie behind after and before before, in order.
	SalesBetween(after, before string, n int) ([]*Sale, error)
}

// RetentionWriter removes it.
type RetentionWriter interface {
	// DropInbox removes deliveries of up to n links older than the ID link that arrived before at,
	// and tells how many rows went.
	DropInbox(link string, at int64, n int) (int64, error)
}

// Purged counts what a run has removed.
type Purged struct {
	Inbox int64 // deliveries
	Notes int   // notes of sales
	Keys  int   // secrets of links, and keys of stalls' accounts that ended
}

// Done tells whether nothing is left to be done for a sale, by us or by anybody.
func (s *Sale) Done() bool {
	switch s.State() {
	case Paid, Refunded, ClosedUnpaid, Cancelled, Lapsed, LinkRefused:
		return len(s.Duties()) == 0 && !s.Current()
	default:
		return false
	}
}

// ForgetKeys drops what only the gateway and we know of the links of a sale at rest: webhooks of so
// long ago can neither arrive nor be read again.
func (s *Sale) ForgetKeys() bool {
	held := false
	for i := range s.Links {
		held = held || len(s.Links[i].Sealed) > 0
		s.Links[i].Sealed = nil
	}
	return held
}

// ForgetNote takes what the cashier noted off the sale, and tells whether there was anything.
func (s *Sale) ForgetNote() bool {
	held := s.Note != ""
	s.Note = ""
	return held
}
