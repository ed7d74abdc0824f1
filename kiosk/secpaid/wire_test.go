package secpaid

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

func TestNew(t *testing.T) {
	for url, good := range map[string]bool{
		"https://app.secpaid.com": true, "https://app.secpaid.com/api/v2": true, "http://localhost:8080/": true,
		"http://127.0.0.9:8080": true, "http://[::1]:8080": true,
		"http://app.secpaid.com": false, "http://192.168.0.2": false, "http://localhost.example": false, "": false,
		"app.secpaid.com": false, "ftp://app.secpaid.com": false, "https://": false, "https://u:p@app.secpaid.com": false,
		"https://u@app.secpaid.com": false, "https://app.secpaid.com?x=1": false, "https://app.secpaid.com/#x": false,
		"https://a b": false,
	} {
		if _, err := New(Config{URL: url, Token: "t"}); (err == nil) != good {
			t.Errorf("%q: error %v", url, err)
		}
	}
	for _, token := range []string{"", "a b", "a\n", "ä", "a\x00"} {
		if _, err := New(Config{URL: "https://app.secpaid.com", Token: token}); err == nil {
			t.Errorf("key %q accepted", token)
		}
	}
	for url, want := range map[string]string{
		"https://app.secpaid.com":         "https://app.secpaid.com/api/v2/",
		"https://app.secpaid.com/":        "https://app.secpaid.com/api/v2/",
		"https://app.secpaid.com/api/v2":  "https://app.secpaid.com/api/v2/",
		"http://localhost:1/sub/api/v2/":  "http://localhost:1/sub/api/v2/",
		"https://app.dev.secpaid.com/api": "https://app.dev.secpaid.com/api/",
	} {
		if c, err := New(Config{URL: url, Token: "t"}); err != nil || c.base.String() != want {
			t.Errorf("%q: base %v, error %v", url, c.base, err)
		}
	}
}

// TestRequest_header: the key goes in its own header; nothing invites anybody to repeat the POST.
func TestRequest_header(t *testing.T) {
	c, f := connect(t, says(200, done(echo)), func(c *Config) { c.Version = "1.2.3" })
	if _, err := c.Open(t.Context(), order()); err != nil {
		t.Fatal(err)
	}
	h := f.last(t).header
	for name, want := range map[string]string{
		"Token": testToken, "User-Agent": "qrkiosk/1.2.3", "Content-Type": "application/json", "Accept": "application/json",
		"Idempotency-Key": "", "X-Idempotency-Key": "", "Authorization": "", "Cookie": "", "Accept-Encoding": "",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !strings.HasPrefix(buildVersion(), "v") && buildVersion() != "devel" {
		t.Errorf("version of the build is %q", buildVersion())
	}
}

// roundTrip is a transport of the tests.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestRequest_notReplayable: without GetBody no transport can send the body again.
func TestRequest_notReplayable(t *testing.T) {
	given := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.GetBody != nil || r.Method != http.MethodPost || r.ContentLength <= 0 {
			t.Errorf("%s of %d bytes, repeatable %v", r.Method, r.ContentLength, r.GetBody != nil)
		}
		return nil, errors.New("no network")
	})}
	c, err := New(Config{URL: "https://app.secpaid.com", Token: "t", HTTP: given})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Open(t.Context(), order())
	wantError(t, err, kiosk.NotSent, KeyUnreachable)
	if given.CheckRedirect != nil {
		t.Error("the client that was given has been changed")
	}
	if tr := transport(Config{}); tr.Proxy != nil || !tr.DisableCompression {
		t.Error("the transport uses a proxy of the environment or inflates answers")
	}
}

// TestRedirect: neither the body nor the key goes anywhere else.
func TestRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		elsewhere := &fake{answer: says(200, done(echo))}
		other := httptest.NewServer(elsewhere)
		c, f := connect(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, status) })
		_, err := c.Open(t.Context(), order())
		other.Close()
		wantError(t, err, kiosk.Unclear, KeyUnclear)
		if f.count() != 1 || elsewhere.count() != 0 {
			t.Errorf("%d: %d calls, %d elsewhere", status, f.count(), elsewhere.count())
		}
	}
}

