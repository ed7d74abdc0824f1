package kiosktest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"sync"
	"testing"
	"time"

	"qrkiosk/handlers/front"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/handlers"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/bus"
	"qrkiosk/kiosk/secpaid"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
)

// wires is a network within a test: real HTTP over pipes, so that a whole house lives in a bubble
// of virtual time.
type wires struct {
	Mu    sync.Mutex
	Doors map[string]chan net.Conn
	dials map[string]int                               // how often each address was asked for
	bend  func(addr string, c net.Conn) net.Conn       // what stands between a caller and a door
	names func(ctx context.Context, addr string) error // what the resolver says, nil if it finds everybody
}

func (w *wires) listen(addr string) *Door {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	d := &Door{wires: w, addr: addr, conns: make(chan net.Conn), closed: make(chan struct{})}
	w.Doors[addr] = d.conns
	return d
}

// Bending sets what stands between a caller and a door from now on, nil for nothing.
func (w *wires) Bending(how func(addr string, c net.Conn) net.Conn) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	w.bend = how
}

// Naming sets what the resolver says from now on, nil if it finds everybody.
func (w *wires) Naming(how func(ctx context.Context, addr string) error) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	w.names = how
}

// Dialled says how often an address was asked for.
func (w *wires) Dialled(addr string) int {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return w.dials[addr]
}

// serve runs a real HTTP server behind an address.
func (w *wires) serve(addr string, handler http.Handler) (stop func()) {
	d := w.listen(addr)
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(d) })
	return func() {
		_ = srv.Close()
		wg.Wait()
	}
}

