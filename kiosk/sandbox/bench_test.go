package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// benchPost posts a body from several clients at once.
func benchPost(b *testing.B, handler http.Handler) {
	web := httptest.NewServer(handler)
	defer web.Close()
	web.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req, err := http.NewRequest(http.MethodPost, web.URL+"/api/v2/createLink", strings.NewReader(`{"amount":12.5,"recipient_note":"bench"}`))
			if err != nil {
				b.Error(err)
				return
			}
			req.Header.Set("token", "sandbox-demo-key")
			resp, err := web.Client().Do(req)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkNullPost is what the machine and net/http allow: a handler that does nothing.
func BenchmarkNullPost(b *testing.B) {
	benchPost(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }))
}

// BenchmarkCreateLink is a link on disk for every answer.
func BenchmarkCreateLink(b *testing.B) {
	s, err := New(Config{Book: filepath.Join(b.TempDir(), "book"), Limit: -1})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	benchPost(b, s.Handler())
}

// BenchmarkStart replays a book of ten thousand links.
func BenchmarkStart(b *testing.B) {
	path := filepath.Join(b.TempDir(), "book")
	s, err := New(Config{Book: path, Limit: -1})
	if err != nil {
		b.Fatal(err)
	}
	for range 10_000 {
		s.mu.Lock()
		k := &link{ID: s.ledger.lastID + 1, User: s.ledger.accounts[0].UserID, Amount: 1250, Echo: "12.5", Fee: "1.0", Created: s.nowLocked(), Status: Unused}
		if err := s.commitLocked([]entry{{Link: k}}); err != nil {
			b.Fatal(err)
		}
		s.mu.Unlock()
		if k.ID%100 == 0 {
			if err := s.book.sync(); err != nil {
				b.Fatal(err)
			}
		}
	}
	s.Close()
	for b.Loop() {
		s, err := New(Config{Book: path})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
