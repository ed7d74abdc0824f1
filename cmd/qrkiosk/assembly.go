package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"

	"qrkiosk/handlers"
	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/bus"
	"qrkiosk/kiosk/secpaid"
	"qrkiosk/kiosk/shop"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
)

// assembly is every room, brought together.
type assembly struct {
	log     *slog.Logger
	at      site
	store   *store.Store
	gateway *secpaid.Client
	shop    *front.Rooms
	front   *handlers.Server
	server  *http.Server
	proxies []netip.Prefix
	hangUp  func()       // leaves the bus that processes share; nil without one
	ears    listener     // where rings are heard
	pair    *certificate // nil without --tls-cert
	anchors *anchorer    // nil if its file cannot be used
	release func() error // gives the directory of the data back; nil with PostgreSQL
	play    *playground  // nil when live
}

// build opens the rooms one after the other. The database says first whether it belongs to this
// mode, before anything is made beside it. On an error nothing is left open.
func (p *process) build(ctx context.Context, s settings, l net.Listener, log *slog.Logger) (a *assembly, err error) {
	a = &assembly{log: log, proxies: s.proxies}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	if a.at, err = s.locate(l); err != nil {
		return a, err
	}
	if s.tlsCert != "" {
		if a.pair, err = loadCertificate(s.tlsCert, s.tlsKey, log); err != nil {
			return a, err
		}
	}
	if s.play() {
		if a.play, err = openPlayground(ctx, &s, a.at); err != nil {
			return a, err
		}
		a.at.sandbox = a.play.page
	}
	metrics := front.NewMetrics()
	if err := p.openShop(ctx, a, s, metrics); err != nil {
		return a, err
	}
	if a.play != nil {
		if err := a.play.start(s, log, p.calls); err != nil {
			return a, err
		}
	}
	return a, a.openFront(s, metrics)
}

func (p *process) openShop(ctx context.Context, a *assembly, s settings, metrics *front.Metrics) (err error) {
	if err := a.keepData(s); err != nil {
		return err
	}
	if a.store, err = openStore(ctx, s, a.log); err != nil {
		return err
	}
	if err := checkKeyIsThere(ctx, a.store, s.keyFile); err != nil {
		return err
	}
	keys, err := vault.Load(s.keyFile)
	if err != nil {
		return err
	}
	if a.gateway, err = a.openGateway(s, cmp.Or(p.calls, p.trial().perMinute)); err != nil {
		return err
	}
	books, gateway := p.tapped(a.store, a.gateway)
	if err := a.anchor(ctx, s, keys); err != nil { // before anybody has read the epoch
		return err
	}
	rings := &bell{bus.NewLocal()}
	if err := a.storedAddress(ctx, s); err != nil {
		return err
	}
	a.shop, err = front.OpenRooms(ctx, shop.Config{
		Keys: a.keyTaker(s), Accounts: accounts{a.gateway},
		Store: books, Gateway: gateway, Bus: rings, Vault: keys, Log: a.log, Observe: metrics,
		Skew: a.gateway.Skew, RowTime: secpaid.RowTime, PublicURL: a.at.public, HookPath: front.PathHook,
		GatewayName: accountOf(s), Mode: s.mode,
	})
	if err != nil {
		return err
	}
	if err := a.anchor(ctx, s, keys); err != nil {
		return err
	}
	return a.openBus(s, rings)
}

// tapped puts what a test has between the shop and what it works with.
func (p *process) tapped(books kiosk.Store, gateway kiosk.Gateway) (kiosk.Store, kiosk.Gateway) {
	if p.tap != nil {
		books = p.tap(books)
	}
	if p.gate != nil {
		gateway = p.gate(gateway)
	}
	return books, gateway
}

// keepData makes the directory of the data. A SQLite file in it belongs to one process at a time.
func (a *assembly) keepData(s settings) (err error) {
	if s.databaseURL.empty() {
		a.release, err = lockData(s.data)
		return err
	}
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return usagef("--data cannot be used: %w", err)
	}
	return nil
}

// anchor opens the file of anchors of a database that was born. One that is not the one it speaks of
// was exchanged by hand: it is treated like one that was brought back, so that what it does not know
// is looked for.
func (a *assembly) anchor(ctx context.Context, s settings, keys *vault.Vault) error {
	born, err := a.store.Installation(ctx)
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound:
		return unborn(s)
	case err != nil || a.anchors != nil:
		return err
	}
	if a.anchors = newAnchorer(ctx, s.anchors, born, keys.Stamp, a.store, a.log); a.anchors == nil {
		return nil
	}
	replaced, err := a.anchors.replaced(ctx)
	if err != nil || !replaced {
		return err
	}
	return a.store.MarkRestored(ctx, newEpoch())
}