func (w *wires) Dial(ctx context.Context, _, addr string) (net.Conn, error) {
	w.Mu.Lock()
	conns, bend, names := w.Doors[addr], w.bend, w.names
	w.dials[addr]++
	w.Mu.Unlock()
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

// Door is the listening end of an address.
type Door struct {
	wires  *wires
	addr   string
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

// Accept waits for a caller.
func (d *Door) Accept() (net.Conn, error) {
	select {
	case c := <-d.conns:
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

func (d *Door) Close() error {
	d.once.Do(func() {
		d.wires.Mu.Lock()
		delete(d.wires.Doors, d.addr)
		d.wires.Mu.Unlock()
		close(d.closed)
	})
	return nil
}

// Addr is where it listens.
func (d *Door) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// ShopAddr, PayAddr and TestKey are the addresses of program and sandbox, and the account between them.
const (
	ShopAddr = "127.0.0.1:8090"
	PayAddr  = "127.0.0.1:8091"
	TestKey  = "test-key-of-the-sandbox-account"
)

// Installation is everything the program wires, over pipes and with a SQLite file.
type Installation struct {
	T        *testing.T
	Dir      string
	Wires    *wires
	Sandbox  *Sandbox
	Deaf     bool // no public address: webhooks are not ordered
	Mortal   *Mortal
	Settings func(*kiosk.Stall)
	Gate     porter                            // stands before the gateway
	Addr     string                            // where its pages are served
	Shared   *store.Store                      // of another house: this one is a second process of it
	Rings    *Exchange                         // between the processes of one house
	Frost    *Frost                            // what a process that was frozen or killed is kept from
	Halt     func()                            // ends the process and leaves its store open
	Under    func(kiosk.Store) kiosk.Store     // what stands between the shop and its store
	OverBus  func(kiosk.Bus) kiosk.Bus         // what stands between the shop and its bus
	Eye      *Auditor                          // an auditor who watches the screens
	Log      *SafeBuffer                       // what shop and client said
	Token    string                            // the account's key, if it is not the sandbox's
	Skewed   bool                              // the client lives by that clock too
	Clock    func() time.Time                  // nil: the bubble's own
	Around   func(kiosk.Gateway) kiosk.Gateway // what stands between the shop and its client
	Random   io.Reader                         // what the shop draws from, nil for true randomness
	Backoff  func(failures int) time.Duration  // of the client, nil for its own
	Keys     kiosk.KeySetter                   // who takes the gateway's key from the office

	Store   *store.Store
	Records *Records
	Client  *secpaid.Client
	Shop    *front.Rooms
	Front   *handlers.Server
	Actor   kiosk.Actor
	Close   func()
}

// New opens a gateway and a shop with one stall, one register and one cashier.
func New(t *testing.T, options ...func(*Installation)) *Installation {
	h := &Installation{
		T: t, Dir: t.TempDir(), Addr: ShopAddr, Token: TestKey, Log: &SafeBuffer{},
		Wires: &wires{Doors: map[string]chan net.Conn{}, dials: map[string]int{}},
	}
	for _, o := range options {
		o(h)
	}
	h.Sandbox = openSandbox(t, h.Dir, h.Wires, &h.Gate)
	h.Open()
	h.furnish()
	return h
}

// Open starts the program on the house's files.
func (h *Installation) Open() {
	ctx, s, log := context.Background(), h.ProgramSettings(), h.logger()
	var err error
	if h.Store = h.Shared; h.Store == nil {
		blankAt(h.T, s.DatabaseFile())
		h.Store, err = assembly.OpenStore(ctx, s, h.Clock, log)
		h.Must(err)
	}
	h.Records = &Records{h}
	program, door := h.build(s, h.Addr)
	h.Client, h.Shop, h.Front = program.Client, program.Shop, program.Front
	working, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { _ = program.Work(working) })
	wg.Go(func() { _ = program.Web.Serve(door) })
	h.Halt = func() {
		cancel()
		_ = program.Web.Close()
		wg.Wait()
		h.Must(program.Close())
	}
	h.Close = func() {
		h.Halt()
		if h.Shared == nil {
			h.Must(h.Store.Close())
		}
	}
}

// ProgramSettings are those of the house's program.
func (h *Installation) ProgramSettings() assembly.Settings {
	s := assembly.Settings{
		Mode: kiosk.Sandbox, Data: h.Dir, GatewayURL: "http://" + PayAddr, Token: assembly.NewSecret(h.Token),
		PublicURL: "http://" + ShopAddr, TillURL: "http://" + h.Addr,
	}
	if h.Deaf {
		s.PublicURL = ""
	}
	return s
}

func (h *Installation) logger() *slog.Logger { return slog.New(slog.NewTextHandler(h.Log, nil)) }

// build brings a program together on the house's store, to be reached at an address of the wires.
func (h *Installation) build(s assembly.Settings, addr string) (*assembly.Program, *Door) {
	h.T.Helper()
	d := h.Wires.listen(addr)
	program, err := assembly.Build(context.Background(), s, h.options(), d, h.logger())
	h.Must(err)
	return program, d
}

// Beside serves the pages of a further process of this house until it is stopped. It works at nothing.
func (h *Installation) Beside(s assembly.Settings, addr string) (stop func()) {
	h.T.Helper()
	program, door := h.build(s, addr)
	var wg sync.WaitGroup
	wg.Go(func() { _ = program.Web.Serve(door) })
	return func() {
		_ = program.Web.Close()
		wg.Wait()
		h.Must(program.Close())
	}
}

// options are what this house puts before its parts.
func (h *Installation) options() assembly.Options {
	v, err := vault.New([]byte("0123456789abcdef0123456789abcdef"), vault.WithCost(vault.Cost{KiB: 64, Passes: 1, Lanes: 1}))
	h.Must(err)
	o := assembly.Options{
		Store: h.beforeStore, Gateway: h.between, Shared: h.Store, Vault: v, OwnSandbox: true, Keys: h.Keys,
		Clock: h.Clock, Random: h.Random, Backoff: h.Backoff, Dial: h.Wires.Dial,
	}
	if h.Skewed {
		o.GatewayClock = h.Clock
	}
	if h.Rings != nil || h.OverBus != nil {
		o.Bus = h.beforeBus
	}
	return o
}

// beforeStore is what stands between the shop and its store.
func (h *Installation) beforeStore(s kiosk.Store) kiosk.Store {
	if h.Under != nil {
		s = h.Under(s)
	}
	if h.Frost != nil {
		s = frostStore{s, h.Frost}
	}
	if h.Mortal != nil {
		s = mortalStore{s, h.Mortal}
	}
	return s
}

// beforeBus is what stands between the shop and its bus.
func (h *Installation) beforeBus(local *bus.Local) kiosk.Bus {
	b := kiosk.Bus(local)
	if h.Rings != nil {
		b = h.Rings.join(local)
	}
	if h.OverBus != nil {
		b = h.OverBus(b)
	}
	return b
}

// between is what stands between the shop and an account at the gateway.
func (h *Installation) between(g kiosk.Gateway) kiosk.Gateway {
	if h.Around != nil {
		g = h.Around(g)
	}
	if h.Frost != nil {
		g = frostGateway{g, h.Frost}
	}
	if h.Mortal != nil {
		g = mortalGateway{g, h.Mortal}
	}
	return g
}

func (h *Installation) furnish() {
	stall := kiosk.Stall{Name: "Bakery Lind", Languages: []string{"en", "de"}}
	if h.Settings != nil {
		h.Settings(&stall)
	}
	h.Actor = h.Seat(stall, "Register 2", "B2", "Ada", "482915")
}

// Seat founds a stall with a register, a manager and the tablet of both.
func (h *Installation) Seat(stall kiosk.Stall, name, prefix, person, pin string) kiosk.Actor {
	h.T.Helper()
	ctx := context.Background()
	stall, err := h.Shop.Office.Stalls.Add(ctx, stall)
	h.Must(err)
	register, err := h.Shop.Office.Registers.Add(ctx, stall.ID, name, prefix)
	h.Must(err)
	staff, err := h.Shop.Till.AddStaff(ctx, stall.ID, person, kiosk.Manager, pin)
	h.Must(err)
	ticket, err := h.Shop.Till.Ticket(ctx, register.ID, kiosk.Tablet)
	h.Must(err)
	device, _, err := h.Shop.Till.Enrol(ctx, ticket, "test")
	h.Must(err)
	return kiosk.Actor{Staff: staff.ID, Role: staff.Role, Device: device.ID, Register: register.ID}
}

// Revoke ends the trust in a device of the house's register, as the office does.
func (h *Installation) Revoke(device string) {
	h.T.Helper()
	_, err := h.Shop.Office.Registers.RevokeDevices(context.Background(), kiosk.OfficeActor{Role: kiosk.Organizer}, h.Actor.Register, device)
	h.Must(err)
}

// Restart stops the shop and starts it again; the gateway lives on.
func (h *Installation) Restart(asleep time.Duration) {
	h.Close()
	time.Sleep(asleep)
	h.Open()
}

func (h *Installation) end() {
	h.Close()
	h.Sandbox.shut()
	time.Sleep(time.Second) // a server lingers half a second over a body it refused
}

// Must ends the test on an error.
func (h *Installation) Must(err error) {
	if err != nil {
		h.T.Helper()
		h.T.Fatal(err)
	}
}

// Browser is an HTTP client with cookies that reaches the house over its wires.
func (h *Installation) Browser() *http.Client {
	jar, err := cookiejar.New(nil)
	h.Must(err)
	return &http.Client{Jar: jar, Transport: &http.Transport{DialContext: h.Wires.Dial, DisableKeepAlives: true}}
}

// Post sends a body to the program, as anybody may.
func (h *Installation) Post(path, kind, body string) (status int, answer string) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+ShopAddr+path, StringReader(body))
	h.Must(err)
	r.Header.Set("Content-Type", kind)
	resp, err := h.Browser().Do(r)
	h.Must(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	h.Must(err)
	return resp.StatusCode, string(raw)
}

// Mortal lets a house die after a number of commits: the commit is on disk, nobody hears of it,
// and nothing of that house happens afterwards.
type Mortal struct {
	Mu     sync.Mutex
	Left   int
	AtOpen bool // it dies when the gateway has answered a create, before anything is stored of it
}

var errDead = &kiosk.Error{Code: kiosk.Unavailable, Key: "dead"}

// Dead tells whether the process has died.
func (m *Mortal) Dead() bool {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	return m.Left <= 0
}

func (m *Mortal) committed() error {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	m.Left--
	if m.Left <= 0 {
		return errDead
	}
	return nil
}

type mortalStore struct {
	kiosk.Store
	m *Mortal
}

func (s mortalStore) Change(ctx context.Context, stream string, decide func(kiosk.Tx) error) (int64, error) {
	if s.m.Dead() {
		return 0, errDead
	}
	v, err := s.Store.Change(ctx, stream, decide)
	if err != nil {
		return v, err
	}
	return v, s.m.committed()
}

func (s mortalStore) Claim(ctx context.Context, kinds []kiosk.ErrandKind, now, until int64, n int) ([]kiosk.Errand, error) {
	if s.m.Dead() {
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
	m *Mortal
}

func (g mortalGateway) Open(ctx context.Context, o kiosk.Order) (kiosk.Opened, error) {
	if g.m.Dead() {
		return kiosk.Opened{}, errDead
	}
	opened, err := g.Gateway.Open(ctx, o)
	if g.m.AtOpen {
		g.m.die()
		return kiosk.Opened{}, errDead
	}
	return opened, err
}

func (m *Mortal) die() {
	m.Mu.Lock()
	defer m.Mu.Unlock()
	m.Left, m.AtOpen = 0, false
}

func (g mortalGateway) Retire(ctx context.Context, payID int64) (kiosk.Retired, error) {
	if g.m.Dead() {
		return "", errDead
	}
	return g.Gateway.Retire(ctx, payID)
}
