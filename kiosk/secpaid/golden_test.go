package secpaid

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"qrkiosk/kiosk"
)

type goldenEntry struct {
	File    string            `json:"file"`
	Kind    string            `json:"kind"`
	Path    string            `json:"path"`
	Status  int               `json:"http_status"`
	Headers map[string]string `json:"headers"`
}

func goldenIndex(t *testing.T) []goldenEntry {
	t.Helper()
	var index struct {
		Files []goldenEntry `json:"files"`
	}
	if err := json.Unmarshal(golden(t, "index.json"), &index); err != nil {
		t.Fatal(err)
	}
	return index.Files
}

func golden(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "golden", file))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// notOurs lists the examples that a client has nothing to do with, and why.
var notOurs = map[string]string{
	"createLink.request.form.json":           "the client sends JSON; forms are what older clients send",
	"refundPayment.request.form.json":        "the client sends JSON; forms are what older clients send",
	"getPayInTransactions.request.form.json": "the client sends JSON; forms are what older clients send",
	"createSplitLink.request.normal.json":    "the client always sends absolute shares, computed in cents",
	"callback.success.json":                  "a browser's redirect: no body of the gateway, read where pages are served",
	"callback.cancel.json":                   "a browser's redirect: no body of the gateway, read where pages are served",
	"callback.success.2026.json":             "a browser's redirect: no body of the gateway, read where pages are served",
	"callback.success.html-entity.json":      "a browser's redirect: no body of the gateway, read where pages are served",
}

// TestGolden walks the index: every file is a request the client sends, an answer or a notice it
// reads, or stands in notOurs; and every check belongs to a file.
func TestGolden(t *testing.T) {
	checks := map[string]func(*testing.T, goldenEntry){}
	for _, part := range []map[string]func(*testing.T, goldenEntry){
		goldenRequests, goldenCreates, goldenLists, goldenRefusals, goldenNotices,
	} {
		maps.Copy(checks, part)
	}
	entries := goldenIndex(t)
	listed := map[string]bool{"index.json": true}
	for _, e := range entries {
		listed[e.File] = true
		check, reason := checks[e.File], notOurs[e.File]
		if (check == nil) == (reason == "") {
			t.Errorf("%s: want exactly one of a check and a reason", e.File)
			continue
		}
		if check != nil {
			t.Run(e.File, func(t *testing.T) { check(t, e) })
		}
	}
	if len(entries) != 72 {
		t.Errorf("index lists %d files, want 72", len(entries))
	}
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*"))
	if err != nil || len(files) != 73 {
		t.Errorf("%d files, error %v", len(files), err)
	}
	for _, f := range files {
		if !listed[filepath.Base(f)] {
			t.Errorf("%s is not in the index", f)
		}
	}
	for _, f := range slices.Concat(slices.Collect(maps.Keys(checks)), slices.Collect(maps.Keys(notOurs))) {
		if !listed[f] {
			t.Errorf("a check names %s, which the index does not", f)
		}
	}
}

// answerWith starts a gateway that answers with a golden file.
func answerWith(t *testing.T, e goldenEntry, change ...func(*Config)) *Client {
	t.Helper()
	c, f := connect(t, func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range e.Headers {
			w.Header().Set(name, value)
		}
		w.WriteHeader(e.Status)
		w.Write(golden(t, e.File))
	}, change...)
	t.Cleanup(func() {
		if got := f.last(t).path; e.Path != "/api/v2/*" && got != e.Path {
			t.Errorf("called %s, want %s", got, e.Path)
		}
	})
	return c
}

func jsonObject(t *testing.T, text []byte) map[string]any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var o map[string]any
	if err := d.Decode(&o); err != nil {
		t.Fatal(err)
	}
	return exact(o).(map[string]any)
}

