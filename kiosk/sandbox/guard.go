package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// guard decides which addresses webhooks may reach: loopback and what the operator listed. It
// looks at the address that is being dialled, so that a name cannot change its mind in between.
type guard struct {
	nets  []netip.Prefix
	names map[string]bool // "host" or "host:port", lower case
}

// errOutside is the error of a target that is neither loopback nor allowed.
var errOutside = errors.New("the target is outside of loopback and the allow-list")

// newGuard reads the allow-list: addresses, CIDR ranges, host names, host:port.
func newGuard(allow []string) (guard, error) {
	g := guard{names: map[string]bool{}}
	for _, item := range allow {
		item = strings.ToLower(strings.TrimSpace(item))
		if prefix, err := netip.ParsePrefix(item); err == nil {
			g.nets = append(g.nets, prefix.Masked())
			continue
		}
		if addr, err := netip.ParseAddr(item); err == nil {
			g.nets = append(g.nets, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
			continue
		}
		if item == "" || strings.ContainsAny(item, "/ ") {
			return g, fmt.Errorf("sandbox: %q is not a host, host:port, address or CIDR range", item)
		}
		g.names[item] = true
	}
	return g, nil
}

// dial is a dialler for [net/http.Transport]. own names the sandbox's own host:port, which is
// never a target: a webhook must not press the buttons of /control.
func (g guard) dial(own func() string) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		addr = strings.ToLower(addr)
		if !goodHost(host) || addr == own() {
			return nil, errOutside
		}
		named := g.names[addr] || g.names[strings.ToLower(host)]
		dialer := net.Dialer{
			Timeout: deliveryTimeout, KeepAlive: -1, FallbackDelay: 300 * time.Millisecond,
			Control: func(_, address string, _ syscall.RawConn) error {
				if named || g.allows(address) {
					return nil
				}
				return errOutside
			},
		}
		return dialer.DialContext(ctx, network, addr)
	}
}

// allows looks at ip:port as it is about to be connected to.
func (g guard) allows(address string) bool {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return false
	}
	ip := at.Addr().Unmap().WithZone("")
	if ip.IsLoopback() || g.names[netip.AddrPortFrom(ip, at.Port()).String()] {
		return true
	}
	for _, n := range g.nets {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}
