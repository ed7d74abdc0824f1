//go:build unix

package main

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// ill is what a proxy does to one connection.
type ill string

// The ills of a connection.
const (
	wellForNow   ill = ""
	illLatency   ill = "latency"   // every piece comes late, by a changing time
	illReset     ill = "reset"     // RST after some bytes
	illDrop      ill = "drop"      // closed after some bytes
	illHalfOpen  ill = "half-open" // nothing comes through any more, nobody is told
	illBandwidth ill = "bandwidth" // a few thousand bytes a second
	illRefuse    ill = "refuse"    // closed before anything was sent
	illCommit    ill = "cut-at-commit"
)

var networkIlls = []ill{illLatency, illReset, illDrop, illHalfOpen, illBandwidth, illRefuse}

// halfOpenTime is how long nothing comes through before the connection is closed after all.
const halfOpenTime = 12 * time.Second

// proxy stands between two parts and lets connections suffer.
type proxy struct {
	name   string
	addr   string // where it listens
	target string
	listen net.Listener
	count  *counters
	ills   []ill        // it knows
	chance atomic.Int64 // of an ill connection, in a thousand
	owed   func() ill   // the one whose turn it is, if any; nil for none ever

	mu    sync.Mutex
	dice  *rand.Rand
	conns map[net.Conn]struct{}
	done  sync.WaitGroup
}

func openProxy(name, target string, seed uint64, count *counters) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed by close
	if err != nil {
		return nil, err
	}
	p := &proxy{
		name: name, addr: l.Addr().String(), target: target, listen: l, count: count, ills: networkIlls,
		dice: rand.New(rand.NewPCG(seed, 7)), conns: map[net.Conn]struct{}{},
	}
	p.done.Go(p.accept)
	return p, nil
}

func (p *proxy) accept() {
	for {
		c, err := p.listen.Accept()
		if err != nil {
			return
		}
		p.done.Go(func() { p.carry(c) })
	}
}

func (p *proxy) close() {
	_ = p.listen.Close()
	p.mu.Lock()
	for c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.done.Wait()
}

// fate draws what becomes of a connection, and behind how many bytes.
func (p *proxy) fate() (ill, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	chance := p.chance.Load()
	if chance > 0 && p.owed != nil {
		if what := p.owed(); what != wellForNow {
			return what, p.dice.IntN(200)
		}
	}
	if int64(p.dice.IntN(1000)) >= chance {
		return wellForNow, 0
	}
	return p.ills[p.dice.IntN(len(p.ills))], p.dice.IntN(6000)
}

// aim leads connections that come from now on to another target.
func (p *proxy) aim(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
}

func (p *proxy) aimed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.target
}

func (p *proxy) number(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dice.IntN(n)
}

func (p *proxy) keep(c net.Conn) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = struct{}{}
	return func() {
		_ = c.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, c)
	}
}

func (p *proxy) carry(here net.Conn) {
	defer p.keep(here)()
	what, after := p.fate()
	if what == illRefuse {
		p.fired(what)
		return
	}
	there, err := net.DialTimeout("tcp", p.aimed(), 2*time.Second) //nolint:noctx // bounded by its time
	if err != nil {
		reset(here)
		return
	}
	defer p.keep(there)()
	w := &way{p: p, here: here, there: there}
	w.fall(what, after)
	var both sync.WaitGroup
	both.Go(func() { w.pipe(there, here, true) })
	both.Go(func() { w.pipe(here, there, false) })
	both.Wait()
}

// fault is the name under which an ill of this proxy is counted.
func (p *proxy) fault(what ill) string { return "proxy-" + p.name + "-" + string(what) }

func (p *proxy) fired(what ill) { p.count.fire(p.fault(what)) }

// reset closes a connection so that the other end sees RST.
func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// way is one connection through the proxy.
type way struct {
	p           *proxy
	here, there net.Conn
	what        atomic.Value // ill: connections live long, and may fall ill with every piece sent
	left        atomic.Int64 // bytes until it strikes
	struck      atomic.Bool
}

func (w *way) fall(what ill, after int) {
	w.left.Store(int64(after))
	w.what.Store(what)
}

func (w *way) ill() ill { return w.what.Load().(ill) }

func (w *way) pipe(to, from net.Conn, out bool) {
	chunk := make([]byte, 4096)
	for {
		n, err := from.Read(chunk)
		if n > 0 && !w.pass(to, chunk[:n], out) {
			return
		}
		if err != nil {
			if err == io.EOF { //nolint:errorlint // the value itself
				if t, ok := to.(*net.TCPConn); ok {
					_ = t.CloseWrite()
					return
				}
			}
			_ = to.Close()
			return
		}
	}
}

// pass hands a piece on, or lets the ill strike; false ends the way.
func (w *way) pass(to net.Conn, piece []byte, out bool) bool {
	if out && w.ill() == wellForNow {
		w.fall(w.p.fate())
	}
	switch w.ill() {
	case illLatency:
		w.strike()
		time.Sleep(time.Duration(5+w.p.number(200)) * time.Millisecond)
	case illBandwidth:
		w.strike()
		time.Sleep(time.Duration(len(piece)) * time.Second / 8000)
	case illReset, illDrop, illHalfOpen:
		if w.left.Add(-int64(len(piece))) < 0 {
			return w.end(to, piece)
		}
	case illCommit:
		if out && bytes.Contains(bytes.ToLower(piece), []byte("commit\x00")) {
			w.strike()
			_, _ = to.Write(piece)
			reset(w.here)
			reset(w.there)
			return false
		}
	case illRefuse: // it has been let in already
		return w.end(to, nil)
	case wellForNow:
	}
	_, err := to.Write(piece)
	return err == nil
}

func (w *way) strike() {
	if !w.struck.Swap(true) {
		w.p.fired(w.ill())
	}
}

// end is what happens after the last byte that comes through.
func (w *way) end(to net.Conn, piece []byte) bool {
	w.strike()
	switch w.ill() {
	case illReset:
		_, _ = to.Write(piece[:len(piece)/2])
		reset(w.here)
		reset(w.there)
	case illHalfOpen:
		time.Sleep(halfOpenTime)
		fallthrough
	default:
		_ = w.here.Close()
		_ = w.there.Close()
	}
	return false
}