// exact replaces numbers by their value in hundredths, so that 60, 60.0 and 60.00 are equal and
// no float is involved.
func exact(v any) any {
	switch v := v.(type) {
	case json.Number:
		m, err := kiosk.ParseDecimal(v.String())
		if err != nil {
			return v
		}
		return m
	case []any:
		for i := range v {
			v[i] = exact(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = exact(v[k])
		}
	}
	return v
}

func compareRequest(t *testing.T, e goldenEntry, got recorded, differ ...string) {
	t.Helper()
	want, sent := jsonObject(t, golden(t, e.File)), jsonObject(t, got.body)
	for _, field := range differ {
		if reflect.DeepEqual(want[field], sent[field]) {
			t.Errorf("%s does not differ, but the test says so", field)
		}
		delete(want, field)
		delete(sent, field)
	}
	if !reflect.DeepEqual(want, sent) {
		t.Errorf("sent %v, want %v", sent, want)
	}
	if got.path != e.Path || got.header.Get("Content-Type") != e.Headers["Content-Type"] {
		t.Errorf("sent %s as %s", got.path, got.header.Get("Content-Type"))
	}
}

// goldenRequests compares what the client sends. Where it differs on purpose the field is named:
// a payer's cancel would leave a dead code on the display, so cancellable is always false; bank
// transfer is always turned off; a personal code is never asked for.
var goldenRequests = map[string]func(*testing.T, goldenEntry){
	"createLink.request.json": func(t *testing.T, e goldenEntry) {
		compareRequest(t, e, ask(t, kiosk.Order{
			Ref: "Invoice", Note: "Invoice #1234", Amount: 4999,
			PaymentEndpoint: "https://x.example/h", CallbackURL: "https://yoursite.com/payment/done",
		}), "cancellable", "bank_transfer", "payment_endpoint", "is_encryption")
	},
	"createLink.request.all-fields.json": func(t *testing.T, e goldenEntry) {
		sent := ask(t, kiosk.Order{
			Ref: "Invoice", Note: "Invoice #1234", Amount: 4999, Statement: "Invoice 1234",
			PaymentEndpoint: "https://yourapp.com/other-webhook", CallbackURL: "https://yoursite.com/payment/done",
			Key: testKey,
		})
		compareRequest(t, e, sent, "cancellable", "payment_endpoint", "is_qr_link")
		checkOrder(t, golden(t, e.File), sent.body)
	},
	"createSplitLink.request.absolute.json": func(t *testing.T, e goldenEntry) {
		sent := ask(t, kiosk.Order{
			Ref: "Project", Note: "Project payment", Amount: 10000,
			Parts: []kiosk.Part{{Token: "recipient_a", Amount: 6000}, {Token: "recipient_b", Amount: 4000}},
		})
		compareRequest(t, e, sent, "cancellable", "bank_transfer")
		checkOrder(t, golden(t, e.File), sent.body)
	},
	"getMyUnusedLinks.request.json": func(t *testing.T, e goldenEntry) {
		c, f := connect(t, says(200, done("[]")))
		if _, err := c.Find(t.Context(), "Test"); err != nil {
			t.Error(err)
		}
		compareRequest(t, e, f.requests[0])
	},
	"getMyUsedLinks.request.json": func(t *testing.T, e goldenEntry) {
		c, f := connect(t, says(200, done("[]")))
		if _, err := c.Find(t.Context(), "Test"); err != nil {
			t.Error(err)
		}
		compareRequest(t, e, f.requests[1], "search")
	},
	"deleteLink.request.json": func(t *testing.T, e goldenEntry) {
		c, f := connect(t, says(200, done("null")))
		if _, err := c.Retire(t.Context(), 12345); err != nil {
			t.Error(err)
		}
		compareRequest(t, e, f.last(t))
	},
	"refundPayment.request.full.json": func(t *testing.T, e goldenEntry) {
		c, f := connect(t, says(200, done("null")))
		if err := c.Refund(t.Context(), 12345, 4999, true); err != nil {
			t.Error(err)
		}
		compareRequest(t, e, f.last(t))
	},
	"refundPayment.request.partial.json": func(t *testing.T, e goldenEntry) {
		c, f := connect(t, says(200, done("null")))
		if err := c.Refund(t.Context(), 12345, 2000, false); err != nil {
			t.Error(err)
		}
		compareRequest(t, e, f.last(t))
	},
	"getPayInTransactions.request.by-id.json": func(t *testing.T, e goldenEntry) {
		c, f := connect(t, says(200, done("[]")))
		if _, err := c.PayIns(t.Context(), kiosk.PayInQuery{PayID: 99296, Days: 7, Page: 1, Limit: 200}); err != nil {
			t.Error(err)
		}
		compareRequest(t, e, f.last(t))
	},
	"getPayOutTransactions.request.json": func(t *testing.T, e goldenEntry) {
		c, f := connect(t, says(200, done("[]")))
		if _, err := c.PayOuts(t.Context(), ReportQuery{Limit: 10, From: "2026-05-01", To: "2026-05-31"}); err != nil {
			t.Error(err)
		}
		compareRequest(t, e, f.last(t))
	},
	"getTaxInvoiceList.request.json": func(t *testing.T, e goldenEntry) {
		c, f := connect(t, says(200, done("[]")))
		if _, err := c.TaxInvoices(t.Context(), ReportQuery{Limit: 12}); err != nil {
			t.Error(err)
		}
		compareRequest(t, e, f.last(t))
	},
}

// ask returns what Open sends for an order; the answer does not matter.
func ask(t *testing.T, o kiosk.Order) recorded {
	t.Helper()
	c, f := connect(t, says(200, `{"ResponseCode":0,"Result":"False"}`))
	_, err := c.Open(t.Context(), o)
	wantError(t, err, kiosk.Refused, KeyRefused)
	return f.last(t)
}

// checkOrder wants the names that both texts hold in the same order.
func checkOrder(t *testing.T, want, got []byte) {
	t.Helper()
	sent := names(t, got)
	shared := slices.DeleteFunc(names(t, want), func(n string) bool { return !slices.Contains(sent, n) })
	sent = slices.DeleteFunc(sent, func(n string) bool { return !slices.Contains(shared, n) })
	if !slices.Equal(shared, sent) {
		t.Errorf("names in order %v, want %v", sent, shared)
	}
}

func names(t *testing.T, text []byte) []string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	var list []string
	depth, name := 0, true
	for {
		token, err := d.Token()
		if err != nil {
			return list
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			name = true
		case string:
			if depth == 1 && name {
				list = append(list, v)
			}
			name = !name || depth != 1
		default:
			name = true
		}
	}
}

