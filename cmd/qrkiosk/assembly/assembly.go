package assembly

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"qrkiosk/handlers/front"

	"qrkiosk/handlers"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/bus"
	"qrkiosk/kiosk/secpaid"
	"qrkiosk/kiosk/shop"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
)

// Program is every room, brought together.
type Program struct {
	log     *slog.Logger
	options Options
	At      site
	Store   *store.Store
	Client  *secpaid.Client // the gateway, as the main account sees it
	Shop    *front.Rooms
	Front   *handlers.Server
	Web     *http.Server // serves the front
	proxies []netip.Prefix
	hangUp  func() // leaves the bus that processes share; nil without one
	deafen  func()
	Ears    Listener     // where rings are heard
	pair    *certificate // nil without --tls-cert
	anchors *anchorer    // nil if its file cannot be used
	release func() error // gives the directory of the data back; nil with PostgreSQL
	play    *playground  // nil when live
}

// Build opens the rooms one after the other. The database says first whether it belongs to this
// mode, before anything is made beside it. On an error nothing is left open.
func Build(ctx context.Context, s Settings, o Options, l net.Listener, log *slog.Logger) (a *Program, err error) {
	a = &Program{log: log, proxies: s.Proxies, options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if a.At, err = s.locate(l, o.OwnSandbox); err != nil {
		return a, err
	}
	if s.TLSCert != "" {
		if a.pair, err = loadCertificate(s.TLSCert, s.TLSKey, log); err != nil {
			return a, err
		}
	}
	if s.Play() && !o.OwnSandbox {
		if a.play, err = openPlayground(ctx, &s, a.At); err != nil {
			return a, err
		}
		a.At.Sandbox = a.play.page
	}
	metrics := front.NewMetrics()
	if err := a.openShop(ctx, s, metrics); err != nil {
		return a, err
	}
	if a.play != nil {
		if err := a.play.start(s, log, o.SandboxCalls); err != nil {
			return a, err
		}
	}
	return a, a.openFront(s, metrics)
}

func (a *Program) openShop(ctx context.Context, s Settings, metrics *front.Metrics) (err error) {
	if err := a.openStore(ctx, s); err != nil {
		return err
	}
	keys, err := a.keys(ctx, s)
	if err != nil {
		return err
	}
	if a.Client, err = a.openGateway(s); err != nil {
		return err
	}
	if err := a.anchor(ctx, s, keys); err != nil { // before anybody has read the epoch
		return err
	}
	rings := &bell{bus.NewLocal()}
	if err := a.storedAddress(ctx, s); err != nil {
		return err
	}
	a.Shop, err = front.OpenRooms(ctx, shop.Config{
		Keys: a.keyTaker(s), Accounts: gated{accounts{a.Client}, a.options.gateway},
		Store: a.options.store(a.Store), Gateway: a.options.gateway(a.Client), Bus: rings, Vault: keys,
		Clock: a.options.Clock, Random: a.options.Random, Log: a.log, Observe: metrics,
		Skew: a.Client.Skew, RowTime: secpaid.RowTime, PublicURL: a.At.public, HookPath: front.PathHook, ReceiptPath: front.PathReceipt,
		GatewayName: accountOf(s), Mode: s.Mode,
	})
	if err != nil {
		return err
	}
	if err := a.anchor(ctx, s, keys); err != nil {
		return err
	}
	return a.openBus(s, rings)
}

// keys loads the key file of a database, or makes it for a new one.
func (a *Program) keys(ctx context.Context, s Settings) (*vault.Vault, error) {
	if a.options.Vault != nil {
		return a.options.Vault, nil
	}
	if err := CheckKeyIsThere(ctx, a.Store, s.KeyFile); err != nil {
		return nil, err
	}
	return vault.Load(s.KeyFile)
}

// openStore opens the database, unless a test shares one that is open.
func (a *Program) openStore(ctx context.Context, s Settings) (err error) {
	if a.Store = a.options.Shared; a.Store != nil {
		return nil
	}
	if err := a.keepData(s); err != nil {
		return err
	}
	a.Store, err = OpenStore(ctx, s, a.options.Clock, a.log)
	return err
}

// keepData makes the directory of the data. A SQLite file in it belongs to one process at a time.
func (a *Program) keepData(s Settings) (err error) {
	if s.DatabaseURL.Empty() {
		a.release, err = LockData(s.Data)
		return err
	}
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return Usagef("--data cannot be used: %w", err)
	}
	return nil
}

// anchor opens the file of anchors of a database that was born. One that is not the one it speaks of
// was exchanged by hand: it is treated like one that was brought back, so that what it does not know
// is looked for.
func (a *Program) anchor(ctx context.Context, s Settings, keys *vault.Vault) error {
	born, err := a.Store.Installation(ctx)
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound:
		return unborn(s)
	case err != nil || a.anchors != nil:
		return err
	}
	if a.anchors = newAnchorer(ctx, s.Anchors, born, keys.Stamp, a.Store, a.log); a.anchors == nil {
		return nil
	}
	replaced, err := a.anchors.Replaced(ctx)
	if err != nil || !replaced {
		return err
	}
	return a.Store.MarkRestored(ctx, NewEpoch())
}

