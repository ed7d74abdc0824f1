package shop

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"sync"
	"time"

	"qrkiosk/kiosk"
)

// Kernel is what every room stands on. It knows the ports, decides nothing by itself, and holds what
// the rooms of one process have in common: who is to be woken, and in its parts how gateway and store
// answer, what people have to know, and which accounts were opened. All methods may be called concurrently.
type Kernel struct {
	kit    Kit
	store  kiosk.Store
	bus    kiosk.Bus
	vault  kiosk.Vault
	random kiosk.Entropy
	log    *slog.Logger

	workWake chan struct{} // an errand was begun: a worker looks for it
	pollWake chan struct{} // the same, for looks

	Condition *Condition
	Alarms    *Alarms
	Accounts  *Accounts

	mu        sync.Mutex
	lookAsked bool             // a browser came back: the lists should be read
	hinted    map[string]int64 // receipt secret to Unix milliseconds of its last hint
}

// Kit is what rooms are furnished with: the ports, complete, and what the installation knows of
// itself. Each room takes from it what it needs when it is made, and keeps no more.
type Kit struct {
	Config
	Random   kiosk.Entropy
	Settings kiosk.Installation
	Refs     *kiosk.RefMaker
}

// Kit returns what a room may take from.
func (s *Kernel) Kit() Kit { return s.kit }

type deaf struct{}

func (deaf) Created(time.Duration, string) {}
func (deaf) Noticed(time.Duration, bool)   {}
func (deaf) Polled(int, error)             {}

// Config is what a shop needs; Clock, Random, Log and Observe have defaults.
type Config struct {
	Store       kiosk.Store
	Gateway     kiosk.Gateway
	Bus         kiosk.Bus
	Vault       kiosk.Vault
	Keys        kiosk.KeySetter // nil: the gateway's key is not the office's
	Accounts    kiosk.Accounts  // nil: no stall has an account of its own
	Clock       func() time.Time
	Random      io.Reader
	Log         *slog.Logger
	Observe     kiosk.Observer
	Skew        func() time.Duration // how far the gateway's clock is ahead of ours; nil: nobody knows
	PublicURL   string               // what gateway and customers reach, without final slash; "" if nothing does
	ReceiptPath string               // below it, the page of a receipt: its secret follows the last slash
	HookPath    string               // below it, what the gateway posts to: the token of a link follows its last slash
	RowTime     RowTime              // of the gateway's client; nil: no time of a row can be read
	GatewayName string               // name of the gateway account, part of every link's identity
	Mode        kiosk.Mode
}

// RowTime reads what the gateway wrote as the time of a row: Unix milliseconds as [kiosk.PayIn.Time], 0 if it
// cannot be read.
type RowTime func(at string) int64

// New opens the house on its store, stamping a new store with its mode. A store of the other mode is
// [kiosk.Conflict]: play money and real money never meet. A public address without a path for what
// the gateway posts is [kiosk.Invalid].
func New(ctx context.Context, c Config) (*Kernel, error) {
	if c.PublicURL != "" && (c.HookPath == "" || c.ReceiptPath == "") {
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyInternal, Field: "HookPath"}
	}
	c.complete()
	k := Kit{Config: c, Random: kiosk.Entropy{Reader: c.Random}}
	fresh := kiosk.Installation{
		Code: k.Random.Code(4), Epoch: k.Random.Code(16), Mode: c.Mode, Created: c.Clock().UnixMilli(),
	}
	var err error
	if k.Settings, err = c.Store.EnsureInstallation(ctx, fresh); err != nil {
		return nil, err
	}
	k.Refs = &kiosk.RefMaker{Installation: k.Settings.Code, Random: k.Random}
	s := &Kernel{
		kit: k, store: c.Store, bus: c.Bus, vault: c.Vault, random: k.Random, log: c.Log,
		workWake: make(chan struct{}, 1), pollWake: make(chan struct{}, 1),
		hinted: map[string]int64{},
	}
	s.Condition = &Condition{now: s.Now, accountHealth: map[string]*kiosk.Health{}, turned: make(chan struct{}, 1)}
	s.Condition.health.Webhooks = c.PublicURL != ""
	s.Alarms = &Alarms{store: c.Store, now: s.Now, skew: c.Skew, condition: s.Condition}
	s.Accounts = &Accounts{kernel: s, opened: map[string]openedAccount{}}
	return s, nil
}

