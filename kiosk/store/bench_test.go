package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

const (
	benchRegisters = 50
	alone          = 100 // webhooks of a round that come one after the other
	together       = 800 // webhooks of a round that come fifty at a time
	inFlight       = 50
)

// sized is how much of something a benchmark measures: full, and small where a run only has to show
// that every benchmark still works.
func sized(full, small int) int {
	if os.Getenv("QRKIOSK_BENCH_SMALL") == "1" {
		return small
	}
	return full
}

// market is a store with many registers whose sales wait for their webhooks.
type market struct {
	*house
	commits, changes atomic.Int64
	next             int
	known            *kiosk.Sale // one that can be asked for
}

func newMarket(b *testing.B, cfg Config) *market {
	m := &market{}
	cfg.Observe = func(c Commit) { m.commits.Add(1); m.changes.Add(int64(c.Changes)) }
	m.house = newHouse(b, cfg)
	m.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
		for i := range benchRegisters {
			if err := tx.PutRegister(kiosk.Register{ID: register(i), Stall: stallID}); err != nil {
				return err
			}
		}
		return nil
	})
	return m
}

func register(i int) string { return fmt.Sprintf("reg-%03d", i%benchRegisters) }

// fill stores n sales that await payment and returns the tokens of their webhooks.
func (m *market) fill(n int) []string {
	tokens := make([]string, n)
	const step = 100
	for at := 0; at < n; at += step {
		m.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			for i := at; i < min(at+step, n); i++ {
				m.next++
				s := m.take(m.sale(register(i)), m.live(int64(m.next)), kiosk.Step{Kind: kiosk.StepAside})
				tokens[i] = fmt.Sprintf("%064x", uint64(m.next)*0x9e3779b97f4a7c15)
				if err := tx.PutSale(s); err != nil {
					return err
				}
				if err := tx.PutToken(tokens[i], s.ID, 1, noon*2); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return tokens
}

// webhook does what a paid notice does: inbox, fact, event, sum of the day, errand.
func (m *market) webhook(i int, token string, raw []byte) error {
	_, err := m.Change(context.Background(), register(i), func(tx kiosk.Tx) error {
		s, n, err := tx.SaleByToken(token)
		if err != nil {
			return err
		}
		err = tx.PutInbox(kiosk.Inbox{Link: s.Links[n-1].ID, Sale: s.ID, Sum: token, ContentType: "application/json", Raw: raw, At: noon})
		if err != nil {
			return err
		}
		out, err := s.Take(kiosk.Step{Kind: kiosk.StepNotice, Link: n, Actor: kiosk.ActorGateway, At: noon})
		if err != nil {
			return err
		}
		return out.Store(tx, noon)
	})
	return err
}

// BenchmarkGroupCommit compares, in one run, fifty webhooks in flight with one, and one with a
// bare write and flush of the disk.
func BenchmarkGroupCommit(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchCommit(b, sqliteConfig(b)) })
	b.Run("postgres", func(b *testing.B) { benchCommit(b, Config{URL: scratch.url(b), Conns: 60}) })
}

func benchCommit(b *testing.B, cfg Config) {
	m := newMarket(b, cfg)
	raw := make([]byte, 600)
	var one, fifty, busy, floor []time.Duration // per webhook, of which busy in this process; per flush
	f := newFloor(b)
	m.fill(alone)
	for b.Loop() {
		tokens := m.fill(alone + together)
		for i, token := range tokens[:alone] {
			floor = append(floor, f.flush(b))
			start := time.Now()
			if err := m.webhook(i, token, raw); err != nil {
				b.Fatal(err)
			}
			one = append(one, time.Since(start))
		}
		m.commits.Store(0)
		m.changes.Store(0)
		start, used := time.Now(), cpu(b)
		m.crowd(b, tokens[alone:], raw)
		fifty = append(fifty, time.Since(start)/together)
		busy = append(busy, (cpu(b)-used)/together)
	}
	o, c, fl := median(one), median(fifty), median(floor)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(o.Microseconds()), "µs-alone")
	b.ReportMetric(float64(c.Nanoseconds())/1000, "µs-each-of-50")
	b.ReportMetric(float64(median(busy).Nanoseconds())/1000, "µs-cpu-each-of-50")
	b.ReportMetric(float64(fl.Microseconds()), "µs-fdatasync")
	b.ReportMetric(float64(o)/float64(c), "x-50-against-1")
	b.ReportMetric(float64(o)/float64(fl), "x-alone-of-fdatasync")
	b.ReportMetric(float64(m.changes.Load())/float64(m.commits.Load()), "changes/commit")
}

func (m *market) crowd(b *testing.B, tokens []string, raw []byte) {
	var at atomic.Int64
	var all sync.WaitGroup
	for range inFlight {
		all.Go(func() {
			for {
				i := int(at.Add(1)) - 1
				if i >= len(tokens) {
					return
				}
				if err := m.webhook(i, tokens[i], raw); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// cpu is what this process has computed so far; it does not depend on who else is busy.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// floor is what no database can beat: 16 KiB into a file that has its place, and a flush.
type floor struct {
	f    *os.File
	page []byte
	at   int64
}

const floorSize = 16 << 20

func newFloor(b *testing.B) *floor {
	f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	if _, err := f.Write(make([]byte, floorSize)); err != nil {
		b.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
	return &floor{f: f, page: make([]byte, 16<<10)}
}

func (f *floor) flush(b *testing.B) time.Duration {
	start := time.Now()
	if _, err := f.f.WriteAt(f.page, f.at); err != nil {
		b.Fatal(err)
	}
	if err := syscall.Fdatasync(int(f.f.Fd())); err != nil {
		b.Fatal(err)
	}
	f.at = (f.at + int64(len(f.page))) % floorSize
	return time.Since(start)
}

// BenchmarkView reads what a screen needs: the current sale and the version of its register.
func BenchmarkView(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			cfg := sqliteConfig(b)
			if engine == "postgres" {
				cfg = Config{URL: scratch.url(b)}
			}
			h := newHouse(b, cfg)
			h.put(h.sale(reg))
			b.ReportAllocs()
			for b.Loop() {
				h.look(func(r kiosk.Reader) error {
					if _, err := r.Versions([]string{reg}); err != nil {
						return err
					}
					_, err := r.Current(reg)
					return err
				})
			}
		})
	}
}
