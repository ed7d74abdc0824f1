//go:build linux

package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/secpaid"
	"qrkiosk/kiosk/till"
)

// market is the real house, with as many registers as a benchmark wants.
type market struct {
	*assembly.Program
	stall     kiosk.Stall
	staff     kiosk.Staff
	registers []kiosk.Register
	gate      *gate
	rings     sync.Map // register to chan struct{}, told of every ring
	round     int
	profile   *os.File
}

// gate is the real client, but its list of pay-ins comes only when a benchmark says so: a sale's
// row, which is stored some seconds behind its webhook, would stand in the way of the webhooks
// that follow at once here and would not in a market.
type gate struct {
	kiosk.Gateway
	waiting atomic.Int64  // who asks for the list
	pass    chan struct{} // one pass, one answer

	mu   sync.Mutex
	rows []kiosk.PayIn // of every link since the last list
}

// Open makes a link, and lets it be paid in the next list.
func (g *gate) Open(ctx context.Context, o kiosk.Order) (kiosk.Opened, error) {
	made, err := g.Gateway.Open(ctx, o)
	if err != nil {
		return made, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	key, at := strconv.FormatInt(made.PayID, 10), time.Now().Format(time.DateTime)
	g.rows = append(g.rows, kiosk.PayIn{
		PayID: made.PayID, Key: key, Bare: key, Amount: o.Amount, Status: kiosk.StatusSuccess,
		Kind: kiosk.RowPayment, Ref: o.Ref, At: at, Time: secpaid.RowTime(at),
	})
	return made, nil
}

// PayIns waits until it may answer.
func (g *gate) PayIns(ctx context.Context, _ kiosk.PayInQuery) (kiosk.PayInPage, error) {
	g.waiting.Add(1)
	defer g.waiting.Add(-1)
	select {
	case <-ctx.Done():
		return kiosk.PayInPage{}, &kiosk.Error{Code: kiosk.NotSent, Key: secpaid.KeyUnreachable}
	case <-g.pass:
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	rows := g.rows
	g.rows = nil
	return kiosk.PayInPage{Rows: rows}, nil
}

// shopProcess runs the program's own parts as serve does, but for the gateway's budget.
func shopProcess(o opened) (err error) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	l, err := assembly.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	m := &market{}
	if err := m.build(ctx, o, l); err != nil {
		return err
	}
	defer assembly.Closing(&err, m.Close)
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx, l) }()
	err = obey(l.Addr().String(), map[string]task{
		"registers": told(m.addRegisters), "displays": told(m.addDisplays), "charge": told(m.charge),
		"tablet": told(m.addTablet), "profile": told(m.profiling), "heap": told(m.heap),
		"settle": told(m.settle), "cpu": func(json.RawMessage) (any, error) { return ownProcessor() },
		"memory": func(json.RawMessage) (any, error) { return measured() },
	})
	stop()
	return errors.Join(err, <-ended)
}

// told turns a function into a task.
func told[In, Out any](do func(In) (Out, error)) task {
	return func(raw json.RawMessage) (any, error) {
		var in In
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, err
		}
		return do(in)
	}
}

// build opens the house by the program's own assembly.
func (m *market) build(ctx context.Context, from opened, l net.Listener) (err error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	s := assembly.Settings{
		Mode: kiosk.Live, Data: from.Dir, PublicURL: "http://" + l.Addr().String(),
		GatewayURL: "http://" + from.Gateway, Token: assembly.NewSecret(stubToken),
	}
	s.LocateFiles()
	o := assembly.Options{Calls: 1 << 30, SandboxCalls: 1 << 30, Gateway: m.intercept}
	if m.Program, err = assembly.Build(ctx, s, o, l, slog.New(slog.NewJSONHandler(null, nil))); err != nil {
		return err
	}
	m.Ears.Subscribe(m.rung)
	return nil
}

// intercept has the list of pay-ins wait for the benchmark.
func (m *market) intercept(g kiosk.Gateway) kiosk.Gateway {
	m.gate = &gate{Gateway: g, pass: make(chan struct{})}
	return m.gate
}

