package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/store"
)

// mortalMain is the program, except that it kills itself with signal 9 right after the commit
// whose number QRKIOSK_DIE_AFTER says: what it stored is on disk, and nobody has heard of it.
func mortalMain() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &process{stdout: os.Stdout, stderr: os.Stderr, env: os.Getenv}
	if n, err := strconv.ParseInt(os.Getenv("QRKIOSK_DIE_AFTER"), 10, 64); err == nil {
		var left atomic.Int64
		left.Store(n)
		p.tap = func(s kiosk.Store) kiosk.Store { return &killer{s, &left} }
	}
	os.Exit(p.run(ctx, os.Args[1:]))
}

type killer struct {
	kiosk.Store
	left *atomic.Int64
}

func (k *killer) committed() {
	if k.left.Add(-1) == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (k *killer) Change(ctx context.Context, stream string, decide func(kiosk.Tx) error) (int64, error) {
	v, err := k.Store.Change(ctx, stream, decide)
	if err == nil {
		k.committed()
	}
	return v, err
}

func (k *killer) Claim(ctx context.Context, kinds []kiosk.ErrandKind, now, until int64, n int) ([]kiosk.Errand, error) {
	e, err := k.Store.Claim(ctx, kinds, now, until, n)
	if err == nil && len(e) > 0 {
		k.committed()
	}
	return e, err
}

// shopfront is the real program in a process of its own, against a sandbox in this one.
type shopfront struct {
	t       *testing.T
	data    string
	addr    string
	gateway *sandbox.Server
	payURL  string
	client  *http.Client
	pin     string // of the manager

	cmd    *exec.Cmd
	ended  chan struct{}
	output *kiosktest.LockedBuffer
	deaths int
}

func newShopfront(t *testing.T) *shopfront {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // only to find a free port
	if err != nil {
		t.Fatal(err)
	}
	s := &shopfront{t: t, data: t.TempDir(), addr: l.Addr().String()}
	_ = l.Close()
	account := sandbox.DemoAccount()
	account.Key = kiosktest.TestKey
	s.gateway, err = sandbox.New(sandbox.Config{Accounts: []sandbox.Account{account}, Book: filepath.Join(t.TempDir(), "book"), Limit: -1})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.gateway.Handler())
	s.payURL = server.URL
	s.gateway.SetURL(server.URL)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.gateway.Run(ctx) })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.client = &http.Client{Jar: jar, Timeout: 10 * time.Second}
	t.Cleanup(func() {
		s.stop()
		cancel()
		wg.Wait()
		server.Close()
		_ = s.gateway.Close()
		if t.Failed() {
			t.Logf("the program said:\n%s", s.output)
		}
	})
	return s
}

