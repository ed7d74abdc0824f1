package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// attempt makes a call that may get no answer.
func (r *rig) attempt(name, body string) (a answer, err error) {
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+"/api/v2/"+name, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("token", "test-key-stall")
	resp, err := r.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	var raw strings.Builder
	buf := make([]byte, 512)
	for {
		n, err := resp.Body.Read(buf)
		raw.Write(buf[:n])
		if err != nil {
			a = answer{resp.StatusCode, resp.Header, raw.String()}
			if err.Error() == "EOF" {
				return a, nil
			}
			return a, err
		}
	}
}

// TestFaults_create: what the caller sees and whether there is a link, for every fault of create,
// ordered by name and by magic amount.
func TestFaults_create(t *testing.T) {
	for _, c := range []struct {
		fault  Fault
		magic  string
		lost   bool
		status int
		holds  string
		made   int
	}{
		{CreateLost, "666.01", true, 0, "", 1},
		{CreateLate, "666.03", true, 0, "", 0},
		{CreateReset, "666.04", true, 0, "", 0},
		{CreateRefuse, "666.05", false, 200, `"ResponseCode":0`, 0},
		{Create500Made, "666.06", false, 500, "InternalServerError", 1},
		{Create500Unmade, "666.07", false, 500, "InternalServerError", 0},
		{CreateCut, "666.08", true, 200, `"user_id"`, 1},
		{CreateHTML, "666.09", false, 200, "<!doctype html>", 0},
		{CreateWrongAmount, "666.10", false, 200, `"amount":667.1,`, 1},
		{CreateWrongNote, "666.11", false, 200, `"recipient_note":"",`, 1},
		{CreateWrongFlags, "666.12", false, 200, `"bank_transfer":"true"`, 1},
		{CreatePhantom, "666.15", false, 200, `"ResponseCode":1`, 0},
		{CreateWrongURL, "666.13", false, 200, `"pay_link":"https://elsewhere.invalid/`, 1},
	} {
		check := func(r *rig, how, amount string) {
			body := `{"amount":` + amount + `,"recipient_note":"ref","bank_transfer":"false","cancellable":false,"payment_endpoint":"http://127.0.0.1:9/"}`
			a, err := r.attempt("createLink", body)
			if (err != nil) != c.lost || a.status != c.status || !strings.Contains(a.body, c.holds) {
				t.Errorf("%s %s: %d %q %v", c.fault, how, a.status, a.body, err)
			}
			if n := len(r.Links()); n != c.made {
				t.Errorf("%s %s: %d links", c.fault, how, n)
			}
		}
		r := newRig(t)
		r.Set(c.fault, 1)
		check(r, "armed", "666.1"+c.magic[5:])
		check(newRig(t), "by amount", c.magic)
	}
}

// TestFaults_times: a fault happens as often as ordered, for ever, or not at all.
func TestFaults_times(t *testing.T) {
	r := newRig(t)
	down := func() bool { return r.call("getPayInTransactions", "").status == 500 }
	for times, want := range map[int]string{2: "true true false", 0: "false false false", -1: "true true true"} {
		r.Set(PayInsDown, times)
		if got := fmt.Sprint(down(), " ", down(), " ", down()); got != want {
			t.Errorf("%d times: %s", times, got)
		}
		r.Set(PayInsDown, 0)
	}
	r.Set("no-such-fault", -1)
	for _, f := range r.Faults() {
		if f.Left != 0 {
			t.Errorf("%s is left", f.Name)
		}
	}
}

// TestFaults_front: what happens to every call.
func TestFaults_front(t *testing.T) {
	r := newRig(t)
	for fault, status := range map[Fault]int{
		Down: 503, HTML: 200, Redirect: 307, TooMany: 429, TooManyWait: 429, Empty: 200, Huge: 200, OddEnvelope: 200, KeyRevoked: 201, ErrorsPlain: 200, Forbidden: 403,
	} {
		r.Set(fault, 1)
		a := r.call("getMyUnusedLinks", "")
		if a.status != status {
			t.Errorf("%s: %d %s", fault, a.status, a.body)
		}
		if (fault == TooManyWait) != (a.header.Get("Retry-After") == "30") {
			t.Errorf("%s: Retry-After %q", fault, a.header.Get("Retry-After"))
		}
		r.Set(fault, 0)
	}
	r.Set(Reset, 1)
	if a, err := r.attempt("getMyUnusedLinks", ""); err == nil {
		t.Errorf("reset: %+v", a)
	}
}

