package bare

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// figures serves the metrics to this machine alone: they tell about business. What a proxy on this
// machine passes on comes from elsewhere, whether we were told to trust that proxy or not.
func (b *Bare) figures(w http.ResponseWriter, r *http.Request) {
	passedOn := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
	if passedOn || !b.front.ClientIP(r).IsLoopback() {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	promhttp.HandlerFor(b.front.Metrics.Registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// health says that the process answers.
func (b *Bare) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// readiness says that the store can be read.
func (b *Bare) readiness(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := b.ready(r.Context()); err != nil {
		b.log.Warn("not ready", "err", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("not ready\n"))
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}
