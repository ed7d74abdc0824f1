package kiosktest

import (
	"encoding/json"

	"qrkiosk/kiosk"
)

// Stored is what the office keeps: the house, the stalls and every entry of its journal.
func (b *Bureau) Stored() string {
	b.T.Helper()
	var all []any
	err := b.Store.View(b.T.Context(), func(r kiosk.Reader) error {
		house, err := r.OfficeSettings()
		if err != nil {
			return err
		}
		stalls, err := r.Stalls()
		if err != nil {
			return err
		}
		events, err := r.Events(kiosk.OfficeStream, 0, 10_000)
		all = []any{house, stalls, events}
		return err
	})
	if err != nil {
		b.T.Fatal(err)
	}
	text, err := json.Marshal(all)
	if err != nil {
		b.T.Fatal(err)
	}
	return string(text)
}
