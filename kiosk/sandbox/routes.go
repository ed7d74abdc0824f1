package sandbox

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// routes is everything the gateway answers to.
func (s *Server) routes(cfg Config) http.Handler {
	pages := &checkout{keeper: s.keeper, faults: s.faults, bank: s.bank, log: s.log}
	controls := &control{gateway: s, wire: cfg.Wire, anywhere: cfg.ControlAnywhere, log: s.log}
	mux := http.NewServeMux()
	for name, answer := range s.api.endpoints() {
		mux.HandleFunc("POST /api/v2/"+name, s.api.handler(name, answer))
	}
	mux.HandleFunc("/api/v2/", notFoundAPI)
	mux.HandleFunc("GET /payment", pages.pay)
	mux.Handle("POST /payment", sameOrigin(http.HandlerFunc(pages.press)))
	mux.HandleFunc("GET /sandbox/inter.woff2", font(cfg.Font))
	mux.Handle("GET /sandbox/", http.StripPrefix("/sandbox/", static()))

	near := http.NewServeMux()
	near.HandleFunc("GET /{$}", pages.openLinks)
	controls.register(near)
	guarded := controls.nearOnly(sameOrigin(near))
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

// font answers with what the pages are written in. It is the one thing here that browsers may keep.
func font(raw []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if raw == nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "font/woff2")
		w.Header().Set("Cache-Control", "max-age=86400")
		w.Write(raw) //nolint:errcheck // the browser is gone then
	}
}

// contentPolicy forbids everything the pages do not need. form-action stays open because a
// payment ends in a redirect to the merchant's page, which browsers count as part of the form.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
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
