package front

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

// FuzzReadForm: whatever a form says, it is refused as the caller's fault or every field has one
// value of UTF-8.
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
			var own *StatusError
			if !errors.As(err, &own) || own.Status < 400 || own.Status > 499 {
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
	})
}

// FuzzClientIP: an address is only believed from a proxy that is trusted, and is an address.
func FuzzClientIP(f *testing.F) {
	for _, seed := range []string{"", "192.0.2.7", "a, 192.0.2.7", "192.0.2.7, ", "::ffff:192.0.2.7", "unknown", `"[2001:db8::1]:80"`, "fe80::1%eth0"} {
		f.Add("10.0.0.1:80", seed)
		f.Add("198.51.100.1:80", seed)
	}
	s := &Front{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	f.Fuzz(func(t *testing.T, peer, chain string) {
		r := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {chain}}}
		got := s.ClientIP(r)
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
			if got := StatusOf(err); got != status {
				t.Errorf("%s is answered %d", code, got)
			}
			if key := kiosk.KeyOf(WithWords(err)); key != string(code) {
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
		err := &StatusError{status, "reason"}
		if StatusOf(err) != status || kiosk.KeyOf(WithWords(err)) != key {
			t.Errorf("%d is answered %d as %s", status, StatusOf(err), kiosk.KeyOf(WithWords(err)))
		}
	}
	if err := errors.New("a defect"); StatusOf(err) != http.StatusInternalServerError || kiosk.KeyOf(WithWords(err)) != kiosk.KeyInternal {
		t.Error("a defect is told as something else")
	}
}

func TestPlainID(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "01J0": "01J0", "B2-0001": "B2-0001", "a_b": "a_b", "a b": "", "\x00": "", "\xff": "", "ä": "", "../x": "",
		strings.Repeat("9", 64): strings.Repeat("9", 64), strings.Repeat("9", 65): "",
	} {
		if got := PlainID(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestLimiter(t *testing.T) {
	l := newLimiter()
	now := time.Unix(1_000_000, 0)
	for i := range limitTries {
		if wait := l.Wait("a", now.Add(time.Duration(i)*time.Second)); wait != 0 {
			t.Fatalf("try %d waits %d", i, wait)
		}
	}
	if wait := l.Wait("a", now.Add(limitTries*time.Second)); wait != 50_000 {
		t.Errorf("the eleventh try waits %d ms, want until the first is a minute old", wait)
	}
	if wait := l.Wait("b", now.Add(limitTries*time.Second)); wait != 0 {
		t.Errorf("somebody else waits %d ms", wait)
	}
	if wait := l.Wait("a", now.Add(time.Minute)); wait != 0 {
		t.Errorf("a minute after the first it waits %d ms", wait)
	}
	for i := range 2 * limitNames {
		l.Wait(fmt.Sprint(i), now)
	}
	if len(l.tries) > limitNames+1 {
		t.Errorf("%d names are remembered", len(l.tries))
	}
}
