//go:build linux

package bench

import (
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	busyRegisters = sized(500, 5) // whose displays are told that a sale is paid
	bareRegisters = busyRegisters // that nobody watches
	warmUp        = sized(200, 5)
	rounds        = sized(4, 1) // of every busy register
	inFlight      = sized(50, 5)
)

// path is the way of a webhook and everything it is compared with.
type path struct {
	b        *testing.B
	gateway  *stub
	shop     *served
	floor    *served
	lines    []*screenLine // of the displays; the busy registers' come first
	toShop   *poster
	toFloor  *poster
	null     []byte
	flush    []byte
	nulls    sample // POST and answer, nothing else
	flushes  sample // POST, raw write, fdatasync, answer
	bares    sample // webhook, commit, answer; no display
	answers  sample // webhook, commit, answer; a display is told beside
	delivery sample // webhook, commit, frame at the display

	processor time.Duration // that the server has used for both kinds of webhooks
	profiles  int
}

// newPath opens a market with so many displays, each at a register of its own.
func newPath(b *testing.B, displays int) *path {
	p := &path{b: b, gateway: newStub(b)}
	p.shop = serveApart(b, opened{Role: "shop", Gateway: p.gateway.Listener.Addr().String()})
	p.floor = serveApart(b, opened{Role: "floor", Gateway: p.gateway.Listener.Addr().String()})
	p.shop.do("registers", displays+bareRegisters, nil)
	p.lines = p.shop.watch(upTo(displays))
	body := make([]byte, 300) // as long as a webhook
	for i := range body {
		body[i] = 'x'
	}
	p.null, p.flush = request(p.floor.address, "/null", body), request(p.floor.address, "/flush", body)
	return p
}

// upTo lists the numbers below n.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// watch connects a display at each of the registers and waits until all show something.
func (s *served) watch(registers []int) []*screenLine {
	s.b.Helper()
	var secrets []string
	s.do("displays", registers, &secrets)
	lines := s.join(secrets)
	waitForFrames(lines)
	return lines
}

// join connects displays by their secrets, fifty at a time.
func (s *served) join(secrets []string) []*screenLine {
	s.b.Helper()
	must(s.b, manyFiles())
	lines := make([]*screenLine, len(secrets))
	must(s.b, each(len(secrets), func(i int) (err error) {
		if lines[i], err = connect(s.address, "/display/live", secrets[i], i); err == nil {
			go lines[i].read()
		}
		return err
	}))
	s.b.Cleanup(func() { hangUp(lines) })
	return lines
}

func hangUp(lines []*screenLine) {
	for _, l := range lines {
		l.conn.Close()
	}
}

func (s *served) poster() *poster {
	s.b.Helper()
	p, err := newPoster(s.address)
	must(s.b, err)
	return p
}

// webhook is the request that pays the sale of a register.
func (p *path) webhook(register int) []byte {
	p.b.Helper()
	raw, err := p.gateway.webhook(p.shop.address, amountOf(register))
	must(p.b, err)
	return raw
}

// pause lets the server end what it does behind an answer: it would be counted to whoever comes
// next, and the floor comes next too.
const pause = time.Millisecond

func (p *path) send(to *poster, raw []byte) time.Duration {
	took, err := to.send(raw)
	if err != nil {
		p.b.Fatal(err)
	}
	return took
}

// round pays a sale at every busy register and at as many that nobody watches; floors alternate
// with them so that whatever slows the machine down slows all of them down.
func (p *path) round(displays int) {
	at := append(upTo(busyRegisters), bareOnes(displays)...)
	p.shop.do("charge", at, nil)
	p.toShop, p.toFloor = p.shop.poster(), p.floor.poster()
	defer p.toShop.conn.Close()
	defer p.toFloor.conn.Close()
	paid, bare := make([][]byte, busyRegisters), make([][]byte, busyRegisters)
	for i := range busyRegisters {
		paid[i], bare[i] = p.webhook(i), p.webhook(displays+i)
	}
	stop := p.profile(displays)
	before := p.used()
	for i := range busyRegisters {
		time.Sleep(pause)
		p.flushes.add(p.send(p.toFloor, p.flush))
		time.Sleep(pause)
		p.push(p.lines[i], paid[i])
		time.Sleep(pause)
		p.nulls.add(p.send(p.toFloor, p.null))
		time.Sleep(pause)
		p.bares.add(p.send(p.toShop, bare[i]))
	}
	p.processor += p.used() - before
	stop()
	p.shop.do("settle", true, nil)
}

// profile writes down, if it is asked for, what the server does until stop is called. go tool pprof
// takes the files of all rounds together.
func (p *path) profile(displays int) (stop func()) {
	if *pathProfile == "" {
		return func() {}
	}
	p.profiles++
	p.shop.do("profile", fmt.Sprintf("%s.%d.%d", *pathProfile, displays, p.profiles), nil)
	return func() { p.shop.do("profile", "", nil) }
}

// used is the time of the processors that the server has had.
func (p *path) used() (d time.Duration) {
	p.shop.do("cpu", nil, &d)
	return d
}

func bareOnes(displays int) []int {
	all := upTo(bareRegisters)
	for i := range all {
		all[i] += displays
	}
	return all
}

// push pays a sale and waits until its display shows it.
func (p *path) push(l *screenLine, raw []byte) {
	for len(l.paid) > 0 {
		<-l.paid
	}
	start := time.Now()
	p.answers.add(p.send(p.toShop, raw))
	shown, err := l.delivered()
	if err != nil {
		p.b.Fatal(err)
	}
	p.delivery.add(shown.Sub(start))
}

