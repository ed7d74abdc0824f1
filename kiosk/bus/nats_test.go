package bus

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// broker starts a NATS server of its own on a free port of this machine.
func broker(t *testing.T, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the broker does not start")
	}
	t.Cleanup(s.Shutdown)
	return s
}

type ears struct {
	mu    sync.Mutex
	rings []string
	heard chan struct{}
}

func listen(b interface {
	Subscribe(func(string, int64)) func()
},
) *ears {
	e := &ears{heard: make(chan struct{}, 1000)}
	b.Subscribe(func(stream string, version int64) {
		e.mu.Lock()
		e.rings = append(e.rings, fmt.Sprint(stream, " ", version))
		e.mu.Unlock()
		e.heard <- struct{}{}
	})
	return e
}

func (e *ears) wait(t *testing.T, n int) []string {
	t.Helper()
	for range n {
		select {
		case <-e.heard:
		case <-time.After(10 * time.Second):
			t.Fatalf("heard %v, want %d rings", e.rings, n)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.rings...)
}

func dial(t *testing.T, s *server.Server, space string) *NATS {
	t.Helper()
	b, err := DialNATS(s.ClientURL(), space, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if err := b.conn.FlushTimeout(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestNATS: a ring is heard once at home and once in every other process of the same space.
func TestNATS(t *testing.T) {
	s := broker(t, -1)
	a, b, other := dial(t, s, "one"), dial(t, s, "one"), dial(t, s, "two")
	home, away, elsewhere := listen(a), listen(b), listen(other)
	a.Ring("R 1", 7)
	if got := home.wait(t, 1); got[0] != "R 1 7" {
		t.Errorf("at home: %v", got)
	}
	if got := away.wait(t, 1); got[0] != "R 1 7" {
		t.Errorf("away: %v", got)
	}
	b.Ring("S", 8)
	if got := home.wait(t, 1); len(got) != 2 || got[1] != "S 8" {
		t.Errorf("at home after the other rang: %v", got)
	}
	away.wait(t, 1) // its own
	other.Ring("T", 9)
	elsewhere.wait(t, 1)
	if len(home.heard)+len(away.heard)+len(elsewhere.heard) != 0 {
		t.Errorf("heard too much: %v %v %v", home.rings, away.rings, elsewhere.rings)
	}
}

// TestFault_F60_brokerAway: while the broker is away rings at home are heard; when it is back, so are
// those of others.
func TestFault_F60_brokerAway(t *testing.T) {
	s := broker(t, -1)
	port := s.Addr().String()
	a, b := dial(t, s, "one"), dial(t, s, "one")
	home, away := listen(a), listen(b)
	s.Shutdown()
	s.WaitForShutdown()
	a.Ring("R", 1)
	home.wait(t, 1)
	var number int
	if _, err := fmt.Sscanf(port[len("127.0.0.1:"):], "%d", &number); err != nil {
		t.Fatal(err)
	}
	broker(t, number)
	for version := int64(2); ; version++ {
		a.Ring("R", version)
		home.wait(t, 1)
		select {
		case <-away.heard:
			return
		case <-time.After(100 * time.Millisecond):
		}
		if version > 100 {
			t.Fatal("the other process hears nothing any more")
		}
	}
}

func TestDialNATS_spaces(t *testing.T) {
	for _, space := range []string{"", "a.b", "a b", "*", ">"} {
		if _, err := DialNATS("nats://127.0.0.1:1", space, nil); err == nil {
			t.Errorf("space %q was taken", space)
		}
	}
}

func FuzzHeard(f *testing.F) {
	f.Add("7 R")
	f.Add("x")
	f.Add(" 9")
	f.Fuzz(func(t *testing.T, body string) {
		b := &NATS{Local: NewLocal(), log: silent()}
		b.Subscribe(func(stream string, _ int64) {
			if stream == "" {
				t.Fatal("a ring of nothing")
			}
		})
		b.heard(message(body))
	})
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func message(body string) *nats.Msg { return &nats.Msg{Data: []byte(body)} }
