package kiosk

// StepKind names what may happen to a sale: facts from outside, clocks and commands.
type StepKind string

// Facts from outside about a link.
const (
	StepLive        StepKind = "live"         // create answered, or the link was found
	StepUnclear     StepKind = "unclear"      // the outcome of create is not known
	StepGivenUp     StepKind = "given-up"     // settle time over; Step.Next is the next attempt, nil: the last try
	StepUnborn      StepKind = "unborn"       // an attempt given up a day ago was never found
	StepGone        StepKind = "gone"         // surely deleted or cancelled
	StepToldUsed    StepKind = "told-used"    // delete answered "already used"
	StepNotice      StepKind = "notice"       // passed the nine tests
	StepOdd         StepKind = "odd"          // any other delivery
	StepUnpaid      StepKind = "unpaid"       // a look says no; Step.Count deliveries are answered by it
	StepUsed        StepKind = "used"         // in the list of used links
	StepRow         StepKind = "row"          // a Success row, a refund row or a dispute row
	StepPending     StepKind = "pending"      // a bank row is open
	StepPendingOver StepKind = "pending-over" // and ended unpaid
	StepWithdrawn   StepKind = "withdrawn"    // the row Step.Row.Key disappeared or turned
	StepPayout      StepKind = "payout"       // the row Step.Row.Key has another payout status, or tells how it was paid
)

// Facts about the sale that a changed one came from.
const (
	StepFreed StepKind = "freed" // that one surely cannot be paid any more
)

// Clocks.
const (
	StepLapse       StepKind = "lapse"
	StepUnconfirmed StepKind = "24h" // no row for 24 hours
	StepBankLate    StepKind = "14d" // a bank row open for 14 days
)

// Answers to a refund request.
const (
	StepFiled    StepKind = "filed"
	StepDeclined StepKind = "declined"
	StepUnsure   StepKind = "unsure"
)

// Commands of people.
const (
	StepTip      StepKind = "tip"
	StepCancel   StepKind = "cancel"
	StepChange   StepKind = "change"  // open its cart again; whatever is under way ends as by StepCancel
	StepChanged  StepKind = "changed" // Step.Reason: the number of the sale its cart was charged as
	StepAside    StepKind = "aside"
	StepHanded   StepKind = "handed"
	StepRefund   StepKind = "refund" // Step.Amount
	StepAgain    StepKind = "again"  // ask again for a refund whose answer was unsure
	StepRejected StepKind = "rejected"
	StepClose    StepKind = "close"
	StepAttach   StepKind = "attach"
)

// Step is one thing that happens to a sale.
type Step struct {
	Kind          StepKind
	At            int64  // Unix milliseconds
	Actor         string // staff ID, "gateway" or "clock"
	Link          int    // number of the link a fact is about, 0 for the newest
	PayID         int64  // live, row: the gateway's number of the link
	URL           string // live: what the QR code holds
	AccountNumber string // live: the gateway account's own id
	Row           Row
	Count         int
	Amount        Money // tip, refund
	ID            string
	Reason        string
	Next          *Link  // tip: the first attempt; given-up: the next one
	Said          string // declined: the gateway's own sentence
}

// Actors that are no person.
const (
	ActorGateway = "gateway"
	ActorClock   = "clock"
)

// Outcome is everything to store for a step that was taken, in one transaction.
type Outcome struct {
	Sale    *Sale
	From    State
	To      State
	Changed bool // false: the same fact again; there is nothing to store
	Events  []Event
	Posting *NewPosting // nil: no figure changed
	Start   []Duty      // errands to begin
	End     []Duty      // errands nobody needs any more
}
