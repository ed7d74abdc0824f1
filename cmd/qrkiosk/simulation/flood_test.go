//go:build linux

package simulation

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/handlers/front"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
	"qrkiosk/kiosk/vault"
)

const (
	floodRate  = 500 // webhooks a second
	floodValid = 100 // one in so many is true
	floodTills = 40
)

// flood is the house over real TCP, in real time, under more webhooks than anybody sends.
type flood struct {
	t       testing.TB
	sandbox *sandbox.Server
	shop    *front.Rooms
	front   *httptest.Server
	tills   []kiosk.Actor
	client  *http.Client
	next    atomic.Int64 // sales

	mu       sync.Mutex
	answers  map[int]int
	took     []time.Duration // from a request to its answer
	paid     []time.Duration // from a payment to a paid sale
	targets  []string        // addresses of live links
	failures []string
}

func newFlood(t testing.TB) *flood {
	f := &flood{
		t: t, answers: map[int]int{},
		client: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
	f.open()
	ctx := context.Background()
	stall, err := f.shop.Office.Stalls.Add(ctx, kiosk.Stall{Name: "Flooded"})
	f.must(err)
	staff, err := f.shop.Till.AddStaff(ctx, stall.ID, "Ada", kiosk.Manager, "482915")
	f.must(err)
	for n := range floodTills {
		r, err := f.shop.Office.Registers.Add(ctx, stall.ID, fmt.Sprintf("Till %d", n), fmt.Sprintf("F%d", n))
		f.must(err)
		f.tills = append(f.tills, kiosk.Actor{Staff: staff.ID, Role: kiosk.Manager, Device: "tablet of " + r.ID, Register: r.ID})
	}
	return f
}

func (f *flood) must(err error) {
	if err != nil {
		f.t.Helper()
		f.t.Fatal(err)
	}
}

// open starts the program, with no limit on calls.
func (f *flood) open() {
	dir := f.t.TempDir()
	account := sandbox.DemoAccount()
	account.Key = kiosktest.TestKey
	var err error
	f.sandbox, err = sandbox.New(sandbox.Config{Accounts: []sandbox.Account{account}, Book: filepath.Join(dir, "book"), Limit: -1})
	f.must(err)
	pay := httptest.NewServer(f.sandbox.Handler())
	f.sandbox.SetURL(pay.URL)
	keys, err := vault.New([]byte("0123456789abcdef0123456789abcdef"), vault.WithCost(vault.Cost{KiB: 64, Passes: 1, Lanes: 1}))
	f.must(err)
	f.front = httptest.NewUnstartedServer(nil)
	program, err := assembly.Build(context.Background(), assembly.Settings{
		Mode: kiosk.Sandbox, Data: dir, GatewayURL: pay.URL, Token: assembly.NewSecret(kiosktest.TestKey),
		PublicURL: "http://" + f.front.Listener.Addr().String(),
	}, assembly.Options{Vault: keys, OwnSandbox: true, Calls: 1 << 30}, f.front.Listener, slog.New(slog.DiscardHandler))
	f.must(err)
	f.shop, f.front.Config.Handler = program.Shop, program.Front.Handler()
	f.front.Start()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = program.Work(ctx) })
	wg.Go(func() { _ = f.sandbox.Run(ctx) })
	f.t.Cleanup(func() {
		cancel()
		f.client.CloseIdleConnections()
		f.front.Close()
		wg.Wait()
		f.must(program.Close())
		pay.Close()
		f.must(f.sandbox.Close())
	})
}

// pour sends webhooks of every bad kind, and lets customers pay, for so long.
func (f *flood) pour(long time.Duration) (sales int) {
	ctx, end := context.WithTimeout(context.Background(), long)
	defer end()
	var all sync.WaitGroup
	var sold atomic.Int64
	for range 16 {
		all.Go(func() { f.bad(ctx, 16*time.Second/floodRate) })
	}
	every := time.NewTicker(time.Second * floodValid / floodRate)
	defer every.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-every.C:
			n := f.next.Add(1)
			all.Go(func() {
				if f.sell(f.tills[n%floodTills], n) {
					sold.Add(1)
				}
			})
		}
	}
	all.Wait()
	return int(sold.Load())
}

// bad sends one webhook after the other that is no proof.
func (f *flood) bad(ctx context.Context, pace time.Duration) {
	dice := rand.New(rand.NewPCG(rand.Uint64(), 1))
	t := time.NewTicker(pace)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			f.send(f.target(dice), badBody(dice))
		}
	}
}

// target is an address nobody knows, or that of a link on show.
func (f *flood) target(dice *rand.Rand) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.targets) == 0 || dice.IntN(3) > 0 {
		return f.front.URL + "/hooks/secpaid/" + fmt.Sprintf("%032x", dice.Uint64())
	}
	return f.targets[dice.IntN(len(f.targets))]
}

func badBody(dice *rand.Rand) string {
	switch dice.IntN(4) {
	case 0:
		return "{"
	case 1:
		return fmt.Sprintf(`{"data":"%x"}`, dice.Uint64())
	case 2:
		return fmt.Sprintf(`{"ResponseCode":1,"data":{"pay_id":%d,"amount":10,"status":"Success"}}`, dice.IntN(1_000_000))
	}
	return strings.Repeat("x", dice.IntN(4096))
}

