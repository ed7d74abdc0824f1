package assembly

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"qrkiosk/handlers/front"
)

// site is where a running server is reached.
type site struct {
	Own     string // scheme and address of the listener, always known
	public  string // what gateway and customers reach, "" if nothing does
	till    string // what tills and displays reach
	Sandbox string // page of open links, "" when live
}

// Serve builds the house, tells people where it is, and runs it until ctx ends.
func Serve(ctx context.Context, s Settings, first Opening, o Options, out io.Writer, log *slog.Logger) (err error) {
	log.Info("starting", "version", s.Version, "settings", s)
	listener, err := Listen(ctx, s.Listen)
	if err != nil {
		return err
	}
	defer Closing(&err, ignoreClosed(listener.Close))
	a, err := Build(ctx, s, o, listener, log)
	if err != nil {
		return Refusal(err, s)
	}
	defer Closing(&err, a.Close)
	if err := a.Open(ctx, out, s, first); err != nil {
		return err
	}
	return a.Run(ctx, listener)
}

// Listen takes the address of the settings.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (--listen chooses another address): %w", address, err)
	}
	return l, nil
}

// Closing adds the error of a close to that of the function that defers it.
func Closing(err *error, what func() error) { *err = errors.Join(*err, what()) }

// ignoreClosed is for listeners that a server has closed before us.
func ignoreClosed(what func() error) func() error {
	return func() error {
		if err := what(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
}

// Run serves until ctx ends or a part fails, and then stops in order: no new requests, screens
// told to come back, requests finished, errands of the shop at rest, and the sandbox last.
func (a *Program) Run(ctx context.Context, listener net.Listener) error {
	back := context.WithoutCancel(ctx)
	play, works, front := newGroup(back), newGroup(back), newGroup(back)
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
	a.Client.Close() // a connection kept for later would keep the sandbox waiting
	err = errors.Join(err, play.end())
	if err == nil {
		a.log.Info("stopped")
	}
	return err
}

// Work does what goes on beside requests until ctx ends, and waits for it: a process without a door,
// as tests that serve in a way of their own have it.
func (a *Program) Work(ctx context.Context) error {
	works := newGroup(ctx)
	a.work(works)
	<-works.ctx.Done()
	return works.end()
}

// work starts everything that goes on beside requests.
func (a *Program) work(g *group) {
	parts := []func(context.Context){a.Shop.Run, a.Front.Run, a.purge}
	if a.anchors != nil {
		parts = append(parts, a.anchors.Run)
	}
	for _, part := range parts {
		g.add(func(ctx context.Context) error { part(ctx); return nil })
	}
}

// purge removes rows whose time is long over; only the size of the store depends on it.
func (a *Program) purge(ctx context.Context) {
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if _, err := a.Store.Purge(ctx); err != nil && ctx.Err() == nil {
				a.log.Warn("old rows could not be removed", "err", err)
			}
		}
	}
}

// accept serves until the server is shut down.
func (a *Program) accept(l net.Listener) error {
	var err error
	fairly := newFair(l, a.proxies)
	if a.Web.TLSConfig != nil {
		err = a.Web.ServeTLS(fairly, "", "")
	} else {
		err = a.Web.Serve(fairly)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// drain closes the door first: a screen that is told to reconnect must not find it open.
func (a *Program) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	told := make(chan struct{})
	a.Web.RegisterOnShutdown(func() {
		defer close(told)
		a.Front.Drain()
	})
	err := a.Web.Shutdown(ctx)
	<-told
	if errors.Is(err, context.DeadlineExceeded) {
		a.log.Warn("requests that would not end were cut off")
		return a.Web.Close()
	}
	return err
}

// locate finds out how a listener is reached, once its port is known. A foreign sandbox may be on
// another machine.
func (s Settings) locate(l net.Listener, foreign bool) (site, error) {
	host, err := reachable(l)
	if err != nil {
		return site{}, err
	}
	at := site{Own: "http://" + host, public: s.PublicURL, till: s.TillURL}
	if s.TLSCert != "" {
		at.Own = "https://" + host
	}
	if at.public == "" && s.Play() && !foreign {
		at.public = at.Own // the sandbox is on this machine
	}
	if at.till == "" {
		at.till = at.public
	}
	if at.till == "" {
		at.till = at.Own
	}
	return at, nil
}

// frontConfig is what the front needs to know of addresses.
func (a site) frontConfig() front.Config {
	c := front.Config{PublicURL: a.public, TillURL: a.till, SandboxURL: a.Sandbox}
	if c.PublicURL == "" {
		c.PublicURL = a.till
	}
	c.Secure = strings.HasPrefix(a.till, "https://")
	return c
}