// each does something for every number below n, fifty at a time.
func each(n int, do func(i int) error) error {
	var wg sync.WaitGroup
	errs := make(chan error, n)
	slots := make(chan struct{}, 50)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := do(i); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func (m *market) addRegisters(n int) (bool, error) {
	ctx := context.Background()
	var err error
	if m.stall.ID == "" {
		terms := assembly.Bakery().Stall
		terms.LapseAfter = time.Hour.Milliseconds()
		if m.stall, err = m.Shop.Office.Stalls.Add(ctx, terms); err != nil {
			return false, err
		}
		if m.staff, err = m.Shop.Till.AddStaff(ctx, m.stall.ID, "Ada", kiosk.Manager, assembly.DemoPIN); err != nil {
			return false, err
		}
	}
	m.registers = make([]kiosk.Register, n)
	return true, each(n, func(i int) (err error) {
		m.registers[i], err = m.Shop.Office.Registers.Add(ctx, m.stall.ID, fmt.Sprintf("Register %d", i), fmt.Sprintf("R%d", i))
		return err
	})
}

// addDisplays enrols a display for each of the registers named by their numbers and returns the
// secrets of their cookies.
func (m *market) addDisplays(at []int) ([]string, error) {
	ctx := context.Background()
	secrets := make([]string, len(at))
	return secrets, each(len(at), func(i int) error {
		ticket, err := m.Shop.Till.Ticket(ctx, m.registers[at[i]].ID, kiosk.Display)
		if err != nil {
			return err
		}
		_, secrets[i], err = m.Shop.Till.Enrol(ctx, ticket, "benchmark")
		return err
	})
}

// amountOf tells sales of different registers apart.
func amountOf(register int) kiosk.Money { return kiosk.Money(1000 + register) }

// charge sells at each of the registers. It returns when every code is on show and the shop waits
// for the list of pay-ins.
func (m *market) charge(at []int) (bool, error) {
	m.round++
	if err := each(len(at), func(i int) error { return m.chargeAt(at[i]) }); err != nil {
		return false, err
	}
	for m.gate.waiting.Load() == 0 {
		time.Sleep(5 * time.Millisecond)
	}
	return true, nil
}

func (m *market) chargeAt(i int) error {
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	r := m.registers[i]
	rung := make(chan struct{}, 1)
	m.rings.Store(r.ID, rung)
	defer m.rings.Delete(r.ID)
	by := kiosk.Actor{Staff: m.staff.ID, Role: m.staff.Role, Device: "tablet of " + r.ID, Register: r.ID}
	_, err := m.Shop.Till.Charge(ctx, by, till.Charge{Amount: amountOf(i), Key: fmt.Sprintf("round-%010d", m.round)})
	for err == nil {
		d, failed := m.Shop.Till.DisplayScreen(ctx, r.ID)
		if failed != nil || d.Shows == kiosk.ShowsCode {
			return failed
		}
		select {
		case <-rung:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

func (m *market) rung(stream string, _ int64) {
	if c, ok := m.rings.Load(stream); ok {
		select {
		case c.(chan struct{}) <- struct{}{}:
		default:
		}
	}
}

// settle lets the list of pay-ins come, and returns when no paid sale waits for its row.
func (m *market) settle(bool) (bool, error) {
	m.gate.pass <- struct{}{}
	for {
		var left []*kiosk.Sale
		err := m.Store.View(context.Background(), func(r kiosk.Reader) (err error) {
			left, err = r.Watched(time.Now().UnixMilli(), 1)
			return err
		})
		if err != nil || len(left) == 0 {
			return err == nil, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// tablet is what somebody needs to sign in at a till.
type tablet struct{ Ticket, Staff, PIN string }

func (m *market) addTablet(register int) (tablet, error) {
	ticket, err := m.Shop.Till.Ticket(context.Background(), m.registers[register].ID, kiosk.Tablet)
	return tablet{ticket, m.staff.ID, assembly.DemoPIN}, err
}

// profiling writes a profile of the processor to a file from now on; without a name it stops.
func (m *market) profiling(path string) (_ bool, err error) {
	if path == "" {
		pprof.StopCPUProfile()
		return true, m.profile.Close()
	}
	if m.profile, err = os.Create(path); err != nil {
		return false, err
	}
	return true, pprof.StartCPUProfile(m.profile)
}

// heap writes what lies in memory to a file, with the figures of the runtime at its end.
func (m *market) heap(path string) (bool, error) {
	f, err := os.Create(path)
	if err != nil {
		return false, err
	}
	runtime.GC()
	return true, errors.Join(pprof.Lookup("heap").WriteTo(f, 1), f.Close())
}