// unborn refuses to begin anew where a file of anchors says that there was something before.
func unborn(s settings) error {
	if info, err := os.Stat(s.anchors); err != nil || info.Size() == 0 {
		return nil //nolint:nilerr // it is made once there is something to anchor
	}
	return usagef("the database in %s is empty, and %s says that there was one before: bring back a backup with `qrkiosk restore FILE --data %s --force`, or remove that file to begin anew", s.data, s.anchors, s.data)
}

// storedAddress takes the public address from the office where the start names none.
func (a *assembly) storedAddress(ctx context.Context, s settings) error {
	if s.publicURL != "" || s.play() {
		return nil
	}
	return a.store.View(ctx, func(r kiosk.Reader) error {
		h, err := r.OfficeSettings()
		if err == nil && h.PublicURL != "" {
			a.at.public = h.PublicURL
			if s.tillURL == "" {
				a.at.till = h.PublicURL
			}
		}
		return err
	})
}

// keyTaker is nil where the office has no say: with play money, and where the start names a key.
func (a *assembly) keyTaker(s settings) kiosk.KeySetter {
	if s.play() || !s.token.empty() {
		return nil
	}
	return &keyTaker{a.gateway, s.gatewayURL, a.log}
}

// bell is the bus of the house. It is exchanged once, before anything rings: houses that share a
// NATS server are kept apart by a name that only the database knows.
type bell struct{ kiosk.Bus }

// listener is a bus that tells of rings.
type listener interface {
	Subscribe(heard func(stream string, version int64)) (leave func())
}

// openBus lets the shop hear of changes that other processes made. The screens listen once there are
// any: other processes ring from the first moment.
func (a *assembly) openBus(s settings, rings *bell) error {
	if s.natsURL.empty() {
		local := bus.NewLocal()
		rings.Bus, a.ears = local, local
		return nil
	}
	shared, err := bus.DialNATS(s.natsURL.reveal(), a.shop.Kernel.Installation().Code, a.log)
	if err != nil {
		return usagef("QRKIOSK_NATS_URL cannot be used: %w", err)
	}
	a.hangUp = shared.Close
	shared.Subscribe(a.shop.Reconciler.NoteCall)
	rings.Bus, a.ears = shared, shared
	return nil
}

func openStore(ctx context.Context, s settings, log *slog.Logger) (*store.Store, error) {
	c := store.Config{URL: s.databaseURL.reveal(), Log: log}
	if c.URL == "" {
		c.Path = s.databaseFile()
	}
	return store.Open(ctx, c)
}

// checkKeyIsThere keeps a database from being used with a new key: nobody's PIN would be right
// any more, and what was sealed would be lost.
func checkKeyIsThere(ctx context.Context, st *store.Store, keyFile string) error {
	if _, err := os.Stat(keyFile); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var stalls []kiosk.Stall
	err := st.View(ctx, func(r kiosk.Reader) (err error) {
		stalls, err = r.Stalls()
		return err
	})
	if err == nil && len(stalls) > 0 {
		err = usagef("the key file %s is missing and the database was made with one: bring it back, or name it with --key-file", keyFile)
	}
	return err
}

// openGateway is the same client for SecPaid and for the sandbox: over HTTP.
func (a *assembly) openGateway(s settings, perMinute int) (*secpaid.Client, error) {
	c := secpaid.Config{URL: s.gatewayURL, Token: s.token.reveal(), Log: a.log, Version: buildVersion(), PerMinute: perMinute, Later: true}
	if a.play != nil {
		c.LinkHost = a.play.host
	}
	client, err := secpaid.New(c)
	if err != nil {
		return nil, usageError{err}
	}
	return client, nil
}

// accountOf names the account by where it is, so that a link of one environment of the gateway is
// never taken for a link of another.
func accountOf(s settings) string {
	if s.play() {
		return string(kiosk.Sandbox)
	}
	return hostOf(s.gatewayURL)
}

func (a *assembly) openFront(s settings, metrics *front.Metrics) (err error) {
	c := a.at.frontConfig()
	c.Shop, c.Sessions, c.Ready = a.shop, a.store.Sessions(), a.store.Ready
	c.Metrics, c.Log, c.TrustedProxies = metrics, a.log, s.proxies
	if a.front, err = handlers.New(c); err != nil {
		return err
	}
	a.ears.Subscribe(a.front.Ring)
	a.server = newWebServer(a.front.Handler(), a.log)
	if a.pair != nil {
		a.server.TLSConfig = a.pair.config()
	}
	return nil
}

// close closes what was opened, the store last.
func (a *assembly) close() error {
	var err error
	if a.gateway != nil {
		a.gateway.Close()
	}
	if a.play != nil {
		err = a.play.close()
	}
	if a.hangUp != nil {
		a.hangUp()
	}
	if a.store != nil {
		err = errors.Join(err, a.store.Close())
	}
	if a.release != nil {
		err = errors.Join(err, a.release())
	}
	return err
}
