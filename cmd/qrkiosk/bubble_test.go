package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"qrkiosk/handlers"
	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/bus"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/secpaid"
	"qrkiosk/kiosk/shop"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
)

// wires is a network within a test: real HTTP over pipes, so that a whole house lives in a bubble
// of virtual time.
type wires struct {
	mu    sync.Mutex
	doors map[string]chan net.Conn
	dials map[string]int                               // how often each address was asked for
	bend  func(addr string, c net.Conn) net.Conn       // what stands between a caller and a door
	names func(ctx context.Context, addr string) error // what the resolver says, nil if it finds everybody
}

func (w *wires) listen(addr string) *door {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := &door{wires: w, addr: addr, conns: make(chan net.Conn), closed: make(chan struct{})}
	w.doors[addr] = d.conns
	return d
}

// bending sets what stands between a caller and a door from now on, nil for nothing.
func (w *wires) bending(how func(addr string, c net.Conn) net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bend = how
}

// naming sets what the resolver says from now on, nil if it finds everybody.
func (w *wires) naming(how func(ctx context.Context, addr string) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names = how
}

// dialled says how often an address was asked for.
func (w *wires) dialled(addr string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dials[addr]
}

func (w *wires) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	w.mu.Lock()
	conns, bend, names := w.doors[addr], w.bend, w.names
	w.dials[addr]++
	w.mu.Unlock()
	if names != nil {
		if err := names(ctx, addr); err != nil {
			return nil, err
		}
	}
	if conns == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	here, there := net.Pipe()
	select {
	case conns <- there:
		if bend != nil {
			return bend(addr, here), nil
		}
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// door is the listening end of an address.
type door struct {
	wires  *wires
	addr   string
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (d *door) Accept() (net.Conn, error) {
	select {
	case c := <-d.conns:
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

func (d *door) Close() error {
	d.once.Do(func() {
		d.wires.mu.Lock()
		delete(d.wires.doors, d.addr)
		d.wires.mu.Unlock()
		close(d.closed)
	})
	return nil
}

func (d *door) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

const (
	shopAddr = "127.0.0.1:8090"
	payAddr  = "127.0.0.1:8091"
	testKey  = "test-key-of-the-sandbox-account"
)

// house is everything the program wires, over pipes and with a SQLite file.
type house struct {
	t        *testing.T
	dir      string
	wires    *wires
	sandbox  *sandbox.Server
	payDoor  func()
	deaf     bool // no public address: webhooks are not ordered
	mortal   *mortal
	settings func(*kiosk.Stall)
	gate     porter                            // stands before the gateway
	besides  []payment                         // money the gateway speaks of through the gate, beside its book
	addr     string                            // where its pages are served
	shared   *store.Store                      // of another house: this one is a second process of it
	rings    *exchange                         // between the processes of one house
	frost    *frost                            // what a process that was frozen or killed is kept from
	halt     func()                            // ends the process and leaves its store open
	under    func(kiosk.Store) kiosk.Store     // what stands between the shop and its store
	overBus  func(kiosk.Bus) kiosk.Bus         // what stands between the shop and its bus
	eye      *eye                              // an auditor who watches the screens
	log      *safeBuffer                       // what shop and client said
	token    string                            // the account's key, if it is not the sandbox's
	skewed   bool                              // the client lives by that clock too
	clock    func() time.Time                  // nil: the bubble's own
	around   func(kiosk.Gateway) kiosk.Gateway // what stands between the shop and its client
	random   io.Reader                         // what the shop draws from, nil for true randomness
	backoff  func(failures int) time.Duration  // of the client, nil for its own

	store  *store.Store
	client *secpaid.Client
	shop   *front.Rooms
	front  *handlers.Server
	actor  kiosk.Actor
	close  func()
}

// newHouse opens a gateway and a shop with one stall, one register and one cashier.
func newHouse(t *testing.T, options ...func(*house)) *house {
	h := &house{
		t: t, dir: t.TempDir(), addr: shopAddr, token: testKey, log: &safeBuffer{},
		wires: &wires{doors: map[string]chan net.Conn{}, dials: map[string]int{}},
	}
	for _, o := range options {
		o(h)
	}
	h.openGateway()
	h.open()
	h.furnish()
	return h
}

func (h *house) openGateway() {
	account := sandbox.DemoAccount()
	account.Key = testKey
	var err error
	h.sandbox, err = sandbox.New(sandbox.Config{
		Accounts: []sandbox.Account{account}, URL: "http://" + payAddr,
		Book: filepath.Join(h.dir, "sandbox.book"), Dial: h.wires.dial,
	})
	h.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = h.sandbox.Run(ctx) })
	stop := h.serve(payAddr, h.gate.before(h.sandbox.Handler()))
	h.payDoor = func() {
		cancel()
		wg.Wait()
		stop()
		h.must(h.sandbox.Close())
	}
}

// serve runs a real HTTP server behind an address of the wires.
func (h *house) serve(addr string, handler http.Handler) (stop func()) {
	d := h.wires.listen(addr)
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(d) })
	return func() {
		_ = srv.Close()
		wg.Wait()
	}
}

