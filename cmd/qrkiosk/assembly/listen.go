package assembly

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// What a client may take of the server: who sends or reads slowly must not hold a connection for ever.
const (
	headerTime   = 5 * time.Second
	readTime     = 10 * time.Second
	writeTime    = 30 * time.Second // the longest any route answers; sockets set their own
	idleTime     = 60 * time.Second
	drainTime    = 10 * time.Second
	maxHeader    = 16 << 10
	headSlack    = 4 << 10 // net/http reads so much more than it is told
	maxStreams   = 100
	maxPerClient = 200 // connections of one address
)

// newWebServer is the server of the front.
func newWebServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           oneFraming(h),
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       readTime,
		WriteTimeout:      writeTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader - headSlack,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams},
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// oneFraming ends a connection behind a body in chunks. Such a request may have named a length too,
// which net/http forgets: a proxy that believed it would take what follows for part of the body, and
// we for the next request (RFC 9112, section 6.1). Browsers never send chunks.
func oneFraming(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 1 && len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// CheckListen refuses addresses that do not parse, and in play mode those that others can reach:
// a sandbox takes no money and asks for no key.
func CheckListen(address string, open bool) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return Usagef("--listen %q is not host:port", address)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return Usagef("--listen %q has no port between 0 and 65535", address)
	}
	if !open && !isLoopback(host) {
		return Usagef("--listen %q can be reached by others: with play money that needs --lan", address)
	}
	return nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.Unmap().IsLoopback())
}

// Widen turns a loopback address into one that the whole network reaches.
func Widen(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err == nil && isLoopback(host) {
		return net.JoinHostPort("0.0.0.0", port)
	}
	return address
}

// reachable is the host:port by which a listener is addressed: where it listens everywhere, by
// the machine's address in its network.
func reachable(l net.Listener) (string, error) {
	at, err := netip.ParseAddrPort(l.Addr().String())
	if err != nil {
		return "", err
	}
	ip := at.Addr().Unmap()
	if ip.IsUnspecified() {
		if ip, err = networkAddress(); err != nil {
			return "", err
		}
	}
	return netip.AddrPortFrom(ip, at.Port()).String(), nil
}

// networkAddress is the address by which others in the network reach this machine: the one the
// system would send from. Connecting a datagram socket sends nothing.
func networkAddress() (netip.Addr, error) {
	conn, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 9})
	if err == nil {
		defer conn.Close()
		if at, err := netip.ParseAddrPort(conn.LocalAddr().String()); err == nil {
			return at.Addr(), nil
		}
	}
	return interfaceAddress()
}

func interfaceAddress() (netip.Addr, error) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return netip.Addr{}, err
	}
	for _, a := range addresses {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() && p.Addr().IsGlobalUnicast() {
			return p.Addr(), nil
		}
	}
	return netip.Addr{}, errors.New("this machine has no address in a network")
}

// fair bounds the connections of one address, so that one client cannot take all. This machine
// and trusted proxies are not counted: behind them is everybody.
type fair struct {
	net.Listener
	exempt []netip.Prefix

	mu   sync.Mutex
	open map[netip.Addr]int
}

func newFair(l net.Listener, exempt []netip.Prefix) *fair {
	return &fair{Listener: l, exempt: exempt, open: map[netip.Addr]int{}}
}

// Accept hangs up on whoever has too many connections already.
func (f *fair) Accept() (net.Conn, error) {
	for {
		c, err := f.Listener.Accept()
		if err != nil {
			return nil, err
		}
		at, err := netip.ParseAddrPort(c.RemoteAddr().String())
		ip := at.Addr().Unmap()
		if err != nil || f.spares(ip) {
			return c, nil
		}
		if f.enter(ip) {
			return &counted{Conn: c, leave: sync.OnceFunc(func() { f.leave(ip) })}, nil
		}
		_ = c.Close()
	}
}

func (f *fair) spares(ip netip.Addr) bool {
	for _, p := range f.exempt {
		if p.Contains(ip) {
			return true
		}
	}
	return ip.IsLoopback()
}

func (f *fair) enter(ip netip.Addr) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open[ip] >= maxPerClient {
		return false
	}
	f.open[ip]++
	return true
}

func (f *fair) leave(ip netip.Addr) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open[ip]--; f.open[ip] == 0 {
		delete(f.open, ip)
	}
}

// counted is a connection that leaves when it is closed.
type counted struct {
	net.Conn
	leave func()
}

// Close closes the connection; closing again is harmless.
func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}
