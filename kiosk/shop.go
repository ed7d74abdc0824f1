package kiosk

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Shop is every use case of the house. It decides; the store stores, the gateway is told what was
// stored before, and the bus rings after the commit. All methods may be called concurrently.
type Shop struct {
	store     Store
	gateway   Gateway
	bus       Bus
	vault     Vault
	keys      KeyTaker // nil where the office cannot set the gateway's key
	accounts  Accounts // nil where stalls cannot have accounts of their own
	clock     func() time.Time
	random    entropy
	log       *slog.Logger
	publicURL string
	hookPath  string
	rowTime   RowTime
	account   string
	settings  Settings
	observe   Observer
	skew      func() time.Duration
	refs      *refMaker

	workers chan struct{} // an errand was begun: a worker looks for it
	watcher chan struct{} // the same, for looks

	mu     sync.Mutex
	health Health
	heards map[string]*Health // of stalls' own accounts; no more than [Health.of] takes from them
	purses map[string]purse   // of stalls' own accounts
	hint   bool               // a browser came back: the lists should be read
	hinted map[string]int64   // receipt secret to Unix milliseconds of its last hint

	addresses addresses
}

// Observer is told how the sale path does, for metrics. Its methods must be quick.
type Observer interface {
	Created(d time.Duration, outcome string) // a create call at the gateway
	Noticed(d time.Duration, believed bool)  // from a webhook's body to its commit
	Swept(rows int, err error)
}

type deaf struct{}

func (deaf) Created(time.Duration, string) {}
func (deaf) Noticed(time.Duration, bool)   {}
func (deaf) Swept(int, error)              {}

// Config is what a shop needs; Clock, Random, Log and Observe have defaults.
type Config struct {
	Store     Store
	Gateway   Gateway
	Bus       Bus
	Vault     Vault
	Keys      KeyTaker // nil: the gateway's key is not the office's
	Accounts  Accounts // nil: no stall has an account of its own
	Clock     func() time.Time
	Random    io.Reader
	Log       *slog.Logger
	Observe   Observer
	Skew      func() time.Duration // how far the gateway's clock is ahead of ours; nil: nobody knows
	PublicURL string               // what gateway and customers reach, without final slash; "" if nothing does
	HookPath  string               // below it, what the gateway posts to: the token of a link follows its last slash
	RowTime   RowTime              // of the gateway's client; nil: no time of a row can be read
	Account   string               // name of the gateway account, part of every link's identity
	Mode      Mode
}

// RowTime reads what the gateway wrote as the time of a row: Unix milliseconds as [PayIn.Time], 0 if it
// cannot be read.
type RowTime func(at string) int64

// NewShop opens the house on its store, stamping a new store with its mode. A store of the other
// mode is [Conflict]: play money and real money never meet. A public address without a path for what the
// gateway posts is [Invalid].
func NewShop(ctx context.Context, c Config) (*Shop, error) {
	if c.PublicURL != "" && c.HookPath == "" {
		return nil, &Error{Code: Invalid, Key: KeyInternal, Field: "HookPath"}
	}
	s := &Shop{
		store: c.Store, gateway: c.Gateway, bus: c.Bus, vault: c.Vault, keys: c.Keys, accounts: c.Accounts,
		clock: c.Clock, random: entropy{c.Random}, log: c.Log, observe: c.Observe, skew: c.Skew,
		publicURL: c.PublicURL, hookPath: c.HookPath, rowTime: c.RowTime, account: c.Account,
		workers: make(chan struct{}, 1), watcher: make(chan struct{}, 1),
	}
	s.defaults()
	fresh := Settings{
		Installation: s.random.code(4), Epoch: s.random.code(16), Mode: c.Mode, Created: s.now(),
	}
	var err error
	if s.settings, err = c.Store.Born(ctx, fresh); err != nil {
		return nil, err
	}
	s.refs = &refMaker{s.settings.Installation, s.random}
	s.health.Webhooks = s.publicURL != ""
	s.hinted, s.heards, s.purses = map[string]int64{}, map[string]*Health{}, map[string]purse{}
	return s, nil
}

