package secpaid

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)

// TestRead is the classification of answers, B173 to B175, B182 to B187 and B196: on status and
// codes, never on a text.
func TestRead(t *testing.T) {
	const unauthorised = `{"error":"Unauthorized","errorMessage":"x"}`
	cases := []struct {
		name    string
		status  int
		body    string
		code    kiosk.Code
		key     string
		contact bool
	}{
		{"done", 200, done("[]"), "", "", true},
		{"B186 code as text", 200, `{"ResponseCode":"1","Result":"True"}`, "", "", true},
		{"B186 result true", 200, `{"ResponseCode":1,"Result":true}`, "", "", true},
		{"B186 result in lower case", 200, `{"ResponseCode":1,"Result":"true"}`, "", "", true},
		{"B187 contradiction", 200, `{"ResponseCode":1,"Result":"False"}`, kiosk.Unclear, KeyUnclear, true},
		{"other contradiction", 200, `{"ResponseCode":0,"Result":"True"}`, kiosk.Unclear, KeyUnclear, true},
		{"no result", 200, `{"ResponseCode":1}`, kiosk.Unclear, KeyUnclear, true},
		{"no code", 200, `{"Result":"True"}`, kiosk.Unclear, KeyUnclear, true},
		{"code 2", 200, `{"ResponseCode":2,"Result":"True"}`, kiosk.Unclear, KeyUnclear, true},
		{"code 1.0", 200, `{"ResponseCode":1.0,"Result":"True"}`, kiosk.Unclear, KeyUnclear, true},
		{"code true", 200, `{"ResponseCode":true,"Result":"True"}`, kiosk.Unclear, KeyUnclear, true},
		{"B173 empty", 200, ``, kiosk.Unclear, KeyUnclear, false},
		{"B173 null", 200, `null`, kiosk.Unclear, KeyUnclear, false},
		{"B173 list", 200, `[]`, kiosk.Unclear, KeyUnclear, false},
		{"text", 200, `"ok"`, kiosk.Unclear, KeyUnclear, false},
		{"HTML", 200, `<html>portal</html>`, kiosk.Unclear, KeyUnclear, false},
		{"cut", 200, `{"ResponseCode":1,"Resu`, kiosk.Unclear, KeyUnclear, false},
		{"trailing", 200, done("[]") + "x", kiosk.Unclear, KeyUnclear, false},
		{"double names", 200, `{"ResponseCode":1,"ResponseCode":0,"Result":"True"}`, kiosk.Unclear, KeyUnclear, false},
		{"B184 201", 201, `{"error":"UserNotFound","errorMessage":"x"}`, kiosk.Refused, KeyKey, true},
		{"B184 201 in the envelope", 201, `{"ResponseCode":0,"Result":"False"}`, kiosk.Refused, KeyKey, true},
		{"201 that claims success", 201, done("{}"), kiosk.Unclear, KeyUnclear, true},
		{"201 without sense", 201, `{}`, kiosk.Unclear, KeyUnclear, true},
		{"201 of HTML", 201, `<html>`, kiosk.Unclear, KeyUnclear, false},
		{"B185 business error", 200, `{"ResponseCode":0,"ResponseMsg":"x","Result":"False"}`, kiosk.Refused, KeyRefused, true},
		{"B185 code as text", 200, `{"ResponseCode":"0","Result":false}`, kiosk.Refused, KeyRefused, true},
		{"B185 without result", 200, `{"ResponseCode":0}`, kiosk.Refused, KeyRefused, true},
		{"envelope under 422", 422, `{"ResponseCode":0,"Result":"False"}`, kiosk.Refused, KeyRefused, true},
		{"success under 202", 202, done("{}"), kiosk.Unclear, KeyUnclear, true},
		{"B182 401", 401, unauthorised, kiosk.Refused, KeyKey, true},
		{"B182 403", 403, unauthorised, kiosk.Refused, KeyKey, true},
		{"B196 401 of the proxy", 401, `{"message":"Unauthorized"}`, kiosk.Refused, KeyKey, true},
		{"400", 400, `{"error":"InvalidParameters"}`, kiosk.Refused, KeyRefused, true},
		{"B196 localised", 400, `{"error":"","errorMessage":"Betrag fehlt"}`, kiosk.Refused, KeyRefused, true},
		{"404", 404, `{"message":"no Route matched"}`, kiosk.Refused, KeyRefused, true},
		{"403 of HTML", 403, `<html>`, kiosk.Unclear, KeyUnclear, false},
		{"400 without sense", 400, `{"hello":1}`, kiosk.Unclear, KeyUnclear, true},
		{"plain error under 200", 200, unauthorised, kiosk.Unclear, KeyUnclear, true},
		{"plain error under 409", 409, unauthorised, kiosk.Unclear, KeyUnclear, true},
		{"redirect", 307, ``, kiosk.Unclear, KeyUnclear, false},
		{"500", 500, `{"error":"InternalServerError"}`, kiosk.Unclear, KeyUnclear, false},
		{"502 in the envelope", 502, `{"ResponseCode":0,"Result":"False"}`, kiosk.Unclear, KeyUnclear, false},
		{"429", 429, `{"message":"API rate limit exceeded"}`, kiosk.TooMany, KeyLimit, true},
		{"429 of anything", 429, `<html>`, kiosk.TooMany, KeyLimit, true},
	}
	for _, c := range cases {
		answer, contact, err := read(reply{status: c.status, contentType: "application/json", body: []byte(c.body)}, noon)
		wantKey := c.key
		if kiosk.CodeOf(err) != c.code || kiosk.KeyOf(err) != wantKey || contact != c.contact {
			t.Errorf("%s: error %v, contact %v, want %s with %s, %v", c.name, err, contact, c.code, c.key, c.contact)
		}
		if (answer != nil) != (err == nil) {
			t.Errorf("%s: answer %v beside error %v", c.name, answer, err)
		}
	}
}

