//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// ring is one kind of trouble that a world is put to.
type ring struct {
	name      string
	registers int
	share     int // of the sales, if all rings run
	network   bool
	gremlin   [2]time.Duration // between two faults of the gateway
	leisure   time.Duration    // a cashier's rest between two sales, at most
	expects   []string
	prepare   func(context.Context, *world) error // before the server's first start
	torment   func(context.Context, *world) error // while there are sales; the world is up when it returns
	after     func(*world)                        // takes back what prepare did
}

// trial plays a ring from the first start to the checker's verdict.
func trial(ctx context.Context, r ring, p plan, say io.Writer) (report, error) {
	p.ring, p.registers, p.network, p.leisure = r.name, r.registers, r.network, r.leisure
	if p.patience == 0 {
		p.patience = calmTime
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return report{}, err
	}
	w := newWorld(p)
	w.count.expect(r.expects...)
	w.count.expect(p.shared...)
	if r.after != nil {
		defer r.after(w)
	}
	defer w.close()
	if r.prepare != nil {
		if err := r.prepare(ctx, w); err != nil {
			return report{}, err
		}
	}
	if err := w.open(ctx); err != nil {
		return report{}, fmt.Errorf("%s: %w", r.name, err)
	}
	if err := w.play(ctx, r, say); err != nil {
		return report{}, fmt.Errorf("%s: %w", r.name, err)
	}
	if err := w.rest(ctx, say); err != nil {
		return report{}, fmt.Errorf("%s: %w", r.name, err)
	}
	return w.check(ctx)
}

// play lets cashiers, payers and displays live while everything goes wrong.
func (w *world) play(ctx context.Context, r ring, say io.Writer) error {
	life, end := context.WithCancel(ctx)
	defer end()
	trouble, quiet := context.WithCancel(life)
	defer quiet()
	var people, others sync.WaitGroup
	for _, one := range w.registers {
		people.Go(func() { one.sell(life) })
		others.Go(func() { one.watch(life) })
	}
	others.Go(func() { w.readBook(life) })
	others.Go(func() { w.tell(life, say) })
	if r.gremlin[1] > 0 {
		others.Go(func() { w.gremlin(trouble, r.gremlin[0], r.gremlin[1]) })
	}
	if w.network {
		for _, p := range []*proxy{w.gate, w.hook, w.till} {
			p.chance.Store(25)
		}
	}
	tormented := make(chan error, 1)
	go func() { tormented <- r.torment(trouble, w) }()
	sold := make(chan struct{})
	go func() { people.Wait(); w.payers.Wait(); close(sold) }()
	select {
	case <-sold:
	case err := <-tormented:
		end()
		<-sold
		others.Wait()
		if err == nil {
			err = ctx.Err()
		}
		return fmt.Errorf("the torment ended early: %w", err)
	}
	quiet()
	err := <-tormented
	w.calm(ctx)
	pause(life, time.Second)
	end()
	others.Wait()
	return err
}

// readBook keeps the book in memory close to the file.
func (w *world) readBook(ctx context.Context) {
	for pause(ctx, 10*time.Millisecond) {
		if err := w.book.follow(); err != nil {
			w.complain("the book cannot be read: %v", err)
			return
		}
	}
}

// tell says now and then how far things are.
func (w *world) tell(ctx context.Context, say io.Writer) {
	began := time.Now()
	for pause(ctx, 10*time.Second) {
		w.mu.Lock()
		n := len(w.accepted)
		w.mu.Unlock()
		_, _ = fmt.Fprintf(say, "%s: %v, %d of %d sales, %d kills, %d starts%s\n", w.ring,
			time.Since(began).Round(time.Second), n, w.sales, w.count.of("kill"), w.server.started(), owing(w.turns.owed()))
	}
}
