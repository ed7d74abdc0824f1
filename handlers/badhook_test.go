package handlers_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
)

// hookOf is the path of the webhook address of the only link that can be paid.
func hookOf(h *kiosktest.Installation) string {
	h.T.Helper()
	open := h.Sandbox.Payable()
	if len(open) != 1 {
		h.T.Fatalf("%d links can be paid", len(open))
	}
	return strings.TrimPrefix(open[0].Endpoint, kiosktest.ShopURL)
}

// TestFault_F29_oddBodies: whatever a body says, the answer is the same byte for byte, and nothing but
// the inbox and a look follows from it.
func TestFault_F29_oddBodies(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Awaiting()
		path, link := hookOf(h), h.Sandbox.Payable()[0]
		nest := strings.Repeat("[", 30_000)
		encoded := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
		success := fmt.Sprintf(`"pay_id":%d,"amount":12.50,"user_id":"x"`, link.ID)
		var first *kiosktest.Response
		for _, c := range []struct{ b, kind, body string }{
			{"B063 empty", "application/json", ""},
			{"B069 no JSON", "application/json", "hello"},
			{"B069 cut JSON", "application/json", `{"ResponseCode":1,"data":{`},
			{"B069 trailing bytes", "application/json", `{"a":1} x`},
			{"B069 two documents", "application/json", `{"a":1}{"a":2}`},
			{"B070 double keys", "application/json", `{"data":{"status":"Success","status":"Failed",` + success + `}}`},
			{"B070 keys of other case", "application/json", `{"DATA":{"Status":"Success","STATUS":"x",` + success + `}}`},
			{"B071 nesting", "application/json", nest},
			{"B071 many keys", "application/json", "{" + strings.TrimSuffix(strings.Repeat(`"k":1,`, 5000), ",") + "}"},
			{"B072 amount as a float", "application/json", `{"data":{"status":"Success","amount":25.000000001}}`},
			{"B072 amount 1e400", "application/json", `{"data":{"status":"Success","amount":1e400}}`},
			{"B073 unknown status", "application/json", `{"data":{"status":"Splendid",` + success + `}}`},
			{"B075 another link", "application/json", `{"data":{"status":"Success","pay_id":1,"amount":12.50}}`},
			{"B076 fifteen bytes", "application/json", `{"data":"` + encoded(15) + `"}`},
			{"B076 seventeen bytes", "application/json", `{"data":"` + encoded(17) + `"}`},
			{"B076 no bytes", "application/json", `{"data":""}`},
			{"B077 padding of zeros", "application/json", `{"data":"` + encoded(16) + `"}`},
			{"B077 padding of zeros, long", "application/json", `{"data":"` + encoded(64) + `"}`},
			{"B078 salted", "application/json", `{"data":"` + base64.StdEncoding.EncodeToString([]byte("Salted__12345678"+strings.Repeat("x", 16))) + `"}`},
			{"B078 no base64", "application/json", `{"data":"%%%%"}`},
			{"B079 plain success", "application/json", `{"ResponseCode":1,"data":{"status":"Success",` + success + `}}`},
			{"B079 plain success as a form", "application/x-www-form-urlencoded", fmt.Sprintf("data[status]=Success&data[pay_id]=%d&data[amount]=12.50", link.ID)},
			{"B082 a strange id", "application/json", `{"data":{"status":"Success","pay_id":"../../x"}}`},
			{"B083 markup", "text/html", `<script>alert(1)</script>`},
			{"no content type", "", `{}`},
			{"64 KiB", "application/json", strings.Repeat(" ", 64<<10)},
		} {
			r := h.Guest().Send(http.MethodPost, path, c.body, kiosktest.Header("Content-Type", c.kind))
			if r.Status != http.StatusOK || r.Body != "" {
				t.Errorf("%s: answered %d %q", c.b, r.Status, r.Body)
			}
			if first == nil {
				first = &r
			} else if !sameBytes(*first, r) {
				t.Errorf("%s: the answer differs: %v and %v", c.b, first.Header, r.Header)
			}
			if s := h.Last(); s.State() != kiosk.Checking || s.Received() != 0 || len(s.Proofs()) != 0 {
				t.Fatalf("%s: the sale is %s with %v", c.b, s.State(), s.Proofs())
			}
		}
		h.UntilState(kiosk.Awaiting, 20*time.Second)
		h.Sandbox.PayOnly()
		h.UntilState(kiosk.Paid, 10*time.Second)
		h.Records.Sound()
	})
}

