package main

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

	"qrkiosk/kiosk"
)

// hookOf is the path of the webhook address of the only link that can be paid.
func (h *house) hookOf() string {
	h.t.Helper()
	open := h.payable()
	if len(open) != 1 {
		h.t.Fatalf("%d links can be paid", len(open))
	}
	return strings.TrimPrefix(open[0].Endpoint, shopURL)
}

func (h *house) awaiting() {
	h.t.Helper()
	h.charge(1250)
	h.untilState(kiosk.Awaiting, 3*time.Second)
}

// TestFault_F29_oddBodies: whatever a body says, the answer is the same byte for byte, and nothing but
// the inbox and a look follows from it.
func TestFault_F29_oddBodies(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.awaiting()
		path, link := h.hookOf(), h.payable()[0]
		nest := strings.Repeat("[", 30_000)
		encoded := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
		success := fmt.Sprintf(`"pay_id":%d,"amount":12.50,"user_id":"x"`, link.ID)
		var first *response
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
			r := h.guest().send(http.MethodPost, path, c.body, header("Content-Type", c.kind))
			if r.status != http.StatusOK || r.body != "" {
				t.Errorf("%s: answered %d %q", c.b, r.status, r.body)
			}
			if first == nil {
				first = &r
			} else if !sameBytes(*first, r) {
				t.Errorf("%s: the answer differs: %v and %v", c.b, first.header, r.header)
			}
			if s := h.last(); s.State() != kiosk.Checking || s.Received() != 0 || len(s.Proofs()) != 0 {
				t.Fatalf("%s: the sale is %s with %v", c.b, s.State(), s.Proofs())
			}
		}
		h.untilState(kiosk.Awaiting, 20*time.Second)
		h.pay()
		h.untilState(kiosk.Paid, 10*time.Second)
		h.sound()
	})
}

// TestBadHook_refused: bodies that are not even kept.
func TestBadHook_refused(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.awaiting()
		path := h.hookOf()
		before := h.rows()
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err := z.Write(make([]byte, 10<<20))
		h.must(err)
		h.must(z.Close())
		for _, c := range []struct {
			b      string
			status int
			send   func() response
		}{
			{"B064 64 KiB and a byte", 413, func() response { return h.lengthy(path, 64<<10+1) }},
			{"B064 10 MB", 413, func() response { return h.lengthy(path, 10<<20) }},
			{"B064 10 MB in chunks", 413, func() response { return h.chunks(path, 10<<20, true) }},
			{"B065 chunks without end", 400, func() response { return h.chunks(path, 1000, false) }},
			{"B066 a bare line feed", 400, func() response {
				return h.guest().raw("POST " + path + " HTTP/1.1\r\nHost: " + shopAddr + "\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n")
			}},
			{"B067 a length that is too large", 400, func() response {
				return h.guest().raw("POST " + path + " HTTP/1.1\r\nHost: " + shopAddr + "\r\nContent-Length: 100\r\n\r\n{}")
			}},
			{"B068 gzip", 415, func() response {
				return h.guest().raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", path, shopAddr, packed.Len(), packed.String()))
			}},
			{"B117 two lengths", 400, func() response {
				return h.guest().raw("POST " + path + " HTTP/1.1\r\nHost: " + shopAddr + "\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")
			}},
			{"B117 a length with a sign", 400, func() response {
				return h.guest().raw("POST " + path + " HTTP/1.1\r\nHost: " + shopAddr + "\r\nContent-Length: +2\r\n\r\n{}")
			}},
			{"B088 the token in the query", 404, func() response {
				return h.guest().send(http.MethodPost, "/hooks/secpaid/?token="+path[len(path)-32:], "{}")
			}},
			{"B088 a query besides", 404, func() response { return h.guest().send(http.MethodPost, path+"?a=b", "{}") }},
		} {
			began := time.Now()
			if r := c.send(); r.status != c.status {
				t.Errorf("%s: answered %d, want %d", c.b, r.status, c.status)
			}
			if took := time.Since(began); took > 6*time.Second {
				t.Errorf("%s: cut after %v", c.b, took)
			}
			h.unchanged(c.b, before)
		}
		if s := h.last().State(); s != kiosk.Awaiting {
			t.Errorf("the sale is %s", s)
		}
	})
}

