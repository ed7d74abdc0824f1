package kiosk

// The reasons for which a command is refused by the state of a sale; each is also the key of the
// sentence that people read.
const (
	ReasonTipClosed        = "tip-closed"
	ReasonCancelInstead    = "cancel-instead"
	ReasonNoLink           = "no-link"
	ReasonNotConfirmed     = "not-confirmed"
	ReasonNothingUnclear   = "nothing-unclear"
	ReasonNoRefund         = "no-refund"
	ReasonNothingOpen      = "nothing-open"
	ReasonTwinEnded        = "twin-ended"
	ReasonNotCurrent       = "not-current"
	ReasonMoneyPending     = "money-pending"
	ReasonAlreadyPaid      = "already-paid"
	ReasonOneRefund        = "one-refund"
	ReasonTooMuch          = "too-much"
	ReasonDisputed         = "disputed"
	ReasonClosing          = "closing"
	ReasonClosed           = "closed"
	ReasonInReview         = "in-review"
	ReasonCloseInstead     = "close-instead"
	ReasonRefundOpen       = "refund-open"
	ReasonNotWhileChecking = "not-while-checking"
	ReasonOpeningUnclear   = "opening-unclear"
	ReasonChangedAlready   = "changed-already"
	ReasonCartTaken        = "cart-taken"
	ReasonPortion          = "portion-of-bill"
	ReasonBusy             = "busy"
	ReasonUnknownStep      = "unknown-step"
)

// Refuse is [Conflict] with the reason that forbids a command.
func Refuse(reason string) error { return &Error{Code: Conflict, Key: reason} }
