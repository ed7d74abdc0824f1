package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"qrkiosk/kiosk"
)

// Config is what a sandbox is made of. The zero value is a sandbox with the demo account that
// forgets everything at the end.
type Config struct {
	Accounts []Account        // none: DemoAccount
	Book     string           // path of the durable book; "" keeps it in memory
	URL      string           // own base address without final slash, "http://127.0.0.1:8091"
	Wire     Wire             // generation of the answers; WireSeeds is the default
	Now      func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: discarded

	// Allow names further targets of webhooks beside loopback: host, host:port, address or CIDR.
	Allow []string
	// Dial replaces the guarded dialler, for tests over in-memory pipes: no address is checked then.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Limit is the number of calls a minute and account before 429; 0 means 60, negative no limit.
	Limit int
	// ControlAnywhere opens /control and / to callers from other machines, as in a container whose
	// port is published. Without it only loopback callers reach them.
	ControlAnywhere bool
	// Font is what the pages are written in, Inter as WOFF2; nil: in what the device has.
	Font []byte
}

// Server is the gateway: the door to its parts, which share one keeper and know of one another
// what [New] tells them. Its methods may be called from many goroutines.
type Server struct {
	log      *slog.Logger
	keeper   *keeper
	faults   *faults
	calls    *callLog
	address  *address
	postman  *postman
	bank     *bank
	calendar *calendar
	api      *api
	mux      http.Handler
}

// New makes a gateway and replays its book. A damaged book is an error wrapping [ErrBook]; wrong
// settings are errors that say which.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Wire < WireSeeds || cfg.Wire > Wire2024 {
		return nil, errors.New("sandbox: no such wire")
	}
	guarded, err := newGuard(cfg.Allow)
	if err != nil {
		return nil, err
	}
	kept, err := openKeeper(cfg)
	if err != nil {
		return nil, err
	}
	s := &Server{
		log: cfg.Log, keeper: kept, faults: &faults{log: cfg.Log, left: map[Fault]int{}},
		calls: &callLog{perEndpoint: map[string]int{}}, address: &address{},
	}
	s.address.set(cfg.URL)
	s.postman = &postman{
		keeper: kept, faults: s.faults, address: s.address, wire: cfg.Wire, log: cfg.Log,
		guard: guarded, dialer: cfg.Dial, inFlight: map[int64]bool{},
	}
	s.bank = &bank{keeper: kept, faults: s.faults, postman: s.postman}
	s.calendar = &calendar{keeper: kept, bank: s.bank}
	s.api = &api{
		keeper: kept, faults: s.faults, calls: s.calls, bank: s.bank, postman: s.postman, calendar: s.calendar,
		limiter: &limiter{keeper: kept, limit: cfg.Limit, windows: map[string]*window{}},
		dialect: &dialect{wire: cfg.Wire, address: s.address, faults: s.faults}, log: cfg.Log,
	}
	s.mux = s.routes(cfg)
	return s, nil
}

// Handler serves the API under /api/v2/, the checkout at /payment, the open links at / and the
// control page and API at /control.
func (s *Server) Handler() http.Handler { return s.mux }

// SetURL sets the base address of pay links when the port is known only after listening.
func (s *Server) SetURL(url string) { s.address.set(url) }

// Run delivers webhooks and lets nights and months pass until ctx ends, then waits for what is
// under way and returns nil. What is not delivered yet is in the book and goes on with the next
// Run.
func (s *Server) Run(ctx context.Context) error {
	client := s.postman.client()
	defer client.CloseIdleConnections()
	var under sync.WaitGroup
	defer under.Wait()
	slots := make(chan struct{}, parallel)
	for ctx.Err() == nil {
		if err := s.calendar.chores(); err != nil {
			s.log.Error("chores", "err", err)
		}
		due, next := s.postman.takeDue(parallel-len(slots), s.calendar.nextLocked)
		for _, d := range due {
			slots <- struct{}{}
			under.Go(func() {
				s.postman.deliver(ctx, client, d)
				<-slots
				s.keeper.wake()
			})
		}
		s.keeper.rest(ctx, next)
	}
	return nil
}

// Close writes what is left and closes the book. Later calls are answered with 500. It returns
// the error of the disk, if there was one.
func (s *Server) Close() error { return s.keeper.book.close() }

// Now is the gateway's clock: the real one plus what it was advanced by.
func (s *Server) Now() time.Time { return s.keeper.now() }

// Advance moves the gateway's clock forward and does what fell due on the way: payouts, invoices,
// bank transfers, refunds, webhooks. It fails with ErrClock.
func (s *Server) Advance(d time.Duration) error { return s.calendar.advance(d) }

// Set arms a fault for the next times occasions; negative: until cleared, 0: off. A name that is
// not in the catalogue is logged and ignored. Faults are not part of the book.
func (s *Server) Set(f Fault, times int) { s.faults.set(f, times) }

// Faults lists every fault and how often it will still happen.
func (s *Server) Faults() []FaultInfo { return s.faults.list() }

// Calls returns the last API calls, oldest first.
func (s *Server) Calls() []Call { return s.calls.list() }

