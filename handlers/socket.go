package handlers

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/gorilla/websocket"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// closeRestart is "service restart": screens come back by themselves.
const closeRestart = websocket.CloseServiceRestart

const socketsPerDevice = 20

var writeBuffers sync.Pool

// upgrader is lean: a small read buffer, since browsers have nothing to say, and write buffers
// shared by all sockets. The origin is checked before, more strictly than here.
var upgrader = websocket.Upgrader{
	ReadBufferSize: 128, WriteBufferSize: 8192, WriteBufferPool: &writeBuffers,
	HandshakeTimeout: 5 * time.Second,
	CheckOrigin:      func(*http.Request) bool { return true },
	Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) {
		w.WriteHeader(status)
	},
}

// tillSocket is the till's live connection. The session is loaded by hand: its middleware wraps
// the writer so that a socket could not take it over.
func (s *Server) tillSocket(w http.ResponseWriter, r *http.Request) error {
	tablet, session := s.cookie(r, tillCookie), s.cookie(r, sessionCookie)
	device, err := s.standsAt(r.Context(), tablet, session)
	if err != nil {
		return err
	}
	stall, err := s.stallOf(r, device.Register)
	if err != nil {
		return err
	}
	lang := s.staffLang(r, stall)
	if routeOf(r) == views.PathFaceLive {
		device.Kind, lang = faceKind, s.displayLang(r, stall)
	}
	return s.connect(w, r, device, lang, func(ctx context.Context) error {
		_, err := s.standsAt(ctx, tablet, session)
		return err
	})
}

func (s *Server) displaySocket(w http.ResponseWriter, r *http.Request) error {
	secret := s.cookie(r, displayCookie)
	device, err := s.deviceBy(r.Context(), secret, kiosk.Display)
	if err != nil {
		return err
	}
	stall, err := s.stallOf(r, device.Register)
	if err != nil {
		return err
	}
	return s.connect(w, r, device, s.displayLang(r, stall), func(ctx context.Context) error {
		_, err := s.deviceBy(ctx, secret, kiosk.Display)
		return err
	})
}

func (s *Server) stallOf(r *http.Request, register string) (kiosk.Stall, error) {
	return s.shop.Kernel.StallOf(r.Context(), register)
}

// connect turns the request into a socket. The handler returns at once; one goroutine reads. trust
// is asked now and then whether whoever opened the socket is still welcome.
func (s *Server) connect(w http.ResponseWriter, r *http.Request, device kiosk.Device, lang string, trust func(context.Context) error) error {
	if !s.sameOrigin(r) {
		return errForeign
	}
	if !s.hub.reserve(device.ID) {
		return errTooOften(time.Minute.Milliseconds(), "")
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		s.hub.release(device.ID)
		s.log.Info("no socket", "path", routeOf(r), "err", err)
		return nil // the upgrader has answered
	}
	gauge := s.metrics.sockets.WithLabelValues(string(device.Kind))
	gauge.Inc()
	c := &client{conn: conn, view: screen{device.Kind, lang}, device: device.ID, trust: trust}
	c.gone = func(c *client) {
		s.hub.leave(c)
		gauge.Dec()
	}
	c.spoke = func() {
		s.log.Info("a screen spoke on its socket; nothing is read from there", "register", device.Register, "kind", device.Kind)
	}
	s.hub.enter(c, device.Register)
	return nil
}

// draw draws a kind of screen of a register for the hub.
func (s *Server) draw(ctx context.Context, register string, v screen, displays int) (drawing, error) {
	p := views.Page{Lang: v.lang, Mode: s.shop.Kernel.Installation().Mode}
	if v.kind == kiosk.Display || v.kind == faceKind {
		d, x, err := s.displayScreen(ctx, register)
		x.Face = v.kind == faceKind
		if err != nil {
			return drawing{}, err
		}
		f := newFrame(d.Epoch, d.Version, d.Now, d.Next)
		drawn, err := prepare(ctx, f, views.DisplayFragment(p, d, x), d.Sale != nil)
		drawn.trust = d.Register.Trust
		if d.Shows == kiosk.ShowsCode {
			// The receipt's code is what the next frame will need, the moment the money comes.
			drawn.after = func() { s.code(s.shop.Kernel.ReceiptURL(d.Sale)) }
		}
		return drawn, err
	}
	t, err := s.shop.Till.TillScreen(ctx, register)
	if err != nil {
		return drawing{}, err
	}
	x := views.TillExtras{Displays: displays, QR: s.code(t.PayURL)}
	f := newFrame(t.Epoch, t.Version, t.Now, t.Next)
	drawn, err := prepare(ctx, f, views.TillFragment(p, t, x), t.Current != nil)
	drawn.trust = t.Register.Trust
	return drawn, err
}

func prepare(ctx context.Context, f frame, c templ.Component, busy bool) (drawing, error) {
	d := drawing{version: f.Version, busy: busy, next: time.Duration(f.Next) * time.Millisecond}
	renewal, err := prepareFrame(frame{Epoch: f.Epoch, Version: f.Version, Lease: f.Lease})
	if err != nil {
		return d, err
	}
	d.renew = renewal
	if err := f.draw(ctx, c); err != nil {
		return d, err
	}
	d.frame, err = prepareFrame(f)
	return d, err
}

func prepareFrame(f frame) (*websocket.PreparedMessage, error) {
	raw, err := f.bytes()
	if err != nil {
		return nil, err
	}
	return websocket.NewPreparedMessage(websocket.TextMessage, raw)
}