// opens reads a create answer. Edits to the golden text are those without which it answers
// another order than the client's own: bank transfer off, not to be cancelled.
func opens(o kiosk.Order, want kiosk.Opened, edits ...string) func(*testing.T, goldenEntry) {
	return func(t *testing.T, e goldenEntry) {
		body := strings.NewReplacer(edits...).Replace(string(golden(t, e.File)))
		c, f := connect(t, says(e.Status, body), func(c *Config) {
			c.LinkHost = "app.secpaid.com"
			if strings.Contains(body, "app.dev.secpaid.com") {
				c.LinkHost = "app.dev.secpaid.com"
			}
		})
		got, err := c.Open(t.Context(), o)
		if err != nil || got != want {
			t.Errorf("opened %+v, error %v, want %+v", got, err, want)
		}
		if f.last(t).path != e.Path {
			t.Errorf("called %s, want %s", f.last(t).path, e.Path)
		}
	}
}

func both(a, b func(*testing.T, goldenEntry)) func(*testing.T, goldenEntry) {
	return func(t *testing.T, e goldenEntry) { a(t, e); b(t, e) }
}

const goldenUser = "b44c4429-4a7b-4e27-85af-c1c2f43f4ffe"

var (
	order2026 = kiosk.Order{
		Ref: "Test", Note: "Test regular link", Amount: 2500,
		PaymentEndpoint: "https://google.com", CallbackURL: "https://google.com",
	}
	split2026 = kiosk.Order{
		Ref: "Test-Ala", Note: "Test-Ala", Amount: 3539, Parts: []kiosk.Part{{Token: "testuser-a", Amount: 1000}},
		PaymentEndpoint: "https://google.com", CallbackURL: "https://google.com",
	}
	order2025 = kiosk.Order{
		Ref: "Payment", Note: "Payment for Invoice #1234", Amount: 10000,
		PaymentEndpoint: "https://yourapp.com/webhook", CallbackURL: "https://yourapp.com/callback",
	}
	order2024 = kiosk.Order{
		Ref: "Payment", Note: "Payment for Invoice #1234", Amount: 10000,
		PaymentEndpoint: "https://app.dev.secpaid.com/payment", CallbackURL: "https//secpaid.com",
	}
	split2024 = kiosk.Order{
		Ref: "Payment", Note: "Payment for Invoice #1234", Amount: 10000,
		Parts:           []kiosk.Part{{Token: "{A?b1,c/D2]E", Amount: 5000}},
		PaymentEndpoint: "https://app.dev.secpaid.com/payment", CallbackURL: "https//secpaid.com",
	}
)

