package front

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics are the figures of the sale path. It is a [kiosk.Observer].
type Metrics struct {
	Registry *prometheus.Registry
	create   *prometheus.HistogramVec
	notice   *prometheus.HistogramVec
	frame    prometheus.Histogram
	polls    *prometheus.CounterVec
	requests *prometheus.CounterVec
	Sockets  *prometheus.GaugeVec
}

// NewMetrics makes an empty set of figures with a registry of its own.
func NewMetrics() *Metrics {
	fine := prometheus.ExponentialBuckets(0.0001, 2, 18) // 0.1 ms to 13 s
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		create: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "qrkiosk_create_seconds", Help: "Time of a create call at the gateway.", Buckets: fine,
		}, []string{"outcome"}),
		notice: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "qrkiosk_webhook_commit_seconds", Help: "Time from a webhook's body to its commit.", Buckets: fine,
		}, []string{"believed"}),
		frame: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "qrkiosk_commit_frame_seconds", Help: "Time from a commit to the frame that shows it.", Buckets: fine,
		}),
		polls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "qrkiosk_sweeps_total", Help: "Readings of the gateway's pay-in list.",
		}, []string{"outcome"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "qrkiosk_requests_total", Help: "Requests by route and status.",
		}, []string{"route", "status"}),
		Sockets: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "qrkiosk_sockets", Help: "Live screens.",
		}, []string{"kind"}),
	}
	m.Registry.MustRegister(m.create, m.notice, m.frame, m.polls, m.requests, m.Sockets,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Created counts a create call.
func (m *Metrics) Created(d time.Duration, outcome string) {
	m.create.WithLabelValues(outcome).Observe(d.Seconds())
}

// Noticed counts a webhook that was stored.
func (m *Metrics) Noticed(d time.Duration, believed bool) {
	m.notice.WithLabelValues(strconv.FormatBool(believed)).Observe(d.Seconds())
}

// Polled counts a reading of the pay-in list.
func (m *Metrics) Polled(_ int, err error) {
	outcome := "read"
	if err != nil {
		outcome = "failed"
	}
	m.polls.WithLabelValues(outcome).Inc()
}

func (m *Metrics) pushed(d time.Duration) { m.frame.Observe(d.Seconds()) }

// statusWriter remembers the status for the counter. Unwrap lets sockets and deadlines through.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Count counts and times every request by its route and status.
func (m *Metrics) Count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			next.ServeHTTP(w, r) // a socket is taken over and has no status
			return
		}
		sw := &statusWriter{ResponseWriter: w}
		next.ServeHTTP(sw, r)
		m.requests.WithLabelValues(RouteOf(r), strconv.Itoa(max(sw.status, http.StatusOK))).Inc()
	})
}