// TestLost: answers that break off. Each time one request arrived, so nobody knows.
func TestLost(t *testing.T) {
	hijack := func(do func(net.Conn)) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			do(conn)
			conn.Close()
		}
	}
	write := func(text string) http.HandlerFunc {
		return hijack(func(c net.Conn) { io.WriteString(c, text) })
	}
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	for name, answer := range map[string]http.HandlerFunc{
		"no answer":     write(""),
		"reset":         hijack(func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }),
		"half a header": write("HTTP/1.1 200 OK\r\nConte"),
		"no HTTP":       write("220 smtp\r\n\r\n"),
		"cut body":      write(head + "Content-Length: 500\r\n\r\n" + done("{}")),
		"cut chunks":    write(head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"Res\r\n"),
		"huge header":   write(head + "X: " + strings.Repeat("x", 100<<10) + "\r\n\r\n"),
		"compressed": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			says(200, "\x1f\x8b\x08")(w, r)
		},
		"B174 2 MiB":                 says(200, done(`"`+strings.Repeat("x", 2<<20)+`"`)),
		"B174 just too long":         says(200, done(`"`+strings.Repeat("x", 1<<20)+`"`)),
		"B174 blanks behind the end": says(200, done(echo)+strings.Repeat(" ", 2<<20)),
		"B174 endless": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for r.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte(" "), 64<<10)); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, f := connect(t, answer)
			_, err := c.Open(t.Context(), order())
			wantError(t, err, kiosk.Unclear, KeyUnclear)
			if f.count() != 1 {
				t.Errorf("%d requests arrived", f.count())
			}
			if used, _, _ := c.budget.state(); used != 1 {
				t.Errorf("%d calls counted", used)
			}
		})
	}
}

// TestLongAnswer: a page of a thousand rows is read.
func TestLongAnswer(t *testing.T) {
	row := `{"pay_id":"7","amount":"12.50","status":"Success","recipient_note":"` + strings.Repeat("n", 500) + `"}`
	c, _ := connect(t, says(200, done("["+strings.Repeat(row+",", 999)+row+"]")))
	page, err := c.PayIns(t.Context(), kiosk.PayInQuery{Days: 35, Limit: 1000, Lane: kiosk.LaneReports})
	if err != nil || len(page.Rows) != 1000 || !page.Full {
		t.Errorf("%d rows, full %v, error %v", len(page.Rows), page.Full, err)
	}
}

// TestNotSent: nothing was done, and nothing is counted.
func TestNotSent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()
	stranger := httptest.NewUnstartedServer(http.NotFoundHandler()) // nobody has signed its certificate
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0)
	stranger.StartTLS()
	defer stranger.Close()
	mute := httptest.NewServer(http.NotFoundHandler())
	defer mute.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, try := range map[string]struct {
		url string
		ctx context.Context
	}{
		"refused connection":  {closed, t.Context()},
		"unknown certificate": {stranger.URL, t.Context()},
		"no TLS there":        {strings.Replace(mute.URL, "http:", "https:", 1), t.Context()},
		"no such name":        {"https://gateway.invalid", t.Context()},
		"ended before":        {mute.URL, ended},
	} {
		c, err := New(Config{URL: try.url, Token: "t"})
		if err != nil {
			t.Fatal(err)
		}
		if name == "no such name" {
			c.http.Transport = transport(Config{Dial: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.DNSError{Err: "no such host", Name: "gateway.invalid", IsNotFound: true}
			}})
		}
		_, err = c.Open(try.ctx, order())
		if kiosk.CodeOf(err) != kiosk.NotSent || kiosk.KeyOf(err) != KeyUnreachable {
			t.Errorf("%s: error %v", name, err)
		}
		if used, _, _ := c.budget.state(); used != 0 {
			t.Errorf("%s: %d calls counted", name, used)
		}
		c.Close()
	}
}

