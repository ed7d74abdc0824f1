//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// apiKey is the key of the sandbox's one account. It must appear in no log.
const apiKey = "torture-key-of-the-sandbox-account"

// plan is what a world is made with.
type plan struct {
	ring      string
	binary    string
	dir       string // for logs, the book, and the data unless a ring puts that elsewhere
	seed      uint64
	sales     int64
	registers int
	lapse     time.Duration
	patience  time.Duration // until everything has to be at rest
	env       []string      // further variables of the server
	network   bool          // proxies disturb connections
	leisure   time.Duration
	quick     bool     // a run of moments: nothing that takes minutes to come to rest
	shared    []string // faults that the whole run owes and no earlier ring has had
}

// world is one trial: the program and the sandbox as processes, proxies between them, registers
// with cashiers, displays and payers, and everything they were told.
type world struct {
	plan
	data    string
	db      database
	count   *counters
	dice    *dice
	turns   *turns
	remote  *remote // of the sandbox
	book    *book
	server  *process
	sandbox *process
	gate    *proxy // server to gateway
	hook    *proxy // gateway to server
	till    *proxy // tills and displays to server
	staff   string
	pin     string

	registers []*register
	fragile   bool         // the server may refuse to start for a while
	dealt     atomic.Int64 // fates dealt in turn
	payers    sync.WaitGroup

	mu       sync.Mutex
	accepted []acceptance
	frames   []shown
	problems []string
}

// acceptance is a charge that a till was told is stored.
type acceptance struct {
	Key   string
	Cents int64
	Sale  string // what the till was told, "" if it could not read it
	At    time.Time
}

// register is one place of sale: a tablet and a display with the cookies of their own.
type register struct {
	w       *world
	n       int
	prefix  string
	tablet  *browser
	display *browser
}

func newWorld(p plan) *world {
	count := newCounters()
	return &world{
		plan: p, data: filepath.Join(p.dir, "data"), count: count, turns: &turns{plan: p, count: count},
		dice:   &dice{rand: rand.New(rand.NewPCG(p.seed, 3))},
		remote: &remote{client: &http.Client{Timeout: 10 * time.Second}},
		book:   newBook(filepath.Join(p.dir, "sandbox.book")),
	}
}

// complain keeps what must not have happened, the first hundred of it.
func (w *world) complain(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.problems) < 100 {
		w.problems = append(w.problems, fmt.Sprintf(format, args...))
	}
}

// open starts sandbox, proxies and server, and furnishes the registers while nothing goes wrong.
func (w *world) open(ctx context.Context) error {
	ports := make([]string, 2)
	for i := range ports {
		var err error
		if ports[i], err = freePort(); err != nil {
			return err
		}
	}
	for _, between := range []struct {
		p            **proxy
		name, target string
	}{{&w.gate, "gateway", ports[0]}, {&w.hook, "webhook", ports[1]}, {&w.till, "screen", ports[1]}} {
		var err error
		if *between.p, err = openProxy(between.name, between.target, w.seed, w.count); err != nil {
			return err
		}
		if w.network {
			w.expectNetFaults(*between.p)
		}
	}
	w.remote.url = "http://" + ports[0] + "/control/"
	w.sandbox = &process{
		name: "sandbox", path: w.binary, ready: w.remote.url + "clock", log: filepath.Join(w.dir, "sandbox.log"),
		args: []string{
			"sandbox", "--listen", ports[0], "--token", apiKey, "--book", w.book.path, "--limit", "0",
			"--url", "http://" + w.gate.addr, "--log-format", "json", "--log-level", "warn",
		},
	}
	if err := w.sandbox.launch(); err != nil {
		return err
	}
	if err := w.sandbox.up(ctx); err != nil {
		return err
	}
	w.server = w.program(ports[1])
	if err := w.start(ctx); err != nil {
		return err
	}
	return w.furnish(ctx)
}

// expectNetFaults lets the ring owe every fault of a proxy.
func (w *world) expectNetFaults(p *proxy) {
	for _, what := range p.faults {
		w.count.expect(p.counted(what))
	}
	p.owed = func() netFault { return w.turns.owedNetFault(p) }
}