// TestFaults_bodies: good answers that look odd.
func TestFaults_bodies(t *testing.T) {
	r := newRig(t)
	for fault, good := range map[Fault]func(string) bool{
		Empty: func(s string) bool { return s == "" },
		Huge:  func(s string) bool { return len(s) > 2<<20 && json.Valid([]byte(s)) },
		OddEnvelope: func(s string) bool {
			return strings.Contains(s, `"ResponseCode":"1"`) && strings.Contains(s, `"Result":true`) && json.Valid([]byte(s))
		},
	} {
		r.Set(fault, 1)
		if a := r.call("getMyUnusedLinks", ""); !good(a.body) {
			t.Errorf("%s: %.200s", fault, a.body)
		}
	}
}

// TestFaults_payIns: what a list of payments can get wrong.
func TestFaults_payIns(t *testing.T) {
	r := newRig(t)
	id, _ := r.makeLink(`{"amount":5}`)
	if err := r.Pay(id); err != nil {
		t.Fatal(err)
	}
	for fault, want := range map[Fault]string{
		"":             "[Success]",
		PayInsFailed:   "[Failed]",
		PayInsEmpty:    "[]",
		PayInsStranger: "[Success Success]",
		PagesLoop:      "[Success]",
		ListLag:        "[]",
	} {
		body := `{}`
		if fault == PagesLoop {
			body = `{"page":9}`
		}
		if fault != "" {
			r.Set(fault, 1)
		}
		got := []any{}
		for _, row := range r.call("getPayInTransactions", body).rows(t) {
			got = append(got, row["status"])
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s: %v", fault, got)
		}
	}
}

// TestFaults_plain: the older shape of errors with its own statuses.
func TestFaults_plain(t *testing.T) {
	r := newRig(t)
	r.Set(ErrorsPlain, -1)
	for _, c := range []struct {
		key, endpoint, body string
		status              int
		answer              string
	}{
		{"", "createLink", "", 401, `{"error":"Unauthorized","errorMessage":"Invalid API key or token."}`},
		{"x", "createLink", "", 201, `{"error":"UserNotFound","errorMessage":"No user found with the provided API key."}`},
		{"test-key-stall", "createLink", "", 400, `{"error":"InvalidParameters","errorMessage":"The provided parameters are invalid."}`},
		{"test-key-stall", "deleteLink", `{"link_id":1}`, 404, `{"error":"NotFound","errorMessage":"Invalid link ID"}`},
	} {
		if a := r.post("/api/v2/"+c.endpoint, c.key, "", c.body); a.status != c.status || a.body != c.answer {
			t.Errorf("%s: %d %s", c.endpoint, a.status, a.body)
		}
	}
}

// TestFaults_delete: a 500 that deleted nothing, and an answer that got lost after deleting.
func TestFaults_delete(t *testing.T) {
	for fault, want := range map[Fault]Status{Delete500: Unused, DeleteLost: Deleted} {
		r := newRig(t)
		id, _ := r.makeLink(`{"amount":5}`)
		r.Set(fault, 1)
		a, err := r.attempt("deleteLink", fmt.Sprintf(`{"link_id":%d}`, id))
		if (err != nil) != (fault == DeleteLost) || (err == nil && a.status != 500) {
			t.Errorf("%s: %+v %v", fault, a, err)
		}
		if v := r.link(id); v.Status != want {
			t.Errorf("%s: %+v", fault, v)
		}
	}
}

// TestFaults_refund: the request is filed, and its answer gets lost.
func TestFaults_refund(t *testing.T) {
	r := newRig(t)
	id, _ := r.makeLink(`{"amount":5}`)
	if err := r.Pay(id); err != nil {
		t.Fatal(err)
	}
	r.Set(RefundLost, 1)
	if a, err := r.attempt("refundPayment", fmt.Sprintf(`{"pay_id":%d,"refund_amount":1}`, id)); err == nil {
		t.Errorf("answered %+v", a)
	}
	if m := r.Money()[0]; len(m.Refunds) != 1 || m.Refunds[0].Amount != 100 {
		t.Errorf("%+v", m.Refunds)
	}
}