// Counts returns how often each endpoint was called since the start.
func (s *Server) Counts() map[string]int { return s.calls.counts() }

// AddAccount adds an account, or replaces the one with the same user id. It fails if the account
// is incomplete, its key looks like one of the real gateway, or key or token belong to another.
func (s *Server) AddAccount(a Account) error { return s.keeper.addAccount(a) }

// Accounts returns every account.
func (s *Server) Accounts() []Account { return s.keeper.accounts() }

// Money returns the sums of every account, in the order of the accounts.
func (s *Server) Money() []MoneyView { return s.keeper.money() }

// LinkView is a link as tests, checkers and the control page see it.
type LinkView struct {
	ID          int64       `json:"id"`
	Account     string      `json:"account"` // name
	Amount      kiosk.Money `json:"amount"`  // cents
	Status      Status      `json:"status"`
	Note        string      `json:"note"`
	Endpoint    string      `json:"endpoint"` // comma-separated
	Callback    string      `json:"callback"` // comma-separated
	Cancellable bool        `json:"cancellable"`
	Bank        bool        `json:"bank_transfer"`
	Encrypted   bool        `json:"encrypted"`
	Split       string      `json:"split,omitempty"` // "normal", "absolute"
	Pending     bool        `json:"pending"`         // a bank transfer is under way
	Created     time.Time   `json:"created"`
	PaidOn      time.Time   `json:"paid_on,omitzero"`
	PayLink     string      `json:"pay_link"`
}

// Links returns every link ever made, deleted ones included, oldest first.
func (s *Server) Links() []LinkView {
	views := []LinkView{}
	s.keeper.read(func(l *ledger) {
		for _, id := range l.order {
			if k := l.links[id]; k.there(s.keeper.nowLocked()) {
				views = append(views, s.view(l, k))
			}
		}
	})
	return views
}

// view is the link as others see it.
func (s *Server) view(l *ledger, k *link) LinkView {
	return LinkView{
		ID: k.ID, Amount: k.Amount, Status: k.Status, Note: k.Note, Endpoint: k.Endpoint, Callback: k.Callback,
		Cancellable: k.Cancellable, Bank: k.Bank, Encrypted: k.Encrypt, Split: k.Split, Pending: k.Pending,
		Created: k.Created, PaidOn: k.PaidOn, PayLink: s.address.payLink(k.ID), Account: l.nameOf(k.User),
	}
}

// Pay does what the button "pay by card" does: the link is used, its pay-in listed, webhooks are
// due. It fails with ErrNoLink or ErrNotPayable.
func (s *Server) Pay(linkID int64) error { return s.bank.pay(linkID) }

// PromiseTransfer does what the button "pay by bank transfer" does: a Pending row, no webhook, the
// link stays Unused until the money arrives. It fails with ErrNoLink, ErrNotPayable or ErrNoBank.
func (s *Server) PromiseTransfer(linkID int64) error { return s.bank.promiseTransfer(linkID) }

// FundsArrived lets the money of a bank transfer come: the link is Used, the row Success, webhooks
// are due. It fails with ErrNoLink or ErrNoTransfer.
func (s *Server) FundsArrived(linkID int64) error { return s.bank.fundsArrived(linkID) }

// CancelByPayer does what the checkout's cancel link does. It fails with ErrNoLink, ErrNotPayable
// or ErrNoCancel.
func (s *Server) CancelByPayer(linkID int64) error { return s.bank.cancelByPayer(linkID) }

// Decline does what the button "decline" does: the card is refused, the link stays payable. It
// fails with ErrNoLink or ErrNotPayable.
func (s *Server) Decline(linkID int64) error { return s.bank.decline(linkID) }

// ApproveRefund decides a request: the negative rows appear. It fails with ErrNoRefund.
func (s *Server) ApproveRefund(linkID int64) error { return s.bank.approveRefund(linkID) }

// RejectRefund decides a request the other way; nothing else changes. It fails with ErrNoRefund.
func (s *Server) RejectRefund(linkID int64, reason string) error {
	return s.bank.rejectRefund(linkID, reason)
}

// OpenDispute takes the money of a paid link back, as a payer's bank does. It fails with
// ErrNotPaid, or ErrNoDispute if there was a dispute already.
func (s *Server) OpenDispute(linkID int64) error { return s.bank.openDispute(linkID) }

// CloseDispute ends a dispute. Won means that the merchant gets the money back, as a row of type
// Dispute Refund. It fails with ErrNoDispute.
func (s *Server) CloseDispute(linkID int64, won bool) error { return s.bank.closeDispute(linkID, won) }

// Webhooks returns every webhook, oldest first. Their bodies are complete.
func (s *Server) Webhooks() []WebhookView { return s.postman.webhooks() }

// Resend makes a webhook due again, whatever became of it. It fails with ErrNoSuchEvent.
func (s *Server) Resend(id int64) error { return s.postman.resend(id) }

// Forge sends what somebody who guessed a webhook's address could send: a plain success that never
// happened, to every endpoint of the link. It fails with ErrNoLink.
func (s *Server) Forge(linkID int64) error { return s.postman.forge(linkID) }
