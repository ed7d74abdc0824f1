package sandbox

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestKnobs_lists: what lists show when told otherwise.
func TestKnobs_lists(t *testing.T) {
	r := newRig(t)
	old, _ := r.makeLink(`{"amount":1}`)
	r.makeLink(`{"amount":2}`)
	cancelled, _ := r.makeLink(`{"amount":3}`)
	if err := r.CancelByPayer(cancelled); err != nil {
		t.Fatal(err)
	}
	r.Set(ListReorder, 1)
	if rows := r.call("getMyUnusedLinks", "").rows(t); rows[0]["linktopay_id"] != float64(old) {
		t.Errorf("reordered: %v", rows[0])
	}
	r.Set(ListDown, 1)
	if a := r.call("getMyUsedLinks", ""); a.status != 500 {
		t.Errorf("down: %d", a.status)
	}
	r.Set(CancelListed, -1)
	if rows := r.call("getMyUnusedLinks", "").rows(t); len(rows) != 3 || rows[0]["is_cancelled"] != "Yes" || rows[0]["status"] != "Unused" {
		t.Errorf("cancelled: %v", rows)
	}
	r.Set(CancelListed, 0)
	if rows := r.call("getMyUnusedLinks", "").rows(t); len(rows) != 2 {
		t.Errorf("cancelled links are listed: %v", rows)
	}
}

// TestKnobs_money: the owner's part instead of the whole, a deletable transfer, and refunds that
// are rejected or marked.
func TestKnobs_money(t *testing.T) {
	r := newRig(t)
	split, _ := r.makeLink(`{"amount":100,"recipients":[{"token":"recipient_a","share":30}]}`)
	if err := r.Pay(split); err != nil {
		t.Fatal(err)
	}
	for _, want := range []float64{100, 70} {
		if rows := r.call("getPayInTransactions", "").rows(t); rows[0]["amount"] != want {
			t.Errorf("%v, not %v", rows[0]["amount"], want)
		}
		r.Set(PayInsOwnPart, -1)
	}

	transfer, _ := r.makeLink(`{"amount":5,"bank_transfer":"true"}`)
	if err := r.PromiseTransfer(transfer); err != nil {
		t.Fatal(err)
	}
	r.Set(BankDelete, -1)
	if e := r.call("deleteLink", fmt.Sprintf(`{"link_id":%d}`, transfer)).read(t); e.ResponseMsg != msgDeleted {
		t.Errorf("%+v", e)
	}

	deleted, _ := r.makeLink(`{"amount":6}`)
	r.call("deleteLink", fmt.Sprintf(`{"link_id":%d}`, deleted))
	if err := r.Pay(deleted); err == nil {
		t.Error("a deleted link was paid")
	}
	r.Set(PayDeleted, -1)
	if err := r.Pay(deleted); err != nil {
		t.Errorf("a payer who stood on the page already: %v", err)
	}
	r.Set(PayDeleted, 0)

	r.Set(RefundRejected, 1)
	r.call("refundPayment", fmt.Sprintf(`{"pay_id":%d,"refund_amount":1}`, split))
	if m := r.Money()[0]; m.Refunds[0].State != refundRejected || m.Returned != 0 {
		t.Errorf("%+v", m)
	}
	marked, _ := r.makeLink(`{"amount":8}`)
	if err := r.Pay(marked); err != nil {
		t.Fatal(err)
	}
	r.call("refundPayment", fmt.Sprintf(`{"pay_id":%d,"refund_amount":1}`, marked))
	r.Set(RefundFlagged, 1)
	if err := r.ApproveRefund(marked); err != nil {
		t.Fatal(err)
	}
	for _, row := range r.call("getPayInTransactions", fmt.Sprintf(`{"pay_id":%d}`, marked)).rows(t) {
		if row["is_refund"] != "true" {
			t.Errorf("%v", row)
		}
	}
}

// TestKnobs_payer: the payer stays on the gateway's page; the webhook names another link.
func TestKnobs_payer(t *testing.T) {
	r := newRig(t)
	id, pay := r.makeLink(`{"amount":5,"callback_url":"https://shop.example/","payment_endpoint":"http://127.0.0.1:9/"}`)
	r.Set(CallbackOff, 1)
	r.Set(WebhookWrongLink, 1)
	if a := r.press(pay, "card"); a.status != 303 {
		t.Errorf("%d %s", a.status, a.header.Get("Location"))
	}
	if body := r.Webhooks()[0].Body; !strings.Contains(body, fmt.Sprintf(`"pay_id":%d,`, id+1)) {
		t.Errorf("%s", body)
	}
}

// TestKnobs_slow: two seconds and then the answer.
func TestKnobs_slow(t *testing.T) {
	inBubble(t, func(b *bubble) {
		b.Set(Slow, 1)
		began := time.Now()
		b.make(`{"amount":5}`)
		if took := time.Since(began); took != slowness {
			t.Errorf("%v", took)
		}
	})
}

