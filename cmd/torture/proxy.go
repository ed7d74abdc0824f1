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

// netFault is what a proxy does to one connection.
type netFault string

// The faults of a connection.
const (
	healthy        netFault = ""
	netLatency     netFault = "latency"   // every piece comes late, by a changing time
	netReset       netFault = "reset"     // RST after some bytes
	netDrop        netFault = "drop"      // closed after some bytes
	netHalfOpen    netFault = "half-open" // nothing comes through any more, nobody is told
	netBandwidth   netFault = "bandwidth" // a few thousand bytes a second
	netRefuse      netFault = "refuse"    // closed before anything was sent
	netCutAtCommit netFault = "cut-at-commit"
)

var netFaults = []netFault{netLatency, netReset, netDrop, netHalfOpen, netBandwidth, netRefuse}

// halfOpenTime is how long nothing comes through before the connection is closed after all.
const halfOpenTime = 12 * time.Second

// proxy stands between two parts and disturbs the connections that go through it.
type proxy struct {
	name   string
	addr   string // where it listens
	target string
	listen net.Listener
	count  *counters
	faults []netFault      // it knows
	chance atomic.Int64    // of a fault, in a thousand draws
	owed   func() netFault // the one whose turn it is, if any; nil for none ever

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
		name: name, addr: l.Addr().String(), target: target, listen: l, count: count, faults: netFaults,
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

// draw chooses what happens to a connection, and after how many bytes.
func (p *proxy) draw() (netFault, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	chance := p.chance.Load()
	if chance > 0 && p.owed != nil {
		if what := p.owed(); what != healthy {
			return what, p.dice.IntN(200)
		}
	}
	if int64(p.dice.IntN(1000)) >= chance {
		return healthy, 0
	}
	return p.faults[p.dice.IntN(len(p.faults))], p.dice.IntN(6000)
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
	what, after := p.draw()
	if what == netRefuse {
		p.fired(what)
		return
	}
	there, err := net.DialTimeout("tcp", p.aimed(), 2*time.Second) //nolint:noctx // bounded by its time
	if err != nil {
		reset(here)
		return
	}
	defer p.keep(there)()
	w := &tunnel{p: p, here: here, there: there}
	w.suffer(what, after)
	var both sync.WaitGroup
	both.Go(func() { w.pipe(there, here, true) })
	both.Go(func() { w.pipe(here, there, false) })
	both.Wait()
}

// counted is the name under which a fault of this proxy is counted.
func (p *proxy) counted(what netFault) string { return "proxy-" + p.name + "-" + string(what) }

func (p *proxy) fired(what netFault) { p.count.fire(p.counted(what)) }

// reset closes a connection so that the other end sees RST.
func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// tunnel is one connection through the proxy.
type tunnel struct {
	p           *proxy
	here, there net.Conn
	what        atomic.Value // a netFault; a healthy connection draws again with every piece sent
	left        atomic.Int64 // bytes until it strikes
	struck      atomic.Bool
}

func (w *tunnel) suffer(what netFault, after int) {
	w.left.Store(int64(after))
	w.what.Store(what)
}

func (w *tunnel) fault() netFault { return w.what.Load().(netFault) }

func (w *tunnel) pipe(to, from net.Conn, out bool) {
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

// pass hands a piece on, or lets the fault strike; false ends the tunnel.
func (w *tunnel) pass(to net.Conn, piece []byte, out bool) bool {
	if out && w.fault() == healthy {
		w.suffer(w.p.draw())
	}
	switch w.fault() {
	case netLatency:
		w.strike()
		time.Sleep(time.Duration(5+w.p.number(200)) * time.Millisecond)
	case netBandwidth:
		w.strike()
		time.Sleep(time.Duration(len(piece)) * time.Second / 8000)
	case netReset, netDrop, netHalfOpen:
		if w.left.Add(-int64(len(piece))) < 0 {
			return w.end(to, piece)
		}
	case netCutAtCommit:
		if out && bytes.Contains(bytes.ToLower(piece), []byte("commit\x00")) {
			w.strike()
			_, _ = to.Write(piece)
			reset(w.here)
			reset(w.there)
			return false
		}
	case netRefuse: // too late to refuse it
		return w.end(to, nil)
	case healthy:
	}
	_, err := to.Write(piece)
	return err == nil
}

func (w *tunnel) strike() {
	if !w.struck.Swap(true) {
		w.p.fired(w.fault())
	}
}

// end closes the tunnel the way its fault demands, after the last piece that comes through.
func (w *tunnel) end(to net.Conn, piece []byte) bool {
	w.strike()
	switch w.fault() {
	case netReset:
		_, _ = to.Write(piece[:len(piece)/2])
		reset(w.here)
		reset(w.there)
	case netHalfOpen:
		time.Sleep(halfOpenTime)
		fallthrough
	default:
		_ = w.here.Close()
		_ = w.there.Close()
	}
	return false
}
