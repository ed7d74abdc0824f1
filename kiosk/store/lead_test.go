package store

import (
	"context"
	"testing"
)

// TestLead: of several processes on one store one leads until its time is over.
func TestLead(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		shared := h.cfg.URL != ""
		lead := func(holder string, now, until int64, want bool) {
			t.Helper()
			if got, err := h.Lead(ctx, "watch", holder, now, until); got != want || err != nil {
				t.Errorf("%s at %d: %v, %v; want %v", holder, now, got, err, want)
			}
		}
		lead("a", 10, 20, true)
		lead("b", 15, 30, !shared) // SQLite has one process: whoever asks is it
		lead("a", 19, 30, true)
		lead("b", 29, 40, !shared)
		lead("b", 30, 40, true)
		lead("a", 31, 50, !shared)
	})
}