// TestKnobs_lateLink: a link that comes into being half a minute after its call.
func TestKnobs_lateLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Config{Accounts: merchants()})
		if err != nil {
			t.Fatal(err)
		}
		s.Set(CreateLate, 1)
		a := s.keeper.ledger.accounts[0]
		out := s.api.createLink(a, value{kind: object, keys: []string{"amount"}, items: []value{{kind: number, text: "5"}}})
		if out.status != statusLost || len(s.Links()) != 0 || s.Pay(s.keeper.ledger.lastID) != ErrNoLink {
			t.Errorf("%d, %d links", out.status, len(s.Links()))
		}
		time.Sleep(lateness)
		if len(s.Links()) != 1 || s.Pay(s.keeper.ledger.lastID) != nil {
			t.Errorf("%d links", len(s.Links()))
		}
	})
}

// TestCatalogue_tested: there is a test for every fault.
func TestCatalogue_tested(t *testing.T) {
	source, err := os.ReadFile("catalogue.go")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(raw)
	}
	names := regexp.MustCompile(`(?m)^\t(\w+)\s+Fault = "`).FindAllStringSubmatch(string(source), -1)
	if len(names) != len(Catalogue()) {
		t.Errorf("%d constants, %d lines", len(names), len(Catalogue()))
	}
	for _, m := range names {
		if !regexp.MustCompile(`\b` + m[1] + `\b`).MatchString(tests.String()) {
			t.Errorf("no test mentions %s", m[1])
		}
	}
}

// TestConfig: what New refuses, and what it assumes.
func TestConfig(t *testing.T) {
	other := filepath.Join(t.TempDir(), "letter")
	if err := os.WriteFile(other, []byte("Dear Sir or Madam,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]Config{
		"wire":        {Wire: 9},
		"allow":       {Allow: []string{"http://x/"}},
		"empty allow": {Allow: []string{""}},
		"no key":      {Accounts: []Account{{Name: "x"}}},
		"same key":    {Accounts: []Account{{Name: "x", Key: "k"}, {Name: "y", Key: "k"}}},
		"fee":         {Accounts: []Account{{Name: "x", Key: "k", ServiceFee: "1,0"}}},
		"no folder":   {Book: filepath.Join(t.TempDir(), "none", "book")},
		"no book":     {Book: other},
	} {
		if s, err := New(cfg); err == nil {
			s.Close()
			t.Errorf("%s was taken", name)
		}
	}
	s, err := New(Config{Allow: []string{"10.0.0.0/8", "192.168.1.7", "kiosk.local", "shop.local:8080"}})
	if err != nil {
		t.Fatal(err)
	}
	if list := s.Accounts(); len(list) != 1 || list[0].Key != DemoAccount().Key || list[0].UserID == "" {
		t.Errorf("%+v", list)
	}
	for address, ok := range map[string]bool{"10.1.2.3:80": true, "192.168.1.7:1": true, "192.168.1.8:1": false} {
		if s.postman.guard.allows(address) != ok {
			t.Errorf("%s", address)
		}
	}
	for _, name := range []string{"seeds", "2026", "2025", "2024"} {
		if w, ok := ParseWire(name); !ok || w.String() != name {
			t.Errorf("%s: %v", name, w)
		}
	}
	if _, ok := ParseWire("2023"); ok {
		t.Error("2023 was read")
	}
}

// TestGuard_named: a name on the allow-list is reached whatever its address is, and only with the
// port it was listed with.
func TestGuard_named(t *testing.T) {
	for target, want := range map[string]string{
		"http://localhost": "localhost:80", "https://LOCALHOST": "localhost:443", "http://[::1]:8091": "[::1]:8091", "": "",
	} {
		if got := (&address{baseURL: target}).ownHost(); got != want {
			t.Errorf("%s: %s", target, got)
		}
	}
	g, err := newGuard([]string{"name.invalid:81"})
	if err != nil {
		t.Fatal(err)
	}
	if !g.names["name.invalid:81"] || g.names["name.invalid"] {
		t.Errorf("%v", g.names)
	}
}

// TestControl_foreignName: only names that nobody else can point here reach the control API.
func TestControl_foreignName(t *testing.T) {
	s := &address{baseURL: "http://Sandbox.test:8091"}
	for host, ok := range map[string]bool{
		"127.0.0.1:8091": true, "[::1]:8091": true, "localhost": true, "LOCALHOST:1": true, "sandbox.test:8091": true, "192.168.1.2:80": true,
		"evil.example": false, "evil.example:8091": false, "": false, "localhost.evil.example": false,
	} {
		if s.ownName(host) != ok {
			t.Errorf("%q", host)
		}
	}
}

// TestAge: words for how long ago.
func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "just now", 90 * time.Second: "1 min ago", 3 * time.Hour: "3 h ago", 50 * time.Hour: "2 days ago",
	} {
		if got := age(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}

// TestControlPage_tries: the log of a webhook shows what every try met.
func TestControlPage_tries(t *testing.T) {
	inBubble(t, func(b *bubble) {
		box := &inbox{answer: func(n int) int { return map[bool]int{true: 500, false: 200}[n == 1] }}
		defer b.net.listen("shop.test:80", box)()
		id := b.make(`{"amount":5,"payment_endpoint":"http://shop.test/w"}`)
		b.running(func() {
			if err := b.Pay(id); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		})
		lines := tryLines(b.Webhooks()[0])
		if len(lines) != 2 || !strings.HasSuffix(lines[0], "500 "+http.StatusText(500)) || !strings.HasSuffix(lines[1], "200 OK") {
			t.Errorf("%q", lines)
		}
	})
}
