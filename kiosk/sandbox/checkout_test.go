package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
)

// press presses a button of the checkout as a browser without script does.
func (r *rig) press(payLink, action string) answer {
	r.t.Helper()
	resp, err := r.client.PostForm(payLink, url.Values{"action": {action}})
	if err != nil {
		r.t.Fatal(err)
	}
	return readAnswer(r.t, resp)
}

// TestCheckout_buttons: which buttons a link shows, and where each leads.
func TestCheckout_buttons(t *testing.T) {
	r := newRig(t)
	const back = `,"callback_url":"https://shop.example/r/1"`
	for _, c := range []struct {
		order   string
		buttons []string
	}{
		{`{"amount":12.5` + back + `,"bank_transfer":"true"}`, []string{"card", "bank", "decline", "cancel"}},
		{`{"amount":12.5` + back + `,"bank_transfer":"false","cancellable":false}`, []string{"card", "decline"}},
	} {
		_, pay := r.makeLink(c.order)
		page := r.get(strings.TrimPrefix(pay, r.url))
		asked := markup.Parse(t, page.body)
		if page.status != 200 || !asked.Says(".banner strong", "SANDBOX") || asked.Text("h1 .number") != "12.50" {
			t.Fatalf("%d %s", page.status, page.body)
		}
		shown := asked.Attrs("button[name=action]", "value")
		if strings.Join(shown, " ") != strings.Join(c.buttons, " ") {
			t.Errorf("%s shows %v", c.order, shown)
		}
	}
}

// TestCheckout_redirects: 302 to the callback with the documented parameters, and what becomes of
// the link.
func TestCheckout_redirects(t *testing.T) {
	r := newRig(t)
	const order = `{"amount":5,"callback_url":"https://shop.example/r/1,https://other.example/","bank_transfer":"true"}`
	for _, c := range []struct {
		action string
		fault  Fault
		query  string
		status Status
	}{
		{"card", "", "&user_id=user-stall&status=success", Used},
		{"bank", "", "&user_id=user-stall&status=success", Unused},
		{"cancel", "", "&user_id=user-stall&status=cancel", Cancelled},
		{"card", CallbackEntities, "&amp;user_id=user-stall&amp;status=success", Used},
		{"cancel", CallbackCapital, "&status=Cancel", Cancelled},
	} {
		id, pay := r.makeLink(order)
		if c.fault != "" {
			r.Set(c.fault, 1)
		}
		a := r.press(pay, c.action)
		want := fmt.Sprintf("https://shop.example/r/1?pay_id=%d%s", id, c.query)
		if a.status != 302 || a.header.Get("Location") != want {
			t.Errorf("%s: %d %s", c.action, a.status, a.header.Get("Location"))
		}
		if v := r.link(id); v.Status != c.status || v.Pending != (c.action == "bank") {
			t.Errorf("%s: %+v", c.action, v)
		}
	}
}

// TestCheckout_ownResult: without a callback the gateway shows the result itself, and a button
// pressed again changes nothing.
func TestCheckout_ownResult(t *testing.T) {
	r := newRig(t)
	id, pay := r.makeLink(`{"amount":5}`)
	for range 2 {
		a := r.press(pay, "card")
		if a.status != 303 {
			t.Fatalf("%d", a.status)
		}
		page := r.get(a.header.Get("Location"))
		if asked := markup.Parse(t, page.body); page.status != 200 || asked.Text(".state.done .word") != "Paid" || asked.Has("button") {
			t.Errorf("%d %s", page.status, page.body)
		}
	}
	if rows := r.call("getPayInTransactions", fmt.Sprintf(`{"pay_id":%d}`, id)).rows(t); len(rows) != 1 {
		t.Errorf("%d rows", len(rows))
	}
}

// TestCheckout_declined: the payer stays on the page and can try again.
func TestCheckout_declined(t *testing.T) {
	r := newRig(t)
	id, pay := r.makeLink(`{"amount":5,"callback_url":"https://shop.example/"}`)
	a := r.press(pay, "decline")
	page := r.get(a.header.Get("Location"))
	if asked := markup.Parse(t, page.body); !asked.Says("[role=alert]", "declined") || !asked.Has("button[name=action][value=card]") {
		t.Errorf("%d %s", page.status, page.body)
	}
	if v := r.link(id); v.Status != Unused {
		t.Errorf("%+v", v)
	}
}

// TestCheckout_forced: what the page does not offer cannot be forced.
func TestCheckout_forced(t *testing.T) {
	r := newRig(t)
	id, pay := r.makeLink(`{"amount":5,"bank_transfer":"false","cancellable":"false"}`)
	for _, action := range []string{"bank", "cancel", "refund", ""} {
		r.press(pay, action)
	}
	if v := r.link(id); v.Status != Unused || v.Pending {
		t.Errorf("%+v", v)
	}
}

