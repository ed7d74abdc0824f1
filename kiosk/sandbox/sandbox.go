package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"time"
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
}

// Server is the gateway. Its methods may be called from many goroutines.
type Server struct {
	cfg     Config
	log     *slog.Logger
	guard   guard
	book    *book
	firstID int64
	kick    chan struct{} // tells Run that something is due
	mux     http.Handler

	mu       sync.Mutex // guards the ledger; held while entries are queued, so their order is one
	ledger   *ledger
	inFlight map[int64]bool // deliveries being made at this moment

	small   sync.Mutex // guards what is not in the book
	baseURL string
	faults  map[Fault]int
	calls   callLog
	windows map[string]*window
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
	s := &Server{
		cfg: cfg, log: cfg.Log, guard: guarded, ledger: newLedger(),
		kick: make(chan struct{}, 1), inFlight: map[int64]bool{},
		baseURL: strings.TrimSuffix(cfg.URL, "/"), faults: map[Fault]int{}, windows: map[string]*window{},
	}
	s.firstID = firstLinkID(cfg.Now())
	if err := s.openBook(); err != nil {
		return nil, err
	}
	s.mux = s.routes()
	return s, nil
}

// openBook replays the book and then lets the configured accounts take precedence over it.
func (s *Server) openBook() (err error) {
	if s.book, err = openBook(s.cfg.Book, s.log, s.ledger.applyLine); err != nil {
		return err
	}
	if s.ledger.night.IsZero() {
		now := s.Now()
		if err := s.change(func(*ledger) ([]entry, error) { return []entry{{Night: &now}}, nil }); err != nil {
			return errors.Join(err, s.book.close())
		}
	}
	accounts := s.cfg.Accounts
	if len(accounts) == 0 && len(s.ledger.accounts) == 0 {
		accounts = []Account{DemoAccount()}
	}
	for _, a := range accounts {
		if err := s.setAccount(a); err != nil {
			return errors.Join(fmt.Errorf("sandbox: %w", err), s.book.close())
		}
	}
	return nil
}

// setAccount is AddAccount that writes nothing down if nothing changed.
func (s *Server) setAccount(a Account) error {
	full, err := a.complete()
	if err == nil {
		if known := s.ledger.byUser[full.UserID]; known != nil && reflect.DeepEqual(*known, full) {
			return nil
		}
	}
	return s.AddAccount(a)
}

// AddAccount adds an account, or replaces the one with the same user id. It fails if the account
// is incomplete, its key looks like one of the real gateway, or key or token belong to another.
func (s *Server) AddAccount(a Account) error {
	a, err := a.complete()
	if err != nil {
		return err
	}
	return s.change(func(l *ledger) ([]entry, error) {
		for _, other := range l.accounts {
			if other.UserID != a.UserID && (other.Key == a.Key || other.RecipientToken == a.RecipientToken) {
				return nil, fmt.Errorf("accounts %q and %q share a key or a recipient token", a.Name, other.Name)
			}
		}
		return []entry{{Account: &a}}, nil
	})
}

// firstLinkID lets a book begin where no earlier, forgotten book of the same installation was:
// a client that remembers old ids must not meet them again with another meaning.
func firstLinkID(now time.Time) int64 {
	since := now.Unix() - time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	return max(since, 100_001)
}

// Handler serves the API under /api/v2/, the checkout at /payment, the open links at / and the
// control page and API at /control.
func (s *Server) Handler() http.Handler { return s.mux }

// SetURL sets the base address of pay links when the port is known only after listening.
func (s *Server) SetURL(url string) {
	s.small.Lock()
	defer s.small.Unlock()
	s.baseURL = strings.TrimSuffix(url, "/")
}

func (s *Server) url() string {
	s.small.Lock()
	defer s.small.Unlock()
	return s.baseURL
}

// Close writes what is left and closes the book. Later calls are answered with 500. It returns
// the error of the disk, if there was one.
func (s *Server) Close() error { return s.book.close() }

// nowLocked is the gateway's clock; s.mu is held.
func (s *Server) nowLocked() time.Time {
	return s.cfg.Now().Add(s.ledger.ahead).UTC()
}

// Now is the gateway's clock: the real one plus what it was advanced by.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nowLocked()
}

// change lets decide look at the ledger and name the entries that follow from it. They are applied
// and queued under the lock and on disk when change returns. An error of decide changes nothing.
func (s *Server) change(decide func(*ledger) ([]entry, error)) error {
	s.mu.Lock()
	entries, err := decide(s.ledger)
	if err == nil {
		err = s.commitLocked(entries)
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		s.wake()
	}
	return s.book.sync()
}

func (s *Server) commitLocked(entries []entry) error {
	if len(entries) == 0 {
		return nil
	}
	encoded, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	for i := range entries {
		if err := s.ledger.apply(entries[i]); err != nil {
			return err
		}
	}
	s.book.queue(encoded[1 : len(encoded)-1])
	return nil
}

// read lets look see the ledger. What it saw may not be on disk yet; call settled before
// answering from it.
func (s *Server) read(look func(*ledger)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	look(s.ledger)
}

// wake tells Run to look for work.
func (s *Server) wake() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}
