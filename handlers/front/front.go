package front

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// Config is what the front needs; Clock and Log have defaults.
type Config struct {
	Shop           *Rooms
	Sessions       scs.Store
	Metrics        *Metrics
	Log            *slog.Logger
	Clock          func() time.Time
	PublicURL      string // what customers and the gateway reach, without final slash
	TillURL        string // what tablets reach; "" is PublicURL
	TrustedProxies []netip.Prefix
	Secure         bool   // https: cookies with the __Host- prefix, HSTS
	SandboxURL     string // where the sandbox lists open links, "" when live
	Ready          func(context.Context) error
	// Dial reaches our own public address, for the opening test; nil dials as usual.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Front is what the wings share: the doors before every handler, sessions and cookies, the hub of the
// live screens, pages and their errors. Wings read its fields and change none.
type Front struct {
	Rooms          *Rooms
	Log            *slog.Logger
	Clock          func() time.Time
	TillSessions   *scs.SessionManager // of people at tills
	OfficeSessions *scs.SessionManager // of people in the office
	Metrics        *Metrics
	Hub            *Hub
	Pulse          *Pulse
	Limits         *Limiter
	PublicURL      string // what customers and the gateway reach, "" if nothing does
	TillURL        string // what tablets reach, "" as it was asked
	Sandbox        string // where the sandbox lists open links, "" when live

	proxies   []netip.Prefix
	secure    bool
	hostNames map[string]bool
}

// New builds what the wings share. It returns an error for addresses that are not absolute URLs.
func New(c Config) (*Front, error) {
	if c.Shop == nil || c.Sessions == nil {
		return nil, errors.New("front: rooms and sessions are needed")
	}
	f := &Front{
		Rooms: c.Shop, Metrics: c.Metrics, Log: c.Log, Clock: c.Clock, proxies: c.TrustedProxies,
		secure: c.Secure, Sandbox: c.SandboxURL, Hub: newHub(), Pulse: newPulse(rand.Text()),
		PublicURL: c.PublicURL, TillURL: cmp.Or(c.TillURL, c.PublicURL), Limits: newLimiter(),
	}
	if f.Log == nil {
		f.Log = slog.New(slog.DiscardHandler)
	}
	if f.Clock == nil {
		f.Clock = time.Now
	}
	if f.Metrics == nil {
		f.Metrics = NewMetrics()
	}
	var err error
	if f.hostNames, err = hostsOf(c.PublicURL, c.TillURL); err != nil {
		return nil, err
	}
	f.TillSessions, f.OfficeSessions = f.newSessions(c.Sessions), f.newOfficeSessions(c.Sessions)
	f.Hub.heads, f.Hub.pushed = f.Rooms.Kernel.Versions, f.Metrics.pushed
	f.Hub.failed = func(register string, err error) {
		f.Log.Error("a screen cannot be drawn", "register", register, "err", err)
	}
	f.Pulse.store = f.Rooms.Till.StoreDeviceHealth
	return f, nil
}

// hostsOf are the hosts of addresses, of those that are none.
func hostsOf(addresses ...string) (map[string]bool, error) {
	names := map[string]bool{}
	for _, address := range addresses {
		if address == "" {
			continue
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			return nil, errors.New("front: not an address: " + address)
		}
		names[strings.ToLower(u.Host)] = true
	}
	return names, nil
}

// Run keeps screens fresh until ctx ends.
func (f *Front) Run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { f.keepHealth(ctx) })
	f.Hub.run(ctx)
	all.Wait()
}

// Drain asks every screen to reconnect, as before a restart.
func (f *Front) Drain() {
	f.Hub.End(func(*Client) bool { return true }, CloseRestart)
}
