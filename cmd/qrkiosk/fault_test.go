package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
)

// The tests named TestFault_F.. are the fault catalogue (faults.md); testdata/faults.txt lists them.
// This file is their harness: a house in a bubble, an auditor who watches its screens, and the
// invariants at the end, by the numbers of cmd/torture/check.go.

// drill plays a fault in a bubble of virtual time and then compares the books.
func drill(t *testing.T, play func(t *testing.T, h *house), options ...func(*house)) {
	t.Helper()
	inBubble(t, func(t *testing.T, h *house) {
		h.eye = &eye{shown: map[string]string{}}
		play(t, h)
		if !t.Failed() {
			h.holds()
		}
	}, options...)
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

func (p *porter) set(do func(w http.ResponseWriter, r *http.Request, inner http.Handler)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.do = do
}

// at lets do handle the calls of one endpoint; all others go through.
func (p *porter) at(endpoint string, do func(w http.ResponseWriter, r *http.Request, inner http.Handler)) {
	p.set(func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		if strings.HasSuffix(r.URL.Path, "/"+endpoint) {
			do(w, r, inner)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// rewrite changes what the gateway answers at an endpoint.
func (p *porter) rewrite(endpoint string, change func(body string) string) {
	p.at(endpoint, func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		status, body := answerOf(inner, r)
		sayJSON(w, status, change(body))
	})
}

func answerOf(inner http.Handler, r *http.Request) (status int, body string) {
	rec := httptest.NewRecorder()
	inner.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

func sayJSON(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// snapped is a connection that breaks when so many bytes of a request for path were written.
type snapped struct {
	net.Conn
	path  string
	after int
	begun bool
}

func (c *snapped) Write(p []byte) (int, error) {
	if !c.begun {
		if !strings.Contains(string(p), c.path) {
			return c.Conn.Write(p)
		}
		c.begun = true
	}
	n, err := c.Conn.Write(p[:min(c.after, len(p))])
	c.after -= n
	if err == nil && c.after <= 0 {
		_ = c.Close()
		err = &net.OpError{Op: "write", Net: "tcp", Err: io.ErrClosedPipe}
	}
	return n, err
}

// eye is an auditor at the counter: what it notes is held against the gateway's book.
type eye struct {
	epoch   string
	version int64
	shown   map[string]string // pay links that ever stood on the display, to their sales
	read    int64             // how long the gateway's book was when it was read last
	ledger  []payment         // and what it said
}

// look notes what the display shows and fails the test if that may not be.
func (h *house) look() {
	if h.eye == nil || h.mortal != nil && h.mortal.dead() {
		return
	}
	h.t.Helper()
	d := h.display()
	if d.Epoch == h.eye.epoch && d.Version < h.eye.version {
		h.t.Errorf("I5: the display fell from version %d to %d", h.eye.version, d.Version)
	}
	h.eye.epoch, h.eye.version = d.Epoch, d.Version
	if d.Sale != nil && d.Sale.Register != h.actor.Register {
		h.t.Errorf("I5: the display shows a sale of %s", d.Sale.Register)
	}
	switch d.Shows {
	case kiosk.ShowsCode:
		h.eye.shown[d.PayURL] = d.Sale.ID
	case kiosk.ShowsPaid:
		if got := h.atGateway(d.Sale); got < d.Sale.Total() {
			h.t.Errorf("I2: green for %s of %v, and the gateway was paid %v", d.Sale.Number, d.Sale.Total(), got)
		}
	default:
	}
	h.onePayable()
}

// onePayable is I6: of the links of a sale that ever were on show at most one can be paid.
func (h *house) onePayable() {
	h.t.Helper()
	open := map[string]int{}
	for _, l := range h.payable() {
		if sale := h.eye.shown[l.PayLink]; sale != "" {
			open[sale]++
		}
	}
	for sale, n := range open {
		if n > 1 {
			h.t.Errorf("I6: %d links of sale %s were on show and can be paid", n, sale)
		}
	}
}

// atGateway is what the gateway's list says a sale has brought.
func (h *house) atGateway(sale *kiosk.Sale) (sum kiosk.Money) {
	for _, g := range h.ledger() {
		if g.Status == "Success" && g.Amount > 0 && sale.Link(g.linkOf(sale)) != nil {
			sum += g.Amount
		}
	}
	return sum
}

// sleep lets time pass under the auditor's eye.
func (h *house) sleep(d time.Duration) {
	h.t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		h.look()
		time.Sleep(min(time.Until(end), 500*time.Millisecond))
	}
	h.look()
}

// payment is a row of the gateway's own book, read without a line of the product.
type payment struct {
	ID     string
	Link   int64
	Amount kiosk.Money // cents
	Status string
	Note   string
}

// link is the number of the sale's link that the row is about, 0 if none.
func (g payment) linkOf(sale *kiosk.Sale) int {
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
		payment
		User, Creator string
	}
	Link *struct {
		ID   int64
		Key  string
		User string
	}
}

// book reads the gateway's own book: the file, and not its answers.
func (h *house) book() (all []bookEntry) {
	h.t.Helper()
	raw, err := os.ReadFile(filepath.Join(h.dir, "sandbox.book"))
	h.must(err)
	for line := range bytes.Lines(raw) {
		_, text, _ := bytes.Cut(line, []byte(" ")) // a checksum stands before
		if !bytes.HasPrefix(text, []byte("[")) {
			continue // the head of the book
		}
		var entries []bookEntry
		h.must(json.Unmarshal(text, &entries))
		all = append(all, entries...)
	}
	return all
}

// ledger lists every row of every payment, and what a porter says besides.
func (h *house) ledger() []payment {
	h.t.Helper()
	info, err := os.Stat(filepath.Join(h.dir, "sandbox.book"))
	h.must(err)
	if h.eye != nil && info.Size() == h.eye.read {
		return append(slices.Clone(h.besides), h.eye.ledger...)
	}
	rows, order := map[string]payment{}, []string{}
	for _, e := range h.book() {
		if e.PayIn == nil || e.PayIn.User != e.PayIn.Creator {
			continue
		}
		if _, known := rows[e.PayIn.ID]; !known {
			order = append(order, e.PayIn.ID)
		}
		rows[e.PayIn.ID] = e.PayIn.payment
	}
	var list []payment
	for _, id := range order {
		list = append(list, rows[id])
	}
	if h.eye != nil {
		h.eye.read, h.eye.ledger = info.Size(), list
	}
	return append(slices.Clone(h.besides), list...)
}

// notice writes what the gateway would send about a link: sealed with the link's own key.
func (h *house) notice(link sandbox.LinkView, status string, amount kiosk.Money) string {
	h.t.Helper()
	key, user := h.keyOf(link)
	return sealed(key, fmt.Sprintf(`{"ResponseCode":1,"data":{"pay_id":%d,"note":%q,"amount":%s,"user_id":%q,"status":%q}}`,
		link.ID, link.Note, amount, user, status))
}

// sealed is the body of an encrypted webhook.
func sealed(key, text string) string {
	pad := aes.BlockSize - len(text)%aes.BlockSize
	return sealedBlocks(key, text+strings.Repeat(string(rune(pad)), pad))
}

func sealedBlocks(key, blocks string) string {
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		panic(err) // a link without a key
	}
	data := []byte(blocks)
	cipher.NewCBCEncrypter(block, []byte(key)[:aes.BlockSize]).CryptBlocks(data, data)
	return fmt.Sprintf(`{"data":%q}`, base64.StdEncoding.EncodeToString(data))
}

// keyOf reads a link's key, and whose it is.
func (h *house) keyOf(link sandbox.LinkView) (key, user string) {
	h.t.Helper()
	for _, e := range h.book() {
		if e.Link != nil && e.Link.ID == link.ID {
			key, user = e.Link.Key, e.Link.User
		}
	}
	return key, user
}

// passed fails the test unless the journal says that the sale went through exactly these states.
func (h *house) passed(sale *kiosk.Sale, want string) {
	h.t.Helper()
	if got := strings.Join(h.states(sale), " "); got != want {
		h.t.Errorf("%s passed\n  %s, want\n  %s", sale.Number, got, want)
	}
}

// states lists what the journal says a sale became, one after the other.
func (h *house) states(sale *kiosk.Sale) (list []string) {
	h.t.Helper()
	for _, e := range h.journal() {
		if e.Subject != sale.ID || e.State == "" {
			continue
		}
		if len(list) == 0 || list[len(list)-1] != string(e.State) {
			list = append(list, string(e.State))
		}
	}
	return list
}

func (h *house) journal() (all []kiosk.Event) {
	h.t.Helper()
	h.must(h.store.View(context.Background(), func(r kiosk.Reader) (err error) {
		all, err = r.Events(h.actor.Register, 0, 100_000)
		return err
	}))
	return all
}

// sales reads every sale of the register, newest first.
func (h *house) sales() (all []*kiosk.Sale) {
	h.t.Helper()
	h.must(h.store.View(context.Background(), func(r kiosk.Reader) (err error) {
		all, err = r.LastSales(h.actor.Register, 10_000)
		return err
	}))
	return all
}

// holds ends every fault, gives the house five minutes with a healthy gateway, and checks the
// invariants with the gateway's book and the files, not with the service's opinion.
func (h *house) holds() {
	h.t.Helper()
	for _, f := range sandbox.Catalogue() {
		h.sandbox.Set(f.Name, 0)
	}
	h.gate.set(nil)
	h.wires.bending(nil)
	h.wires.naming(nil)
	for range 30 {
		time.Sleep(10 * time.Second)
		h.look()
	}
	ledger := h.ledger()
	for _, sale := range h.sales() {
		h.everyRowOnce(sale, ledger)
		h.provenOnly(sale, ledger)
		h.factsAlone(sale)
	}
	h.sound()
}

// everyRowOnce is I1: what the gateway's book says of a sale's links is here, once and to the cent.
func (h *house) everyRowOnce(sale *kiosk.Sale, ledger []payment) {
	h.t.Helper()
	theirs, ours := map[int][]kiosk.Money{}, map[int][]kiosk.Money{}
	for _, g := range ledger {
		if n := g.linkOf(sale); n > 0 && g.Status == "Success" {
			theirs[n] = append(theirs[n], g.Amount)
		}
	}
	for _, l := range sale.Links {
		for _, r := range l.Rows {
			if r.Amount != 0 && !r.Withdrawn {
				ours[l.N] = append(ours[l.N], r.Amount)
			}
		}
	}
	for n := range sale.Links {
		slices.Sort(theirs[n+1])
		slices.Sort(ours[n+1])
		if !slices.Equal(theirs[n+1], ours[n+1]) {
			h.t.Errorf("I1: link %d of %s has the rows %v, and the gateway has %v", n+1, sale.Number, ours[n+1], theirs[n+1])
		}
	}
}

// provenOnly is I2 at rest: a sale is confirmed only where the gateway's rows cover it.
func (h *house) provenOnly(sale *kiosk.Sale, ledger []payment) {
	h.t.Helper()
	var sum kiosk.Money
	for _, g := range ledger {
		if g.linkOf(sale) > 0 && g.Status == "Success" && g.Amount > 0 {
			sum += g.Amount
		}
	}
	if (sale.Confirmed() || sale.State() == kiosk.Paid) && sum < sale.Total() {
		h.t.Errorf("I2: %s is %s, and of %v only %v came", sale.Number, sale.State(), sale.Total(), sum)
	}
}

// factsAlone is I8: the journal's last word is what the facts say, and saying all again changes nothing.
func (h *house) factsAlone(sale *kiosk.Sale) {
	h.t.Helper()
	states := h.states(sale)
	if last := states[len(states)-1]; last != string(sale.State()) {
		h.t.Errorf("I8: %s is %s, and the journal's last word is %s", sale.Number, sale.State(), last)
	}
	for _, l := range sale.Links {
		for _, step := range factsOf(l) {
			out, err := sale.Take(step)
			if err != nil || out.Changed || !reflect.DeepEqual(out.Sale, sale) {
				h.t.Errorf("I8: %s again changes %s: %v", step.Kind, sale.Number, err)
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

// ring makes a sale with a command key of its own.
func (h *house) ring(amount kiosk.Money) *kiosk.Sale {
	h.t.Helper()
	sale, err := h.shop.Till.Charge(context.Background(), h.actor, till.Charge{Amount: amount, Key: freshKey()})
	h.must(err)
	h.look()
	return sale
}

// onShow makes a sale and waits until its code is on show.
func (h *house) onShow(amount kiosk.Money) *kiosk.Sale {
	h.t.Helper()
	sale := h.ring(amount)
	h.becomes(sale, kiosk.Awaiting, 2*time.Second)
	return sale
}

// now reads a sale anew.
func (h *house) now(sale *kiosk.Sale) *kiosk.Sale {
	h.t.Helper()
	return h.byNumber(sale.Number)
}

func (h *house) becomes(sale *kiosk.Sale, state kiosk.State, limit time.Duration) time.Duration {
	h.t.Helper()
	return h.until(sale.Number+" "+string(state), limit, func() bool { return h.now(sale).State() == state })
}

func (h *house) confirmed(sale *kiosk.Sale, limit time.Duration) time.Duration {
	h.t.Helper()
	return h.until(sale.Number+" confirmed", limit, func() bool { s := h.now(sale); return s.State() == kiosk.Paid && s.Confirmed() })
}

// shownLink is the gateway's view of the link whose code is on show.
func (h *house) shownLink() sandbox.LinkView {
	h.t.Helper()
	d := h.display()
	for _, l := range h.sandbox.Links() {
		if l.PayLink == d.PayURL && d.PayURL != "" {
			return l
		}
	}
	h.t.Fatalf("the display shows %s with %q", d.Shows, d.PayURL)
	return sandbox.LinkView{}
}

// payShown is the customer before the display.
func (h *house) payShown() {
	h.t.Helper()
	h.must(h.sandbox.Pay(h.shownLink().ID))
}

func (h *house) cancel(sale *kiosk.Sale) {
	h.t.Helper()
	_, err := h.shop.Till.Cancel(context.Background(), h.actor, sale.ID)
	h.must(err)
	h.look()
}

// links fails the test unless the gateway was asked for so many creates and holds so many links.
func (h *house) links(creates, made, payable int) {
	h.t.Helper()
	n := h.sandbox.Counts()["createLink"]
	if n != creates || len(h.sandbox.Links()) != made || len(h.payable()) != payable {
		h.t.Errorf("%d creates, %d links made, %d payable; want %d, %d, %d", n, len(h.sandbox.Links()), len(h.payable()), creates, made, payable)
	}
}

// shows fails the test unless the display shows this.
func (h *house) shows(want kiosk.DisplayState) {
	h.t.Helper()
	if d := h.display(); d.Shows != want {
		h.t.Errorf("the display shows %s, want %s", d.Shows, want)
	}
}

// alarm fails the test unless the till's alarms are about these sales.
func (h *house) alarm(sales ...*kiosk.Sale) {
	h.t.Helper()
	var want, got []string
	for _, s := range sales {
		want = append(want, s.Number)
	}
	for _, s := range h.till().AlarmSales {
		got = append(got, s.Number)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		h.t.Errorf("alarms about %v, want %v", got, want)
	}
}

// logged fails the test unless the log has a line with all these words.
func (h *house) logged(words ...string) {
	h.t.Helper()
	for line := range strings.Lines(h.log.String()) {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
			return
		}
	}
	h.t.Errorf("no line of the log has %q", words)
}

// tillSays is what the till's page says to the cashier.
func (h *house) tillSays() string {
	h.t.Helper()
	r := h.cashier().get(views.PathTill)
	if r.status != http.StatusOK {
		h.t.Fatalf("the till's page is answered %d", r.status)
	}
	return r.body
}

// strangers makes links that belong to another till system on the same account.
func (h *house) strangers(n int) map[int64]bool {
	h.t.Helper()
	before := len(h.sandbox.Links())
	for i := range n {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/api/v2/createLink",
			stringReader(fmt.Sprintf(`{"amount":%d,"recipient_note":"order %d of somebody else"}`, i+1, i)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("token", testKey)
		if status, body := answerOf(h.sandbox.Handler(), r); status != http.StatusOK {
			h.t.Fatalf("a stranger's link: %d %s", status, body)
		}
		if i%50 == 49 {
			time.Sleep(time.Minute) // sixty calls a minute
		}
	}
	time.Sleep(time.Minute)
	ids := map[int64]bool{}
	for _, l := range h.sandbox.Links()[before:] {
		ids[l.ID] = true
	}
	return ids
}

// limitOf reads how many rows a list call asks for.
func limitOf(r *http.Request) int {
	var q struct{ Limit int }
	_ = json.NewDecoder(r.Body).Decode(&q)
	return q.Limit
}

// fullPage is as many foreign rows as were asked for, the newest first.
func fullPage(n int) string {
	rows := make([]string, n)
	for i := range rows {
		at := time.Now().UTC().Add(-time.Duration(i) * time.Millisecond).Format(time.DateTime)
		rows[i] = fmt.Sprintf(`{"pay_id":%d,"transaction_id":"t-%d","amount":1.00,"status":"Success","recipient_note":"x","created_at":%q,"transaction_type":"Payment"}`, 1000+i, i, at)
	}
	return strings.Join(rows, ",")
}

// hookPath is the path of the webhook address of a sale's newest link.
func (h *house) hookPath(sale *kiosk.Sale) string {
	h.t.Helper()
	for _, l := range h.sandbox.Links() {
		if ref := h.now(sale).Last().Ref; strings.HasPrefix(l.Note, ref) {
			return strings.TrimPrefix(l.Endpoint, shopURL)
		}
	}
	h.t.Fatal("the gateway has no such link")
	return ""
}

// dieIn lets the house die within a charge and returns how to find the sale afterwards.
func (h *house) dieIn(m *mortal) (sale func() *kiosk.Sale) {
	h.t.Helper()
	h.close()
	h.mortal = m
	left := m.left
	m.left = 1 << 40
	h.open()
	synctest.Wait() // what workers do when they begin is done before there is anything to claim, and counts for nothing
	m.mu.Lock()
	m.left = left
	m.mu.Unlock()
	charge := till.Charge{Amount: 1250, Key: freshKey()}
	_, _ = h.shop.Till.Charge(context.Background(), h.actor, charge)
	time.Sleep(3 * time.Second)
	if !h.mortal.dead() {
		h.t.Fatal("it did not die")
	}
	return func() *kiosk.Sale {
		sale, err := h.shop.Till.Charge(context.Background(), h.actor, charge) // pressed again
		h.must(err)
		return sale
	}
}

// revive starts a house that has died.
func (h *house) revive() {
	h.close()
	h.mortal = nil
	h.open()
}
