//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// pair is two servers on one PostgreSQL and one broker.
type pair struct {
	cluster
	broker *server.Server
	port   int
	both   [2]*process
}

// beyondLease is longer than any lead or claim on an errand holds without being renewed.
const beyondLease = 20 * time.Second

// pairRing kills, freezes and swaps two servers while everybody sells: whoever leads or has an
// errand in hand may be gone for good, or come back long after its lease and go on where it was.
func pairRing() ring {
	p := &pair{}
	return ring{
		name: "pair", registers: 8, share: 5, leisure: 1500 * time.Millisecond,
		gremlin: [2]time.Duration{500 * time.Millisecond, 2 * time.Second},
		expects: []string{"kill", "pair-frozen", "pair-swap", "broker-restart"},
		prepare: p.prepare,
		after:   func(*world) { p.end() },
		torment: p.torment,
	}
}

func (p *pair) prepare(ctx context.Context, w *world) error {
	if err := p.cluster.prepare(ctx, w); err != nil {
		return err
	}
	if err := p.openBroker(-1); err != nil {
		return err
	}
	addr, isTCP := p.broker.Addr().(*net.TCPAddr)
	if !isTCP {
		return errors.New("the broker listens nowhere")
	}
	p.port = addr.Port
	w.env = append(w.env, fmt.Sprintf("QRKIOSK_NATS_URL=nats://127.0.0.1:%d", p.port))
	return nil
}

// openBroker starts the broker on a port, -1 for a free one.
func (p *pair) openBroker(port int) error {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true})
	if err != nil {
		return err
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		return errors.New("the broker does not start")
	}
	p.broker = s
	return nil
}

// join makes the second server: the same books and the same key, and everything else of its own.
func (p *pair) join(ctx context.Context, w *world) error {
	listen, err := freePort()
	if err != nil {
		return err
	}
	second := w.program(listen)
	second.name, second.log = "second", filepath.Join(w.dir, "server-2.log")
	for i, arg := range second.args {
		if arg == "--data" {
			second.args[i+1] = w.data + "-2"
		}
	}
	second.args = append(second.args, "--key-file", filepath.Join(w.data, "key"))
	p.both = [2]*process{w.server, second}
	return p.launch(ctx, second)
}

func (p *pair) launch(ctx context.Context, one *process) error {
	if err := one.launch(); err != nil {
		return err
	}
	return one.up(ctx)
}

// torment deals blow after blow to the pair. Both servers are up when it begins; the first one is when
// it ends.
func (p *pair) torment(ctx context.Context, w *world) error {
	calm := context.WithoutCancel(ctx)
	if err := p.join(calm, w); err != nil {
		return err
	}
	blows := map[string]func(ctx context.Context, w *world, victim, other *process) error{
		"kill": p.kill, "pair-frozen": p.freeze, "broker-restart": p.restartBroker,
	}
	for n := 0; pause(ctx, w.dice.between(300*time.Millisecond, 2*time.Second)); n++ {
		if err := blows[w.nextBlow(n)](calm, w, p.both[n%2], p.both[1-n%2]); err != nil {
			return err
		}
	}
	aim(w, w.server)
	return p.both[1].stop(20 * time.Second)
}

// pairBlows follow one another, over and over.
var pairBlows = []string{"pair-frozen", "kill", "kill", "broker-restart", "kill"}

// nextBlow is the first one that is owed, or the next in the round.
func (w *world) nextBlow(n int) string {
	for _, name := range w.turns.owed() {
		if slices.Contains(pairBlows, name) {
			return name
		}
	}
	return pairBlows[n%len(pairBlows)]
}

// aim leads tills, displays and the gateway to a server, as a load balancer does.
func aim(w *world, one *process) {
	target := strings.TrimSuffix(strings.TrimPrefix(one.ready, "http://"), "/healthz")
	w.till.aim(target)
	w.hook.aim(target)
	w.count.fire("pair-swap")
}

// kill ends a server at once; every second time traffic has been led to the other one before.
func (p *pair) kill(ctx context.Context, w *world, victim, other *process) error {
	if w.dice.chance(2) {
		aim(w, other)
	}
	if victim.kill() {
		w.count.fire("kill")
	}
	aim(w, other)
	pause(ctx, w.dice.between(50*time.Millisecond, 3*time.Second))
	return p.launch(ctx, victim)
}

func (p *pair) freeze(ctx context.Context, w *world, victim, other *process) error {
	victim.signal(syscall.SIGSTOP)
	pause(ctx, w.dice.between(0, time.Second))
	aim(w, other)
	pause(ctx, beyondLease)
	victim.signal(syscall.SIGCONT)
	w.count.fire("pair-frozen")
	return nil
}

func (p *pair) restartBroker(ctx context.Context, w *world, _, _ *process) error {
	p.broker.Shutdown()
	p.broker.WaitForShutdown()
	pause(ctx, w.dice.between(100*time.Millisecond, 3*time.Second))
	w.count.fire("broker-restart")
	return p.openBroker(p.port)
}

func (p *pair) end() {
	if second := p.both[1]; second != nil {
		second.signal(syscall.SIGCONT)
		second.kill()
	}
	if p.broker != nil {
		p.broker.Shutdown()
	}
	p.close()
	p.both = [2]*process{}
}

// logs reads what every server of the world has said.
func (w *world) logs() (string, error) {
	var all strings.Builder
	found, err := filepath.Glob(filepath.Join(w.dir, "server*.log"))
	if err != nil || len(found) == 0 {
		return "", errors.Join(err, os.ErrNotExist)
	}
	for _, path := range found {
		raw, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		all.Write(raw)
	}
	return all.String(), nil
}
