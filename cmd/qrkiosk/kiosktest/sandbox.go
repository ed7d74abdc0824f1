package kiosktest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// Sandbox is the gateway of an installation, and what a test does and finds there.
type Sandbox struct {
	*sandbox.Server
	t    *testing.T
	file string // its book
	shut func()

	read   int64     // how long the book was when it was read last
	ledger []Payment // and what it said
}

// openSandbox opens a gateway behind its address; a porter stands before it.
func openSandbox(t *testing.T, dir string, w *wires, gate *porter) *Sandbox {
	account := sandbox.DemoAccount()
	account.Key = TestKey
	s := &Sandbox{t: t, file: filepath.Join(dir, "sandbox.book")}
	var err error
	s.Server, err = sandbox.New(sandbox.Config{
		Accounts: []sandbox.Account{account}, URL: "http://" + PayAddr, Book: s.file, Dial: w.Dial,
	})
	s.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.Run(ctx) })
	stop := w.serve(PayAddr, gate.before(s.Handler()))
	s.shut = func() {
		cancel()
		wg.Wait()
		stop()
		s.must(s.Close())
	}
	return s
}

func (s *Sandbox) must(err error) {
	if err != nil {
		s.t.Helper()
		s.t.Fatal(err)
	}
}

// Call asks the gateway for something with the account's own key, as its owner could from elsewhere.
func (s *Sandbox) Call(endpoint, body string) {
	s.t.Helper()
	s.CallAs(TestKey, endpoint, body)
}

// CallAs asks the gateway with a key.
func (s *Sandbox) CallAs(key, endpoint, body string) {
	s.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/api/v2/"+endpoint, StringReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("token", key)
	if status, answer := AnswerOf(s.Handler(), r); status != http.StatusOK {
		s.t.Fatalf("%s: %d %s", endpoint, status, answer)
	}
}

// NeverMoreThan counts the calls of any sixty seconds, as the gateway saw them.
func (s *Sandbox) NeverMoreThan(most int) {
	s.t.Helper()
	calls := s.Calls()
	for from, to := 0, 0; to < len(calls); to++ {
		for calls[to].At.Sub(calls[from].At) >= time.Minute {
			from++
		}
		if n := to - from + 1; n > most {
			s.t.Fatalf("%d calls within a minute before %v", n, calls[to].At)
		}
		if calls[to].Status == http.StatusTooManyRequests {
			s.t.Errorf("a call was refused at %v", calls[to].At)
		}
	}
}

// Book reads the gateway's own book: the file, and not its answers.
func (s *Sandbox) Book() (all []bookEntry) {
	s.t.Helper()
	raw, err := os.ReadFile(s.file)
	s.must(err)
	for line := range bytes.Lines(raw) {
		_, text, _ := bytes.Cut(line, []byte(" ")) // a checksum stands before
		if !bytes.HasPrefix(text, []byte("[")) {
			continue // the head of the book
		}
		var entries []bookEntry
		s.must(json.Unmarshal(text, &entries))
		all = append(all, entries...)
	}
	return all
}

// Ledger lists every row of every payment.
func (s *Sandbox) Ledger() []Payment {
	s.t.Helper()
	info, err := os.Stat(s.file)
	s.must(err)
	if info.Size() == s.read {
		return slices.Clone(s.ledger)
	}
	rows, order := map[string]Payment{}, []string{}
	for _, e := range s.Book() {
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
	s.read, s.ledger = info.Size(), list
	return slices.Clone(list)
}

// Brought is what the gateway's list says a sale has brought.
func (s *Sandbox) Brought(sale *kiosk.Sale) (sum kiosk.Money) {
	for _, g := range s.Ledger() {
		if g.Status == "Success" && g.Amount > 0 && sale.Link(g.LinkOf(sale)) != nil {
			sum += g.Amount
		}
	}
	return sum
}

// Payable returns the links at the gateway that could still be paid.
func (s *Sandbox) Payable() []sandbox.LinkView {
	var open []sandbox.LinkView
	for _, l := range s.Links() {
		if l.Status == sandbox.Unused {
			open = append(open, l)
		}
	}
	return open
}

// PayOnly pays the one link that can be paid.
func (s *Sandbox) PayOnly() {
	s.t.Helper()
	open := s.Payable()
	if len(open) != 1 {
		s.t.Fatalf("%d links can be paid, want 1", len(open))
	}
	s.must(s.Pay(open[0].ID))
}

// RefundRequests counts the refund requests the gateway has taken.
func (s *Sandbox) RefundRequests() int { return len(s.Money()[0].Refunds) }

// HookPath is the path of the webhook address of a sale's newest link.
func (s *Sandbox) HookPath(sale *kiosk.Sale) string {
	s.t.Helper()
	for _, l := range s.Links() {
		if ref := sale.Last().Ref; strings.HasPrefix(l.Note, ref) {
			return strings.TrimPrefix(l.Endpoint, ShopURL)
		}
	}
	s.t.Fatal("the gateway has no such link")
	return ""
}

// Payment is a row of the gateway's own book, read without a line of the product.
type Payment struct {
	ID     string
	Link   int64
	Amount kiosk.Money // cents
	Status string
	Note   string
}

// LinkOf is the number of the sale's link that the row is about, 0 if none.
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
