package kiosktest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/bus"
)

// Exchange carries rings between the processes of one house, as NATS does: at most once, and not
// at all while it is away.
type Exchange struct {
	mu    sync.Mutex
	homes []*bus.Local
	Away  func() bool
	Lost  atomic.Int64
}

func (x *Exchange) join(home *bus.Local) kiosk.Bus {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.homes = append(x.homes, home)
	return exchangeEnd{x, home}
}

type exchangeEnd struct {
	x    *Exchange
	home *bus.Local
}

func (e exchangeEnd) Ring(stream string, version int64) {
	e.home.Ring(stream, version)
	e.x.mu.Lock()
	away, homes := e.x.Away != nil && e.x.Away(), append([]*bus.Local(nil), e.x.homes...)
	if away {
		e.x.Lost.Add(1)
	}
	e.x.mu.Unlock()
	for _, h := range homes {
		if h != e.home && !away {
			h.Ring(stream, version)
		}
	}
}

// Frost holds a process at the doors of its store and its gateway: while it is frozen nothing
// passes, and when it was killed nothing ever does.
type Frost struct {
	Cold, Dead atomic.Bool
	finds      atomic.Int64
	FreezeAt   int64 // the search behind which it freezes, 0 none
}

func (f *Frost) pass() error {
	for f.Cold.Load() && !f.Dead.Load() {
		time.Sleep(100 * time.Millisecond)
	}
	if f.Dead.Load() {
		return errDead
	}
	return nil
}

type frostStore struct {
	kiosk.Store
	f *Frost
}

func (s frostStore) Change(ctx context.Context, stream string, decide func(kiosk.Tx) error) (int64, error) {
	if err := s.f.pass(); err != nil {
		return 0, err
	}
	return s.Store.Change(ctx, stream, decide)
}

func (s frostStore) Claim(ctx context.Context, kinds []kiosk.ErrandKind, now, until int64, n int) ([]kiosk.Errand, error) {
	if s.f.Cold.Load() || s.f.Dead.Load() {
		return nil, s.f.pass()
	}
	return s.Store.Claim(ctx, kinds, now, until, n)
}

func (s frostStore) Lead(ctx context.Context, name, holder string, now, until int64) (bool, error) {
	if s.f.Cold.Load() || s.f.Dead.Load() {
		return false, s.f.pass()
	}
	return s.Store.Lead(ctx, name, holder, now, until)
}

type frostGateway struct {
	kiosk.Gateway
	f *Frost
}

func (g frostGateway) Find(ctx context.Context, ref string) (kiosk.Findings, error) {
	found, err := g.Gateway.Find(ctx, ref)
	if g.f.finds.Add(1) == g.f.FreezeAt {
		g.f.Cold.Store(true)
	}
	return found, errors.Join(err, g.f.pass())
}
