package secpaid

import (
	"testing"

	"qrkiosk/kiosk"
)

// TestRowTime: only the form of rows of payments is a time; a row with another is one without.
func TestRowTime(t *testing.T) {
	for at, want := range map[string]int64{
		"2026-11-20 12:00:00": 1_795_176_000_000, "1970-01-01 00:00:01": 1000,
		"2026-11-20T12:00:00Z": 0, "2026-11-20": 0, "20.11.2026 12:00": 0, "2026-11-31 12:00:00": 0, "{}": 0, "": 0,
	} {
		if got := RowTime(at); got != want {
			t.Errorf("%q is %d, want %d", at, got, want)
		}
	}
}

// TestPayoutState: the gateway's words are states in whatever case they come, and a word nobody knows
// is never done.
func TestPayoutState(t *testing.T) {
	for word, want := range map[string]struct {
		state kiosk.PayoutState
		done  bool
	}{
		"Pending": {kiosk.PayoutPending, false}, "PENDING": {kiosk.PayoutPending, false},
		"InProgress": {kiosk.PayoutInProgress, false}, "inprogress": {kiosk.PayoutInProgress, false},
		"Completed": {kiosk.PayoutCompleted, true}, "completed": {kiosk.PayoutCompleted, true},
		"Approved": {kiosk.PayoutApproved, true}, "Complete": {"Complete", false}, "On hold": {"On hold", false}, "": {"", false},
	} {
		if got := payoutState(word); got != want.state || got.Done() != want.done {
			t.Errorf("%q is %q, done %v, want %+v", word, got, got.Done(), want)
		}
	}
}
