package faults

import (
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
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
)

// The tests named TestFault_F.. are the fault catalogue (../faults.md); ../testdata/faults.txt lists them.
// This file is their harness: a house in a bubble, an auditor who watches its screens, and the
// invariants at the end, by the numbers of cmd/torture/check.go.

// drill plays a fault in a bubble of virtual time and then compares the books.
func drill(t *testing.T, play func(t *testing.T, h *kiosktest.Installation), options ...func(*kiosktest.Installation)) {
	t.Helper()
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Eye = &kiosktest.Auditor{Shown: map[string]string{}}
		play(t, h)
		if !t.Failed() {
			holds(h)
		}
	}, options...)
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

// sleep lets time pass under the auditor's eye.
func sleep(h *kiosktest.Installation, d time.Duration) {
	h.T.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); {
		h.Look()
		time.Sleep(min(time.Until(end), 500*time.Millisecond))
	}
	h.Look()
}

// notice writes what the gateway would send about a link: sealed with the link's own key.
func notice(h *kiosktest.Installation, link sandbox.LinkView, status string, amount kiosk.Money) string {
	h.T.Helper()
	key, user := keyOf(h, link)
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
func keyOf(h *kiosktest.Installation, link sandbox.LinkView) (key, user string) {
	h.T.Helper()
	for _, e := range h.Sandbox.Book() {
		if e.Link != nil && e.Link.ID == link.ID {
			key, user = e.Link.Key, e.Link.User
		}
	}
	return key, user
}

// holds ends every fault, gives the house five minutes with a healthy gateway, and checks the
// invariants with the gateway's book and the files, not with the service's opinion.
func holds(h *kiosktest.Installation) {
	h.T.Helper()
	for _, f := range sandbox.Catalogue() {
		h.Sandbox.Set(f.Name, 0)
	}
	h.Gate.Set(nil)
	h.Wires.Bending(nil)
	h.Wires.Naming(nil)
	for range 30 {
		time.Sleep(10 * time.Second)
		h.Look()
	}
	ledger := h.Sandbox.Ledger()
	for _, sale := range h.Records.Sales() {
		everyRowOnce(h, sale, ledger)
		provenOnly(h, sale, ledger)
		h.Records.FactsAlone(sale)
	}
	h.Records.Sound()
}

// everyRowOnce is I1: what the gateway's book says of a sale's links is here, once and to the cent.
func everyRowOnce(h *kiosktest.Installation, sale *kiosk.Sale, ledger []kiosktest.Payment) {
	h.T.Helper()
	theirs, ours := map[int][]kiosk.Money{}, map[int][]kiosk.Money{}
	for _, g := range ledger {
		if n := g.LinkOf(sale); n > 0 && g.Status == "Success" {
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
			h.T.Errorf("I1: link %d of %s has the rows %v, and the gateway has %v", n+1, sale.Number, ours[n+1], theirs[n+1])
		}
	}
}

// provenOnly is I2 at rest: a sale is confirmed only where the gateway's rows cover it.
func provenOnly(h *kiosktest.Installation, sale *kiosk.Sale, ledger []kiosktest.Payment) {
	h.T.Helper()
	var sum kiosk.Money
	for _, g := range ledger {
		if g.LinkOf(sale) > 0 && g.Status == "Success" && g.Amount > 0 {
			sum += g.Amount
		}
	}
	if (sale.Confirmed() || sale.State() == kiosk.Paid) && sum < sale.Total() {
		h.T.Errorf("I2: %s is %s, and of %v only %v came", sale.Number, sale.State(), sale.Total(), sum)
	}
}

// links fails the test unless the gateway was asked for so many creates and holds so many links.
func links(h *kiosktest.Installation, creates, made, payable int) {
	h.T.Helper()
	n := h.Sandbox.Counts()["createLink"]
	if n != creates || len(h.Sandbox.Links()) != made || len(h.Sandbox.Payable()) != payable {
		h.T.Errorf("%d creates, %d links made, %d payable; want %d, %d, %d", n, len(h.Sandbox.Links()), len(h.Sandbox.Payable()), creates, made, payable)
	}
}

// shows fails the test unless the display shows this.
func shows(h *kiosktest.Installation, want kiosk.DisplayState) {
	h.T.Helper()
	if d := h.Display(); d.Shows != want {
		h.T.Errorf("the display shows %s, want %s", d.Shows, want)
	}
}

// logged fails the test unless the log has a line with all these words.
func logged(h *kiosktest.Installation, words ...string) {
	h.T.Helper()
	for line := range strings.Lines(h.Log.String()) {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
			return
		}
	}
	h.T.Errorf("no line of the log has %q", words)
}

// strangers makes links that belong to another till system on the same account.
func strangers(h *kiosktest.Installation, n int) map[int64]bool {
	h.T.Helper()
	before := len(h.Sandbox.Links())
	for i := range n {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/api/v2/createLink",
			kiosktest.StringReader(fmt.Sprintf(`{"amount":%d,"recipient_note":"order %d of somebody else"}`, i+1, i)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("token", kiosktest.TestKey)
		if status, body := kiosktest.AnswerOf(h.Sandbox.Handler(), r); status != http.StatusOK {
			h.T.Fatalf("a stranger's link: %d %s", status, body)
		}
		if i%50 == 49 {
			time.Sleep(time.Minute) // sixty calls a minute
		}
	}
	time.Sleep(time.Minute)
	ids := map[int64]bool{}
	for _, l := range h.Sandbox.Links()[before:] {
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

// dieIn lets the house die within a charge and returns how to find the sale afterwards.
func dieIn(h *kiosktest.Installation, m *kiosktest.Mortal) (sale func() *kiosk.Sale) {
	h.T.Helper()
	h.Close()
	h.Mortal = m
	left := m.Left
	m.Left = 1 << 40
	h.Open()
	synctest.Wait() // what workers do when they begin is done before there is anything to claim, and counts for nothing
	m.Mu.Lock()
	m.Left = left
	m.Mu.Unlock()
	charge := till.Charge{Amount: 1250, Key: kiosktest.FreshKey()}
	_, _ = h.Shop.Till.Charge(context.Background(), h.Actor, charge)
	time.Sleep(3 * time.Second)
	if !h.Mortal.Dead() {
		h.T.Fatal("it did not die")
	}
	return func() *kiosk.Sale {
		sale, err := h.Shop.Till.Charge(context.Background(), h.Actor, charge) // pressed again
		h.Must(err)
		return sale
	}
}