// open starts the shop on the house's files, as a start of the program does.
func (h *house) open() {
	var err error
	if h.store = h.shared; h.shared == nil {
		h.store, err = store.Open(context.Background(), store.Config{Path: blankAt(h.t, filepath.Join(h.dir, "shop.db")), Now: h.clock})
	}
	h.must(err)
	log := slog.New(slog.NewTextHandler(h.log, nil))
	wire := secpaid.Config{URL: "http://" + payAddr, Token: h.token, Dial: h.wires.dial, Log: log, Backoff: h.backoff}
	if h.skewed {
		wire.Now = h.clock
	}
	client, err := secpaid.New(wire)
	h.must(err)
	h.client = client
	v, err := vault.New([]byte("0123456789abcdef0123456789abcdef"), vault.WithCost(vault.Cost{KiB: 64, Passes: 1, Lanes: 1}))
	h.must(err)
	rings := bus.NewLocal()
	config := shop.Config{
		Store: h.store, Gateway: client, Bus: rings, Vault: v,
		PublicURL: "http://" + shopAddr, HookPath: front.PathHook, RowTime: secpaid.RowTime,
		Mode: kiosk.Sandbox, Log: log, Clock: h.clock, Skew: client.Skew, Random: h.random,
	}
	if h.deaf {
		config.PublicURL = ""
	}
	if h.rings != nil {
		config.Bus = h.rings.join(rings)
	}
	if h.under != nil {
		config.Store = h.under(config.Store)
	}
	config.Gateway = h.between(config.Gateway)
	config.Accounts = between{accounts{client}, h.between}
	if h.frost != nil {
		config.Store = frostStore{config.Store, h.frost}
	}
	if h.overBus != nil {
		config.Bus = h.overBus(config.Bus)
	}
	if h.mortal != nil {
		config.Store = mortalStore{config.Store, h.mortal}
	}
	h.shop, err = front.OpenRooms(context.Background(), config)
	h.must(err)
	h.front, err = handlers.New(front.Config{
		Shop: h.shop, Sessions: h.store.Sessions(), PublicURL: "http://" + shopAddr, TillURL: "http://" + h.addr, Clock: h.clock,
		Dial: h.wires.dial,
	})
	h.must(err)
	cancelRings := rings.Subscribe(h.front.Ring)
	if h.rings != nil {
		rings.Subscribe(h.shop.Reconciler.NoteCall)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { h.shop.Run(ctx) })
	wg.Go(func() { h.front.Run(ctx) })
	stop := h.serve(h.addr, h.front.Handler())
	h.halt = func() {
		cancel()
		stop()
		cancelRings()
		wg.Wait()
		client.Close()
	}
	h.close = func() {
		h.halt()
		if h.shared == nil {
			h.must(h.store.Close())
		}
	}
}

// between is what stands between the shop and an account at the gateway.
func (h *house) between(g kiosk.Gateway) kiosk.Gateway {
	if h.around != nil {
		g = h.around(g)
	}
	if h.frost != nil {
		g = frostGateway{g, h.frost}
	}
	if h.mortal != nil {
		g = mortalGateway{g, h.mortal}
	}
	return g
}

// between puts the same between the shop and stalls' own accounts.
type between struct {
	kiosk.Accounts
	put func(kiosk.Gateway) kiosk.Gateway
}

func (b between) As(key string) (kiosk.Gateway, error) {
	g, err := b.Accounts.As(key)
	if err != nil {
		return nil, err
	}
	return b.put(g), nil
}

