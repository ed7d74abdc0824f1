package handlers

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
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

// Server is the front of the house. Its handler is complete: nothing needs to stand before it.
type Server struct {
	shop      *Rooms
	sessions  *scs.SessionManager // of people at tills
	office    *scs.SessionManager // of people in the office
	metrics   *Metrics
	log       *slog.Logger
	clock     func() time.Time
	proxies   []netip.Prefix
	secure    bool
	sandbox   string
	ready     func(context.Context) error
	publicURL string
	outside   *http.Client
	hostNames map[string]bool
	hub       *hub
	wall      *wall
	pulse     *pulse
	tillURL   string        // what tablets reach, "" as it was asked
	exporting chan struct{} // as many files as may be made at a time
	limits    *limiter
	handler   http.Handler

	brands sync.Map // hash to style sheet
	probes sync.Map // nonce to secret, of probes that run
	codes  sync.Map // address to views.QRCode, of links and receipts on show
	kept   atomic.Int64
}

// New builds the front. It returns an error for addresses that are not absolute URLs.
func New(c Config) (*Server, error) {
	if c.Shop == nil || c.Sessions == nil {
		return nil, errors.New("handlers: shop and sessions are needed")
	}
	s := &Server{
		shop: c.Shop, metrics: c.Metrics, log: c.Log, clock: c.Clock, proxies: c.TrustedProxies,
		secure: c.Secure, sandbox: c.SandboxURL, ready: c.Ready, hub: newHub(),
		publicURL: c.PublicURL, outside: newOutside(c.Dial), hostNames: map[string]bool{}, limits: newLimiter(),
		tillURL:   cmp.Or(c.TillURL, c.PublicURL),
		exporting: make(chan struct{}, exportsAtOnce),
	}
	s.defaults()
	for _, address := range []string{c.PublicURL, c.TillURL} {
		if address == "" {
			continue
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			return nil, errors.New("handlers: not an address: " + address)
		}
		s.hostNames[strings.ToLower(u.Host)] = true
	}
	s.sessions, s.office = s.newSessions(c.Sessions), s.newOfficeSessions(c.Sessions)
	s.hub.draw, s.hub.heads = s.draw, s.shop.Kernel.Versions
	s.hub.pushed = s.metrics.pushed
	s.hub.moved, s.pulse.store = s.wall.touch, s.shop.Till.StoreDeviceHealth
	s.furnishWall()
	s.hub.failed = func(register string, err error) {
		s.log.Error("a screen cannot be drawn", "register", register, "err", err)
	}
	s.handler = s.routes()
	return s, nil
}

func (s *Server) defaults() {
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.metrics == nil {
		s.metrics = NewMetrics()
	}
	process := rand.Text()
	s.wall, s.pulse = newWall(process), newPulse(process)
	if s.ready == nil {
		s.ready = func(context.Context) error { return nil }
	}
}

// Handler returns the whole front as one handler.
func (s *Server) Handler() http.Handler { return s.handler }

// Ring tells the screens of a register that something changed. It is what the bus calls.
func (s *Server) Ring(stream string, version int64) {
	s.hub.ring(stream, version)
	s.wall.touch(stream)
}

// Run keeps screens fresh until ctx ends.
func (s *Server) Run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { s.wall.run(ctx) })
	all.Go(func() { s.keepHealth(ctx) })
	s.hub.run(ctx)
	all.Wait()
}

// Drain asks every screen to reconnect, as before a restart.
func (s *Server) Drain() {
	s.hub.end(func(*client) bool { return true }, closeRestart)
}
