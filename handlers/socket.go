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
	device, err := s.deviceOf(r, tillCookie, kiosk.Tablet)
	if err != nil {
		return err
	}
	ctx, err := s.sessions.Load(r.Context(), s.cookie(r, "qk-session"))
	if err != nil {
		return err
	}
	ctx = context.WithValue(ctx, tabletKey{}, device)
	if _, err := s.signedIn(r.WithContext(ctx)); err != nil {
		return err
	}
	stall, err := s.stallOf(r, device.Register)
	if err != nil {
		return err
	}
	lang := views.Choose(stall.Languages, r.Header.Get("Accept-Language"))
	return s.connect(w, r, device, lang)
}

func (s *Server) displaySocket(w http.ResponseWriter, r *http.Request) error {
	device, err := s.deviceOf(r, displayCookie, kiosk.Display)
	if err != nil {
		return err
	}
	stall, err := s.stallOf(r, device.Register)
	if err != nil {
		return err
	}
	return s.connect(w, r, device, s.displayLang(r, stall))
}

func (s *Server) stallOf(r *http.Request, register string) (kiosk.Stall, error) {
	return s.shop.StallOf(r.Context(), register)
}

// connect turns the request into a socket. The handler returns at once; one goroutine reads.
func (s *Server) connect(w http.ResponseWriter, r *http.Request, device kiosk.Device, lang string) error {
	if !s.sameOrigin(r) {
		return errForeign
	}
	if s.hub.count(device.ID) >= socketsPerDevice {
		return &kiosk.Error{Code: kiosk.TooMany, Key: "sockets-many", Wait: time.Minute.Milliseconds()}
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		s.log.Info("no socket", "path", routeOf(r), "err", err)
		return nil // the upgrader has answered
	}
	gauge := s.metrics.sockets.WithLabelValues(string(device.Kind))
	c := &client{conn: conn, view: screen{device.Kind, lang}, device: device.ID}
	c.gone = func(c *client) {
		s.hub.leave(c)
		gauge.Dec()
	}
	gauge.Inc()
	s.hub.enter(c, device.Register)
	go c.listen()
	return nil
}

// draw draws a kind of screen of a register for the hub.
func (s *Server) draw(ctx context.Context, register string, v screen, displays int) (drawing, error) {
	p := views.Page{Lang: v.lang, Mode: s.shop.Settings().Mode}
	if v.kind == kiosk.Display {
		d, x, err := s.displayScreen(ctx, register)
		if err != nil {
			return drawing{}, err
		}
		f := newFrame(d.Epoch, d.Version, d.Now, d.Next)
		return prepare(ctx, f, views.DisplayFragment(p, d, x), d.Sale != nil)
	}
	t, err := s.shop.Till(ctx, register)
	if err != nil {
		return drawing{}, err
	}
	x := views.TillExtras{Displays: displays, QR: s.code(t.PayURL)}
	f := newFrame(t.Epoch, t.Version, t.Now, t.Next)
	return prepare(ctx, f, views.TillFragment(p, t, x), t.Current != nil)
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