// TestFaults_payment: money that does not fit.
func TestFaults_payment(t *testing.T) {
	for fault, want := range map[Fault][]float64{
		PayShort: {4.99}, PayOver: {6}, PayTwice: {5, 5}, PayUnlisted: {}, PayInsTwice: {5, 5},
	} {
		r := newRig(t)
		id, _ := r.makeLink(`{"amount":5}`)
		r.Set(fault, 1)
		if err := r.Pay(id); err != nil {
			t.Fatal(err)
		}
		rows := r.call("getPayInTransactions", "").rows(t)
		var got []float64
		for _, row := range rows {
			got = append(got, row["amount"].(float64))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v", fault, got)
		}
	}
}

// TestFaults_paidFirst: the webhook arrives before the answer of the create call.
func TestFaults_paidFirst(t *testing.T) {
	r := newRig(t)
	box := &inbox{}
	shop := http.Server{Handler: box}
	defer shop.Close()
	addr := serve(t, &shop)
	r.Set(CreatePaid, 1)
	id, _ := r.makeLink(`{"amount":5,"payment_endpoint":"http://` + addr + `/w"}`)
	if got := box.bodies(); len(got) != 1 || !strings.Contains(got[0], fmt.Sprint(id)) {
		t.Errorf("%q", got)
	}
}

// TestFaults_hang: the link is there, the caller waits in vain, a minute at most.
func TestFaults_hang(t *testing.T) {
	for patience, want := range map[time.Duration]time.Duration{10 * time.Second: 10 * time.Second, time.Hour: longest} {
		inBubble(t, func(b *bubble) {
			b.Set(CreateHang, 1)
			ctx, cancel := context.WithTimeout(b.t.Context(), patience)
			defer cancel()
			req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/v2/createLink", strings.NewReader("amount=5"))
			req.Header.Set("token", "test-key-stall")
			w := httptest.NewRecorder()
			began := time.Now()
			func() {
				defer func() {
					if r := recover(); r != http.ErrAbortHandler {
						t.Errorf("the connection was not cut: %v", r)
					}
				}()
				b.Handler().ServeHTTP(w, req)
			}()
			if waited := time.Since(began); waited != want || w.Body.Len() != 0 || len(b.Links()) != 1 {
				t.Errorf("%v, %q, %d links", waited, w.Body, len(b.Links()))
			}
		})
	}
}

// TestControl_faults: faults are set over HTTP, and a name that does not exist is refused.
func TestControl_faults(t *testing.T) {
	r := newRig(t)
	if a := r.post("/control/faults", "", jsonType, `{"name":"payins-down","times":2}`); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := r.get("/control/faults"); !strings.Contains(a.body, `"name":"payins-down","what":"getPayInTransactions answers 500","left":2`) {
		t.Errorf("%s", a.body)
	}
	for _, bad := range []string{`{"name":"x"}`, `{"name":"slow","times":"often"}`, `{`} {
		if a := r.post("/control/faults", "", jsonType, bad); a.status != 422 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
	for path, holds := range map[string]string{"links": "[]", "calls": `"counts":{}`, "webhooks": "[]"} {
		if a := r.get("/control/" + path); a.status != 200 || !strings.Contains(a.body, holds) {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	if a := r.post("/control/pay", "", jsonType, `{"link_id":1}`); a.status != 404 {
		t.Errorf("unknown link: %d", a.status)
	}
}

// TestCatalogue: every fault has one line, and no two share an amount.
func TestCatalogue(t *testing.T) {
	names, amounts := map[Fault]bool{}, map[string]Fault{}
	for _, f := range Catalogue() {
		if names[f.Name] || f.What == "" {
			t.Errorf("%s", f.Name)
		}
		names[f.Name] = true
		if m := f.Magic.String(); f.Magic != 0 {
			if other, taken := amounts[m]; taken {
				t.Errorf("%s and %s share %s", f.Name, other, m)
			}
			amounts[m] = f.Name
		}
	}
}