func (p *path) forget() {
	p.nulls, p.flushes, p.bares, p.answers, p.delivery = nil, nil, nil, nil, nil
	p.processor = 0
	p.floor.do("times", nil, nil)
}

// Profiles of the servers under test, for whoever looks for what to improve.
var (
	pathProfile = flag.String("path-profile", "", "file for profiles of the server of BenchmarkPath")
	idleHeap    = flag.String("idle-heap", "", "file for what lies in memory in BenchmarkIdleDisplay")
)

// BenchmarkPath is the time from a webhook over its commit to the frame on the display, compared
// with a POST that writes and flushes the least a commit can, and with a webhook at a register
// that nobody watches.
func BenchmarkPath(b *testing.B) {
	for _, displays := range []int{sized(1000, 10), sized(5000, 50)} {
		b.Run(fmt.Sprintf("displays=%d", displays), func(b *testing.B) { benchPath(b, displays) })
	}
}

func benchPath(b *testing.B, displays int) {
	p := newPath(b, displays)
	p.round(displays)
	if len(p.delivery) < warmUp {
		b.Fatal("too short a warm-up")
	}
	p.forget()
	for b.Loop() {
		for range rounds {
			p.round(displays)
		}
	}
	p.tell(displays)
}

func (p *path) tell(displays int) {
	b := p.b
	var disk sample
	p.floor.do("times", nil, &disk)
	flushed(disk)
	b.ReportMetric(0, "ns/op")
	report(b, "frame", p.delivery)
	report(b, "answer", p.answers)
	report(b, "unwatched", p.bares)
	report(b, "flush", p.flushes)
	report(b, "null", p.nulls)
	report(b, "fdatasync", disk)
	half, tail := ratio(p.delivery.p50(), p.flushes.p50()), ratio(p.delivery.p99(), p.flushes.p99())
	push := ratio(p.delivery.p50(), p.bares.p50())
	b.ReportMetric(micros(p.processor)/float64(len(p.delivery)+len(p.bares)), "µs-cpu/webhook")
	b.ReportMetric(half, "x-flush")
	b.ReportMetric(tail, "x-flush-p99")
	b.ReportMetric(push, "x-unwatched")
	beside := fmt.Sprintf(", %d displays", displays)
	found(1, "webhook to frame, of POST + write + fdatasync, p50"+beside, "<= 1.25", "%.2f (%.0f µs)", half, micros(p.delivery.p50()))
	found(2, "the same, p99"+beside, "<= 1.35", "%.2f (%.0f µs)", tail, micros(p.delivery.p99()))
	found(3, "webhook to frame, of the commit nobody watches, p50"+beside, "<= 1.05", "%.2f", push)
}

// BenchmarkInFlight compares fifty webhooks at a time with one, through HTTP, and the same for a
// POST that does nothing: more than that server and client cannot do.
func BenchmarkInFlight(b *testing.B) {
	registers, alone := sized(1200, 12), sized(200, 2)
	gateway := newStub(b)
	shop := serveApart(b, opened{Role: "shop", Gateway: gateway.Listener.Addr().String()})
	floor := serveApart(b, opened{Role: "floor"})
	shop.do("registers", registers, nil)
	var gains, ceilings, flushGains []float64
	var one, fifty sample
	for round := 0; b.Loop(); {
		for range 4 {
			shop.do("charge", upTo(registers), nil)
			raws := make([][]byte, registers)
			for i := range raws {
				var err error
				raws[i], err = gateway.webhook(shop.address, amountOf(i))
				must(b, err)
			}
			a, c := crowd(b, shop, raws[:alone], 1), crowd(b, shop, raws[alone:], inFlight)
			na, nc := crowd(b, floor, repeat(request(floor.address, "/null", raws[0]), alone), 1),
				crowd(b, floor, repeat(request(floor.address, "/null", raws[0]), registers), inFlight)
			fa, fc := crowd(b, floor, repeat(request(floor.address, "/flush", raws[0]), alone), 1),
				crowd(b, floor, repeat(request(floor.address, "/flush", raws[0]), registers), inFlight)
			shop.do("settle", true, nil)
			if round++; round == 1 {
				continue // the first one warms up
			}
			one.add(a)
			fifty.add(c)
			gains = append(gains, ratio(a, c))
			ceilings = append(ceilings, ratio(na, nc))
			flushGains = append(flushGains, ratio(fa, fc))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(micros(one.p50()), "µs-alone")
	b.ReportMetric(micros(fifty.p50()), "µs-each-of-50")
	b.ReportMetric(median(gains), "x-50-against-1")
	b.ReportMetric(median(ceilings), "x-null-50-against-1")
	b.ReportMetric(median(flushGains), "x-flush-50-against-1")
	found(10, "50 webhooks in flight, of the rate of 1, through HTTP", ">= 12", "%.1f (an empty POST: %.1f, a POST that flushes for itself: %.1f); the store alone: go test -bench GroupCommit ./kiosk/store",
		median(gains), median(ceilings), median(flushGains))
}

func repeat(raw []byte, n int) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		all[i] = raw
	}
	return all
}

// crowd sends every request, so many at a time, and returns the time of each.
func crowd(b *testing.B, to *served, raws [][]byte, atATime int) time.Duration {
	posters := make([]*poster, atATime)
	for i := range posters {
		posters[i] = to.poster()
		defer posters[i].conn.Close()
	}
	var next atomic.Int64
	var all sync.WaitGroup
	start := time.Now()
	for _, p := range posters {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(raws)); i = next.Add(1) - 1 {
				if _, err := p.send(raws[i]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(start) / time.Duration(len(raws))
}
