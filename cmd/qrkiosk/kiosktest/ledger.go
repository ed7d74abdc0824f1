package kiosktest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
)

// Awaiting charges and waits until the code is on show.
func (h *Installation) Awaiting() {
	h.T.Helper()
	h.Charge(1250)
	h.UntilState(kiosk.Awaiting, 3*time.Second)
}

// NeverMoreThan counts the calls of any sixty seconds, as the gateway saw them.
func (h *Installation) NeverMoreThan(most int) {
	h.T.Helper()
	calls := h.Sandbox.Calls()
	for from, to := 0, 0; to < len(calls); to++ {
		for calls[to].At.Sub(calls[from].At) >= time.Minute {
			from++
		}
		if n := to - from + 1; n > most {
			h.T.Fatalf("%d calls within a minute before %v", n, calls[to].At)
		}
		if calls[to].Status == http.StatusTooManyRequests {
			h.T.Errorf("a call was refused at %v", calls[to].At)
		}
	}
}

// porter stands before the gateway and may do to a call whatever it likes.
type porter struct {
	mu sync.Mutex
	do func(w http.ResponseWriter, r *http.Request, inner http.Handler)
}

func (p *porter) before(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		do := p.do
		p.mu.Unlock()
		if do == nil {
			inner.ServeHTTP(w, r)
			return
		}
		do(w, r, inner)
	})
}

func (p *porter) Set(do func(w http.ResponseWriter, r *http.Request, inner http.Handler)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.do = do
}

