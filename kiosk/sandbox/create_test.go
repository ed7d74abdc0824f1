package sandbox

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// TestCreate_bodies: JSON, form and multipart bodies, with and without the right content type,
// make the same link.
func TestCreate_bodies(t *testing.T) {
	var multi bytes.Buffer
	w := multipart.NewWriter(&multi)
	w.WriteField("amount", "49.90")
	w.WriteField("recipient_note", "Invoice #1")
	w.Close()
	for name, in := range map[string]struct{ contentType, body, echo string }{
		"json":                {"application/json", `{"amount":49.90,"recipient_note":"Invoice #1"}`, `49.9`},
		"json with charset":   {"application/json; charset=utf-8", ` {"recipient_note":"Invoice #1","amount":"49.90"}`, `"49.90"`},
		"json as form":        {"application/x-www-form-urlencoded", `{"amount":49.9,"recipient_note":"Invoice #1"}`, `49.9`},
		"json without a type": {"", `{"amount":49.9,"recipient_note":"Invoice #1"}`, `49.9`},
		"form":                {"application/x-www-form-urlencoded", "amount=49.90&recipient_note=Invoice+%231", `"49.90"`},
		"multipart":           {w.FormDataContentType(), multi.String(), `"49.90"`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			a := r.post("/api/v2/createLink", "test-key-stall", in.contentType, in.body)
			if a.status != 200 || !strings.Contains(a.body, `"amount":`+in.echo+`,"recipient_note":"Invoice #1"`) {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if links := r.Links(); len(links) != 1 || links[0].Amount != 4990 || links[0].Status != Unused {
				t.Fatalf("%+v", links)
			}
		})
	}
}

// TestCreate_recipientsFromForm: the PHP way and the JSON text both reach the stored recipients.
func TestCreate_recipientsFromForm(t *testing.T) {
	for body, want := range map[string]string{
		"amount=100&recipients[0][token]=recipient_a&recipients[0][share]=6": `[{"token":"recipient_a","share":"6"}]`,
		"amount=100&recipients%5B%5D%5Btoken%5D=recipient_a":                 "",
		`amount=100&recipients=[{"share":6.50,"token":"recipient_a"}]`:       `[{"share":6.5,"token":"recipient_a"}]`,
	} {
		r := newRig(t)
		a := r.post("/api/v2/createSplitLink", "test-key-stall", "application/x-www-form-urlencoded", body)
		e := a.read(t)
		if want == "" {
			if e.ResponseMsg != "Share should be greater than zero at index 0" {
				t.Errorf("%s: %s", body, a.body)
			}
			continue
		}
		if !strings.Contains(a.body, `"recipients":`+strconv.Quote(want)) {
			t.Errorf("%s: %s", body, a.body)
		}
	}
}

