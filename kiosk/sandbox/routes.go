package sandbox

import (
	"embed"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// routes is everything the gateway answers to.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for name, answer := range s.endpoints() {
		mux.HandleFunc("POST /api/v2/"+name, s.api(name, answer))
	}
	mux.HandleFunc("/api/v2/", notFoundAPI)
	mux.HandleFunc("GET /payment", s.checkout)
	mux.Handle("POST /payment", sameOrigin(http.HandlerFunc(s.press)))
	mux.Handle("GET /sandbox/", http.StripPrefix("/sandbox/", static()))

	near := http.NewServeMux()
	near.HandleFunc("GET /{$}", s.openLinks)
	s.controlRoutes(near)
	guarded := s.nearOnly(sameOrigin(near))
	mux.Handle("/{$}", guarded)
	mux.Handle("/control", guarded)
	mux.Handle("/control/", guarded)
	return secured(mux)
}

func notFoundAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", jsonType)
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		w.Write([]byte(`{"message":"every call is a POST"}`)) //nolint:errcheck // the caller is gone then
		return
	}
	w.WriteHeader(http.StatusNotFound)
	w.Write([]byte(`{"message":"no Route matched with those values"}`)) //nolint:errcheck // as above
}

func static() http.Handler {
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		panic(err) // the folder is embedded; only a broken build can miss it
	}
	return http.FileServerFS(files)
}

// contentPolicy forbids everything the pages do not need. form-action stays open because a
// payment ends in a redirect to the merchant's page, which browsers count as part of the form.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; form-action 'self' http: https:"

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Content-Security-Policy", contentPolicy)
			// Not no-referrer: browsers then send "Origin: null" with our own forms, and over
			// plain http, where they send no Sec-Fetch-Site either, sameOrigin would refuse them.
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin keeps foreign web pages from pressing buttons here.
func sameOrigin(next http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(next)
}

// nearOnly lets in callers on this machine who address it by a name that nobody else can point
// here: an IP address, localhost, or the host of the configured URL. Without the second check a
// foreign page could let its own name resolve to loopback.
func (s *Server) nearOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (s.cfg.ControlAnywhere || isNear(r.RemoteAddr)) && s.ownName(r.Host) {
			next.ServeHTTP(w, r)
			return
		}
		http.Error(w, "The sandbox is controlled from its own machine only.", http.StatusForbidden)
	})
}

// isNear is true for loopback and for connections that are no network connections at all.
func isNear(remote string) bool {
	at, err := netip.ParseAddrPort(remote)
	return err != nil || at.Addr().Unmap().IsLoopback()
}

func (s *Server) ownName(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if _, err := netip.ParseAddr(host); err == nil || strings.EqualFold(host, "localhost") {
		return true
	}
	u, err := url.Parse(s.url())
	return err == nil && host != "" && strings.EqualFold(host, u.Hostname())
}