func (s *Shop) defaults() {
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.random.Reader == nil {
		s.random.Reader = rand.Reader
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.observe == nil {
		s.observe = deaf{}
	}
	if s.skew == nil {
		s.skew = func() time.Duration { return 0 }
	}
	if s.rowTime == nil {
		s.rowTime = func(string) int64 { return 0 }
	}
	if s.account == "" {
		s.account = "main"
	}
}

// Settings returns what the installation knows of itself.
func (s *Shop) Settings() Settings { return s.settings }

// Versions returns the versions of registers, for whoever heals lost rings.
func (s *Shop) Versions(ctx context.Context, registers []string) (map[string]int64, error) {
	var v map[string]int64
	err := s.store.View(ctx, func(r Reader) (err error) {
		v, err = r.Versions(registers)
		return err
	})
	return v, err
}

func (s *Shop) now() int64 { return s.clock().UnixMilli() }

// change runs a decision on a stream and rings after its commit.
func (s *Shop) change(ctx context.Context, stream string, decide func(Tx) error) error {
	var d *desk
	Crash("before-change")
	version, err := s.store.Change(ctx, stream, func(tx Tx) error {
		d = &desk{Tx: tx}
		err := decide(d)
		Crash("within-change")
		return err
	})
	s.wrote(ctx, err)
	if err != nil {
		return err
	}
	Crash("after-change")
	s.bus.Ring(stream, version)
	Crash("after-ring")
	if d.work {
		s.wakeErrands()
	}
	if d.look {
		s.wakeLooks()
	}
	return nil
}

// desk notices for whom a decision began or postponed errands, so that only they are woken.
type desk struct {
	Tx
	work bool
	look bool
}

func (d *desk) Begin(s *Sale, due int64, duties ...Duty) error {
	for _, duty := range duties {
		d.note(duty.Kind)
	}
	return d.Tx.Begin(s, due, duties...)
}

func (d *desk) Postpone(e Errand, due int64) (bool, error) {
	d.note(e.Kind) // whoever sleeps until the next one is due has to reckon anew
	return d.Tx.Postpone(e, due)
}

func (d *desk) note(kind ErrandKind) {
	if kind == ErrandLook {
		d.look = true
	} else {
		d.work = true
	}
}

// nudge wakes whoever listens; it never blocks.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take lets the sale take a step and stores everything that follows from it.
func (s *Shop) take(tx Tx, sale *Sale, step Step) (Outcome, error) {
	if step.At == 0 {
		step.At = s.now()
	}
	out, err := sale.Take(step)
	if err != nil || !out.Changed {
		return out, err
	}
	return out, out.Store(tx, step.At)
}

// markOver has the till tell that more came than was asked, though the sale is paid.
func (out Outcome) markOver(tx Tx) error {
	if out.Book == nil || out.Book.Figures.Over <= 0 || !out.Sale.overOpen() {
		return nil
	}
	e := out.Events[0]
	return tx.PutMark(Mark{Sale: out.Sale.ID, Kind: AlarmOver, Register: out.Sale.Register, At: e.At})
}

// Store writes down everything that follows from a step, with its errands due at due.
func (out Outcome) Store(tx Tx, due int64) error {
	if err := tx.PutSale(out.Sale); err != nil {
		return err
	}
	if err := tx.Append(out.Events...); err != nil {
		return err
	}
	if out.Book != nil {
		if err := tx.Book(*out.Book); err != nil {
			return err
		}
		if err := out.markOver(tx); err != nil {
			return err
		}
	}
	if err := tx.End(out.Sale, out.End...); err != nil {
		return err
	}
	return tx.Begin(out.Sale, due, out.Start...)
}

// Health tells how the gateway answers the house's account.
func (s *Shop) Health() Health { return s.HealthOf("") }

// HealthOf tells how the gateway answers an account, "" is the house's.
func (s *Shop) HealthOf(own string) Health {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.health
	if own == "" {
		return h
	}
	return h.of(s.heards[own])
}

// of is h with what the gateway says to a stall's account, nil for nothing yet.
func (h Health) of(own *Health) Health {
	h.GatewayDown, h.Held, h.KeyRefused = 0, 0, 0
	if own != nil {
		h.GatewayDown, h.Held, h.KeyRefused = own.GatewayDown, own.Held, own.KeyRefused
	}
	return h
}

// heard notes the outcome of a gateway call of an account for the till's device row and the alarms.
func (s *Shop) heard(own string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &s.health
	if own != "" {
		if s.heards[own] == nil {
			s.heards[own] = &Health{}
		}
		h = s.heards[own]
	}
	h.hear(err, s.now())
}

// heardAside is heard for calls of the lowest lane and beside it: that there was no room for them says
// nothing about those that people wait for.
func (s *Shop) heardAside(own string, err error) {
	if CodeOf(err) != TooMany {
		s.heard(own, err)
	}
}

func (h *Health) hear(err error, now int64) {
	unopened := KeyOf(err) == KeyOwnKey && err != nil
	switch code := CodeOf(err); {
	case unopened: // the gateway was not asked
	case code == "" || code == Refused:
		h.GatewayDown, h.Held = 0, 0
	case code == TooMany:
		h.Held = now + waitOf(err)
	case (code == Unclear || code == NotSent) && h.GatewayDown == 0:
		h.GatewayDown = now
	}
	switch {
	case err == nil:
		h.KeyRefused = 0
	case (unopened || KeyOf(err) == KeyGatewayKey) && h.KeyRefused == 0:
		h.KeyRefused = now
	}
}

// wrote notes whether the store could be written. A caller who gave up says nothing about it.
func (s *Shop) wrote(ctx context.Context, err error) {
	down := CodeOf(err) == Unavailable
	if down && ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !down && err == nil:
		s.health.StoreDown = 0
	case down && s.health.StoreDown == 0:
		s.health.StoreDown = s.now()
	}
}
