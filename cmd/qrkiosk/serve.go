package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
)

type serveCmd struct {
	webFlags     `embed:"" set:"listen=127.0.0.1:8080"`
	dataFlags    `embed:"" set:"data=data"`
	gatewayFlags `embed:""`
	logFlags     `embed:""`

	StallName    string `env:"QRKIOSK_STALL_NAME" default:"My stall" help:"Name of the stall that the first start makes (${default})."`
	RegisterName string `env:"QRKIOSK_REGISTER_NAME" default:"Register 1" help:"Name of its register (${default})."`
	NewLinks     bool   `env:"QRKIOSK_NEW_LINKS" help:"Print new one-time links for till and display, as for a tablet that broke."`
}

// Run serves until ctx ends.
func (c *serveCmd) Run(ctx context.Context, p *process) error {
	s, err := p.check(c.webFlags, c.dataFlags, c.gatewayFlags)
	if err != nil {
		return err
	}
	o := opening{
		stall:    kiosk.Stall{Name: c.StallName, Languages: []string{"en", "de"}, LapseAfter: p.trial().lapse},
		register: c.RegisterName, prefix: "R1",
		people: []person{{name: "Manager", role: kiosk.Manager}},
		always: c.NewLinks, more: p.trial().registers,
	}
	return p.serve(ctx, s, o, c.logger(p.stderr))
}

// site is where a running server is reached.
type site struct {
	own     string // scheme and address of the listener, always known
	public  string // what gateway and customers reach, "" if nothing does
	till    string // what tills and displays reach
	sandbox string // page of open links, "" when live
}

// serve builds the house, tells people where it is, and runs it until ctx ends.
func (p *process) serve(ctx context.Context, s settings, o opening, log *slog.Logger) (err error) {
	log.Info("starting", "version", buildVersion(), "settings", s)
	listener, err := listen(ctx, s.listen)
	if err != nil {
		return err
	}
	defer closing(&err, ignoreClosed(listener.Close))
	a, err := p.build(ctx, s, listener, log)
	if err != nil {
		return refusal(err, s)
	}
	defer closing(&err, a.close)
	if err := a.open(ctx, p.stdout, s, o); err != nil {
		return err
	}
	return a.run(ctx, listener)
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (--listen chooses another address): %w", address, err)
	}
	return l, nil
}

// closing adds the error of a close to that of the function that defers it.
func closing(err *error, what func() error) { *err = errors.Join(*err, what()) }

// ignoreClosed is for listeners that a server has closed before us.
func ignoreClosed(what func() error) func() error {
	return func() error {
		if err := what(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
}

// run serves until ctx ends or a part fails, and then stops in order: no new requests, screens
// told to come back, requests finished, errands of the shop at rest, and the sandbox last.
func (a *assembly) run(ctx context.Context, listener net.Listener) error {
	back := context.WithoutCancel(ctx)
	play, works, front := newCrew(back), newCrew(back), newCrew(back)
	if a.play != nil {
		a.play.work(play)
	}
	a.work(works)
	front.add(func(context.Context) error { return a.accept(listener) })

	select {
	case <-ctx.Done():
		a.log.Info("stopping")
	case <-play.ctx.Done():
	case <-works.ctx.Done():
	case <-front.ctx.Done():
	}
	err := errors.Join(a.drain(back), front.end(), works.end())
	a.gateway.Close() // a connection kept for later would keep the sandbox waiting
	err = errors.Join(err, play.end())
	if err == nil {
		a.log.Info("stopped")
	}
	return err
}

// work starts everything that goes on beside requests.
func (a *assembly) work(c *crew) {
	parts := []func(context.Context){a.shop.Reconciler.Run, a.front.Run, a.sweep}
	if a.anchors != nil {
		parts = append(parts, a.anchors.run)
	}
	for _, part := range parts {
		c.add(func(ctx context.Context) error { part(ctx); return nil })
	}
}

// sweep removes rows whose time is long over; only the size of the store depends on it.
func (a *assembly) sweep(ctx context.Context) {
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if _, err := a.store.Purge(ctx); err != nil && ctx.Err() == nil {
				a.log.Warn("old rows could not be removed", "err", err)
			}
		}
	}
}

// accept serves until the server is shut down.
func (a *assembly) accept(l net.Listener) error {
	var err error
	fairly := newFair(l, a.proxies)
	if a.server.TLSConfig != nil {
		err = a.server.ServeTLS(fairly, "", "")
	} else {
		err = a.server.Serve(fairly)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// drain closes the door first: a screen that is told to reconnect must not find it open.
func (a *assembly) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	told := make(chan struct{})
	a.server.RegisterOnShutdown(func() {
		defer close(told)
		a.front.Drain()
	})
	err := a.server.Shutdown(ctx)
	<-told
	if errors.Is(err, context.DeadlineExceeded) {
		a.log.Warn("requests that would not end were cut off")
		return a.server.Close()
	}
	return err
}

// locate finds out how a listener is reached, once its port is known.
func (s settings) locate(l net.Listener) (site, error) {
	host, err := reachable(l)
	if err != nil {
		return site{}, err
	}
	at := site{own: "http://" + host, public: s.publicURL, till: s.tillURL}
	if s.tlsCert != "" {
		at.own = "https://" + host
	}
	if at.public == "" && s.play() {
		at.public = at.own // the sandbox is on this machine
	}
	if at.till == "" {
		at.till = at.public
	}
	if at.till == "" {
		at.till = at.own
	}
	return at, nil
}

// frontConfig is what the front needs to know of addresses.
func (a site) frontConfig() front.Config {
	c := front.Config{PublicURL: a.public, TillURL: a.till, SandboxURL: a.sandbox}
	if c.PublicURL == "" {
		c.PublicURL = a.till
	}
	c.Secure = strings.HasPrefix(a.till, "https://")
	return c
}