// TestPages_foreign: a foreign page cannot press buttons, a foreign name cannot be pointed here,
// and text from outside is text.
func TestPages_foreign(t *testing.T) {
	r := newRig(t)
	id, pay := r.makeLink(`{"amount":5,"recipient_note":"<script>alert(1)</script>"}`)
	send := func(target, host, origin, body string) int {
		req, err := http.NewRequest(http.MethodPost, target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", formType)
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		if host != "" {
			req.Host = host
		}
		resp, err := r.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return readAnswer(t, resp).status
	}
	form := fmt.Sprintf("link_id=%d", id)
	for _, c := range []struct{ target, host, origin, body string }{
		{pay, "", "https://evil.example", "action=card"},
		{r.url + "/control/pay", "", "https://evil.example", form},
		{r.url + "/control/pay", "evil.example", "http://evil.example", form},
	} {
		if status := send(c.target, c.host, c.origin, c.body); status != 403 {
			t.Errorf("%v: %d", c, status)
		}
	}
	if v := r.link(id); v.Status != Unused {
		t.Errorf("%+v", v)
	}
	for _, path := range []string{"/", strings.TrimPrefix(pay, r.url)} {
		page := r.get(path)
		csp := page.header.Get("Content-Security-Policy")
		asked := markup.Parse(t, page.body)
		if !asked.Has("main") || asked.Has("script:not([src])") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: %s %s", path, csp, page.body)
		}
	}
	if status := send(r.url+"/control/pay", "", r.url, form); status != 200 {
		t.Errorf("own page: %d", status)
	}
	if v := r.link(id); v.Status != Used {
		t.Errorf("%+v", v)
	}
}

// TestPages_font: the pages are written in the font that was given, which their policy lets them have.
func TestPages_font(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Font = []byte("wOF2...") })
	got := r.get("/sandbox/inter.woff2")
	if got.body != "wOF2..." || got.header.Get("Content-Type") != "font/woff2" || got.header.Get("Cache-Control") != "max-age=86400" {
		t.Errorf("%+v", got)
	}
	if csp := r.get("/").header.Get("Content-Security-Policy"); !strings.Contains(csp, "font-src 'self'") {
		t.Errorf("the policy is %s", csp)
	}
	if got := newRig(t).get("/sandbox/inter.woff2"); got.status != http.StatusNotFound {
		t.Errorf("without one: %d", got.status)
	}
}

// TestPages_referrer: a phone on a plain http address sends no Sec-Fetch-Site, so that its Origin
// must tell our page from others; a page without referrers would make it null.
func TestPages_referrer(t *testing.T) {
	r := newRig(t)
	_, pay := r.makeLink(`{"amount":5}`)
	if got := r.get(strings.TrimPrefix(pay, r.url)).header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("Referrer-Policy %q", got)
	}
	for origin, want := range map[string]int{"null": 403, r.url: 303} {
		req, err := http.NewRequest(http.MethodPost, pay, strings.NewReader("action=decline"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", formType)
		req.Header.Set("Origin", origin)
		resp, err := r.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if a := readAnswer(t, resp); a.status != want {
			t.Errorf("Origin %s: %d", origin, a.status)
		}
	}
}

// TestControl_far: callers from other machines do not reach the control API.
func TestControl_far(t *testing.T) {
	for remote, near := range map[string]bool{
		"127.0.0.1:5": true, "[::1]:5": true, "[::ffff:127.0.0.1]:5": true, "pipe": true,
		"192.168.1.9:5": false, "[fe80::1%eth0]:5": false, "8.8.8.8:5": false,
	} {
		if isNear(remote) != near {
			t.Errorf("%s", remote)
		}
	}
}

// TestOpenLinks: the page shows what can be paid, with a button that pays it.
func TestOpenLinks(t *testing.T) {
	r := newRig(t)
	id, _ := r.makeLink(`{"amount":7.2,"recipient_note":"Table 4"}`)
	if page := markup.Parse(t, r.get("/").body); page.Text(".row .number") != "7.20" || page.Text(".row .text") != "Table 4" {
		t.Fatalf("%s", page)
	}
	a := r.post("/control/pay", "", formType, fmt.Sprintf("link_id=%d&back=/", id))
	if a.status != 303 || a.header.Get("Location") != "/" {
		t.Errorf("%d %v", a.status, a.header)
	}
	if page := markup.Parse(t, r.get("/").body); page.Has(".row") || !page.Has("#links .empty") {
		t.Errorf("still open: %s", page)
	}
	for back, want := range map[string]int{"//evil.example": 409, "https://evil.example": 409} {
		if a := r.post("/control/pay", "", formType, fmt.Sprintf("link_id=%d&back=%s", id, back)); a.status != want {
			t.Errorf("%s: %d", back, a.status)
		}
	}
}