// TestBadHook_refused: bodies that are not even kept.
func TestBadHook_refused(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Awaiting()
		path := hookOf(h)
		before := h.Records.Rows()
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err := z.Write(make([]byte, 10<<20))
		h.Must(err)
		h.Must(z.Close())
		for _, c := range []struct {
			b      string
			status int
			send   func() kiosktest.Response
		}{
			{"B064 64 KiB and a byte", 413, func() kiosktest.Response { return lengthy(h, path, 64<<10+1) }},
			{"B064 10 MB", 413, func() kiosktest.Response { return lengthy(h, path, 10<<20) }},
			{"B064 10 MB in chunks", 413, func() kiosktest.Response { return chunks(h, path, 10<<20, true) }},
			{"B065 chunks without end", 400, func() kiosktest.Response { return chunks(h, path, 1000, false) }},
			{"B066 a bare line feed", 400, func() kiosktest.Response {
				return h.Guest().Raw("POST " + path + " HTTP/1.1\r\nHost: " + kiosktest.ShopAddr + "\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n")
			}},
			{"B067 a length that is too large", 400, func() kiosktest.Response {
				return h.Guest().Raw("POST " + path + " HTTP/1.1\r\nHost: " + kiosktest.ShopAddr + "\r\nContent-Length: 100\r\n\r\n{}")
			}},
			{"B068 gzip", 415, func() kiosktest.Response {
				return h.Guest().Raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", path, kiosktest.ShopAddr, packed.Len(), packed.String()))
			}},
			{"B117 two lengths", 400, func() kiosktest.Response {
				return h.Guest().Raw("POST " + path + " HTTP/1.1\r\nHost: " + kiosktest.ShopAddr + "\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")
			}},
			{"B117 a length with a sign", 400, func() kiosktest.Response {
				return h.Guest().Raw("POST " + path + " HTTP/1.1\r\nHost: " + kiosktest.ShopAddr + "\r\nContent-Length: +2\r\n\r\n{}")
			}},
			{"B088 the token in the query", 404, func() kiosktest.Response {
				return h.Guest().Send(http.MethodPost, "/hooks/secpaid/?token="+path[len(path)-32:], "{}")
			}},
			{"B088 a query besides", 404, func() kiosktest.Response { return h.Guest().Send(http.MethodPost, path+"?a=b", "{}") }},
		} {
			began := time.Now()
			if r := c.send(); r.Status != c.status {
				t.Errorf("%s: answered %d, want %d", c.b, r.Status, c.status)
			}
			if took := time.Since(began); took > 6*time.Second {
				t.Errorf("%s: cut after %v", c.b, took)
			}
			h.Records.Unchanged(c.b, before)
		}
		if s := h.Last().State(); s != kiosk.Awaiting {
			t.Errorf("the sale is %s", s)
		}
	})
}

func lengthy(h *kiosktest.Installation, path string, size int) kiosktest.Response {
	h.T.Helper()
	return h.Guest().Raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", path, kiosktest.ShopAddr, size, strings.Repeat("x", size)))
}

// chunks sends a body in chunks, and no end of it unless told to.
func chunks(h *kiosktest.Installation, path string, size int, end bool) kiosktest.Response {
	h.T.Helper()
	conn, err := h.Wires.Dial(context.Background(), "tcp", kiosktest.ShopAddr)
	h.Must(err)
	go func() {
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n", path, kiosktest.ShopAddr)
		for sent := 0; sent < size; sent += 1000 {
			if _, err := fmt.Fprintf(conn, "3e8\r\n%s\r\n", strings.Repeat("x", 1000)); err != nil {
				return
			}
		}
		if end {
			_, _ = io.WriteString(conn, "0\r\n\r\n")
		}
	}()
	defer conn.Close()
	return h.Guest().Answer(conn)
}