// TestCreate_refusals: texts and their order, as the documents have them.
func TestCreate_refusals(t *testing.T) {
	split := func(recipients string, more ...string) string {
		return `{"amount":100,"recipients":` + recipients + strings.Join(more, "") + `}`
	}
	cases := []struct {
		name, key, endpoint, body string
		status                    int
		msg                       string
	}{
		{"token before all", "", "createLink", `{}`, 200, "Please enter token"},
		{"unknown key", "nobody", "createLink", `{}`, 201, "No user found with the provided API key."},
		{"no amount", "ok", "createLink", `{"callback_url":"nonsense"}`, 200, "Please enter amount"},
		{"null amount", "ok", "createLink", `{"amount":null}`, 200, "Please enter amount"},
		{"empty amount", "ok", "createLink", `{"amount":" "}`, 200, "Please enter amount"},
		{"zero", "ok", "createLink", `{"amount":0}`, 200, "Amount should not be zero or negative number"},
		{"negative", "ok", "createLink", `{"amount":"-0.01"}`, 200, "Amount should not be zero or negative number"},
		{"three decimals", "ok", "createLink", `{"amount":1.005}`, 200, "Amount should not be zero or negative number"},
		{"a word", "ok", "createLink", `{"amount":"ten"}`, 200, "Amount should not be zero or negative number"},
		{"exponent", "ok", "createLink", `{"amount":1e2}`, 200, "Amount should not be zero or negative number"},
		{"an object", "ok", "createLink", `{"amount":{}}`, 200, "Amount should not be zero or negative number"},
		{"boolean", "ok", "createLink", `{"amount":true}`, 200, "Amount should not be zero or negative number"},
		{"bad callback", "ok", "createLink", `{"amount":1,"callback_url":"javascript:alert(1)"}`, 200, "Invalid callback_url"},
		{"index out of range", "ok", "createLink", `{"amount":1,"payment_endpoint":"0"}`, 200, "Invalid payment_endpoint"},
		{"user information", "ok", "createLink", `{"amount":1,"payment_endpoint":"http://a:b@localhost/"}`, 200, "Invalid payment_endpoint"},
		{"ssh port", "ok", "createLink", `{"amount":1,"payment_endpoint":"http://localhost:22/"}`, 200, "Invalid payment_endpoint"},
		{"file", "ok", "createLink", `{"amount":1,"payment_endpoint":"file:///etc/passwd"}`, 200, "Invalid payment_endpoint"},
		{"line break", "ok", "createLink", `{"amount":1,"callback_url":"http://localhost/\r\nSet-Cookie: a=b"}`, 200, "Invalid callback_url"},
		{"split: amount first", "ok", "createSplitLink", `{}`, 200, "Please enter amount"},
		{"split: no recipients", "ok", "createSplitLink", split("[]"), 200, "Please enter recipients"},
		{"split: unknown token", "ok", "createSplitLink", split(`[{"token":"recipient_a","share":1},{"token":"x","share":0}]`), 200, "Invalid recipient token at index 1"},
		{"split: own token", "ok", "createSplitLink", split(`[{"token":"stall-token","share":0}]`), 200, "You cannot use your own token in recipient list at index 0"},
		{"split: own key", "ok", "createSplitLink", split(`[{"token":"test-key-stall","share":5}]`), 200, "You cannot use your own token in recipient list at index 0"},
		{"split: zero", "ok", "createSplitLink", split(`[{"token":"recipient_a","share":0}]`), 200, "Share should be greater than zero at index 0"},
		{"split: over 100", "ok", "createSplitLink", split(`[{"token":"recipient_a","share":60},{"token":"recipient_b","share":40.01}]`), 200, "Share should be less than 100"},
		{"split: over amount", "ok", "createSplitLink", split(`[{"token":"recipient_a","share":100.01}]`, `,"split_type":"absolute"`), 200, "Share should be less than or equal to 100"},
		{"split: type", "ok", "createSplitLink", split(`[{"token":"recipient_a","share":1}]`, `,"split_type":"half"`), 200, "Invalid split_type"},
	}
	r := newRig(t)
	for _, c := range cases {
		key := c.key
		if key == "ok" {
			key = "test-key-stall"
		}
		a := r.post("/api/v2/"+c.endpoint, key, "application/json", c.body)
		want := fmt.Sprintf(`{"ResponseCode":0,"ResponseMsg":%q,"Result":"False","ServerTime":"CEST"}`, c.msg)
		if a.status != c.status || a.body != want {
			t.Errorf("%s: %d %s", c.name, a.status, a.body)
		}
	}
	if n := len(r.Links()); n != 0 {
		t.Errorf("%d links were made", n)
	}
}

// TestCreate_allowed: what the rules allow although the texts sound stricter.
func TestCreate_allowed(t *testing.T) {
	r := newRig(t)
	for _, body := range []string{
		`{"amount":100,"recipients":[{"token":"recipient_a","share":60},{"token":"recipient_b","share":40}]}`,
		`{"amount":"99.99","split_type":"absolute","recipients":[{"token":"recipient_a","share":"99.99"}]}`,
		`{"amount":25.000}`,
	} {
		r.makeLink(body)
	}
}

