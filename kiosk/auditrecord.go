package kiosk

// Unmatched is a row of the gateway's pay-in list that belongs to no link of ours. It counts in no
// sum of sales and waits for a person (F41).
type Unmatched struct {
	Account  string
	PayID    int64
	Ref      string // what stood first in its note, "" if it had none
	Row      Row
	Why      string // UnmatchedLost, UnmatchedUnknown or UnmatchedShare
	Resolved int64  `json:"Settled"` // Unix milliseconds, 0 while it waits
	By       string // staff who settled it, or ActorGateway if its sale was found after all
	Reason   string
}

// Why a row is unmatched.
const (
	UnmatchedLost    = "lost"    // its reference is ours, and this database does not know it
	UnmatchedUnknown = "unknown" // it has no reference
	UnmatchedShare   = "share"   // our share of a link of another account of ours: settled at once
)

// Quarantined is an unpaid link at the gateway that begins with our letters and that the database
// does not know, as after a restore. It is told to people and never deleted by itself.
type Quarantined struct {
	Account string
	PayID   int64
	Ref     string
	Amount  Money
	Seen    int64 // Unix milliseconds when it was found
	State   QuarantineState
	At      int64  // Unix milliseconds of the last change of State
	By      string // staff who had it deleted
	Reason  string
}

// QuarantineState is what became of a quarantined link.
type QuarantineState string

// What became of a quarantined link.
const (
	QuarantineHeld    QuarantineState = "held"    // it can be paid
	QuarantineUsed    QuarantineState = "used"    // it was paid: its row is on the unmatched list
	QuarantineGone    QuarantineState = "gone"    // the gateway does not list it any more
	QuarantineDeleted QuarantineState = "deleted" // a person had it deleted
	QuarantineKnown   QuarantineState = "known"   // its sale was found after all
)

// Tally counts and sums rows of the pay-in list. What went back is negative.
type Tally struct {
	Payments int
	Paid     Money
	Refunds  int
	Refunded Money
	Disputes int
	Disputed Money
}

// Add counts a row.
func (t *Tally) Add(kind RowKind, amount Money) {
	switch kind {
	case RowPayment, RowExtra:
		t.Payments++
		t.Paid += amount
	case RowRefund:
		t.Refunds++
		t.Refunded += amount
	case RowDispute:
		t.Disputes++
		t.Disputed += amount
	}
}

// AuditDay is what the last audit said about one day of the gateway's calendar.
type AuditDay struct {
	Account      string
	Day          string // "2026-11-20", as the gateway writes it
	At           int64  // Unix milliseconds of the audit
	Ours         Tally  // rows of our sales
	Theirs       Tally  // rows the gateway lists for our links
	Unmatched    int    // rows of nobody's link that wait for a person
	UnmatchedSum Money
	Differences  []Difference // at most mostDifferences are named
	More         int          // how many further ones there are
	Complete     bool         // both books agree and nothing waits
}

// Differs tells whether the two books do not agree. A day whose unmatched rows wait is not complete
// and yet does not differ.
func (d *AuditDay) Differs() bool { return len(d.Differences) > 0 || d.Ours != d.Theirs }

// Difference is one row on which the two books do not agree.
type Difference struct {
	Why    string // DiffersMissing, DiffersForeign, DiffersAmount or DiffersUnread
	Key    string // of the row
	PayID  int64
	Sale   string // its number, "" if it is not known
	Ours   Money
	Theirs Money
}

// Why two books do not agree about a row.
const (
	DiffersMissing = "missing" // we hold it and the gateway does not list it
	DiffersForeign = "foreign" // the gateway lists it for a link of ours and we do not hold it
	DiffersAmount  = "amount"  // both have it, with different amounts
	DiffersUnread  = "unread"  // the gateway lists it in a form nobody can read
)

// EventRestored is the entry of the office's journal that says that a backup was brought back; its
// data is the time of the newest entry before it.
const EventRestored = "restored"

// Restore says that the database took the place of a later one: what happened behind Newest was
// lost here and has to be looked for at the gateway.
type Restore struct {
	At     int64 // Unix milliseconds
	Newest int64 // Unix milliseconds of the newest event it held
	Done   int64 // Unix milliseconds when the search was made, 0 before
}

// Mark is something odd about a sale that people should hear of.
type Mark struct {
	Sale     string
	Kind     AlarmKind
	Register string
	At       int64 // Unix milliseconds of the first time
}

// AuditReader reads what the comparison with the gateway's books needs and has found.
type AuditReader interface {
	// SalesWithRows returns up to n sales with a pay-in row first seen at since or later, whose IDs
	// come behind after, in the order of their IDs.
	SalesWithRows(since int64, after string, n int) ([]*Sale, error)
	// WatchedOf returns up to n sales of a register that are not at rest, oldest first; those of
	// every register if register is "".
	WatchedOf(register string, n int) ([]*Sale, error)
	UnmatchedRow(account, key string) (Unmatched, error)
	// Unmatched returns up to n rows, newest first: those that wait if open, else all.
	Unmatched(open bool, n int) ([]Unmatched, error)
	Quarantined(account string, payID int64) (Quarantined, error)
	// Quarantine returns up to n links, newest first: those held if held, else all.
	Quarantine(held bool, n int) ([]Quarantined, error)
	// AuditDays returns up to n days, newest first: those that differ if differing, else all.
	AuditDays(differing bool, n int) ([]AuditDay, error)
	// Marks returns up to n marks since a time, newest first; of every register if it is "".
	Marks(register string, since int64, n int) ([]Mark, error)
	// Restores returns every restore, newest first.
	Restores() ([]Restore, error)
}

// AuditWriter writes what [AuditReader] reads; everything is stored once, and stored again replaces.
type AuditWriter interface {
	PutUnmatched(u Unmatched) error
	PutQuarantined(q Quarantined) error
	PutAuditDay(d AuditDay) error
	// PutMark keeps the first of its kind for a sale.
	PutMark(m Mark) error
	PutRestore(r Restore) error
}