var (
	bankOff   = []string{`"bank_transfer": "true"`, `"bank_transfer": "false"`}
	ownTerms  = append([]string{`"is_cancellation": "No"`, `"is_cancellation": "Yes"`}, bankOff...)
	ownShares = append([]string{`"split_type": "normal"`, `"split_type": "absolute"`}, ownTerms...)
)

var goldenCreates = map[string]func(*testing.T, goldenEntry){
	"createLink.response.json": both(
		opens(order2026, kiosk.Opened{PayID: 99290, AccountNumber: goldenUser, Wrong: "bank_transfer"}),
		opens(order2026, kiosk.Opened{
			PayID: 99290, AccountNumber: goldenUser, URL: "https://app.secpaid.com/payment?link_id=OTkyOTA=",
		}, ownTerms...)),
	"createLink.response.2025.json": opens(order2025, kiosk.Opened{
		PayID: 124, AccountNumber: goldenUser, URL: "https://app.secpaid.com/payment?link_id=MTI0",
	}),
	"createLink.response.2024.json": opens(order2024, kiosk.Opened{
		PayID: 124, AccountNumber: goldenUser, URL: "https://app.dev.secpaid.com/payment?link_id=MTI0",
	}),
	"createSplitLink.response.json": both(
		opens(split2026, kiosk.Opened{PayID: 99289, AccountNumber: goldenUser, Wrong: "is_cancellation"}, bankOff...),
		opens(split2026, kiosk.Opened{
			PayID: 99289, AccountNumber: goldenUser, URL: "https://app.secpaid.com/payment?link_id=OTkyODk=",
		}, ownShares...)),
	"createSplitLink.response.2024.json": opens(split2024, kiosk.Opened{
		PayID: 124, AccountNumber: goldenUser, URL: "https://app.dev.secpaid.com/payment?link_id=MTI0",
	}),
	"deleteLink.response.json": func(t *testing.T, e goldenEntry) {
		retires(t, e, kiosk.RetiredGone)
	},
	"refundPayment.response.json":      refunds,
	"refundPayment.response.2025.json": refunds,
}

func refunds(t *testing.T, e goldenEntry) {
	if err := answerWith(t, e).Refund(t.Context(), 12345, 4999, true); err != nil {
		t.Error(err)
	}
}

func retires(t *testing.T, e goldenEntry, want kiosk.Retired) {
	t.Helper()
	got, err := answerWith(t, e).Retire(t.Context(), 12345)
	if err != nil || got != want {
		t.Errorf("retired %q, error %v, want %q", got, err, want)
	}
}
