package handlers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
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

func requestID(r *http.Request) string { return visitOf(r).id }

// routeOf is the route's pattern, so that no secret of a path reaches a log or a metric.
func routeOf(r *http.Request) string {
	if rc := chi.RouteContext(r.Context()); rc != nil && rc.RoutePattern() != "" {
		return rc.RoutePattern()
	}
	return "unknown"
}

// barrier gives every request a number and contains panics.
func (s *Server) barrier(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var id [6]byte
		_, _ = rand.Read(id[:])
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, &visit{id: hex.EncodeToString(id[:])}))
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("a handler panicked", "path", routeOf(r), "request", requestID(r), "err", p, "stack", string(debug.Stack()))
				http.Error(w, "", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// headers sets what every answer carries.
func (s *Server) headers(next http.Handler) http.Handler {
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
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// hosts refuses requests for a host that is not ours: they are mistakes or attacks.
func (s *Server) hosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(s.hostNames) > 0 && !s.hostNames[strings.ToLower(r.Host)] {
			s.fail(w, r, &statusError{http.StatusMisdirectedRequest, "host is not ours"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// origins refuses unsafe requests from other sites. The standard library lets requests pass that
// carry neither header, as no browser of today sends them; with one of our cookies they are
// refused too.
func (s *Server) origins(next http.Handler) http.Handler {
	protect := http.NewCrossOriginProtection()
	protect.SetDenyHandler(s.page(func(http.ResponseWriter, *http.Request) error { return errForeign }))
	return protect.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		silent := r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == ""
		if silent && !safeMethod(r.Method) && s.hasCookie(r) {
			s.fail(w, r, errForeign)
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
func (s *Server) forms(limit int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if safeMethod(r.Method) {
			next.ServeHTTP(w, r)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if err := readForm(r, limit); err != nil {
			s.fail(w, r, err)
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
		return &statusError{http.StatusUnsupportedMediaType, "not a form"}
	}
	if tooLarge(err) {
		return &statusError{http.StatusRequestEntityTooLarge, "form is too large"}
	}
	if err != nil {
		return &statusError{http.StatusBadRequest, "form is broken"}
	}
	return checkForm(r.PostForm)
}

func checkForm(form url.Values) error {
	for name, values := range form {
		if len(values) > 1 {
			return &statusError{http.StatusBadRequest, "field came twice"}
		}
		if !utf8.ValidString(name) || !utf8.ValidString(values[0]) {
			return &statusError{http.StatusBadRequest, "form is not UTF-8"}
		}
	}
	return nil
}

// plainID is a value that may be looked up: text of letters, digits and dashes. Anything else is
// nobody's, and no store has to cope with it.
func plainID(text string) string {
	const longest = 64
	if len(text) > longest || !plainToken(text) {
		return ""
	}
	return text
}

// origin is the address at which this request reached us.
func (s *Server) origin(r *http.Request) string {
	if s.secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// sameOrigin tells whether a handshake comes from a page of ours: the Origin must be there and
// must be exactly that of the host it was sent to.
func (s *Server) sameOrigin(r *http.Request) bool {
	u, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || u.Host == "" {
		return false
	}
	return strings.EqualFold(u.Scheme+"://"+u.Host, s.origin(r)) && u.User == nil && u.Path == ""
}

// clientIP is the address of whoever asked: that of the peer, or the last one a trusted proxy
// wrote down.
func (s *Server) clientIP(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	peer, err := netip.ParseAddr(host)
	if err != nil || !s.trusts(peer) {
		return peer.Unmap()
	}
	chain := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	last, err := netip.ParseAddr(strings.TrimSpace(chain[len(chain)-1]))
	if err != nil {
		return peer.Unmap()
	}
	return last.Unmap()
}

func (s *Server) trusts(peer netip.Addr) bool {
	for _, p := range s.proxies {
		if p.Contains(peer.Unmap()) {
			return true
		}
	}
	return false
}