// TestCreate_unreadable: what is no JSON object is refused before anything is read from it.
func TestCreate_unreadable(t *testing.T) {
	r := newRig(t)
	for _, body := range []string{`{"amount":1`, `{"amount":1} x`, `[1]`, `{"amount":1}{}`, `null`, `{"a":` + strings.Repeat("[", 50)} {
		a := r.call("createLink", body)
		if a.status != 400 || a.body != `{"error":"InvalidParameters","errorMessage":"The provided parameters are invalid."}` {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
}

// TestCreate_addresses: indexes, URLs and mixtures of both are resolved and echoed; without a
// value the account's list is.
func TestCreate_addresses(t *testing.T) {
	r := newRig(t, func(c *Config) {
		c.Accounts[0].Endpoints = []string{"http://127.0.0.1:1/a", "http://127.0.0.1:1/b"}
		c.Accounts[0].CallbackURLs = []string{"https://shop.example/done"}
	})
	for in, want := range map[string]string{
		`{"amount":1}`:                                               "http://127.0.0.1:1/a,http://127.0.0.1:1/b",
		`{"amount":1,"payment_endpoint":"1"}`:                        "http://127.0.0.1:1/b",
		`{"amount":1,"payment_endpoint":1}`:                          "http://127.0.0.1:1/b",
		`{"amount":1,"payment_endpoint":"0, https://x.example/w,1"}`: "http://127.0.0.1:1/a,https://x.example/w,http://127.0.0.1:1/b",
	} {
		id, _ := r.makeLink(in)
		if v := r.link(id); v.Endpoint != want || v.Callback != "https://shop.example/done" {
			t.Errorf("%s: %+v", in, v)
		}
	}
}

// TestCreate_twice: no idempotency: equal orders make two links with growing numbers.
func TestCreate_twice(t *testing.T) {
	r := newRig(t)
	one, pay := r.makeLink(`{"amount":5,"recipient_note":"same"}`)
	two, _ := r.makeLink(`{"amount":5,"recipient_note":"same"}`)
	if two != one+1 {
		t.Errorf("%d after %d", two, one)
	}
	if want := r.url + "/payment?link_id=" + base64.StdEncoding.EncodeToString([]byte(strconv.FormatInt(one, 10))); pay != want {
		t.Errorf("pay link %s", pay)
	}
}

// TestAPI_otherMethods: every call is a POST.
func TestAPI_otherMethods(t *testing.T) {
	r := newRig(t)
	if a := r.get("/api/v2/createLink"); a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "POST" {
		t.Errorf("GET: %d", a.status)
	}
	if a := r.call("splitLink", "{}"); a.status != http.StatusNotFound {
		t.Errorf("unknown: %d", a.status)
	}
}

// TestLimit: the sixty-first call of a minute is answered 429; accounts do not share the window.
func TestLimit(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Limit = 0 })
	for i := range 60 {
		if a := r.call("getMyUnusedLinks", ""); a.status != 200 {
			t.Fatalf("call %d: %d", i+1, a.status)
		}
	}
	if a := r.call("getMyUnusedLinks", ""); a.status != 429 || a.body != `{"message":"API rate limit exceeded"}` {
		t.Errorf("call 61: %d %s", a.status, a.body)
	}
	if a := r.post("/api/v2/getMyUnusedLinks", "test-key-a", "", ""); a.status != 200 {
		t.Errorf("other account: %d", a.status)
	}
	if n := r.Counts()["getMyUnusedLinks"]; n != 62 {
		t.Errorf("counted %d calls", n)
	}
}

// TestNew_refusesLiveKeys: sandbox and live money never meet.
func TestNew_refusesLiveKeys(t *testing.T) {
	for _, key := range []string{"a1B2c3D4e5F6g7H8", "abcdefghijklmnopqrstuvwxyz012345"} {
		if _, err := New(Config{Accounts: []Account{{Name: "x", Key: key}}}); err == nil {
			t.Errorf("%s was taken", key)
		}
	}
	for _, key := range []string{"sandboxA1b2c3D4e", "short", "YOUR_API_KEY", "test-0123456789abcdef"} {
		if _, err := New(Config{Accounts: []Account{{Name: "x", Key: key}}}); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}