func (f *flood) send(target, body string) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, strings.NewReader(body))
	f.must(err)
	r.Header.Set("Content-Type", "application/json")
	began := time.Now()
	resp, err := f.client.Do(r)
	if err != nil {
		f.fail("a webhook was not answered: %v", err)
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[resp.StatusCode]++
	f.took = append(f.took, time.Since(began))
}

func (f *flood) fail(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failures = append(f.failures, fmt.Sprintf(format, args...))
}

// sell charges, lets the customer pay, and waits until the sale is paid; the webhook is the true one.
func (f *flood) sell(by kiosk.Actor, n int64) (sold bool) {
	ctx := context.Background()
	sale, err := f.shop.Till.Charge(ctx, by, till.Charge{Amount: 1000, Key: fmt.Sprintf("key-of-a-sale-in-the-flood-%d", n)})
	if kiosk.CodeOf(err) == kiosk.Conflict {
		return false // its till still waits for the sale before
	}
	if err != nil {
		f.fail("charge: %v", err)
		return false
	}
	link := f.until(by, sale, func(s *kiosk.Sale) bool { return s.Last() != nil && s.Last().Live })
	if link == nil {
		f.fail("%s has no link within a minute", sale.Number)
		return false
	}
	id := link.Last().PayID
	for _, l := range f.sandbox.Links() {
		if l.ID == id {
			f.mu.Lock()
			f.targets = append(f.targets, l.Endpoint)
			f.mu.Unlock()
		}
	}
	time.Sleep(200 * time.Millisecond)
	began := time.Now()
	if err := f.sandbox.Pay(id); err != nil {
		f.fail("paying %s: %v", sale.Number, err)
		return false
	}
	if f.until(by, sale, func(s *kiosk.Sale) bool { return s.State() == kiosk.Paid }) == nil {
		f.fail("%s is not paid within a minute", sale.Number)
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.paid = append(f.paid, time.Since(began))
	return true
}

// until waits at most a minute for something to be true of a sale.
func (f *flood) until(by kiosk.Actor, sale *kiosk.Sale, is func(*kiosk.Sale) bool) *kiosk.Sale {
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(5 * time.Millisecond) {
		found, err := f.shop.Till.SaleByNumber(context.Background(), by.Register, sale.Number)
		if err == nil && is(found) {
			return found
		}
	}
	return nil
}

// handles counts goroutines and open files of this process, the test's own connections closed.
func (f *flood) handles() (goroutines, files int) {
	f.client.CloseIdleConnections()
	entries, err := os.ReadDir("/proc/self/fd")
	f.must(err)
	return runtime.NumGoroutine(), len(entries)
}

// subsides waits until goroutines and files are back to at most a tenth above their base.
func (f *flood) subsides(goroutines, files int) {
	f.t.Helper()
	for began := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		g, n := f.handles()
		if g <= goroutines+goroutines/10+2 && n <= files+files/10+2 {
			f.t.Logf("goroutines %d, then %d; files %d, then %d", goroutines, g, files, n)
			return
		}
		if time.Since(began) > 90*time.Second {
			f.t.Errorf("I15: goroutines %d, now %d; files %d, now %d", goroutines, g, files, n)
			return
		}
	}
}

func (f *flood) percentile(all []time.Duration, p int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, len(all)*p/100)].Round(time.Millisecond / 10)
}

// TestFlood: every true payment among five hundred webhooks a second is seen, and afterwards nothing
// of the flood is left. QRKIOSK_FLOOD says for how long, as make flood does.
func TestFlood(t *testing.T) {
	long := 3 * time.Second
	if d, err := time.ParseDuration(os.Getenv("QRKIOSK_FLOOD")); err == nil {
		long = d
	}
	f := newFlood(t)
	f.pour(500 * time.Millisecond) // warm: pools are filled, pages are drawn
	time.Sleep(time.Second)
	goroutines, files := f.handles()
	clear(f.answers)
	f.took, f.paid = nil, nil
	sales := f.pour(long)
	for _, why := range f.failures {
		t.Error(why)
	}
	if sales == 0 || f.answers[http.StatusOK] == 0 || f.answers[http.StatusNotFound] == 0 {
		t.Errorf("%d sales, answers %v", sales, f.answers)
	}
	for status := range f.answers {
		if status != http.StatusOK && status != http.StatusNotFound {
			t.Errorf("answers %v", f.answers)
		}
	}
	t.Logf("%d webhooks in %v, answers %v: half within %v, 99 %% within %v; %d payments: half paid within %v, 99 %% within %v",
		len(f.took), long, f.answers, f.percentile(f.took, 50), f.percentile(f.took, 99),
		sales, f.percentile(f.paid, 50), f.percentile(f.paid, 99))
	f.subsides(goroutines, files)
}

// BenchmarkFlood prints how long true payments take among five hundred webhooks a second.
func BenchmarkFlood(b *testing.B) {
	f := newFlood(b)
	f.pour(500 * time.Millisecond)
	f.took, f.paid = nil, nil
	for b.Loop() {
		f.pour(3 * time.Second)
	}
	b.ReportMetric(float64(f.percentile(f.paid, 50).Microseconds())/1000, "ms-to-paid")
	b.ReportMetric(float64(f.percentile(f.paid, 99).Microseconds())/1000, "ms-to-paid-p99")
	b.ReportMetric(float64(f.percentile(f.took, 99).Microseconds())/1000, "ms-answer-p99")
}
