package kiosk

import (
	"slices"
	"testing"
)

func TestIDFrom_ordersLikeTime(t *testing.T) {
	ids := Entropy{zeros{}}
	for _, at := range []int64{0, 1, 999, 1_700_000_000_000, 1_700_000_000_001, 4_000_000_000_000} {
		before, after := ids.ID(at-1), ids.ID(at)
		if bound := IDFrom(at); at > 0 && (before >= bound || bound > after) {
			t.Errorf("at %d: %s, %s, %s are out of order", at, before, bound, after)
		}
	}
}

// Only sales that nobody waits for forget anything.
func TestSale_forgets(t *testing.T) {
	s := &Sale{Note: "table 4", Links: []Link{{Sealed: []byte{1}}, {}, {Sealed: []byte{2}}}}
	if s.Done() {
		t.Error("a sale that is being opened is called done")
	}
	if !s.ForgetKeys() || s.ForgetKeys() || slices.ContainsFunc(s.Links, func(l Link) bool { return len(l.Sealed) > 0 }) {
		t.Errorf("keys are left: %+v", s.Links)
	}
	if !s.ForgetNote() || s.ForgetNote() || s.Note != "" {
		t.Errorf("the note is left: %q", s.Note)
	}
}

// zeros is no randomness at all.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
