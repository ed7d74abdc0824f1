package handlers

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"
	"github.com/klauspost/compress/gzhttp"

	"qrkiosk/kiosk"
	"qrkiosk/static"
	"qrkiosk/views"
)

// Config is what the front needs; Clock and Log have defaults.
type Config struct {
	Shop           *kiosk.Shop
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
}

// Server is the front of the house. Its handler is complete: nothing needs to stand before it.
type Server struct {
	shop      *kiosk.Shop
	sessions  *scs.SessionManager
	metrics   *Metrics
	log       *slog.Logger
	clock     func() time.Time
	proxies   []netip.Prefix
	secure    bool
	sandbox   string
	ready     func(context.Context) error
	hostNames map[string]bool
	hub       *hub
	limits    *limiter
	handler   http.Handler

	brands sync.Map // hash to style sheet
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
		hostNames: map[string]bool{}, limits: newLimiter(),
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
	s.sessions = s.newSessions(c.Sessions)
	s.hub.draw, s.hub.heads = s.draw, s.shop.Versions
	s.hub.pushed = s.metrics.pushed
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
	if s.ready == nil {
		s.ready = func(context.Context) error { return nil }
	}
}

// Handler returns the whole front as one handler.
func (s *Server) Handler() http.Handler { return s.handler }

// Ring tells the screens of a register that something changed. It is what the bus calls.
func (s *Server) Ring(stream string, version int64) { s.hub.ring(stream, version) }

// Run keeps screens fresh until ctx ends.
func (s *Server) Run(ctx context.Context) { s.hub.run(ctx) }

// Drain asks every screen to reconnect, as before a restart.
func (s *Server) Drain() {
	s.hub.end(func(*client) bool { return true }, closeRestart)
}

// routes mounts sockets outside the session middleware, whose writer cannot be taken over, and
// webhooks outside everything that belongs to browsers.
func (s *Server) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.barrier, s.metrics.count, s.headers)
	r.NotFound(s.page(func(http.ResponseWriter, *http.Request) error { return errNoPage }))
	r.Post("/hooks/secpaid/{token}", s.hook)
	r.Get("/healthz", s.health)
	r.Get("/readyz", s.readiness)
	r.Get("/metrics", s.figures)
	r.Group(func(r chi.Router) {
		r.Use(s.hosts)
		r.Get(static.Root+"*", s.static)
		r.Get("/brand/{name}", s.page(s.brand))
		r.Get(views.PathTillLive, s.page(s.tillSocket))
		r.Get(views.PathDisplayLive, s.page(s.displaySocket))
		r.Group(func(r chi.Router) {
			r.Use(gzip(), s.origins, s.forms, s.oneSession, s.sessions.LoadAndSave)
			s.pages(r)
		})
	})
	return r
}

func gzip() func(http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(1), gzhttp.MinSize(1024))
	if err != nil {
		panic(err) // the options above are constants
	}
	return func(h http.Handler) http.Handler { return wrap(h) }
}

func (s *Server) pages(r chi.Router) {
	get := func(path string, h handler) { r.Get(path, s.page(h)) }
	post := func(path string, h handler) { r.Post(path, s.page(h)) }

	get("/", s.home)
	get("/r/{receipt}", s.receipt)

	get(views.PathTillEnrol+"/{ticket}", s.enrolForm)
	post(views.PathTillEnrol, s.enrolTill)
	get(views.PathSignIn, s.tablet(s.signInForm))
	post(views.PathSignIn, s.tablet(s.signIn))
	post(views.PathLock, s.tablet(s.lock))

	get(views.PathTill, s.staff(s.till))
	get(views.PathTillState, s.staff(s.tillState))
	post(views.PathCharge, s.staff(s.charge))
	post(views.PathCancel, s.staff(s.cancel))
	post(views.PathAside, s.staff(s.aside))
	post(views.PathLook, s.staff(s.look))
	post(views.PathShiftOpen, s.staff(s.shiftOpen))
	post(views.PathShiftClose, s.staff(s.shiftClose))
	get(views.PathSale, s.staff(s.saleDetail))
	post(views.PathDecide, s.staff(s.decide))
	get(views.PathPair, s.staff(s.pairForm))
	post(views.PathPair, s.staff(s.pairFind))
	post(views.PathPairConfirm, s.staff(s.pairConfirm))

	get(views.PathDisplayEnrol+"/{ticket}", s.enrolForm)
	post(views.PathDisplayEnrol, s.enrolDisplay)
	get(views.PathDisplay, s.display)
	get(views.PathPairState, s.pairState)
	get(views.PathDisplayState, s.screen(s.displayState))
	post(views.PathLanguage, s.language)
	post(views.PathTip, s.screen(s.tip))
}
