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

// calmTime is how long a world may take to come to rest: longer than the longest pause between looks.
const calmTime = 8 * time.Minute

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
			time.Since(began).Round(time.Second), n, w.sales, w.count.of("kill"), w.server.started(), owing(w.owed()))
	}
}

// rest waits until nothing is in the air any more, stops the server in order, and reads everything
// once more.
func (w *world) rest(ctx context.Context, say io.Writer) error {
	if !w.server.alive() {
		if err := w.start(ctx); err != nil {
			return err
		}
	}
	began, told := time.Now(), time.Now()
	for {
		left, err := w.inTheAir(ctx)
		if err != nil {
			return err
		}
		took := time.Since(began).Round(time.Second)
		if left == "" {
			_, _ = fmt.Fprintf(say, "%s: at rest after %v\n", w.ring, took)
			break
		}
		if time.Since(began) > w.patience {
			_, _ = fmt.Fprintf(say, "%s: not at rest within %v: %s\n", w.ring, w.patience, left)
			break
		}
		if time.Since(told) > 20*time.Second {
			_, _ = fmt.Fprintf(say, "%s: %v, the sales are over, still in the air: %s\n", w.ring, took, left)
			told = time.Now()
		}
		if !pause(ctx, 2*time.Second) {
			return ctx.Err()
		}
	}
	return w.twice(ctx)
}

// inTheAir says what is not at rest yet, "" if everything is.
func (w *world) inTheAir(ctx context.Context) (string, error) {
	if err := w.book.follow(); err != nil {
		return "", err
	}
	waits, err := w.database().restless(ctx)
	if err != nil {
		return "", err
	}
	open, webhooks := w.payable(), w.book.waiting()
	if len(waits)+open+webhooks > 0 {
		return fmt.Sprintf("sales %v, %d payable links, %d webhooks", waits, open, webhooks), nil
	}
	if unseen := w.unseen(ctx); unseen > 0 { // reads the whole database
		return fmt.Sprintf("%d payments unseen", unseen), nil
	}
	return "", nil
}

// payable counts the links of ours that can still be paid.
func (w *world) payable() int {
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	n := 0
	for _, l := range w.book.links {
		if l.Status == "Unused" && isRef(l.ref()) {
			n++
		}
	}
	return n
}

// unseen counts the good payments of the book whose row the program has not stored yet.
func (w *world) unseen(ctx context.Context) int {
	facts, err := readFacts(ctx, w.database())
	if err != nil {
		return 1
	}
	n := 0
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	for _, p := range w.book.payments {
		if l := w.book.links[p.Link]; p.good() && l != nil && facts.ours(l) && facts.rowOf(p) == nil {
			n++
		}
	}
	return n
}

// twice starts the server once more at the end: reading the same lists again must change nothing.
func (w *world) twice(ctx context.Context) error {
	if err := w.server.stop(20 * time.Second); err != nil {
		w.complain("the server did not stop in order: %v", err)
	}
	before, err := readFacts(ctx, w.database())
	if err != nil {
		return err
	}
	if err := w.start(ctx); err != nil {
		return err
	}
	pause(ctx, 3*time.Second)
	if err := w.server.stop(20 * time.Second); err != nil {
		w.complain("the server did not stop in order: %v", err)
	}
	after, err := readFacts(ctx, w.database())
	if err != nil {
		return err
	}
	for id, s := range before.sales {
		if again := after.sales[id]; again == nil || again.doc != s.doc {
			w.complain("I8: sale %s changed when the same lists were read again", s.Number)
		}
	}
	return nil
}