// start runs the program; dieAfter 0 lets it live.
func (s *shopfront) start(dieAfter int) {
	s.t.Helper()
	s.output = &kiosktest.LockedBuffer{}
	s.cmd = exec.Command("qrkiosk-mortal", "serve", "--listen", s.addr, "--data", s.data,
		"--public-url", "http://"+s.addr, "--till-url", "http://"+s.addr, "--secpaid-url", s.payURL, "--log-format", "json") //nolint:noctx // ended by stop
	s.cmd.Env = append(os.Environ(), "SECPAID_TOKEN="+kiosktest.TestKey)
	if dieAfter > 0 {
		s.cmd.Env = append(s.cmd.Env, "QRKIOSK_DIE_AFTER="+strconv.Itoa(dieAfter))
	}
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	s.ended = ended
	go func() {
		_ = s.cmd.Wait()
		close(ended)
	}()
	for range 400 {
		if resp, err := s.client.Get("http://" + s.addr + "/readyz"); err == nil { //nolint:noctx // the client has a timeout
			resp.Body.Close()
			return
		}
		if s.dead() {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	s.t.Fatalf("the program does not start:\n%s", s.output)
}

func (s *shopfront) dead() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

func (s *shopfront) stop() {
	if s.cmd == nil || s.dead() {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.ended
}

// revive starts the program again if it has died.
func (s *shopfront) revive() {
	if s.dead() {
		s.deaths++
		s.start(0)
	}
}

// post sends a form as a page of ours would; an error means that the program died meanwhile.
func (s *shopfront) post(path string, form url.Values) (int, error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+s.addr+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Origin", "http://"+s.addr)
	resp, err := s.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

func (s *shopfront) state() string {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+s.addr+"/till/state", http.NoBody)
	if err != nil {
		return ""
	}
	r.Header.Set("Accept", "application/json")
	resp, err := s.client.Do(r)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	return string(raw)
}

// shows tells whether the till, if it answers at all, shows words in an element that matches the selector.
func (s *shopfront) shows(selector, words string) bool {
	s.t.Helper()
	var f struct{ HTML string }
	_ = json.Unmarshal([]byte(s.state()), &f)
	return markup.Parse(s.t, f.HTML).Says(selector, words)
}

var (
	enrolLink = regexp.MustCompile(`/till/enrol/(\S+)`)
	printPIN  = regexp.MustCompile(`PIN\s+(\d+)`)
)

// furnish makes a till of the first start's one-time link and signs in.
func (s *shopfront) furnish() {
	s.t.Helper()
	s.start(0)
	said := s.output.String()
	for wait := time.Now(); !strings.Contains(said, "The links of") && time.Since(wait) < kiosktest.Patience; said = s.output.String() {
		time.Sleep(time.Millisecond) // the greeting comes right behind being ready
	}
	link, pin := enrolLink.FindStringSubmatch(said), printPIN.FindStringSubmatch(said)
	if link == nil || pin == nil {
		s.t.Fatalf("no link or PIN in:\n%s", said)
	}
	if status, err := s.post("/till/enrol", url.Values{"ticket": {link[1]}}); err != nil || status >= 300 {
		s.t.Fatalf("enrolling: %d %v", status, err)
	}
	s.pin = pin[1]
	s.signIn()
	s.stop()
}

// signIn signs the manager in on the enrolled tablet.
func (s *shopfront) signIn() {
	s.t.Helper()
	resp, err := s.client.Get("http://" + s.addr + "/till/signin") //nolint:noctx // the client has a timeout
	if err != nil {
		s.t.Fatal(err)
	}
	page, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	staff := markup.Parse(s.t, string(page)).Attr("input[name=staff]", "value")
	if status, err := s.post("/till/signin", url.Values{"staff": {staff}, "pin": {s.pin}}); err != nil || status >= 300 {
		s.t.Fatalf("signing in: %d %v", status, err)
	}
}

// until keeps the program alive and waits for a condition.
func (s *shopfront) until(what string, is func() bool) {
	s.t.Helper()
	for began := time.Now(); !is(); time.Sleep(50 * time.Millisecond) {
		s.revive()
		if time.Since(began) > time.Minute {
			s.t.Fatalf("not within a minute: %s\n%s", what, s.state())
		}
	}
}

func (s *shopfront) unused() (ids []int64) {
	for _, l := range s.gateway.Links() {
		if l.Status == sandbox.Unused {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// TestFault_F45_killedAfterEachCommit kills the real program with signal 9 after the 1st, 2nd, 3rd … commit of a sale, and
// starts it again: one sale, one payment, nothing lost, nothing double.
func TestFault_F45_killedAfterEachCommit(t *testing.T) {
	if testing.Short() {
		t.Skip("short: it kills the real program for a minute")
	}
	deaths := 0
	for n := 1; n <= 8; n++ {
		died := true
		t.Run(fmt.Sprint(n), func(t *testing.T) { died = killedAfter(t, n) })
		if t.Failed() || !died {
			break
		}
		deaths++
	}
	if deaths < 4 {
		t.Errorf("only %d commits were reached", deaths)
	}
	t.Logf("killed after each of %d commits", deaths)
}

func killedAfter(t *testing.T, n int) (died bool) {
	t.Helper()
	s := newShopfront(t)
	s.furnish()
	s.start(n)
	charge := url.Values{"cents": {"1250"}, "lines": {"1250"}, "key": {"one-charge-of-one-cashier"}}
	for try := 0; ; try++ {
		status, err := s.post("/till/charge", charge)
		if err == nil && status == http.StatusOK {
			break
		}
		if try == 3 {
			t.Fatalf("the charge is answered %d, %v", status, err)
		}
		<-s.ended // it must have died of it
		s.revive()
	}
	s.until("one link to pay", func() bool {
		return len(s.unused()) == 1 && s.shows("#side[data-now-state=awaiting]", "")
	})
	if err := s.gateway.Pay(s.unused()[0]); err != nil {
		t.Fatal(err)
	}
	s.until("paid and confirmed", func() bool {
		return s.shows("#side .strip.paid p", "confirmed")
	})
	if s.dead() {
		s.deaths++
	}
	s.stop()
	checkBooks(t, s)
	return s.deaths > 0
}

// checkBooks compares the two books without asking the service.
func checkBooks(t *testing.T, s *shopfront) {
	t.Helper()
	books, err := store.Open(context.Background(), store.Config{Path: filepath.Join(s.data, "qrkiosk.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer books.Close()
	if bad, _, err := books.Verify(context.Background()); bad != nil || err != nil {
		t.Errorf("the journal is broken: %+v %v", bad, err)
	}
	var sales []*kiosk.Sale
	err = books.View(context.Background(), func(r kiosk.Reader) error {
		stalls, err := r.Stalls()
		if err != nil {
			return err
		}
		registers, err := r.Registers(stalls[0].ID)
		if err != nil {
			return err
		}
		sales, err = r.LastSales(registers[0].ID, 10)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(sales) != 1 || sales[0].Received() != 1250 || sales[0].State() != kiosk.Paid {
		var b bytes.Buffer
		for _, sale := range sales {
			fmt.Fprintf(&b, "%s %s received %v\n", sale.Number, sale.State(), sale.Received())
		}
		t.Errorf("%d sales:\n%s", len(sales), b.String())
	}
	used := 0
	for _, l := range s.gateway.Links() {
		if l.Status == sandbox.Used {
			used++
		}
	}
	if used != 1 || len(s.unused()) != 0 {
		t.Errorf("%d links were paid, %d can still be paid", used, len(s.unused()))
	}
}
