package front

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
)

const formLimit = 64 << 10 // bytes of any form

// Policy is the Content-Security-Policy of every page.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types qrkiosk"

type visitKey struct{}

// visit is what is known of a request wherever it fails.
type visit struct {
	id       string
	register string // of the device it comes from, once that is known
	customer bool   // it comes from a customer's screen
}

func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// RequestID is the number of the request in the log and on pages of errors.
func RequestID(r *http.Request) string { return visitOf(r).id }

// RouteOf is the route's pattern, so that no secret of a path reaches a log or a metric.
func RouteOf(r *http.Request) string {
	if rc := chi.RouteContext(r.Context()); rc != nil && rc.RoutePattern() != "" {
		return rc.RoutePattern()
	}
	return "unknown"
}

// Barrier gives every request a number and contains panics.
func (f *Front) Barrier(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var id [6]byte
		_, _ = rand.Read(id[:])
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, &visit{id: hex.EncodeToString(id[:])}))
		defer func() {
			if p := recover(); p != nil {
				f.Log.Error("a handler panicked", "path", RouteOf(r), "request", RequestID(r), "err", p, "stack", string(debug.Stack()))
				http.Error(w, "", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// Headers sets what every answer carries.
func (f *Front) Headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		// Not no-referrer: over plain http browsers then send "Origin: null" with our own forms.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), screen-wake-lock=(self), fullscreen=(self)")
		h.Set("Cache-Control", "no-store")
		if f.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// hosts refuses requests for a host that is not ours: they are mistakes or attacks.
func (f *Front) hosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(f.hostNames) > 0 && !f.hostNames[strings.ToLower(r.Host)] {
			f.Fail(w, r, &StatusError{http.StatusMisdirectedRequest, "host is not ours"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// origins refuses unsafe requests from other sites. The standard library lets requests pass that
// carry neither header, as no browser of today sends them; with one of our cookies they are
// refused too.
func (f *Front) origins(next http.Handler) http.Handler {
	protect := http.NewCrossOriginProtection()
	protect.SetDenyHandler(f.Page(func(http.ResponseWriter, *http.Request) error { return ErrForeign }))
	return protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		silent := r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == ""
		if silent && !safeMethod(r.Method) && f.hasCookie(r) {
			f.Fail(w, r, ErrForeign)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

func safeMethod(m string) bool {
	return m == http.MethodGet || m == http.MethodHead || m == http.MethodOptions
}

// forms bounds and reads form bodies before any handler sees them. A parameter given twice is
// refused: nobody knows which one is meant.
func (f *Front) forms(limit int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if safeMethod(r.Method) {
			next.ServeHTTP(w, r)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if err := readForm(r, limit); err != nil {
			f.Fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func readForm(r *http.Request, limit int64) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch {
	case kind == "application/x-www-form-urlencoded" || (kind == "" && r.ContentLength == 0):
		err = r.ParseForm()
	case kind == "multipart/form-data":
		err = r.ParseMultipartForm(limit)
	default:
		return &StatusError{http.StatusUnsupportedMediaType, "not a form"}
	}
	if TooLarge(err) {
		return &StatusError{http.StatusRequestEntityTooLarge, "form is too large"}
	}
	if err != nil {
		return &StatusError{http.StatusBadRequest, "form is broken"}
	}
	return checkForm(r.PostForm)
}

func checkForm(form url.Values) error {
	for name, values := range form {
		if len(values) > 1 {
			return &StatusError{http.StatusBadRequest, "field came twice"}
		}
		if !utf8.ValidString(name) || !utf8.ValidString(values[0]) {
			return &StatusError{http.StatusBadRequest, "form is not UTF-8"}
		}
	}
	return nil
}

// PlainID is a value that may be looked up: text of letters, digits and dashes. Anything else is
// nobody's, and no store has to cope with it.
func PlainID(text string) string {
	const longest = 64
	if len(text) > longest || !PlainToken(text) {
		return ""
	}
	return text
}

// Origin is the address at which this request reached us.
func (f *Front) Origin(r *http.Request) string {
	if f.secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// SameOrigin tells whether a handshake comes from a page of ours: the Origin must be there and
// must be exactly that of the host it was sent to.
func (f *Front) SameOrigin(r *http.Request) bool {
	u, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || u.Host == "" {
		return false
	}
	return strings.EqualFold(u.Scheme+"://"+u.Host, f.Origin(r)) && u.User == nil && u.Path == ""
}

// ClientIP is the address of whoever asked: that of the peer, or the last one a trusted proxy
// wrote down.
func (f *Front) ClientIP(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	peer, err := netip.ParseAddr(host)
	if err != nil || !f.trusts(peer) {
		return peer.Unmap()
	}
	chain := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	last, err := netip.ParseAddr(strings.TrimSpace(chain[len(chain)-1]))
	if err != nil {
		return peer.Unmap()
	}
	return last.Unmap()
}

func (f *Front) trusts(peer netip.Addr) bool {
	for _, p := range f.proxies {
		if p.Contains(peer.Unmap()) {
			return true
		}
	}
	return false
}

// PlainToken tells whether a text has nothing but letters of base64url.
func PlainToken(token string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return strings.Trim(token, letters) == ""
}

// TooLarge tells whether a body was refused for its length.
func TooLarge(err error) bool {
	var limit *http.MaxBytesError
	return errors.As(err, &limit)
}

// OneOf is text if it is one of the words, else "".
func OneOf(text string, words ...string) string {
	for _, w := range words {
		if text == w {
			return w
		}
	}
	return ""
}
