package assembly

import (
	"net"
	"net/netip"
	"testing"
)

// caller is a connection from somewhere.
type caller struct {
	net.Conn
	from   net.Addr
	closed int
}

func (c *caller) RemoteAddr() net.Addr { return c.from }
func (c *caller) Close() error         { c.closed++; return nil }

// queue is a listener at which callers wait already.
type queue struct {
	net.Listener
	callers []*caller
}

func (q *queue) Accept() (net.Conn, error) {
	if len(q.callers) == 0 {
		return nil, net.ErrClosed
	}
	c := q.callers[0]
	q.callers = q.callers[1:]
	return c, nil
}

func (q *queue) call(ip string, n int) {
	for range n {
		q.callers = append(q.callers, &caller{from: net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(ip), 4711))})
	}
}

// accepted takes everybody who gets in.
func accepted(f *fair) (in []net.Conn) {
	for {
		c, err := f.Accept()
		if err != nil {
			return in
		}
		in = append(in, c)
	}
}

func TestFair_boundsOneAddress(t *testing.T) {
	q := &queue{}
	f := newFair(q, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	q.call("192.0.2.1", maxPerClient+5)
	refused := q.callers[maxPerClient:]
	in := accepted(f)
	if len(in) != maxPerClient {
		t.Fatalf("%d connections of one address, want %d", len(in), maxPerClient)
	}
	for _, c := range refused {
		if c.closed != 1 {
			t.Fatalf("a refused connection was closed %d times", c.closed)
		}
	}
	q.call("192.0.2.2", 1)
	q.call("::ffff:192.0.2.1", 1) // the same address, written otherwise
	if n := len(accepted(f)); n != 1 {
		t.Errorf("%d got in, want the other address alone", n)
	}
	in[0].Close()
	in[0].Close()
	q.call("192.0.2.1", 2)
	if n := len(accepted(f)); n != 1 {
		t.Errorf("%d got in after one had left, want 1", n)
	}
	for _, ip := range []string{"127.0.0.1", "10.1.2.3", "::1"} {
		q.call(ip, maxPerClient+1)
		if n := len(accepted(f)); n != maxPerClient+1 {
			t.Errorf("%d of %s got in, want all", n, ip)
		}
	}
}

func TestReachable_namesAnAddress(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "0.0.0.0:0", "[::1]:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err)
			continue
		}
		host, err := reachable(l)
		l.Close()
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		at, err := netip.ParseAddrPort(host)
		if err != nil || at.Port() == 0 || at.Addr().IsUnspecified() {
			t.Errorf("%s is reached at %q: %v", address, host, err)
		}
	}
}
