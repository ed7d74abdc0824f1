package shop

import (
	"context"

	"qrkiosk/kiosk"
)

// Requarantine stores what became of a link in quarantine, with who decided it and why.
func (s *Kernel) Requarantine(ctx context.Context, q kiosk.Quarantined, state kiosk.QuarantineState, by, reason string) error {
	q.State, q.At, q.By, q.Reason = state, s.Now(), by, reason
	return s.PutQuarantined(ctx, q)
}

// PutQuarantined stores a link that nobody knows, and what became of it.
func (s *Kernel) PutQuarantined(ctx context.Context, q kiosk.Quarantined) error {
	return s.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		was, err := tx.Quarantined(q.Account, q.PayID)
		if err == nil && was.State == q.State {
			return nil
		}
		if err != nil && kiosk.CodeOf(err) != kiosk.NotFound {
			return err
		}
		if err := tx.PutQuarantined(q); err != nil {
			return err
		}
		return tx.Append(kiosk.Event{
			Stream: kiosk.OfficeStream, Kind: "quarantine." + string(q.State), Subject: q.Ref,
			Amount: q.Amount, Actor: q.By, At: q.At, Data: q.Reason,
		})
	})
}