// unborn refuses to begin anew where a file of anchors says that there was something before.
func unborn(s Settings) error {
	if info, err := os.Stat(s.Anchors); err != nil || info.Size() == 0 {
		return nil //nolint:nilerr // it is made once there is something to anchor
	}
	return Usagef("the database in %s is empty, and %s says that there was one before: bring back a backup with `qrkiosk restore FILE --data %s --force`, or remove that file to begin anew", s.Data, s.Anchors, s.Data)
}

// storedAddress takes the public address from the office where the start names none.
func (a *Program) storedAddress(ctx context.Context, s Settings) error {
	if s.PublicURL != "" || s.Play() {
		return nil
	}
	return a.Store.View(ctx, func(r kiosk.Reader) error {
		h, err := r.OfficeSettings()
		if err == nil && h.PublicURL != "" {
			a.At.public = h.PublicURL
			if s.TillURL == "" {
				a.At.till = h.PublicURL
			}
		}
		return err
	})
}

// keyTaker is nil where the office has no say: with play money, and where the start names a key.
func (a *Program) keyTaker(s Settings) kiosk.KeySetter {
	if a.options.Keys != nil {
		return a.options.Keys
	}
	if s.Play() || !s.Token.Empty() {
		return nil
	}
	return &keyTaker{a.Client, s.GatewayURL, s.Version, a.log}
}

// bell is the bus of the house. It is exchanged once, before anything rings: houses that share a
// NATS server are kept apart by a name that only the database knows.
type bell struct{ kiosk.Bus }

// Listener is a bus that tells of rings.
type Listener interface {
	Subscribe(heard func(stream string, version int64)) (leave func())
}

// openBus lets the shop hear of changes that other processes made. The screens listen once there are
// any: other processes ring from the first moment.
func (a *Program) openBus(s Settings, rings *bell) error {
	if s.NATSURL.Empty() {
		local := bus.NewLocal()
		rings.Bus, a.Ears = a.options.bus(local), local
		if a.options.Bus != nil {
			local.Subscribe(a.Shop.Reconciler.NoteCall)
		}
		return nil
	}
	shared, err := bus.DialNATS(s.NATSURL.Reveal(), a.Shop.Kernel.Installation().Code, a.log)
	if err != nil {
		return Usagef("QRKIOSK_NATS_URL cannot be used: %w", err)
	}
	a.hangUp = shared.Close
	shared.Subscribe(a.Shop.Reconciler.NoteCall)
	rings.Bus, a.Ears = shared, shared
	return nil
}

// OpenStore opens the database of the settings; without a clock it lives by the machine's.
func OpenStore(ctx context.Context, s Settings, clock func() time.Time, log *slog.Logger) (*store.Store, error) {
	return store.Open(ctx, store.Config{URL: s.DatabaseURL.Reveal(), Path: s.pathOfDatabase(), Now: clock, Log: log})
}

// CheckKeyIsThere keeps a database from being used with a new key: nobody's PIN would be right
// any more, and what was sealed would be lost.
func CheckKeyIsThere(ctx context.Context, st *store.Store, keyFile string) error {
	if _, err := os.Stat(keyFile); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var stalls []kiosk.Stall
	err := st.View(ctx, func(r kiosk.Reader) (err error) {
		stalls, err = r.Stalls()
		return err
	})
	if err == nil && len(stalls) > 0 {
		err = Usagef("the key file %s is missing and the database was made with one: bring it back, or name it with --key-file", keyFile)
	}
	return err
}

// openGateway is the same client for SecPaid and for the sandbox: over HTTP.
func (a *Program) openGateway(s Settings) (*secpaid.Client, error) {
	c := secpaid.Config{
		URL: s.GatewayURL, Token: s.Token.Reveal(), Log: a.log, Version: s.Version, PerMinute: a.options.Calls, Later: true,
		Dial: a.options.Dial, Now: a.options.GatewayClock, Backoff: a.options.Backoff,
	}
	if a.play != nil {
		c.LinkHost = a.play.host
	}
	client, err := secpaid.New(c)
	if err != nil {
		return nil, UsageError{err}
	}
	return client, nil
}

// accountOf names the account by where it is, so that a link of one environment of the gateway is
// never taken for a link of another.
func accountOf(s Settings) string {
	if s.Play() {
		return string(kiosk.Sandbox)
	}
	return hostOf(s.GatewayURL)
}

func (a *Program) openFront(s Settings, metrics *front.Metrics) (err error) {
	c := a.At.frontConfig()
	c.Shop, c.Sessions, c.Ready = a.Shop, a.Store.Sessions(), a.Store.Ready
	c.Metrics, c.Log, c.TrustedProxies = metrics, a.log, s.Proxies
	c.Clock, c.Dial = a.options.Clock, a.options.Dial
	if a.Front, err = handlers.New(c); err != nil {
		return err
	}
	a.deafen = a.Ears.Subscribe(a.Front.Ring)
	a.Web = newWebServer(a.Front.Handler(), a.log)
	if a.pair != nil {
		a.Web.TLSConfig = a.pair.Config()
	}
	return nil
}

// Close closes what was opened, the store last.
func (a *Program) Close() error {
	var err error
	if a.deafen != nil {
		a.deafen()
	}
	if a.Client != nil {
		a.Client.Close()
	}
	if a.play != nil {
		err = a.play.close()
	}
	if a.hangUp != nil {
		a.hangUp()
	}
	if a.Store != nil && a.Store != a.options.Shared {
		err = errors.Join(err, a.Store.Close())
	}
	if a.release != nil {
		err = errors.Join(err, a.release())
	}
	return err
}
