package kiosktest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"qrkiosk/kiosk"
)

// Alerts lists the kinds of alarms that the till shows beside those of its sales.
func (h *Installation) Alerts() []kiosk.AlarmKind {
	h.T.Helper()
	var kinds []kiosk.AlarmKind
	for _, a := range h.Till().OtherAlarms {
		kinds = append(kinds, a.Kind)
	}
	return kinds
}

// Alerted wants no alarm but those named.
func (h *Installation) Alerted(want ...kiosk.AlarmKind) {
	h.T.Helper()
	if got := h.Alerts(); !slices.Equal(got, want) {
		h.T.Errorf("alerts %v, want %v", got, want)
	}
}

// Unmatched are the pay-ins that belong to no link.
func (h *Installation) Unmatched(open bool) []kiosk.Unmatched {
	h.T.Helper()
	all, err := h.Shop.Kernel.Unmatched(context.Background(), open, 100)
	h.Must(err)
	return all
}

// Quarantine are the links that are held.
func (h *Installation) Quarantine(held bool) []kiosk.Quarantined {
	h.T.Helper()
	all, err := h.Shop.Office.Unexplained.Quarantined(context.Background(), held, 100)
	h.Must(err)
	return all
}

// Today is the day of the gateway.
func Today() string { return time.Now().UTC().Format(time.DateOnly) }

// UntilAudited sleeps over the hour of the audit and returns the day before it.
func (h *Installation) UntilAudited() string {
	h.T.Helper()
	day := Today()
	midnight := time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	h.Restart(time.Until(midnight.Add(3 * time.Hour)))
	time.Sleep(time.Minute)
	return day
}

// CopyAside keeps a copy of the database as it is now.
func (h *Installation) CopyAside() string {
	h.T.Helper()
	h.Close()
	copied := filepath.Join(h.Dir, "copy.db")
	raw, err := os.ReadFile(filepath.Join(h.Dir, "qrkiosk.db"))
	h.Must(err)
	h.Must(os.WriteFile(copied, raw, 0o600))
	h.Open()
	return copied
}

// BringBack replaces the database by a copy of before, past everything the program would do.
func (h *Installation) BringBack(copied string) {
	h.T.Helper()
	h.Close()
	raw, err := os.ReadFile(copied)
	h.Must(err)
	h.Must(os.WriteFile(filepath.Join(h.Dir, "qrkiosk.db"), raw, 0o600))
	h.Open()
}