func (h *house) lengthy(path string, size int) response {
	h.t.Helper()
	return h.guest().raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", path, shopAddr, size, strings.Repeat("x", size)))
}

// chunks sends a body in chunks, and no end of it unless told to.
func (h *house) chunks(path string, size int, end bool) response {
	h.t.Helper()
	conn, err := h.wires.dial(context.Background(), "tcp", shopAddr)
	h.must(err)
	go func() {
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n", path, shopAddr)
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
	return h.guest().answer(conn)
}

// TestBadHook_addresses: what is no live address is not found, whatever it looks like.
func TestBadHook_addresses(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.awaiting()
		path := h.hookOf()
		token := path[len(path)-32:]
		flipped := strings.Map(func(r rune) rune {
			if r == rune(token[0]) {
				return 'A' + (r+1)%26
			}
			return r
		}, token)
		before := h.rows()
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
			r := h.guest().send(http.MethodPost, c.path, "{}")
			if r.status != http.StatusNotFound || r.header.Get("Location") != "" || len(r.header["Set-Cookie"]) > 0 {
				t.Errorf("%s: answered %d %v", c.b, r.status, r.header)
			}
		}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodPatch} {
			if r := h.guest().send(method, path, ""); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != http.MethodPost {
				t.Errorf("B089 %s: answered %d, Allow %q", method, r.status, r.header.Get("Allow"))
			}
		}
		h.unchanged("addresses", before)
	})
}

// TestBadHook_cookies (B093): a webhook reads no cookie, of whoever it may be, and sets none.
func TestBadHook_cookies(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		h.awaiting()
		r := g.send(http.MethodPost, h.hookOf(), "{}", header("Origin", "https://elsewhere.test"))
		if r.status != http.StatusOK || len(r.header["Set-Cookie"]) > 0 {
			t.Errorf("answered %d %v", r.status, r.header)
		}
		bare := h.guest().send(http.MethodPost, h.hookOf(), "{}")
		if !sameBytes(r, bare) {
			t.Errorf("with cookies %v, without %v", r.header, bare.header)
		}
	})
}

// TestBadHook_repeats (B084, B090): the same body many times is one row; old addresses go on
// answering, and after ninety days they are forgotten.
func TestBadHook_repeats(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.awaiting()
		path := h.hookOf()
		g := h.guest()
		for range 300 {
			if r := g.send(http.MethodPost, path, `{"again":1}`); r.status != http.StatusOK {
				t.Fatalf("answered %d", r.status)
			}
		}
		if n := h.rows()["inbox"]; n != "1" {
			t.Errorf("%s rows in the inbox", n)
		}
		for i := range 100 {
			g.send(http.MethodPost, path, fmt.Sprint(i))
		}
		if n := h.rows()["inbox"]; n > "32" || len(n) > 2 {
			t.Errorf("%s rows in the inbox for a hundred different bodies", n)
		}
		h.untilState(kiosk.Awaiting, 20*time.Second)
		h.free()
		h.restart(31 * 24 * time.Hour)
		if r := g.send(http.MethodPost, path, "{}"); r.status != http.StatusOK {
			t.Errorf("after a month it is answered %d", r.status)
		}
		h.restart(60 * 24 * time.Hour)
		if r := g.send(http.MethodPost, path, "{}"); r.status != http.StatusNotFound {
			t.Errorf("after three months it is answered %d", r.status)
		}
		if s := h.last().State(); s != kiosk.Cancelled {
			t.Errorf("the sale is %s", s)
		}
	})
}
