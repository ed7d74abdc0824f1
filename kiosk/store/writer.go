package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"qrkiosk/kiosk"
)

const (
	mostWaiting = 1024 // changes in the queue; further callers wait to get in
	mostBatch   = 256  // changes that share a commit
)

// writer is the only one who writes a SQLite file. Its goroutine takes every change that waits,
// runs all in one transaction, commits, and then answers each of them; one that fails undoes only
// itself. It never waits for company: whoever comes during a commit is in the next one.
type writer struct {
	conn    *liteConn
	now     func() time.Time
	log     *slog.Logger
	observe func(Commit)
	jobs    chan *job
	done    sync.WaitGroup
	stuck   error // why the last transaction could not even begin; of the goroutine alone

	mu     sync.RWMutex // held by those who add to jobs, and by close
	closed bool
}

// job is one change and the answer to it.
type job struct {
	work  func(querier) (bool, error)
	taken atomic.Bool // by the writer, or back by the caller; whoever is first
	over  chan struct{}
	err   error
}

// answer ends the wait of the job's caller; a second answer is none.
func (j *job) answer() {
	select {
	case <-j.over:
	default:
		close(j.over)
	}
}

var errUnfinished = errors.New("store: a change ended its goroutine")

func newWriter(c *liteConn, cfg Config) *writer {
	w := &writer{conn: c, now: cfg.Now, log: cfg.Log, observe: cfg.Observe, jobs: make(chan *job, mostWaiting)}
	w.done.Go(w.loop)
	return w
}

// do queues a change and waits for its answer. A caller who gives up before the writer has begun
// leaves nothing; later the answer is waited for, since nobody can call the change back and its
// closure may still be running.
func (w *writer) do(ctx context.Context, work func(querier) (bool, error)) error {
	j := &job{work: work, over: make(chan struct{})}
	if err := w.enqueue(ctx, j); err != nil {
		return err
	}
	select {
	case <-j.over:
		return j.err
	case <-ctx.Done():
	}
	if j.taken.CompareAndSwap(false, true) {
		return away(ctx.Err())
	}
	<-j.over
	return j.err
}

func (w *writer) enqueue(ctx context.Context, j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return away(errClosed)
	}
	if err := ctx.Err(); err != nil {
		return away(err)
	}
	select {
	case w.jobs <- j:
		return nil
	case <-ctx.Done():
		return away(ctx.Err())
	}
}

// close answers everybody in the queue and ends the goroutine.
func (w *writer) close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.jobs)
	}
	w.mu.Unlock()
	w.done.Wait()
	return w.conn.close()
}

func (w *writer) loop() {
	ended := false
	defer func() {
		if !ended { // a change called runtime.Goexit, as a failing test does
			w.done.Go(w.loop)
		}
	}()
	for first := range w.jobs {
		w.batch(w.gather(first))
	}
	ended = true
}

// refuse answers whoever waited while another process held the file: they have waited as long as
// SQLite did, and must not wait as long again.
func (w *writer) refuse() {
	for {
		select {
		case j, open := <-w.jobs:
			if !open {
				return
			}
			if j.taken.CompareAndSwap(false, true) {
				j.err = fault(w.stuck)
				close(j.over)
			}
		default:
			return
		}
	}
}

// gather takes what waits, leaving out whoever has given up.
func (w *writer) gather(j *job) []*job {
	var batch []*job
	for {
		if j.taken.CompareAndSwap(false, true) {
			batch = append(batch, j)
		}
		if len(batch) == mostBatch {
			return batch
		}
		select {
		case next, open := <-w.jobs:
			if !open {
				return batch
			}
			j = next
		default:
			return batch
		}
	}
}

// batch runs and commits changes together and answers every one of them. What a change was told
// rests on what the others did, so if the commit fails nobody's answer holds.
func (w *writer) batch(jobs []*job) {
	if len(jobs) == 0 {
		return
	}
	verdict := errUnfinished
	defer func() {
		for _, j := range jobs {
			if verdict != nil {
				j.err = fault(verdict)
			}
			j.answer()
		}
	}()
	spoiled, err := w.attempt(jobs, false)
	if spoiled {
		_, err = w.attempt(jobs, true)
	}
	verdict = err
	if w.stuck != nil {
		w.refuse() // before the first answer: whoever comes back then finds a writer that tries anew
	}
}

// attempt runs all changes in one transaction. Savepoints cost a copy of every page touched, so
// the first attempt goes without: it is spoiled if a change fails after it has written something
// and others would have to suffer for it. Refusals come before the first write as a rule.
func (w *writer) attempt(jobs []*job, shielded bool) (spoiled bool, err error) {
	ended := false
	defer func() {
		if !ended {
			w.conn.run("ROLLBACK") //nolint:errcheck // SQLite may have done it already
			w.conn.forget()
		}
	}()
	w.conn.flushed = !shielded
	if w.stuck = w.conn.begin(); w.stuck != nil {
		return false, w.stuck
	}
	changes := 0
	for _, j := range jobs {
		wrote := w.step(j, shielded)
		switch {
		case w.conn.away != nil:
			return false, away(w.conn.away)
		case wrote && j.err == nil:
			changes++
		case wrote && !shielded && len(jobs) > 1:
			return true, nil
		}
	}
	if changes == 0 {
		return false, nil
	}
	r := &reader{ctx: context.Background(), q: w.conn}
	if err := w.conn.writes.flush(r); err != nil {
		return w.conn.away == nil && !shielded && len(jobs) > 1, err
	}
	if kiosk.Bug("answer-before-commit") {
		answerEarly(jobs)
	}
	err = w.commit(changes)
	ended = err == nil
	return false, err
}

func (w *writer) commit(changes int) error {
	start := w.now()
	kiosk.Crash("before-commit")
	err := w.conn.run("COMMIT")
	kiosk.Crash("after-commit")
	w.observe(Commit{Changes: changes, Took: w.now().Sub(start), Failed: err != nil})
	if err != nil {
		w.log.Error("store: commit failed", "err", err)
		return away(err)
	}
	return nil
}

// answerEarly is a bug that test builds can switch on: callers hear of success before it is true.
func answerEarly(jobs []*job) {
	for _, j := range jobs {
		j.answer()
	}
	time.Sleep(20 * time.Millisecond)
}

// step runs one change and tells whether it has written anything, failed or not.
func (w *writer) step(j *job, shielded bool) (wrote bool) {
	if !shielded {
		wrote, j.err = w.guard(j.work)
		return wrote
	}
	w.must("SAVEPOINT change")
	wrote, j.err = w.guard(j.work)
	if j.err != nil {
		w.must("ROLLBACK TO change")
	}
	w.must("RELEASE change")
	return wrote
}

// must begins or ends a savepoint; if that fails, so does the batch.
func (w *writer) must(query string) {
	if w.conn.away != nil {
		return
	}
	if err := w.conn.run(query); err != nil && w.conn.away == nil {
		w.conn.away = err
	}
}

// guard keeps a panic of a change from the others; what it had written is not known.
func (w *writer) guard(work func(querier) (bool, error)) (wrote bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.log.Error("store: a change panicked", "err", p, "stack", string(debug.Stack()))
			wrote, err = true, panicError(p)
		}
	}()
	return work(w.conn)
}

func panicError(p any) error {
	return &kiosk.Error{Code: kiosk.Internal, Key: kiosk.KeyInternal, Err: fmt.Errorf("panic: %v", p)}
}