func TestRead_contentType(t *testing.T) {
	for contentType, good := range map[string]bool{
		"application/json": true, "application/json; charset=utf-8": true, "Application/JSON": true,
		"application/problem+json": true, "text/json": true,
		"": false, "text/html": false, "text/plain; charset=utf-8": false, "application/jsonp": false, "a/b; c": false,
	} {
		_, contact, err := read(reply{status: 200, contentType: contentType, body: []byte(done("[]"))}, noon)
		if contact != good || (err == nil) != good {
			t.Errorf("B175 %q: contact %v, error %v", contentType, contact, err)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": time.Minute, "soon": time.Minute, "7": 7 * time.Second, "0": time.Second, "-5": time.Second,
		"99999999": time.Hour, "99999999999999999999999": time.Minute,
		"Wed, 20 May 2026 12:00:30 GMT": 30 * time.Second, "Wed, 20 May 2020 12:00:30 GMT": time.Second,
	} {
		if got := retryAfter(text, noon); got != want {
			t.Errorf("Retry-After %q is %v, want %v", text, got, want)
		}
	}
}

// TestOpen_echo changes single fields of the answer to order: B176, B188 to B191, B194 and what
// else must not differ from what was ordered.
func TestOpen_echo(t *testing.T) {
	const number, address = `"id":99290`, echoURL
	cases := []struct{ name, old, new, wrong string }{
		{"as ordered", "", "", ""},
		{"B188 two decimals", `12.5,`, `"12.50",`, ""},
		{"B188 many zeros", `12.5,`, `12.5000,`, ""},
		{"other amount", `12.5,`, `12.51,`, "amount"},
		{"B178 comma", `12.5,`, `"12,50",`, "amount"},
		{"B178 exponent", `12.5,`, `1.25e1,`, "amount"},
		{"B178 float", `12.5,`, `12.500000001,`, "amount"},
		{"no amount", `12.5,`, `null,`, "amount"},
		{"other note", "AB12 Café", "AB13 Café", "recipient_note"},
		{"note with blanks", "AB12 Café", " AB12 Café ", ""},
		{"used", "Unused", "Used", "status"},
		{"other endpoint", "/tok", "/tokk", "paymentEndpoint"},
		{"other callback", "/r/abc", "/r/abd", "callback_url"},
		{"bank transfer on", `"bank_transfer":"false"`, `"bank_transfer":"true"`, "bank_transfer"},
		{"bank transfer on as boolean", `"bank_transfer":"false"`, `"bank_transfer":true`, "bank_transfer"},
		{"bank transfer on as number", `"bank_transfer":"false"`, `"bank_transfer":1`, "bank_transfer"},
		{"payer may cancel", `"is_cancellation":"Yes"`, `"is_cancellation":"No"`, "is_cancellation"},
		{"B191 is_cancelled means something else", `"is_cancellation":"Yes"`, `"is_cancelled":"No"`, ""},
		{"split", `"is_split_link":"false"`, `"is_split_link":"true"`, "is_split_link"},
		{"B194 recipients as text", `"recipients":null`, `"recipients":"[]"`, ""},
		{"B194 recipients empty", `"recipients":null`, `"recipients":""`, ""},
		{"B194 recipients as list", `"recipients":null`, `"recipients":[]`, ""},
		{"recipients we did not name", `"recipients":null`, `"recipients":"[{\"token\":\"x\",\"share\":1}]"`, "recipients"},
		{"recipients without sense", `"recipients":null`, `"recipients":"x"`, "recipients"},
		{"recipients as object", `"recipients":null`, `"recipients":{}`, "recipients"},
		{"B189 id as text", number, `"id":"99290"`, ""},
		{"B189 other name", number, `"linktopay_id":99290`, ""},
		{"B189 both", number, `"id":99290,"linktopay_id":"99290"`, ""},
		{"B176 foreign host", "app.secpaid.com", "app.secpaid.com.evil.example", "pay_link"},
		{"B176 other environment", "app.secpaid.com", "app.dev.secpaid.com", "pay_link"},
		{"B176 script", "https://app", "javascript://app", "pay_link"},
		{"B176 user info", "https://app", "https://u@app", "pay_link"},
		{"B176 other port", "secpaid.com/payment", "secpaid.com:8443/payment", "pay_link"},
		{"port that https has anyway", "secpaid.com/payment", "secpaid.com:443/payment", ""},
		{"B190 other id", "OTkyOTA=", "OTkyODk=", "pay_link"},
		{"B190 no padding", "OTkyOTA=", "OTkyOTA", "pay_link"},
		{"B190 plain id", "OTkyOTA=", "99290", "pay_link"},
		{"B190 two ids", "OTkyOTA=", "OTkyOTA=&link_id=OTkyOTA=", "pay_link"},
		{"no address", address, "", "pay_link"},
	}
	for _, c := range cases {
		body := strings.Replace(echo, c.old, c.new, 1)
		if c.old != "" && body == echo {
			t.Fatalf("%s: nothing replaced", c.name)
		}
		client, f := connect(t, says(200, done(body)))
		got, err := client.Open(t.Context(), order())
		want := kiosk.Opened{PayID: 99290, AccountNumber: "usr-1", Wrong: c.wrong}
		if c.wrong == "" {
			want.URL = strings.Replace(address, c.old, c.new, 1)
		}
		if c.old == "" {
			want.URL = address
		}
		if err != nil || got != want || f.count() != 1 {
			t.Errorf("%s: opened %+v after %d calls, error %v, want %+v", c.name, got, f.count(), err, want)
		}
	}
}

// TestOpen_plainLink: http is right only where the gateway itself is this machine by http.
func TestOpen_plainLink(t *testing.T) {
	for base, good := range map[string]bool{"http://127.0.0.1:8700": true, "https://127.0.0.1:8700": false} {
		c, err := New(Config{URL: base, Token: "t", LinkHost: "192.0.2.7:8700"})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.rightLink("http://192.0.2.7:8700/payment?link_id=OTkyOTA=", 99290); got != good {
			t.Errorf("towards %s a plain link is right: %v", base, got)
		}
		if !c.rightLink("https://192.0.2.7:8700/payment?link_id=OTkyOTA=", 99290) {
			t.Errorf("towards %s a link by https is wrong", base)
		}
	}
}

func TestLinkHosts(t *testing.T) {
	for base, want := range map[string][]string{
		"https://app.secpaid.com":             {"app.secpaid.com", "app.secpaid.com"},
		"https://api.secpaid.com:443/api/v2/": {"api.secpaid.com", "app.secpaid.com"},
		"https://api.dev.secpaid.com":         {"api.dev.secpaid.com", "app.dev.secpaid.com"},
		"https://notsecpaid.com":              {"notsecpaid.com"},
		"http://127.0.0.1:8080":               {"127.0.0.1:8080"},
	} {
		c, err := New(Config{URL: base, Token: "t"})
		if err != nil || !reflect.DeepEqual(c.hosts, want) {
			t.Errorf("%s: hosts %v, error %v, want %v", base, c.hosts, err, want)
		}
	}
}

// TestOpen_noNumber: a link without a number, or with several, may exist (B187, B189).
func TestOpen_noNumber(t *testing.T) {
	for _, data := range []string{
		`null`, `[]`, `"x"`, `{}`, strings.Replace(echo, `"id":99290`, `"id":0`, 1),
		strings.Replace(echo, `"id":99290`, `"id":99290,"linktopay_id":99291`, 1),
		strings.Replace(echo, `"id":99290`, `"id":99290,"linktopay_id":"x"`, 1),
		strings.Replace(echo, `"id":99290`, `"id":99290.5`, 1),
		strings.Replace(echo, `"id":99290`, `"id":1e5`, 1),
		strings.Replace(echo, `"id":99290`, `"id":99999999999999999999`, 1),
	} {
		c, f := connect(t, says(200, done(data)))
		_, err := c.Open(t.Context(), order())
		wantError(t, err, kiosk.Unclear, KeyUnclear)
		if f.count() != 1 {
			t.Errorf("%d calls", f.count())
		}
	}
}

func TestOpen_split(t *testing.T) {
	o := order()
	o.Parts = []kiosk.Part{{Token: "b/1", Amount: 250}, {Token: "a", Amount: 1000}}
	body := strings.NewReplacer(`"is_split_link":"false"`, `"is_split_link":"true"`,
		`"split_type":"normal"`, `"split_type":"absolute"`).Replace(echo)
	for recipients, wrong := range map[string]string{
		`"[{\"token\":\"b\\/1\",\"share\":2.5},{\"share\":10,\"token\":\"a\"}]"`: "",
		`[{"token":"a","share":"10.00"},{"token":"b/1","share":2.50}]`:           "",
		`[{"token":"a","share":10},{"token":"b/1","share":2.51}]`:                "recipients",
		`[{"token":"a","share":10}]`:                                             "recipients",
		`[{"token":"a","share":10},{"token":"c","share":2.5}]`:                   "recipients",
		`null`: "recipients",
		`[1]`:  "recipients",
	} {
		c, f := connect(t, says(200, done(strings.Replace(body, `"recipients":null`, `"recipients":`+recipients, 1))))
		got, err := c.Open(t.Context(), o)
		if err != nil || got.Wrong != wrong {
			t.Errorf("recipients %s: opened %+v, error %v", recipients, got, err)
		}
		if f.last(t).path != "/api/v2/createSplitLink" {
			t.Errorf("called %s", f.last(t).path)
		}
	}
	c, _ := connect(t, says(200, done(strings.Replace(body, "absolute", "normal", 1))))
	if got, err := c.Open(t.Context(), o); err != nil || got.Wrong != "split_type" {
		t.Errorf("opened %+v, error %v", got, err)
	}
}

// TestOpen_withoutAddress: without a public address nothing is asked for that needs one.
func TestOpen_withoutAddress(t *testing.T) {
	o := order()
	o.PaymentEndpoint = ""
	sent := ask(t, o)
	want := `{"amount":12.50,"recipient_note":"AB12 Café","cancellable":false,"bank_transfer":"false"}`
	if string(sent.body) != want {
		t.Errorf("sent %s, want %s", sent.body, want)
	}
	o.Amount, o.Note = 99_999_999, "AB12 <&>"
	want = `{"amount":999999.99,"recipient_note":"AB12 <&>","cancellable":false,"bank_transfer":"false"}`
	if sent = ask(t, o); string(sent.body) != want {
		t.Errorf("sent %s, want %s", sent.body, want)
	}
}

// TestOpen_flaws: what must not be sent is not sent.
func TestOpen_flaws(t *testing.T) {
	for field, change := range map[string]func(*kiosk.Order){
		"Amount":          func(o *kiosk.Order) { o.Amount = 0 },
		"Note":            func(o *kiosk.Order) { o.Note = "Café AB12" },
		"PaymentEndpoint": func(o *kiosk.Order) { o.PaymentEndpoint += ",https://b.example" },
		"CallbackURL":     func(o *kiosk.Order) { o.CallbackURL += ",0" },
		"Key":             func(o *kiosk.Order) { o.Key = "short" },
		"Shares":          func(o *kiosk.Order) { o.Parts = []kiosk.Part{{Token: "a", Amount: 700}, {Token: "b", Amount: 700}} },
	} {
		c, f := connect(t, says(200, done(echo)))
		o := order()
		change(&o)
		_, err := c.Open(t.Context(), o)
		var e *kiosk.Error
		if !errors.As(err, &e) || e.Code != kiosk.NotSent || e.Field != field || f.count() != 0 {
			t.Errorf("%s: error %v after %d calls", field, err, f.count())
		}
	}
}

// TestRetire reads refused deletes: the small table, anything else as unknown, B183.
func TestRetire(t *testing.T) {
	no := func(text string) string {
		return fmt.Sprintf(`{"ResponseCode":0,"ResponseMsg":%q,"Result":"False"}`, text)
	}
	cases := []struct {
		status int
		body   string
		want   kiosk.Retired
		code   kiosk.Code
	}{
		{200, done("null"), kiosk.RetiredGone, ""},
		{200, no("This link is already used"), kiosk.RetiredUsed, ""},
		{200, no("THIS LINK IS ALREADY USED."), kiosk.RetiredUsed, ""},
		{200, no("Dieser Link wurde bereits verwendet"), kiosk.RetiredUnknown, ""},
		{200, no("This link is already used by nobody"), kiosk.RetiredUnknown, ""},
		{200, no(""), kiosk.RetiredUnknown, ""},
		{200, no("Link not found"), kiosk.RetiredUnknown, ""},
		{404, `{"error":"NotFound","errorMessage":"x"}`, kiosk.RetiredUnknown, ""},
		{404, `<html>`, "", kiosk.Unclear},
		{400, `{"error":"InvalidParameters","errorMessage":"This link is already used"}`, kiosk.RetiredUsed, ""},
		{400, `{"error":"InvalidParameters","errorMessage":"The provided parameters are invalid."}`, kiosk.RetiredUnknown, ""},
		{400, `<html>`, "", kiosk.Unclear},
		{401, `{"error":"Unauthorized","errorMessage":"This link is already used"}`, "", kiosk.Refused},
		{201, no("This link is already used"), "", kiosk.Refused},
		{500, `{}`, "", kiosk.Unclear},
		{200, `{"ResponseCode":1,"Result":"False"}`, "", kiosk.Unclear},
	}
	for _, c := range cases {
		client, f := connect(t, says(c.status, c.body))
		got, err := client.Retire(t.Context(), 12345)
		if got != c.want || kiosk.CodeOf(err) != c.code || f.count() != 1 {
			t.Errorf("%d %s: retired %q, error %v, %d calls", c.status, c.body, got, err, f.count())
		}
	}
}

func TestFind(t *testing.T) {
	row := func(id, note string) string {
		return fmt.Sprintf(`{"linktopay_id":"%s","recipient_note":"%s","amount":"12.50","is_cancelled":"No",`+
			`"pay_link":"https://app.secpaid.com/payment?link_id=%s"}`, id, note, linkID(mustNumber(t, id)))
	}
	const ours = `https://app.secpaid.com/payment?link_id=OTkyOTA=`
	found := kiosk.Found{PayID: 99290, Ref: "AB12", Amount: 1250, URL: ours}
	used := kiosk.Found{PayID: 99290, Ref: "AB12", Amount: 1250, Used: true}
	cancelled, noURL := found, found
	cancelled.Cancelled, noURL.URL = true, ""
	built := found // as the gateway is reached: here by http
	built.URL = strings.Replace(ours, "https", "http", 1)
	cases := []struct {
		name         string
		unused, used string
		want         kiosk.Findings
	}{
		{"nothing", "[]", "[]", kiosk.Findings{Complete: true}},
		{"one", "[" + row("99290", "AB12 Café") + "]", "[]", kiosk.Findings{Links: []kiosk.Found{found}, Complete: true}},
		{"exactly", "[" + row("1", "AB123 Café") + "," + row("2", "xAB12") + "," + row("3", "x AB12") + "," +
			row("4", "ab12") + "]", "[]", kiosk.Findings{Complete: true}},
		{
			"paid between the calls", "[" + row("99290", "AB12 Café") + "]", "[" + row("99290", "AB12 Café") + "]",
			kiosk.Findings{Links: []kiosk.Found{used}, Complete: true},
		},
		{"used", "[]", "[" + row("99290", "AB12") + "]", kiosk.Findings{Links: []kiosk.Found{used}, Complete: true}},
		{
			"cancelled", "[" + strings.Replace(row("99290", "AB12"), `"No"`, `"Yes"`, 1) + "]", "[]",
			kiosk.Findings{Links: []kiosk.Found{cancelled}, Complete: true},
		},
		{
			"used by its status", `[{"id":99290,"recipient_note":"AB12","amount":12.5,"status":"Used"}]`, "[]",
			kiosk.Findings{Links: []kiosk.Found{used}, Complete: true},
		},
		{
			"without address", `[{"id":99290,"recipient_note":"AB12","amount":12.5}]`, "[]",
			kiosk.Findings{Links: []kiosk.Found{built}, Complete: true},
		},
		{
			"with a foreign address", "[" + strings.Replace(row("99290", "AB12"), "app.", "evil.", 1) + "]", "[]",
			kiosk.Findings{Links: []kiosk.Found{noURL}, Complete: true},
		},
		{"unreadable amount", "[" + strings.Replace(row("99290", "AB12"), "12.50", "12,50", 1) + "]", "[]", kiosk.Findings{}},
		{"no note", `[{"id":99290,"amount":12.5}]`, "[]", kiosk.Findings{}},
		{"no object", `[null]`, "[]", kiosk.Findings{}},
		{"two numbers", `[{"id":1,"linktopay_id":2,"recipient_note":"AB12","amount":12.5}]`, "[]", kiosk.Findings{}},
		{"unreadable, but surely another's", `[{"id":"x","recipient_note":"ZZ99","amount":"?"}]`, "[]", kiosk.Findings{Complete: true}},
		{"B193 as long as the limit", "[" + strings.Repeat(row("1", "ZZ99")+",", 49) + row("2", "ZZ98") + "]", "[]", kiosk.Findings{}},
		{"B193 one less", "[" + strings.Repeat(row("1", "ZZ99")+",", 48) + row("2", "ZZ98") + "]", "[]", kiosk.Findings{Complete: true}},
		{"B193 used list", "[]", "[" + strings.Repeat(row("1", "ZZ99")+",", 49) + row("2", "ZZ98") + "]", kiosk.Findings{}},
	}
	for _, c := range cases {
		client, f := connect(t, func(w http.ResponseWriter, r *http.Request) {
			says(200, done(map[string]string{"/api/v2/getMyUnusedLinks": c.unused, "/api/v2/getMyUsedLinks": c.used}[r.URL.Path]))(w, r)
		})
		got, err := client.Find(t.Context(), "AB12")
		if err != nil || !reflect.DeepEqual(got, c.want) && (len(got.Links)+len(c.want.Links) > 0 || got.Complete != c.want.Complete) {
			t.Errorf("%s: found %+v, error %v, want %+v", c.name, got, err, c.want)
		}
		if f.count() != 2 || f.requests[0].path != "/api/v2/getMyUnusedLinks" || f.requests[1].path != "/api/v2/getMyUsedLinks" {
			t.Errorf("%s: calls %+v", c.name, f.requests)
		}
	}
}

// TestFind_failure: one list alone is no answer, and a search for nothing is none.
func TestFind_failure(t *testing.T) {
	for path, calls := range map[string]int{"/api/v2/getMyUnusedLinks": 1, "/api/v2/getMyUsedLinks": 2} {
		c, f := connect(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == path {
				says(403, `{"error":"Forbidden"}`)(w, r)
				return
			}
			says(200, done(`[{"id":99290,"recipient_note":"AB12","amount":12.5}]`))(w, r)
		})
		got, err := c.Find(t.Context(), "AB12")
		wantError(t, err, kiosk.Refused, KeyKey)
		if len(got.Links) != 0 || got.Complete || f.count() != calls {
			t.Errorf("found %+v after %d calls", got, f.count())
		}
	}
	c, f := connect(t, says(200, done("[]")))
	_, err := c.Find(t.Context(), "")
	wantError(t, err, kiosk.NotSent, kiosk.KeyInternal)
	_, err = c.Retire(t.Context(), 0)
	wantError(t, err, kiosk.NotSent, kiosk.KeyInternal)
	wantError(t, c.Refund(t.Context(), 7, 0, true), kiosk.NotSent, kiosk.KeyInternal)
	wantError(t, c.Refund(t.Context(), 0, 7, true), kiosk.NotSent, kiosk.KeyInternal)
	if f.count() != 0 {
		t.Errorf("%d calls", f.count())
	}
}

