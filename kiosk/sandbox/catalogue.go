package sandbox

import (
	"qrkiosk/kiosk"
)

// Fault names one way in which the gateway can misbehave. Set one with [Server.Set] or
// POST /control/faults.
type Fault string

// The faults of createLink and createSplitLink.
const (
	CreateLost        Fault = "create-lost"
	CreateHang        Fault = "create-hang"
	CreateLate        Fault = "create-late"
	CreateReset       Fault = "create-reset"
	CreateRefuse      Fault = "create-refuse"
	Create500Made     Fault = "create-500-made"
	Create500Unmade   Fault = "create-500-unmade"
	CreateCut         Fault = "create-cut"
	CreateHTML        Fault = "create-html"
	CreateWrongAmount Fault = "create-wrong-amount"
	CreateWrongNote   Fault = "create-wrong-note"
	CreateWrongFlags  Fault = "create-wrong-flags"
	CreateWrongURL    Fault = "create-wrong-url"
	CreatePaid        Fault = "create-paid-first"
	CreatePhantom     Fault = "create-phantom"
)

// The faults of the other endpoints and of all of them.
const (
	Delete500      Fault = "delete-500"
	DeleteLost     Fault = "delete-lost"
	ListLag        Fault = "list-lag"
	ListReorder    Fault = "list-reorder"
	ListDown       Fault = "list-down"
	PayInsDown     Fault = "payins-down"
	PayInsTwice    Fault = "payins-twice"
	PayInsFailed   Fault = "payins-failed"
	PayInsEmpty    Fault = "payins-empty"
	PayInsStranger Fault = "payins-stranger"
	PagesLoop      Fault = "pages-loop"
	PayInsOwnPart  Fault = "payins-own-part"
	PayIDAnyDay    Fault = "pay-id-any-day"
	CancelListed   Fault = "cancelled-listed"
	BankDelete     Fault = "bank-delete"
	Slow           Fault = "slow"
	Down           Fault = "down"
	HTML           Fault = "html"
	Empty          Fault = "empty"
	Huge           Fault = "huge"
	OddEnvelope    Fault = "odd-envelope"
	Reset          Fault = "reset"
	Redirect       Fault = "redirect"
	TooMany        Fault = "too-many"
	TooManyWait    Fault = "too-many-wait"
	KeyRevoked     Fault = "key-revoked"
	ErrorsPlain    Fault = "errors-plain"
	KeyWording     Fault = "key-wording"
	Forbidden      Fault = "forbidden"
	RefundFlagged  Fault = "refund-flagged"
	RefundRejected Fault = "refund-rejected"
	RefundLost     Fault = "refund-lost"
)

// The faults of payments, webhooks and callbacks.
const (
	PayShort           Fault = "pay-short"
	PayOver            Fault = "pay-over"
	PayTwice           Fault = "pay-twice"
	PayUnlisted        Fault = "pay-unlisted"
	PayDeleted         Fault = "pay-deleted"
	WebhookOff         Fault = "webhook-off"
	WebhookDuplicate   Fault = "webhook-duplicate"
	WebhookLate        Fault = "webhook-late"
	WebhookReordered   Fault = "webhook-reordered"
	WebhookNoRetry     Fault = "webhook-no-retry"
	WebhookPlain       Fault = "webhook-plain"
	WebhookWrongKey    Fault = "webhook-wrong-key"
	WebhookWrongAmount Fault = "webhook-wrong-amount"
	WebhookWrongLink   Fault = "webhook-wrong-link"
	WebhookFormB       Fault = "webhook-form-b"
	WebhookFormC       Fault = "webhook-form-c"
	WebhookMultipart   Fault = "webhook-multipart"
	WebhookOnCancel    Fault = "webhook-on-cancel"
	WebhookOnDecline   Fault = "webhook-on-decline"
	CallbackOff        Fault = "callback-off"
	CallbackEntities   Fault = "callback-entities"
	CallbackCapital    Fault = "callback-capital"
)

// FaultInfo describes a fault to people.
type FaultInfo struct {
	Name  Fault       `json:"name"`
	What  string      `json:"what"`
	Magic kiosk.Money `json:"magic,omitempty"` // the amount of a link that brings it about, in cents
	Left  int         `json:"left"`            // how often it will still happen; negative: until cleared
}