// At lets do handle the calls of one endpoint; all others go through.
func (p *porter) At(endpoint string, do func(w http.ResponseWriter, r *http.Request, inner http.Handler)) {
	p.Set(func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		if strings.HasSuffix(r.URL.Path, "/"+endpoint) {
			do(w, r, inner)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// Rewrite changes what the gateway answers at an endpoint.
func (p *porter) Rewrite(endpoint string, change func(body string) string) {
	p.At(endpoint, func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		status, body := AnswerOf(inner, r)
		SayJSON(w, status, change(body))
	})
}

// AnswerOf is what a handler answers.
func AnswerOf(inner http.Handler, r *http.Request) (status int, body string) {
	rec := httptest.NewRecorder()
	inner.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// SayJSON answers in the place of the gateway.
func SayJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// Auditor is an auditor at the counter: what it notes is held against the gateway's book.
type Auditor struct {
	epoch   string
	version int64
	Shown   map[string]string // pay links that ever stood on the display, to their sales
	read    int64             // how long the gateway's book was when it was read last
	ledger  []Payment         // and what it said
}

// Look notes what the display shows and fails the test if that may not be.
func (h *Installation) Look() {
	if h.Eye == nil || h.Mortal != nil && h.Mortal.Dead() {
		return
	}
	h.T.Helper()
	d := h.Display()
	if d.Epoch == h.Eye.epoch && d.Version < h.Eye.version {
		h.T.Errorf("I5: the display fell from version %d to %d", h.Eye.version, d.Version)
	}
	h.Eye.epoch, h.Eye.version = d.Epoch, d.Version
	if d.Sale != nil && d.Sale.Register != h.Actor.Register {
		h.T.Errorf("I5: the display shows a sale of %s", d.Sale.Register)
	}
	switch d.Shows {
	case kiosk.ShowsCode:
		h.Eye.Shown[d.PayURL] = d.Sale.ID
	case kiosk.ShowsPaid:
		if got := h.AtGateway(d.Sale); got < d.Sale.Total() {
			h.T.Errorf("I2: green for %s of %v, and the gateway was paid %v", d.Sale.Number, d.Sale.Total(), got)
		}
	default:
	}
	h.onePayable()
}

// onePayable is I6: of the links of a sale that ever were on show at most one can be paid.
func (h *Installation) onePayable() {
	h.T.Helper()
	open := map[string]int{}
	for _, l := range h.Payable() {
		if sale := h.Eye.Shown[l.PayLink]; sale != "" {
			open[sale]++
		}
	}
	for sale, n := range open {
		if n > 1 {
			h.T.Errorf("I6: %d links of sale %s were on show and can be paid", n, sale)
		}
	}
}

// AtGateway is what the gateway's list says a sale has brought.
func (h *Installation) AtGateway(sale *kiosk.Sale) (sum kiosk.Money) {
	for _, g := range h.Ledger() {
		if g.Status == "Success" && g.Amount > 0 && sale.Link(g.LinkOf(sale)) != nil {
			sum += g.Amount
		}
	}
	return sum
}

// Payment is a row of the gateway's own book, read without a line of the product.
type Payment struct {
	ID     string
	Link   int64
	Amount kiosk.Money // cents
	Status string
	Note   string
}

// link is the number of the sale's link that the row is about, 0 if none.
func (g Payment) LinkOf(sale *kiosk.Sale) int {
	ref, _, _ := strings.Cut(g.Note, " ")
	for i := range sale.Links {
		if l := &sale.Links[i]; l.PayID == g.Link && g.Link != 0 || l.Ref == ref {
			return l.N
		}
	}
	return 0
}

// bookEntry is what a line of the gateway's book may say.
type bookEntry struct {
	PayIn *struct {
		Payment
		User, Creator string
	}
	Link *struct {
		ID   int64
		Key  string
		User string
	}
}

// Book reads the gateway's own book: the file, and not its answers.
func (h *Installation) Book() (all []bookEntry) {
	h.T.Helper()
	raw, err := os.ReadFile(filepath.Join(h.Dir, "sandbox.book"))
	h.Must(err)
	for line := range bytes.Lines(raw) {
		_, text, _ := bytes.Cut(line, []byte(" ")) // a checksum stands before
		if !bytes.HasPrefix(text, []byte("[")) {
			continue // the head of the book
		}
		var entries []bookEntry
		h.Must(json.Unmarshal(text, &entries))
		all = append(all, entries...)
	}
	return all
}

// Ledger lists every row of every payment, and what a porter says besides.
func (h *Installation) Ledger() []Payment {
	h.T.Helper()
	info, err := os.Stat(filepath.Join(h.Dir, "sandbox.book"))
	h.Must(err)
	if h.Eye != nil && info.Size() == h.Eye.read {
		return append(slices.Clone(h.besides), h.Eye.ledger...)
	}
	rows, order := map[string]Payment{}, []string{}
	for _, e := range h.Book() {
		if e.PayIn == nil || e.PayIn.User != e.PayIn.Creator {
			continue
		}
		if _, known := rows[e.PayIn.ID]; !known {
			order = append(order, e.PayIn.ID)
		}
		rows[e.PayIn.ID] = e.PayIn.Payment
	}
	var list []Payment
	for _, id := range order {
		list = append(list, rows[id])
	}
	if h.Eye != nil {
		h.Eye.read, h.Eye.ledger = info.Size(), list
	}
	return append(slices.Clone(h.besides), list...)
}

// Passed fails the test unless the journal says that the sale went through exactly these states.
func (h *Installation) Passed(sale *kiosk.Sale, want string) {
	h.T.Helper()
	if got := strings.Join(h.States(sale), " "); got != want {
		h.T.Errorf("%s passed\n  %s, want\n  %s", sale.Number, got, want)
	}
}

// States lists what the journal says a sale became, one after the other.
func (h *Installation) States(sale *kiosk.Sale) (list []string) {
	h.T.Helper()
	for _, e := range h.Journal() {
		if e.Subject != sale.ID || e.State == "" {
			continue
		}
		if len(list) == 0 || list[len(list)-1] != string(e.State) {
			list = append(list, string(e.State))
		}
	}
	return list
}

// Journal is the events of a sale.
func (h *Installation) Journal() (all []kiosk.Event) {
	h.T.Helper()
	h.Must(h.Store.View(context.Background(), func(r kiosk.Reader) (err error) {
		all, err = r.Events(h.Actor.Register, 0, 100_000)
		return err
	}))
	return all
}

// Sales reads every sale of the register, newest first.
func (h *Installation) Sales() (all []*kiosk.Sale) {
	h.T.Helper()
	h.Must(h.Store.View(context.Background(), func(r kiosk.Reader) (err error) {
		all, err = r.LastSales(h.Actor.Register, 10_000)
		return err
	}))
	return all
}

// FactsAlone is I8: the journal's last word is what the facts say, and saying all again changes nothing.
func (h *Installation) FactsAlone(sale *kiosk.Sale) {
	h.T.Helper()
	states := h.States(sale)
	if last := states[len(states)-1]; last != string(sale.State()) {
		h.T.Errorf("I8: %s is %s, and the journal's last word is %s", sale.Number, sale.State(), last)
	}
	for _, l := range sale.Links {
		for _, step := range factsOf(l) {
			out, err := sale.Take(step)
			if err != nil || out.Changed || !reflect.DeepEqual(out.Sale, sale) {
				h.T.Errorf("I8: %s again changes %s: %v", step.Kind, sale.Number, err)
			}
		}
	}
}

// factsOf says again what is known of a link.
func factsOf(l kiosk.Link) (steps []kiosk.Step) {
	for kind, known := range map[kiosk.StepKind]bool{
		kiosk.StepLive: l.Live, kiosk.StepUnclear: l.Unclear, kiosk.StepGone: l.Gone, kiosk.StepToldUsed: l.ToldUsed,
		kiosk.StepNotice: l.Noticed, kiosk.StepUsed: l.Used, kiosk.StepPending: l.Pending, kiosk.StepGivenUp: l.GivenUp,
	} {
		if known {
			steps = append(steps, kiosk.Step{Kind: kind, Link: l.N, PayID: l.PayID, URL: l.URL, AccountNumber: l.AccountNumber})
		}
	}
	for _, r := range l.Rows {
		steps = append(steps, kiosk.Step{Kind: kiosk.StepRow, Link: l.N, Row: r})
	}
	return steps
}

// Ring makes a sale with a command key of its own.
func (h *Installation) Ring(amount kiosk.Money) *kiosk.Sale {
	h.T.Helper()
	sale, err := h.Shop.Till.Charge(context.Background(), h.Actor, till.Charge{Amount: amount, Key: FreshKey()})
	h.Must(err)
	h.Look()
	return sale
}

// OnShow makes a sale and waits until its code is on show.
func (h *Installation) OnShow(amount kiosk.Money) *kiosk.Sale {
	h.T.Helper()
	sale := h.Ring(amount)
	h.Becomes(sale, kiosk.Awaiting, 2*time.Second)
	return sale
}

// Now reads a sale anew.
func (h *Installation) Now(sale *kiosk.Sale) *kiosk.Sale {
	h.T.Helper()
	return h.ByNumber(sale.Number)
}

// Becomes waits for a state of a sale.
func (h *Installation) Becomes(sale *kiosk.Sale, state kiosk.State, limit time.Duration) time.Duration {
	h.T.Helper()
	return h.Until(sale.Number+" "+string(state), limit, func() bool { return h.Now(sale).State() == state })
}

// Confirmed waits until a sale is proven by rows.
func (h *Installation) Confirmed(sale *kiosk.Sale, limit time.Duration) time.Duration {
	h.T.Helper()
	return h.Until(sale.Number+" confirmed", limit, func() bool { s := h.Now(sale); return s.State() == kiosk.Paid && s.Confirmed() })
}

// ShownLink is the gateway's view of the link whose code is on show.
func (h *Installation) ShownLink() sandbox.LinkView {
	h.T.Helper()
	d := h.Display()
	for _, l := range h.Sandbox.Links() {
		if l.PayLink == d.PayURL && d.PayURL != "" {
			return l
		}
	}
	h.T.Fatalf("the display shows %s with %q", d.Shows, d.PayURL)
	return sandbox.LinkView{}
}

// PayShown is the customer before the display.
func (h *Installation) PayShown() {
	h.T.Helper()
	h.Must(h.Sandbox.Pay(h.ShownLink().ID))
}

// Cancel asks for the end of a sale.
func (h *Installation) Cancel(sale *kiosk.Sale) {
	h.T.Helper()
	_, err := h.Shop.Till.Cancel(context.Background(), h.Actor, sale.ID)
	h.Must(err)
	h.Look()
}

// Alarm fails the test unless the till's alarms are about these sales.
func (h *Installation) Alarm(sales ...*kiosk.Sale) {
	h.T.Helper()
	var want, got []string
	for _, s := range sales {
		want = append(want, s.Number)
	}
	for _, s := range h.Till().AlarmSales {
		got = append(got, s.Number)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		h.T.Errorf("alarms about %v, want %v", got, want)
	}
}

// TillSays is what the till's page says to the cashier.
func (h *Installation) TillSays() string {
	h.T.Helper()
	r := h.Cashier().Get(views.PathTill)
	if r.Status != http.StatusOK {
		h.T.Fatalf("the till's page is answered %d", r.Status)
	}
	return r.Body
}

// HookPath is the path of the webhook address of a sale's newest link.
func (h *Installation) HookPath(sale *kiosk.Sale) string {
	h.T.Helper()
	for _, l := range h.Sandbox.Links() {
		if ref := h.Now(sale).Last().Ref; strings.HasPrefix(l.Note, ref) {
			return strings.TrimPrefix(l.Endpoint, ShopURL)
		}
	}
	h.T.Fatal("the gateway has no such link")
	return ""
}

// Revive starts a house that has died.
func (h *Installation) Revive() {
	h.Close()
	h.Mortal = nil
	h.Open()
}
