package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

func FuzzReadLines(f *testing.F) {
	for _, seed := range []string{"", "350 2x400 120", "1x", "x1", "0x5", "70000x1", "1x2x3", "2x350@01JD2", "350@", "@", "1x1@a@b", " 1\t2\u00a03 ", "-1", "1e3", "99999999", strings.Repeat("1 ", 3000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := readLines(text)
		if err != nil {
			if kiosk.CodeOf(err) != kiosk.Invalid || lines != nil {
				t.Errorf("%v with %v", err, lines)
			}
			return
		}
		var again strings.Builder
		for _, l := range lines {
			if l.Qty < 0 || l.Qty > 65535 || l.Unit <= 0 || l.Unit > kiosk.MaxMoney || plainID(l.Item) != l.Item {
				t.Errorf("%q became %+v", text, l)
			}
			fmt.Fprintf(&again, "%dx%d", l.Qty, int64(l.Unit))
			if l.Item != "" {
				again.WriteString("@" + l.Item)
			}
			again.WriteByte(' ')
		}
		if again.Len() > 4096 {
			return
		}
		same, err := readLines(again.String())
		if err != nil || fmt.Sprint(same) != fmt.Sprint(lines) {
			t.Errorf("%q became %v and then %v, %v", text, lines, same, err)
		}
	})
}

// FuzzReadForm: whatever a form says, it is refused as the caller's fault or every field has one
// value of UTF-8; and a charge read from it is one that may be made, or refused.
func FuzzReadForm(f *testing.F) {
	for _, seed := range [][2]string{
		{"application/x-www-form-urlencoded", "cents=1250&lines=1250&key=0123456789abcdef&note=x"},
		{"application/x-www-form-urlencoded; charset=utf-8", "amount=12%2C50&key=k"},
		{"application/x-www-form-urlencoded", "amount=1&amount=2"},
		{"application/x-www-form-urlencoded", "amount=1%2C00&item.01JD2=2&item.01JD3=&discount=10+%25&reason=x&key=k"},
		{"application/x-www-form-urlencoded", "note=%ff"},
		{"application/x-www-form-urlencoded", "a;b=%zz"},
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"cents\"\r\n\r\n100\r\n--x--\r\n"},
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"../b\"\r\n\r\n1\r\n--x--\r\n"},
		{"multipart/form-data", "--x"},
		{"application/json", "{}"},
		{"", ""},
		{";;;", "a=b"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, kind, body string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/till/charge?amount=999,99", strings.NewReader(body))
		r.Header["Content-Type"] = []string{kind}
		r.Body = http.MaxBytesReader(w, r.Body, formLimit)
		if err := readForm(r, formLimit); err != nil {
			var own *statusError
			if !errors.As(err, &own) || own.status < 400 || own.status > 499 {
				t.Errorf("%q %q: %v", kind, body, err)
			}
			return
		}
		if len(body) > formLimit {
			t.Errorf("%d bytes were read", len(body))
		}
		for name, values := range r.PostForm {
			if len(values) != 1 || !utf8.ValidString(name) || !utf8.ValidString(values[0]) {
				t.Errorf("%q has %q", name, values)
			}
		}
		c, err := readCharge(r)
		switch {
		case err != nil && kiosk.CodeOf(err) != kiosk.Invalid:
			t.Errorf("%q: %v", body, err)
		case err == nil && (c.Amount < 0 || c.Amount > kiosk.MaxMoney || (c.Amount == 0 && len(c.Lines) == 0)):
			t.Errorf("%q: an amount of %v", body, c.Amount)
		}
		if tip, err := readTip(r); err == nil && (tip < 0 || tip > kiosk.MaxMoney) {
			t.Errorf("%q: a tip of %v", body, tip)
		}
	})
}

// FuzzClientIP: an address is only believed from a proxy that is trusted, and is an address.
func FuzzClientIP(f *testing.F) {
	for _, seed := range []string{"", "192.0.2.7", "a, 192.0.2.7", "192.0.2.7, ", "::ffff:192.0.2.7", "unknown", `"[2001:db8::1]:80"`, "fe80::1%eth0"} {
		f.Add("10.0.0.1:80", seed)
		f.Add("198.51.100.1:80", seed)
	}
	s := &Server{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	f.Fuzz(func(t *testing.T, peer, chain string) {
		r := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {chain}}}
		got := s.clientIP(r)
		if got.Is4In6() {
			t.Errorf("%v is not folded", got)
		}
		at, err := netip.ParseAddrPort(peer)
		if err == nil && !s.trusts(at.Addr()) && at.Addr().Zone() == "" && got != at.Addr().Unmap() {
			t.Errorf("%q was believed to be %v by %q", peer, got, chain)
		}
	})
}

// TestStatuses: every code has a status of its own kind and words in every language, also for
// errors of the front itself and for keys that nobody put into words.
func TestStatuses(t *testing.T) {
	for code, status := range statuses {
		for _, err := range []error{&kiosk.Error{Code: code}, &kiosk.Error{Code: code, Key: "a-key-without-words"}} {
			if got := statusOf(err); got != status {
				t.Errorf("%s is answered %d", code, got)
			}
			if key := kiosk.KeyOf(withWords(err)); key != string(code) {
				t.Errorf("%s is told as %s", code, key)
			}
		}
		for _, lang := range []string{"en", "de"} {
			if !views.Words(lang).Has("error." + string(code)) {
				t.Errorf("%s has no words for %s", lang, code)
			}
		}
	}
	for status, key := range map[int]string{400: "invalid", 403: "forbidden", 413: "invalid", 415: "invalid", 421: "not-found"} {
		err := &statusError{status, "reason"}
		if statusOf(err) != status || kiosk.KeyOf(withWords(err)) != key {
			t.Errorf("%d is answered %d as %s", status, statusOf(err), kiosk.KeyOf(withWords(err)))
		}
	}
	if err := errors.New("a defect"); statusOf(err) != http.StatusInternalServerError || kiosk.KeyOf(withWords(err)) != kiosk.KeyInternal {
		t.Error("a defect is told as something else")
	}
}

func TestPlainID(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "01J0": "01J0", "B2-0001": "B2-0001", "a_b": "a_b", "a b": "", "\x00": "", "\xff": "", "ä": "", "../x": "",
		strings.Repeat("9", 64): strings.Repeat("9", 64), strings.Repeat("9", 65): "",
	} {
		if got := plainID(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestLimiter(t *testing.T) {
	l := newLimiter()
	now := time.Unix(1_000_000, 0)
	for i := range limitTries {
		if wait := l.wait("a", now.Add(time.Duration(i)*time.Second)); wait != 0 {
			t.Fatalf("try %d waits %d", i, wait)
		}
	}
	if wait := l.wait("a", now.Add(limitTries*time.Second)); wait != 50_000 {
		t.Errorf("the eleventh try waits %d ms, want until the first is a minute old", wait)
	}
	if wait := l.wait("b", now.Add(limitTries*time.Second)); wait != 0 {
		t.Errorf("somebody else waits %d ms", wait)
	}
	if wait := l.wait("a", now.Add(time.Minute)); wait != 0 {
		t.Errorf("a minute after the first it waits %d ms", wait)
	}
	for i := range 2 * limitNames {
		l.wait(fmt.Sprint(i), now)
	}
	if len(l.tries) > limitNames+1 {
		t.Errorf("%d names are remembered", len(l.tries))
	}
}
