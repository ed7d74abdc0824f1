package faults

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/secpaid"
	"qrkiosk/kiosk/vault"
	"qrkiosk/views"
)

// The part of the catalogue about time, host and configuration.

// setClock gives a house a wall clock that can be set; the bubble's own goes on beside it.
func setClock(h *kiosktest.Installation) *atomic.Int64 {
	ahead := &atomic.Int64{}
	h.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	return ahead
}

// TestFault_F78_clockJumps sets the clock forward and back by an hour, by a daylight saving change
// and by three years in the middle of a sale: it is paid or comes to rest, the journal keeps its
// order, and nobody who was signed out is signed in again.
func TestFault_F78_clockJumps(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 3 * 365 * 24 * time.Hour, -3 * 365 * 24 * time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			var ahead *atomic.Int64
			drill(t, func(t *testing.T, h *kiosktest.Installation) {
				first := h.OnShow(1000)
				h.PayShown()
				h.Confirmed(first, 10*time.Second)
				sale := h.OnShow(1250)
				link := h.ShownLink()
				ahead.Store(int64(jump))
				h.Must(h.Sandbox.Pay(link.ID))
				h.Becomes(sale, kiosk.Paid, 5*time.Second)
				h.Confirmed(sale, time.Minute)
				h.Records.Passed(sale, "opening awaiting paid")
				third := h.Ring(700)
				h.Becomes(third, kiosk.Awaiting, 5*time.Second)
				if third.No != 3 || sale.No != 2 {
					t.Errorf("numbers %d and %d", sale.No, third.No)
				}
				ahead.Store(0) // and back again, with a code on show
				sleep(h, 20*time.Second)
				if s := h.Now(third).State(); s != kiosk.Awaiting && s != kiosk.Lapsed && s != kiosk.Retiring {
					t.Errorf("the third is %s", s)
				}
				for i, e := range h.Records.Journal() {
					if e.Seq != int64(i+1) {
						t.Fatalf("entry %d has the number %d", i+1, e.Seq)
					}
				}
			}, func(h *kiosktest.Installation) { ahead = setClock(h) })
		})
	}
	t.Run("sessions", func(t *testing.T) {
		var ahead *atomic.Int64
		drill(t, func(t *testing.T, h *kiosktest.Installation) {
			g := h.Cashier()
			if r := g.Get(views.PathTill); r.Status != http.StatusOK {
				t.Fatalf("signed in, and answered %d", r.Status)
			}
			time.Sleep(25 * time.Hour) // no session lasts that long
			if r := g.Get(views.PathTill); r.Status == http.StatusOK {
				t.Fatal("still signed in after a day")
			}
			ahead.Store(int64(-48 * time.Hour))
			if r := g.Get(views.PathTill); r.Status == http.StatusOK {
				t.Error("a clock that was set back has signed somebody in again")
			}
		}, func(h *kiosktest.Installation) { ahead = setClock(h) })
	})
}

// TestFault_F81_keyReplaced: the key is revoked in the middle of a sale. The cashier is told, the
// payment is not lost, and with the new key watching goes on.
func TestFault_F81_keyReplaced(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		sale := h.OnShow(1250)
		h.Sandbox.Set(sandbox.KeyRevoked, -1)
		h.PayShown()
		h.Becomes(sale, kiosk.Paid, 2*time.Second)
		sleep(h, 70*time.Second)
		h.Alarm(sale)
		next := h.Ring(700)
		h.Becomes(next, kiosk.LinkRefused, 10*time.Second)
		if why := h.Now(next).Last().Why; why != secpaid.KeyKey || !h.TillPage().Says("#side .strip", "does not know our key") {
			t.Errorf("the cashier is told %q", why)
		}
		account := h.Sandbox.Accounts()[0]
		account.Key = "the-new-key-of-the-sandbox-account"
		h.Must(h.Sandbox.AddAccount(account))
		h.Sandbox.Set(sandbox.KeyRevoked, 0)
		h.Token = account.Key
		h.Restart(time.Second)
		h.Confirmed(sale, 15*time.Second)
		h.Alarm()
		h.Records.Passed(sale, "opening awaiting paid")
		h.Records.Passed(next, "opening refused")
		last := h.OnShow(500)
		h.PayShown()
		h.Confirmed(last, 10*time.Second)
	})
}