func mustNumber(t *testing.T, text string) int64 {
	t.Helper()
	n, ok := parseNumber(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return n
}

// TestLists_noList is B192: only a list is a list.
func TestLists_noList(t *testing.T) {
	for _, body := range []string{done("null"), done("{}"), done(`"[]"`), `{"ResponseCode":1,"Result":"True"}`} {
		c, _ := connect(t, says(200, body))
		_, err := c.PayIns(t.Context(), kiosk.PayInQuery{Days: 1})
		wantError(t, err, kiosk.Unclear, KeyUnclear)
		_, err = c.Find(t.Context(), "AB12")
		wantError(t, err, kiosk.Unclear, KeyUnclear)
		_, err = c.PayOuts(t.Context(), ReportQuery{})
		wantError(t, err, kiosk.Unclear, KeyUnclear)
		_, err = c.TaxInvoices(t.Context(), ReportQuery{})
		wantError(t, err, kiosk.Unclear, KeyUnclear)
	}
}

// TestPayIn normalises single rows: B178 to B180, B195, B197.
func TestPayIn(t *testing.T) {
	type row = map[string]any
	base := row{"pay_id": "7", "amount": "12.50", "status": "Success", "created_at": "2026-05-20 18:56:08", "transaction_type": "Basic"}
	cases := []struct {
		name    string
		change  row
		kind    kiosk.RowKind
		amount  kiosk.Money
		status  kiosk.PayInStatus
		dispute bool
	}{
		{"payment", row{}, kiosk.RowPayment, 1250, kiosk.StatusSuccess, false},
		{"B197 lower case", row{"status": "success"}, kiosk.RowPayment, 1250, kiosk.StatusSuccess, false},
		{"B197 upper case", row{"status": "SUCCESS"}, kiosk.RowPayment, 1250, kiosk.StatusSuccess, false},
		{"B197 blank in front", row{"status": " Success"}, kiosk.RowPayment, 1250, kiosk.StatusOther, false},
		{"B197 longer", row{"status": "Successful"}, kiosk.RowPayment, 1250, kiosk.StatusOther, false},
		{"B180 new word", row{"status": "Settled"}, kiosk.RowPayment, 1250, kiosk.StatusOther, false},
		{"no status", row{"status": nil}, kiosk.RowPayment, 1250, kiosk.StatusOther, false},
		{"pending", row{"status": "PENDING"}, kiosk.RowPayment, 1250, kiosk.StatusPending, false},
		{"payment of nothing", row{"amount": "0.00"}, kiosk.RowPayment, 0, kiosk.StatusOther, false},
		{"split", row{"transaction_type": "Split"}, kiosk.RowPayment, 1250, kiosk.StatusSuccess, false},
		{"unknown type", row{"transaction_type": "Invoice"}, kiosk.RowPayment, 1250, kiosk.StatusSuccess, false},
		{"refund", row{"transaction_type": "Refund", "amount": "-12.50"}, kiosk.RowRefund, -1250, kiosk.StatusSuccess, false},
		{"refund without sign", row{"transaction_type": "refund"}, kiosk.RowRefund, -1250, kiosk.StatusSuccess, false},
		{"negative", row{"amount": "-3"}, kiosk.RowRefund, -300, kiosk.StatusSuccess, false},
		{"negative and disputed", row{"amount": "-3", "is_dispute": "true"}, kiosk.RowDispute, -300, kiosk.StatusSuccess, false},
		{"dispute", row{"transaction_type": "Dispute", "amount": "-12.50"}, kiosk.RowDispute, -1250, kiosk.StatusSuccess, false},
		{"dispute refund", row{"transaction_type": "Dispute Refund"}, kiosk.RowDispute, 1250, kiosk.StatusSuccess, false},
		{"flagged as disputed", row{"is_dispute": "true"}, kiosk.RowPayment, 1250, kiosk.StatusSuccess, true},
		{"flag as boolean", row{"is_dispute": true}, kiosk.RowPayment, 1250, kiosk.StatusSuccess, true},
	}
	for _, c := range cases {
		o := object{}
		for k, v := range base {
			o[k] = v
		}
		for k, v := range c.change {
			o[k] = v
		}
		in, ok := payIn(o, 7)
		if !ok || in.Kind != c.kind || in.Amount != c.amount || in.Status != c.status || in.Dispute != c.dispute {
			t.Errorf("%s: read %+v, %v", c.name, in, ok)
		}
	}
	for _, amount := range []any{"12,50", "1e2", "12.505", "", nil, "0x10", "1.250,00", true, "99999999999999"} {
		if in, ok := payIn(object{"pay_id": "7", "amount": amount}, 7); ok {
			t.Errorf("B178 amount %v read as %+v", amount, in)
		}
	}
	if in, _ := payIn(object{"amount": "1", "created_at": object{}}, 7); in.At != "" {
		t.Errorf("B195 time is %q", in.At)
	}
}

// TestPayIn_key: a row that gets a transaction id later is known by its bare key.
func TestPayIn_key(t *testing.T) {
	o := object{"pay_id": "7", "amount": "12.5", "created_at": "2026-05-20 18:56:08", "status": "Success"}
	before, _ := payIn(o, 7)
	o["transaction_id"], o["amount"] = "20260520-pi-abc", "12.50"
	after, _ := payIn(o, 7)
	if before.Key != before.Bare || after.Key != "20260520-pi-abc" || after.Bare != before.Key {
		t.Errorf("keys %q and %q, bare %q", before.Key, after.Key, after.Bare)
	}
}

func TestPayIns(t *testing.T) {
	const (
		paid     = `{"pay_id":"7","amount":"12.50","status":"Success","transaction_type":"Basic"}`
		flagged  = `{"pay_id":"7","amount":"12.50","status":"Success","transaction_type":"Basic","is_refund":"true"}`
		refund   = `{"pay_id":"7","amount":"-12.50","status":"Success","transaction_type":"Refund","is_refund":"true"}`
		broken   = `{"pay_id":"7","amount":"12,50","status":"Success"}`
		nobodys  = `{"amount":"12.50","status":"Success"}`
		anothers = `{"pay_id":"8","amount":"12.50","status":"Success"}`
	)
	cases := []struct {
		name, rows string
		payID      int64
		limit      int
		want       int
		full       bool
		unread     []int64
		code       kiosk.Code
	}{
		{"none", ``, 0, 50, 0, false, nil, ""},
		{"one", paid, 0, 50, 1, false, nil, ""},
		{"B193 as long as the limit", paid + "," + anothers, 0, 2, 2, true, nil, ""},
		{"filter not honoured", paid + "," + anothers, 7, 50, 1, false, nil, ""},
		{"filter not honoured, limit reached", anothers + "," + anothers, 7, 2, 0, true, nil, ""},
		{"refunded", flagged + "," + refund, 0, 50, 2, false, nil, ""},
		{"flagged as refunded, no row that says how much", flagged, 0, 50, 0, false, []int64{7}, ""},
		{"the same, asked by number", flagged, 7, 50, 0, false, []int64{7}, ""},
		{"unreadable among others", broken + "," + anothers, 0, 50, 1, false, []int64{7}, ""},
		{"unreadable, asked by number", broken, 7, 50, 0, false, nil, kiosk.Unclear},
		{"of nobody", nobodys, 0, 50, 0, false, []int64{0}, ""},
		{"no object", `null`, 0, 50, 0, false, []int64{0}, ""},
	}
	for _, c := range cases {
		client, _ := connect(t, says(200, done("["+c.rows+"]")))
		page, err := client.PayIns(t.Context(), kiosk.PayInQuery{PayID: c.payID, Days: 2, Limit: c.limit, Lane: kiosk.LaneLook})
		if kiosk.CodeOf(err) != c.code || len(page.Rows) != c.want || page.Full != c.full || !slices.Equal(page.Unread, c.unread) {
			t.Errorf("%s: page %+v, error %v", c.name, page, err)
		}
	}
}

func TestPayIns_request(t *testing.T) {
	c, f := connect(t, says(200, done("[]")))
	for q, want := range map[kiosk.PayInQuery]string{
		{}:                                       `{"since":1,"limit":50}`,
		{Days: 35, Page: 2, Limit: 5000}:         `{"page":2,"since":35,"limit":1000}`,
		{PayID: 7, Days: 2, Page: 1}:             `{"pay_id":7,"since":2,"limit":50}`,
		{Days: -3, Limit: math.MinInt, Page: -1}: `{"since":1,"limit":50}`,
	} {
		q.Lane = kiosk.LaneLook
		if _, err := c.PayIns(t.Context(), q); err != nil || string(f.last(t).body) != want {
			t.Errorf("%+v sent %s, error %v, want %s", q, f.last(t).body, err, want)
		}
	}
}

func TestReports_unread(t *testing.T) {
	c, _ := connect(t, says(200, done(`[{"payout_id":"1","payout_amount":"x"},null]`)))
	if page, err := c.PayOuts(t.Context(), ReportQuery{Limit: 2}); err != nil || page.Unread != 2 || !page.Full {
		t.Errorf("page %+v, error %v", page, err)
	}
	c, f := connect(t, says(200, done(`[{"invoice_id":"202604-sf-x"},{"vat":1}]`)))
	page, err := c.TaxInvoices(t.Context(), ReportQuery{Page: 3, From: "2026-05"})
	if err != nil || page.Unread != 1 || len(page.Rows) != 1 || page.Full {
		t.Errorf("page %+v, error %v", page, err)
	}
	if want := `{"page":3,"limit":50,"date":"2026-05"}`; string(f.last(t).body) != want {
		t.Errorf("sent %s, want %s", f.last(t).body, want)
	}
}
