package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
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

// BenchmarkSandbox says what it takes to start, and how many links a second are made with the limit
// switched off, each on disk before it is answered, beside a POST that does nothing on the same
// machine in the same run.
func BenchmarkSandbox(b *testing.B) {
	b.Run("Start", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			startOn(b, filepath.Join(b.TempDir(), strconv.Itoa(n)))
		}
	})
	b.Run("StartWith10000Links", func(b *testing.B) {
		path := longBook(b)
		for b.Loop() {
			startOn(b, path)
		}
	})
	b.Run("NullPost", func(b *testing.B) {
		benchPost(b, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }))
	})
	b.Run("CreateLink", func(b *testing.B) {
		s, err := New(Config{Book: filepath.Join(b.TempDir(), "book"), Limit: -1})
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		benchPost(b, s.Handler())
	})
}

// startOn opens the book, answers one call, and closes.
func startOn(b *testing.B, path string) {
	s, err := New(Config{Book: path})
	if err != nil {
		b.Fatal(err)
	}
	w := httptest.NewRecorder()
	req := httptest.NewRequest(http.MethodPost, "/api/v2/getMyUnusedLinks", nil)
	req.Header.Set("token", "sandbox-demo-key")
	if s.Handler().ServeHTTP(w, req); w.Code != http.StatusOK {
		b.Fatal(w.Body)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

// longBook writes a book of ten thousand links and returns its path.
func longBook(b *testing.B) string {
	path := filepath.Join(b.TempDir(), "book")
	s, err := New(Config{Book: path, Limit: -1})
	if err != nil {
		b.Fatal(err)
	}
	for range 10_000 {
		s.keeper.mu.Lock()
		k := &link{ID: s.keeper.ledger.lastID + 1, User: s.keeper.ledger.accounts[0].UserID, Amount: 1250, Echo: "12.5", Fee: "1.0", Created: s.keeper.nowLocked(), Status: Unused}
		err := s.keeper.commitLocked([]entry{{Link: k}})
		s.keeper.mu.Unlock()
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}