// catalogue is the one list of faults: control page, control API and help read it.
var catalogue = []FaultInfo{
	{Name: CreateLost, What: "the link is made, the connection is cut before the answer", Magic: 666_01},
	{Name: CreateHang, What: "the link is made, the answer never comes", Magic: 666_02},
	{Name: CreateLate, What: "the connection is cut, the link comes into being 30 s later", Magic: 666_03},
	{Name: CreateReset, What: "no link is made, the connection is cut", Magic: 666_04},
	{Name: CreateRefuse, What: "no link is made, a well-formed refusal is answered", Magic: 666_05},
	{Name: Create500Made, What: "the link is made, status 500 is answered", Magic: 666_06},
	{Name: Create500Unmade, What: "no link is made, status 500 is answered", Magic: 666_07},
	{Name: CreateCut, What: "the link is made, half of the answer is sent", Magic: 666_08},
	{Name: CreateHTML, What: "no link is made, a web page is answered with status 200", Magic: 666_09},
	{Name: CreateWrongAmount, What: "the link is made and answered with one euro more", Magic: 666_10},
	{Name: CreateWrongNote, What: "the link is made without the note", Magic: 666_11},
	{Name: CreateWrongFlags, What: "the link is made, but bank transfer, cancelling and the endpoint are the account's defaults", Magic: 666_12},
	{Name: CreateWrongURL, What: "the link is made, the pay link names another host and id", Magic: 666_13},
	{Name: CreatePaid, What: "the link is paid before the create call is answered", Magic: 666_14},
	{Name: CreatePhantom, What: "a link is answered that was never made", Magic: 666_15},
	{Name: Delete500, What: "deleteLink does nothing and answers 500", Magic: 666_20},
	{Name: DeleteLost, What: "deleteLink deletes, the connection is cut", Magic: 666_21},
	{Name: ListLag, What: "lists leave out everything of the last 10 s"},
	{Name: ListReorder, What: "lists come oldest first"},
	{Name: ListDown, What: "both link lists answer 500"},
	{Name: PayInsDown, What: "getPayInTransactions answers 500"},
	{Name: PayInsTwice, What: "getPayInTransactions lists every row twice"},
	{Name: PayInsFailed, What: "getPayInTransactions shows good payments as Failed"},
	{Name: PayInsEmpty, What: "getPayInTransactions lists nothing"},
	{Name: PayInsStranger, What: "getPayInTransactions lists one more payment, of an unknown link without a note"},
	{Name: PagesLoop, What: "lists of transactions show their first page whatever page is asked for"},
	{Name: PayInsOwnPart, What: "the pay-in row of a split link's owner carries the own part only"},
	{Name: PayIDAnyDay, What: "a pay_id lifts the window of getPayInTransactions"},
	{Name: CancelListed, What: "cancelled links stay in the unused list with is_cancelled Yes"},
	{Name: BankDelete, What: "a link with a bank transfer under way can be deleted"},
	{Name: Slow, What: "every answer takes 2 s"},
	{Name: Down, What: "every call is answered 503 by the proxy"},
	{Name: HTML, What: "every call is answered with a web page and status 200"},
	{Name: Empty, What: "every answer is empty, with status 200"},
	{Name: Huge, What: "every answer is followed by two million blanks"},
	{Name: OddEnvelope, What: "good answers carry their code as text, Result as boolean and an unknown field"},
	{Name: Reset, What: "every connection is cut before anything is done"},
	{Name: Redirect, What: "every call is answered 307 to another host"},
	{Name: TooMany, What: "every call is answered 429"},
	{Name: TooManyWait, What: "every call is answered 429 with Retry-After"},
	{Name: KeyRevoked, What: "every key is unknown (status 201)"},
	{Name: ErrorsPlain, What: "refusals have the older plain shape and their own status"},
	{Name: KeyWording, What: "missing and unknown keys are refused in the third documented wording"},
	{Name: Forbidden, What: "every call is answered 403"},
	{Name: RefundFlagged, What: "the original row of a refunded payment says is_refund true"},
	{Name: RefundRejected, What: "refunds are rejected the moment they are requested"},
	{Name: RefundLost, What: "the refund is requested, the connection is cut before the answer"},
	{Name: PayShort, What: "one cent less is paid than asked", Magic: 666_30},
	{Name: PayOver, What: "one euro more is paid than asked", Magic: 666_31},
	{Name: PayTwice, What: "the payment gets two rows", Magic: 666_32},
	{Name: PayUnlisted, What: "the payment gets no row in getPayInTransactions", Magic: 666_33},
	{Name: PayDeleted, What: "a deleted link can be paid by who stands on its page already"},
	{Name: WebhookOff, What: "no webhook is sent", Magic: 666_40},
	{Name: WebhookDuplicate, What: "every webhook is sent three times", Magic: 666_41},
	{Name: WebhookLate, What: "webhooks are sent 30 s late", Magic: 666_42},
	{Name: WebhookReordered, What: "the second webhook of a split link comes first"},
	{Name: WebhookNoRetry, What: "webhooks are tried once"},
	{Name: WebhookPlain, What: "webhooks are plain where encryption was ordered", Magic: 666_43},
	{Name: WebhookWrongKey, What: "webhooks are encrypted with another key", Magic: 666_44},
	{Name: WebhookWrongAmount, What: "webhooks name one euro more", Magic: 666_45},
	{Name: WebhookWrongLink, What: "webhooks name another link", Magic: 666_46},
	{Name: WebhookFormB, What: "webhooks are flat JSON with bracket keys"},
	{Name: WebhookFormC, What: "webhooks are form-encoded"},
	{Name: WebhookMultipart, What: "webhooks are multipart forms"},
	{Name: WebhookOnCancel, What: "a cancelled payment is told by webhook"},
	{Name: WebhookOnDecline, What: "a declined payment is told by webhook with status Failed"},
	{Name: CallbackOff, What: "the payer stays on the result page", Magic: 666_50},
	{Name: CallbackEntities, What: "callbacks carry &amp; between their parameters", Magic: 666_51},
	{Name: CallbackCapital, What: "callbacks say Success, without user_id", Magic: 666_52},
}
