package kiosktest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
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
		if got := h.Sandbox.Brought(d.Sale); got < d.Sale.Total() {
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
	for _, l := range h.Sandbox.Payable() {
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

// TillPage is the till's page as the cashier sees it.
func (h *Installation) TillPage() *markup.Page {
	h.T.Helper()
	r := h.Cashier().Get(views.PathTill)
	if r.Status != http.StatusOK {
		h.T.Fatalf("the till's page is answered %d", r.Status)
	}
	return r.Page(h.T)
}

// Revive starts a house that has died.
func (h *Installation) Revive() {
	h.Close()
	h.Mortal = nil
	h.Open()
}
