package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"time"

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
	PayInsOwnPart  Fault = "payins-own-part"
	PayIDAnyDay    Fault = "pay-id-any-day"
	CancelListed   Fault = "cancelled-listed"
	BankDelete     Fault = "bank-delete"
	Slow           Fault = "slow"
	Down           Fault = "down"
	HTML           Fault = "html"
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
)

// The faults of payments, webhooks and callbacks.
const (
	PayShort           Fault = "pay-short"
	PayOver            Fault = "pay-over"
	PayTwice           Fault = "pay-twice"
	PayUnlisted        Fault = "pay-unlisted"
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
	{Name: Delete500, What: "deleteLink does nothing and answers 500", Magic: 666_20},
	{Name: DeleteLost, What: "deleteLink deletes, the connection is cut", Magic: 666_21},
	{Name: ListLag, What: "lists leave out everything of the last 10 s"},
	{Name: ListReorder, What: "lists come oldest first"},
	{Name: ListDown, What: "both link lists answer 500"},
	{Name: PayInsDown, What: "getPayInTransactions answers 500"},
	{Name: PayInsTwice, What: "getPayInTransactions lists every row twice"},
	{Name: PayInsOwnPart, What: "the pay-in row of a split link's owner carries the own part only"},
	{Name: PayIDAnyDay, What: "a pay_id lifts the window of getPayInTransactions"},
	{Name: CancelListed, What: "cancelled links stay in the unused list with is_cancelled Yes"},
	{Name: BankDelete, What: "a link with a bank transfer under way can be deleted"},
	{Name: Slow, What: "every answer takes 2 s"},
	{Name: Down, What: "every call is answered 503 by the proxy"},
	{Name: HTML, What: "every call is answered with a web page and status 200"},
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
	{Name: PayShort, What: "one cent less is paid than asked", Magic: 666_30},
	{Name: PayOver, What: "one euro more is paid than asked", Magic: 666_31},
	{Name: PayTwice, What: "the payment gets two rows", Magic: 666_32},
	{Name: PayUnlisted, What: "the payment gets no row in getPayInTransactions", Magic: 666_33},
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
	{Name: WebhookOnCancel, What: "a cancelled payment is told by webhook"},
	{Name: WebhookOnDecline, What: "a declined payment is told by webhook with status Failed"},
	{Name: CallbackOff, What: "the payer stays on the result page", Magic: 666_50},
	{Name: CallbackEntities, What: "callbacks carry &amp; between their parameters", Magic: 666_51},
	{Name: CallbackCapital, What: "callbacks say Success, without user_id", Magic: 666_52},
}

// Known tells whether there is such a fault.
func (f Fault) Known() bool {
	return slices.ContainsFunc(catalogue, func(i FaultInfo) bool { return i.Name == f })
}

// Catalogue lists every fault with its magic amount, for help texts.
func Catalogue() []FaultInfo { return slices.Clone(catalogue) }

// Set arms a fault for the next times occasions; negative: until cleared, 0: off. A name that is
// not in the catalogue is logged and ignored. Faults are not part of the book.
func (s *Server) Set(f Fault, times int) {
	if !f.Known() {
		s.log.Error("no such fault", "name", string(f))
		return
	}
	s.small.Lock()
	defer s.small.Unlock()
	if times == 0 {
		delete(s.faults, f)
		return
	}
	s.faults[f] = times
}

// Faults lists every fault and how often it will still happen.
func (s *Server) Faults() []FaultInfo {
	list := Catalogue()
	s.small.Lock()
	defer s.small.Unlock()
	for i := range list {
		list[i].Left = s.faults[list[i].Name]
	}
	return list
}

// take uses a fault up once and tells whether it was armed.
func (s *Server) take(f Fault) bool {
	s.small.Lock()
	defer s.small.Unlock()
	left, armed := s.faults[f]
	switch {
	case !armed:
		return false
	case left == 1:
		delete(s.faults, f)
	case left > 1:
		s.faults[f] = left - 1
	}
	return true
}

// strikes is take for a fault that the amount of the link can bring about as well.
func (s *Server) strikes(f Fault, k *link) bool {
	for _, info := range catalogue {
		if info.Name == f && info.Magic != 0 && info.Magic == k.Amount {
			return true
		}
	}
	return s.take(f)
}

// Statuses that are never sent: the answer gets lost.
const (
	statusLost = -1
	statusHang = -2
)