// program is the server with the settings of a live installation towards loopback.
func (w *world) program(listen string) *process {
	return &process{
		name: "server", path: w.binary, ready: "http://" + listen + "/healthz", log: filepath.Join(w.dir, "server.log"),
		args: []string{
			"serve", "--listen", listen, "--data", w.data, "--public-url", "http://" + w.hook.addr,
			"--till-url", "http://" + w.till.addr, "--secpaid-url", "http://" + w.gate.addr,
			"--trusted-proxy", "127.0.0.1/32", "--log-format", "json", "--log-level", "warn",
		},
		env: append([]string{
			"SECPAID_TOKEN=" + apiKey, "QRKIOSK_TRIAL_REGISTERS=" + strconv.Itoa(w.plan.registers-1),
			"QRKIOSK_TRIAL_PER_MINUTE=1000000", "QRKIOSK_TRIAL_LAPSE=" + strconv.FormatInt(w.lapse.Milliseconds(), 10),
		}, w.env...),
	}
}

// start launches the server and waits until it answers.
func (w *world) start(ctx context.Context) error {
	if err := w.server.launch(); err != nil {
		return err
	}
	return w.server.up(ctx)
}

// close ends everything, however it stands.
func (w *world) close() {
	for _, p := range []*process{w.server, w.sandbox} {
		if p != nil && p.alive() {
			p.kill()
		}
	}
	for _, p := range []*proxy{w.gate, w.hook, w.till} {
		if p != nil {
			p.close()
		}
	}
}

var (
	tillLinks    = regexp.MustCompile(`/till/enrol/(\S+)`)
	displayLinks = regexp.MustCompile(`/display/enrol/(\S+)`)
	printedPIN   = regexp.MustCompile(`PIN\s+(\d+)`)
	staffField   = regexp.MustCompile(`name="staff" value="([^"]+)"`)
)

// furnish makes a till and a display of every register by the links of the first start.
func (w *world) furnish(ctx context.Context) error {
	said, err := os.ReadFile(w.server.log + ".out")
	if err != nil {
		return err
	}
	tills, displays := tillLinks.FindAllSubmatch(said, -1), displayLinks.FindAllSubmatch(said, -1)
	pin := printedPIN.FindSubmatch(said)
	if len(tills) != w.plan.registers || len(displays) != len(tills) || pin == nil {
		return fmt.Errorf("the first start names %d tills and %d displays, want %d:\n%s", len(tills), len(displays), w.plan.registers, said)
	}
	w.pin = string(pin[1])
	for i := range tills {
		r := &register{w: w, n: i, prefix: fmt.Sprintf("R%d-", i+1), tablet: w.newBrowser(2 * i), display: w.newBrowser(2*i + 1)}
		w.registers = append(w.registers, r)
		if err := r.enrol(ctx, string(tills[i][1]), string(displays[i][1])); err != nil {
			return fmt.Errorf("register %d: %w", i, err)
		}
	}
	return nil
}

func (r *register) enrol(ctx context.Context, till, display string) error {
	if status, body, err := r.tablet.post(ctx, "/till/enrol", "ticket", till); err != nil || status >= 300 {
		return fmt.Errorf("enrolling the till: %d %w\n%s", status, err, body)
	}
	if status, body, err := r.display.post(ctx, "/display/enrol", "ticket", display); err != nil || status >= 300 {
		return fmt.Errorf("enrolling the display: %d %w\n%s", status, err, body)
	}
	return r.signIn(ctx)
}

func (r *register) signIn(ctx context.Context) error {
	if r.w.staff == "" {
		_, page, err := r.tablet.get(ctx, "/till/signin", "text/html")
		if err != nil {
			return err
		}
		found := staffField.FindStringSubmatch(page)
		if found == nil {
			return errors.New("nobody can sign in")
		}
		r.w.staff = found[1]
	}
	status, body, err := r.tablet.post(ctx, "/till/signin", "staff", r.w.staff, "pin", r.w.pin)
	if err == nil && status >= 300 {
		err = fmt.Errorf("signing in: %d\n%s", status, body)
	}
	return err
}

// pause waits, or tells that the world is at its end.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// dialTill reaches the server through the proxy of the screens, whatever host is asked for.
func (w *world) dialTill(ctx context.Context, network, _ string) (net.Conn, error) {
	return (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, network, w.till.addr)
}