func (c *Config) complete() {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Observe == nil {
		c.Observe = deaf{}
	}
	if c.Skew == nil {
		c.Skew = func() time.Duration { return 0 }
	}
	if c.RowTime == nil {
		c.RowTime = func(string) int64 { return 0 }
	}
	if c.GatewayName == "" {
		c.GatewayName = "main"
	}
}

// Installation returns what the installation knows of itself.
func (s *Kernel) Installation() kiosk.Installation { return s.kit.Settings }

// PublicURL is what gateway and customers reach at present, "" if nothing does.
func (s *Kernel) PublicURL() string { return s.kit.PublicURL }

// Versions returns the versions of registers, for whoever heals lost rings.
func (s *Kernel) Versions(ctx context.Context, registers []string) (map[string]int64, error) {
	var v map[string]int64
	err := s.store.View(ctx, func(r kiosk.Reader) (err error) {
		v, err = r.Versions(registers)
		return err
	})
	return v, err
}

// Now is the time, in Unix milliseconds.
func (s *Kernel) Now() int64 { return s.kit.Clock().UnixMilli() }

// Change runs a decision on a stream and rings after its commit.
func (s *Kernel) Change(ctx context.Context, stream string, decide func(kiosk.Tx) error) error {
	var d *wakingTx
	kiosk.Crash("before-change")
	version, err := s.store.Change(ctx, stream, func(tx kiosk.Tx) error {
		d = &wakingTx{Tx: tx}
		err := decide(d)
		kiosk.Crash("within-change")
		return err
	})
	s.Condition.noteWrite(ctx, err)
	if err != nil {
		return err
	}
	kiosk.Crash("after-change")
	s.bus.Ring(stream, version)
	kiosk.Crash("after-ring")
	if d.parked != "" {
		s.ringStall(ctx, d.parked)
	}
	if d.work {
		s.WakeErrands()
	}
	if d.look {
		s.WakeLooks()
	}
	return nil
}

// ringStall has every screen of a stall drawn anew: they show what its registers share.
func (s *Kernel) ringStall(ctx context.Context, stall string) {
	var registers []kiosk.Register
	err := s.store.View(ctx, func(r kiosk.Reader) (err error) {
		registers, err = r.Registers(stall)
		return err
	})
	if err != nil {
		s.Complain(ctx, "the tills of a stall cannot be told", err)
	}
	s.RingAll(registers)
}

// RingAll tells screens that they look different now, though no sale of theirs has changed.
func (s *Kernel) RingAll(registers []kiosk.Register) {
	for _, r := range registers {
		s.bus.Ring(r.ID, 0)
	}
}

// wakingTx notices for whom a decision began or postponed errands, so that only they are woken; and the
// stall whose parked carts or bills it changed, so that its other registers hear of it.
type wakingTx struct {
	kiosk.Tx
	work   bool
	look   bool
	parked string // ID of the stall
}

func (d *wakingTx) PutParkedCart(p kiosk.ParkedCart) error {
	d.parked = p.Stall
	return d.Tx.PutParkedCart(p)
}

func (d *wakingTx) RemoveParkedCart(p kiosk.ParkedCart) error {
	d.parked = p.Stall
	return d.Tx.RemoveParkedCart(p)
}

// PutSale hears of the portions of bills: what is left of a bill follows from their sales.
func (d *wakingTx) PutSale(s *kiosk.Sale) error {
	if s.Bill != "" {
		d.parked = s.Stall
	}
	return d.Tx.PutSale(s)
}

func (d *wakingTx) Begin(s *kiosk.Sale, due int64, duties ...kiosk.Duty) error {
	for _, duty := range duties {
		d.note(duty.Kind)
	}
	return d.Tx.Begin(s, due, duties...)
}

func (d *wakingTx) Postpone(e kiosk.Errand, due int64) (bool, error) {
	d.note(e.Kind) // whoever sleeps until the next one is due has to reckon anew
	return d.Tx.Postpone(e, due)
}

func (d *wakingTx) note(kind kiosk.ErrandKind) {
	if kind == kiosk.ErrandLook {
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

// Take lets the sale take a step and stores everything that follows from it.
func (s *Kernel) Take(tx kiosk.Tx, sale *kiosk.Sale, step kiosk.Step) (kiosk.Outcome, error) {
	if step.At == 0 {
		step.At = s.Now()
	}
	out, err := sale.Take(step)
	if err != nil || !out.Changed {
		return out, err
	}
	if err := out.Store(tx, step.At); err != nil {
		return out, err
	}
	return out, s.follow(tx, out)
}