// slowness and lag are short enough for a test and long enough to be noticed.
const (
	slowness  = 2 * time.Second
	lag       = 10 * time.Second
	lateness  = 30 * time.Second
	longest   = time.Minute
	wrongPlus = kiosk.Money(100)
)

// hang waits until the caller gives up, a minute at most.
func hang(r *http.Request) {
	t := time.NewTimer(longest)
	defer t.Stop()
	select {
	case <-r.Context().Done():
	case <-t.C:
	}
}

// frontFault is what can happen before the gateway has read the call.
func (s *Server) frontFault(w http.ResponseWriter, r *http.Request) (reply, bool) {
	if s.take(Slow) {
		t := time.NewTimer(slowness)
		defer t.Stop()
		select {
		case <-r.Context().Done():
		case <-t.C:
		}
	}
	switch {
	case s.take(Reset):
		return reply{status: statusLost}, true
	case s.take(Down):
		body := []byte(`{"message":"failure to get a peer from the ring-balancer"}`)
		return reply{status: http.StatusServiceUnavailable, body: body}, true
	case s.take(HTML):
		return maintenance(), true
	case s.take(Forbidden):
		return plain(http.StatusForbidden, "Forbidden", "You do not have permission to access this resource."), true
	case s.take(Redirect):
		w.Header().Set("Location", "https://elsewhere.invalid"+r.URL.Path)
		return reply{status: http.StatusTemporaryRedirect, body: []byte("{}")}, true
	case s.take(TooMany):
		return tooMany(), true
	case s.take(TooManyWait):
		w.Header().Set("Retry-After", "30")
		return tooMany(), true
	}
	return reply{}, false
}

func maintenance() reply {
	return reply{
		status: http.StatusOK, html: true,
		body: []byte("<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>"),
	}
}

// endpointFault is what can happen to a call of one endpoint.
func (s *Server) endpointFault(name string, answer func() reply) reply {
	down := Fault("")
	switch name {
	case "getPayInTransactions":
		down = PayInsDown
	case "getMyUnusedLinks", "getMyUsedLinks":
		down = ListDown
	}
	if down != "" && s.take(down) {
		return internalError()
	}
	return answer()
}

// createFault brings about the faults that keep an order from being carried out, or change it.
func (s *Server) createFault(k *link) (f Fault, out reply, stop bool) {
	switch {
	case s.strikes(CreateReset, k):
		return CreateReset, reply{status: statusLost}, true
	case s.strikes(CreateRefuse, k):
		return CreateRefuse, s.refusal(msgRefusedByOrder), true
	case s.strikes(Create500Unmade, k):
		return Create500Unmade, internalError(), true
	case s.strikes(CreateHTML, k):
		return CreateHTML, maintenance(), true
	case s.strikes(CreateLate, k):
		s.addLater(k)
		return CreateLate, reply{status: statusLost}, true
	}
	if s.strikes(CreateWrongNote, k) {
		k.Note = ""
	}
	if s.strikes(CreateWrongFlags, k) {
		s.forgetFlags(k)
	}
	return "", reply{}, false
}

// forgetFlags makes the link as if the flags of the order had been misspelt: they are ignored.
func (s *Server) forgetFlags(k *link) {
	var a *Account
	s.read(func(l *ledger) { a = l.byUser[k.User] })
	k.Bank, k.Cancellable = true, true
	orderAddresses(k, a, value{})
}

// createdReply is the answer to a link that was made, or what a fault makes of it.
func (s *Server) createdReply(k *link) reply {
	if s.strikes(CreatePaid, k) {
		if err := s.Pay(k.ID); err != nil {
			s.log.Error("pay at once", "link", k.ID, "err", err)
		}
		s.deliverLink(k.ID)
	}
	shown := *k
	if s.strikes(CreateWrongAmount, k) {
		shown.Amount += wrongPlus
		shown.Echo = fmt.Sprint(short(shown.Amount))
	}
	out := success(s.createdAnswer(&shown), "", msgCreated)
	if s.strikes(CreateWrongURL, k) {
		out = s.misdirect(k)
	}
	switch {
	case s.strikes(CreateLost, k):
		out.status = statusLost
	case s.strikes(CreateHang, k):
		out.status = statusHang
	case s.strikes(Create500Made, k):
		out = internalError()
	case s.strikes(CreateCut, k):
		out.cut = true
	}
	return out
}