// panicky lets the gateway's client panic now and then.
type panicky struct {
	kiosk.Gateway
	opens, lists atomic.Int64
}

func (p *panicky) Open(ctx context.Context, o kiosk.Order) (kiosk.Opened, error) {
	if p.opens.Add(1) == 1 {
		panic("a worker panics")
	}
	return p.Gateway.Open(ctx, o)
}

func (p *panicky) PayIns(ctx context.Context, q kiosk.PayInQuery) (kiosk.PayInPage, error) {
	if n := p.lists.Add(1); n > 1 && n < 5 {
		panic("the watcher panics")
	}
	return p.Gateway.PayIns(ctx, q)
}

// TestFault_F83_panics: a panic in a worker, in the reader of the lists or in a handler ends no more
// than what it was doing, is logged, and the work is begun again.
func TestFault_F83_panics(t *testing.T) {
	p := &panicky{}
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		sale := h.Ring(1250)
		h.Becomes(sale, kiosk.Awaiting, time.Minute)
		h.PayShown()
		h.Confirmed(sale, time.Minute)
		logged(h, "an errand panicked", "a worker panics")
		logged(h, "a worker panicked", "the watcher panics")
		if p.lists.Load() < 5 {
			t.Errorf("the list was read %d times", p.lists.Load())
		}
		h.Records.Passed(sale, "opening awaiting paid")
	}, func(h *kiosktest.Installation) {
		h.Around = func(g kiosk.Gateway) kiosk.Gateway {
			p.Gateway = g
			return p
		}
	})
	t.Run("handler", func(t *testing.T) {
		broken := &atomic.Bool{}
		drill(t, func(t *testing.T, h *kiosktest.Installation) {
			g := h.Cashier()
			broken.Store(true)
			if r := g.Get(views.PathTill); r.Status != http.StatusInternalServerError {
				t.Errorf("a page that panics is answered %d", r.Status)
			}
			broken.Store(false)
			if r := g.Get(views.PathTill); r.Status != http.StatusOK {
				t.Errorf("and then %d", r.Status)
			}
		}, func(h *kiosktest.Installation) {
			h.Under = func(s kiosk.Store) kiosk.Store { return panickyStore{s, broken} }
		})
	})
}

type panickyStore struct {
	kiosk.Store
	broken *atomic.Bool
}

func (s panickyStore) View(ctx context.Context, read func(kiosk.Reader) error) error {
	if s.broken.Load() {
		panic("a page panics")
	}
	return s.Store.View(ctx, read)
}

// TestFault_F84_playAndLive: a store that was born for play money refuses a live start, and the other
// way round; nothing of it is changed.
func TestFault_F84_playAndLive(t *testing.T) {
	for _, born := range []kiosk.Mode{kiosk.Sandbox, kiosk.Live} {
		v, err := vault.New([]byte("0123456789abcdef0123456789abcdef"))
		if err != nil {
			t.Fatal(err)
		}
		start := assembly.Settings{Mode: born, Data: t.TempDir(), GatewayURL: "http://127.0.0.1:1", Token: assembly.NewSecret(kiosktest.TestKey)}
		log := slog.New(slog.DiscardHandler)
		s, err := assembly.OpenStore(t.Context(), start, nil, log)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var codes []kiosk.Code
		for _, start.Mode = range []kiosk.Mode{born, kiosk.Sandbox, kiosk.Live, born} {
			program, err := assembly.Build(t.Context(), start, assembly.Options{Shared: s, Vault: v, OwnSandbox: true}, &kiosktest.Door{}, log)
			codes = append(codes, kiosk.CodeOf(err))
			if err != nil {
				continue
			}
			if now := program.Shop.Kernel.Installation().Mode; now != born {
				t.Errorf("born for %v, and now for %v", born, now)
			}
			if err := program.Close(); err != nil {
				t.Fatal(err)
			}
		}
		want := []kiosk.Code{"", "", kiosk.Conflict, ""}
		if born == kiosk.Live {
			want[1], want[2] = kiosk.Conflict, ""
		}
		if !slices.Equal(codes, want) {
			t.Errorf("born for %v: %v, want %v", born, codes, want)
		}
	}
}