// TestStaleConnection: the gateway drops a kept connection as the second request arrives. The
// transport would repeat a request it thinks harmless; a create must arrive once.
func TestStaleConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var arrived atomic.Int32
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(conn)
			for n := 0; ; n++ {
				r, err := http.ReadRequest(in)
				if err != nil {
					break
				}
				io.Copy(io.Discard, r.Body)
				arrived.Add(1)
				if n == 1 {
					break
				}
				body := done(echo)
				fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			}
			conn.Close()
		}
	}()
	c, err := New(Config{URL: "http://" + listener.Addr().String(), Token: "t", LinkHost: "app.secpaid.com"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Open(t.Context(), order()); err != nil {
		t.Fatal(err)
	}
	_, err = c.Open(t.Context(), order())
	wantError(t, err, kiosk.Unclear, KeyUnclear)
	if arrived.Load() != 2 {
		t.Errorf("%d requests arrived, want 2", arrived.Load())
	}
}

// TestSecrets: neither the account's key nor a link's, nor a payer's data, reaches a log, an
// error or a printed client.
func TestSecrets(t *testing.T) {
	var logged bytes.Buffer
	answers := []http.HandlerFunc{
		says(200, done(strings.Replace(echo, "12.5", "99", 1))),
		says(200, `{"ResponseCode":0,"ResponseMsg":"no","Result":"False"}`),
		says(500, `{"company":"PrivateCompany"}`),
		says(200, "PrivateCompany"),
		says(200, done(`[{"company":"PrivateCompany","invoice_id":"202604-sf-x"}]`)),
	}
	n := 0
	c, _ := connect(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-kong-request-id", "kong-4711\u2028")
		answers[n](w, r)
		n++
	}, logInto(&logged))
	var errs []error
	for range 4 {
		_, err := c.Open(t.Context(), order())
		errs = append(errs, err)
	}
	page, err := c.TaxInvoices(t.Context(), ReportQuery{})
	for _, handler := range []slog.Handler{c.log.Handler(), slog.NewJSONHandler(&logged, nil)} {
		slog.New(handler).Info("invoices", "page", page, "rows", page.Rows, "row", page.Rows[0], "address", page.Rows[0].Address, "key", *c.token.Load())
	}
	all := logged.String() + fmt.Sprint(errs, err) + fmt.Sprintf("%v %+v %#v %s", page, page, page, page.Rows) + fmt.Sprintf("%v %+v %#v %s", *c.token.Load(), c, *c.token.Load(), *c.token.Load())
	for _, canary := range []string{testToken, testKey, "PrivateCompany", "/tok", "/r/abc"} {
		if strings.Contains(all, canary) {
			t.Errorf("%q is in: %s", canary, all)
		}
	}
	if strings.Count(logged.String(), "kong-4711") != 5 || strings.Contains(logged.String(), "kong-4711\\u2028") {
		t.Errorf("request ids missing or unclean: %s", &logged)
	}
	if page.Rows[0].Address.Company != "PrivateCompany" || !strings.Contains(logged.String(), "202604-sf-x") {
		t.Errorf("%#v, and in the log: %s", page, &logged)
	}
}

// TestObserve tells endpoint and outcome of every call, those kept back included.
func TestObserve(t *testing.T) {
	var seen []string
	answer := says(200, done(echo))
	c, _ := connect(t, func(w http.ResponseWriter, r *http.Request) { answer(w, r) }, func(c *Config) {
		c.Observe = func(endpoint, outcome string, took time.Duration) {
			seen = append(seen, fmt.Sprint(endpoint, " ", outcome, " ", took < 0))
		}
	})
	c.Open(t.Context(), order())
	answer = says(200, done(`{}`))
	c.Open(t.Context(), order())
	c.PayIns(t.Context(), kiosk.PayInQuery{Lane: kiosk.LaneLook})
	if h := c.Health(); h.LastCode != kiosk.Unclear || h.LastKey != KeyUnclear || h.LastSuccess.IsZero() {
		t.Errorf("health %+v", h)
	}
	answer = says(401, `{"error":"Unauthorized"}`)
	c.Retire(t.Context(), 1)
	answer = says(500, ``)
	c.Refund(t.Context(), 1, 1, false)
	answer = says(429, ``)
	c.PayIns(t.Context(), kiosk.PayInQuery{Lane: kiosk.LaneLook})
	c.PayOuts(t.Context(), ReportQuery{})
	want := "createLink done false|createLink unclear false|getPayInTransactions unclear false|deleteLink refused false|refundPayment unclear false|" +
		"getPayInTransactions too-many false|getPayOutTransactions too-many false"
	if got := strings.Join(seen, "|"); got != want {
		t.Errorf("observed %s, want %s", got, want)
	}
}