func (h *house) furnish() {
	stall := kiosk.Stall{Name: "Bakery Lind", Languages: []string{"en", "de"}}
	if h.settings != nil {
		h.settings(&stall)
	}
	h.actor = h.seat(stall, "Register 2", "B2", "Ada", "482915")
}

// seat founds a stall with a register, a manager and the tablet of both.
func (h *house) seat(stall kiosk.Stall, name, prefix, person, pin string) kiosk.Actor {
	h.t.Helper()
	ctx := context.Background()
	stall, err := h.shop.Office.Stalls.Add(ctx, stall)
	h.must(err)
	register, err := h.shop.Office.Registers.Add(ctx, stall.ID, name, prefix)
	h.must(err)
	staff, err := h.shop.Till.AddStaff(ctx, stall.ID, person, kiosk.Manager, pin)
	h.must(err)
	ticket, err := h.shop.Till.Ticket(ctx, register.ID, kiosk.Tablet)
	h.must(err)
	device, _, err := h.shop.Till.Enrol(ctx, ticket, "test")
	h.must(err)
	return kiosk.Actor{Staff: staff.ID, Role: staff.Role, Device: device.ID, Register: register.ID}
}

// revoke ends the trust in a device of the house's register, as the office does.
func (h *house) revoke(device string) {
	h.t.Helper()
	_, err := h.shop.Office.Registers.RevokeDevices(context.Background(), kiosk.OfficeActor{Role: kiosk.Organizer}, h.actor.Register, device)
	h.must(err)
}

// restart stops the shop and starts it again; the gateway lives on.
func (h *house) restart(asleep time.Duration) {
	h.close()
	time.Sleep(asleep)
	h.open()
}

func (h *house) end() {
	h.close()
	h.payDoor()
	time.Sleep(time.Second) // a server lingers half a second over a body it refused
}

func (h *house) must(err error) {
	if err != nil {
		h.t.Helper()
		h.t.Fatal(err)
	}
}

// browser is an HTTP client with cookies that reaches the house over its wires.
func (h *house) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	h.must(err)
	return &http.Client{Jar: jar, Transport: &http.Transport{DialContext: h.wires.dial, DisableKeepAlives: true}}
}

func (h *house) post(path, kind, body string) (status int, answer string) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+shopAddr+path, stringReader(body))
	h.must(err)
	r.Header.Set("Content-Type", kind)
	resp, err := h.browser().Do(r)
	h.must(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	h.must(err)
	return resp.StatusCode, string(raw)
}

// mortal lets a house die after a number of commits: the commit is on disk, nobody hears of it,
// and nothing of that house happens afterwards.
type mortal struct {
	mu     sync.Mutex
	left   int
	atOpen bool // it dies when the gateway has answered a create, before anything is stored of it
}

var errDead = &kiosk.Error{Code: kiosk.Unavailable, Key: "dead"}

func (m *mortal) dead() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.left <= 0
}

func (m *mortal) committed() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left--
	if m.left <= 0 {
		return errDead
	}
	return nil
}

type mortalStore struct {
	kiosk.Store
	m *mortal
}

func (s mortalStore) Change(ctx context.Context, stream string, decide func(kiosk.Tx) error) (int64, error) {
	if s.m.dead() {
		return 0, errDead
	}
	v, err := s.Store.Change(ctx, stream, decide)
	if err != nil {
		return v, err
	}
	return v, s.m.committed()
}

func (s mortalStore) Claim(ctx context.Context, kinds []kiosk.ErrandKind, now, until int64, n int) ([]kiosk.Errand, error) {
	if s.m.dead() {
		return nil, errDead
	}
	e, err := s.Store.Claim(ctx, kinds, now, until, n)
	if err != nil || len(e) == 0 {
		return e, err
	}
	return e, s.m.committed()
}

type mortalGateway struct {
	kiosk.Gateway
	m *mortal
}

func (g mortalGateway) Open(ctx context.Context, o kiosk.Order) (kiosk.Opened, error) {
	if g.m.dead() {
		return kiosk.Opened{}, errDead
	}
	opened, err := g.Gateway.Open(ctx, o)
	if g.m.atOpen {
		g.m.die()
		return kiosk.Opened{}, errDead
	}
	return opened, err
}

func (m *mortal) die() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left, m.atOpen = 0, false
}

func (g mortalGateway) Retire(ctx context.Context, payID int64) (kiosk.Retired, error) {
	if g.m.dead() {
		return "", errDead
	}
	return g.Gateway.Retire(ctx, payID)
}
