package shop

import (
	"context"

	"qrkiosk/kiosk"
)

// Unmatched lists the newest pay-ins that belong to no link of ours: those that wait for a person
// if open, else all of them.
func (s *Kernel) Unmatched(ctx context.Context, open bool, n int) ([]kiosk.Unmatched, error) {
	var all []kiosk.Unmatched
	err := s.store.View(ctx, func(r kiosk.Reader) (err error) {
		all, err = r.Unmatched(open, n)
		return err
	})
	return all, err
}

// ResolveUnmatched stores that an unmatched row is explained, by whom and how.
func (s *Kernel) ResolveUnmatched(tx kiosk.Tx, u kiosk.Unmatched, by, reason string) error {
	u.Resolved, u.By, u.Reason = s.Now(), by, reason
	if err := tx.PutUnmatched(u); err != nil {
		return err
	}
	return tx.Append(kiosk.Event{
		Stream: kiosk.OfficeStream, Kind: "unmatched.settled", Subject: u.Row.Key,
		Amount: u.Row.Amount, Actor: by, At: u.Resolved, Data: reason,
	})
}