// TestBadHook_addresses: what is no live address is not found, whatever it looks like.
func TestBadHook_addresses(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Awaiting()
		path := hookOf(h)
		token := path[len(path)-32:]
		flipped := strings.Map(func(r rune) rune {
			if r == rune(token[0]) {
				return 'A' + (r+1)%26
			}
			return r
		}, token)
		before := h.Records.Rows()
		for _, c := range []struct{ b, path string }{
			{"B085 unknown", "/hooks/secpaid/" + strings.Repeat("A", 32)},
			{"B085 nearly", "/hooks/secpaid/" + flipped},
			{"B086 too short", "/hooks/secpaid/" + token[1:]},
			{"B086 too long", "/hooks/secpaid/" + token + "A"},
			{"B086 another alphabet", "/hooks/secpaid/" + strings.Repeat("+", 32)},
			{"B086 percent-encoded", fmt.Sprintf("/hooks/secpaid/%%%02X%s", token[0], token[1:])},
			{"B086 upper case", "/hooks/secpaid/" + strings.ToUpper(token)},
			{"B087 a slash behind", path + "/"},
			{"B087 dot segments", "/hooks/secpaid/../secpaid/" + token},
			{"B087 double slash", "/hooks//secpaid/" + token},
			{"B088 nothing", "/hooks/secpaid/"},
		} {
			r := h.Guest().Send(http.MethodPost, c.path, "{}")
			if r.Status != http.StatusNotFound || r.Header.Get("Location") != "" || len(r.Header["Set-Cookie"]) > 0 {
				t.Errorf("%s: answered %d %v", c.b, r.Status, r.Header)
			}
		}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodPatch} {
			if r := h.Guest().Send(method, path, ""); r.Status != http.StatusMethodNotAllowed || r.Header.Get("Allow") != http.MethodPost {
				t.Errorf("B089 %s: answered %d, Allow %q", method, r.Status, r.Header.Get("Allow"))
			}
		}
		h.Records.Unchanged("addresses", before)
	})
}

// TestBadHook_cookies (B093): a webhook reads no cookie, of whoever it may be, and sets none.
func TestBadHook_cookies(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		h.Awaiting()
		r := g.Send(http.MethodPost, hookOf(h), "{}", kiosktest.Header("Origin", "https://elsewhere.test"))
		if r.Status != http.StatusOK || len(r.Header["Set-Cookie"]) > 0 {
			t.Errorf("answered %d %v", r.Status, r.Header)
		}
		bare := h.Guest().Send(http.MethodPost, hookOf(h), "{}")
		if !sameBytes(r, bare) {
			t.Errorf("with cookies %v, without %v", r.Header, bare.Header)
		}
	})
}

// TestBadHook_repeats (B084, B090): the same body many times is one row; old addresses go on
// answering, and after ninety days they are forgotten.
func TestBadHook_repeats(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Awaiting()
		path := hookOf(h)
		g := h.Guest()
		for range 300 {
			if r := g.Send(http.MethodPost, path, `{"again":1}`); r.Status != http.StatusOK {
				t.Fatalf("answered %d", r.Status)
			}
		}
		if n := h.Records.Rows()["inbox"]; n != "1" {
			t.Errorf("%s rows in the inbox", n)
		}
		for i := range 100 {
			g.Send(http.MethodPost, path, fmt.Sprint(i))
		}
		if n := h.Records.Rows()["inbox"]; n > "32" || len(n) > 2 {
			t.Errorf("%s rows in the inbox for a hundred different bodies", n)
		}
		h.UntilState(kiosk.Awaiting, 20*time.Second)
		h.Free()
		h.Restart(31 * 24 * time.Hour)
		if r := g.Send(http.MethodPost, path, "{}"); r.Status != http.StatusOK {
			t.Errorf("after a month it is answered %d", r.Status)
		}
		h.Restart(60 * 24 * time.Hour)
		if r := g.Send(http.MethodPost, path, "{}"); r.Status != http.StatusNotFound {
			t.Errorf("after three months it is answered %d", r.Status)
		}
		if s := h.Last().State(); s != kiosk.Cancelled {
			t.Errorf("the sale is %s", s)
		}
	})
}
