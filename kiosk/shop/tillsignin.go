package shop

import (
	"context"

	"qrkiosk/kiosk"
)

// ChangeOffice runs a decision on the office's stream and writes down that it was taken.
func (s *Kernel) ChangeOffice(ctx context.Context, kind, subject string, t kiosk.Trace, decide func(kiosk.Tx) error) error {
	return s.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		if err := decide(tx); err != nil {
			return err
		}
		return tx.Append(t.Event(kiosk.Actor{}, kiosk.OfficeStream, kind, subject, s.Now()))
	})
}
