package shop

import (
	"context"

	"qrkiosk/kiosk"
)

// StoreFindings stores what the gateway told about the errand's link.
func (s *Kernel) StoreFindings(ctx context.Context, e kiosk.Errand, steps ...kiosk.Step) error {
	defer kiosk.Crash("after-found")
	return s.Change(ctx, e.Register, func(tx kiosk.Tx) error {
		_, err := s.TakeAll(tx, e, steps)
		return err
	})
}

// TakeAll lets a sale take what a call of the gateway has told, in the transaction of its errand.
func (s *Kernel) TakeAll(tx kiosk.Tx, e kiosk.Errand, steps []kiosk.Step) (*kiosk.Sale, error) {
	sale, err := tx.Sale(e.Sale)
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		step.Link, step.Actor = e.Link, kiosk.ActorGateway
		out, err := s.Take(tx, sale, step)
		if err != nil {
			return nil, err
		}
		sale = out.Sale
		if step.Reason == kiosk.KeyGatewayWrong {
			mark := kiosk.Mark{Sale: sale.ID, Kind: kiosk.AlarmEcho, Register: sale.Register, At: s.Now()}
			if err := tx.PutMark(mark); err != nil {
				return nil, err
			}
		}
	}
	return sale, nil
}

// Later gives a claimed errand back for another try after wait milliseconds.
func (s *Kernel) Later(ctx context.Context, e kiosk.Errand, wait int64) error {
	defer kiosk.Crash("after-postpone")
	return s.Change(ctx, e.Register, func(tx kiosk.Tx) error {
		_, err := tx.Postpone(e, s.Now()+s.Jitter(wait))
		return err
	})
}

// Jitter spreads waits that are long enough to collide by up to an eighth.
func (s *Kernel) Jitter(wait int64) int64 {
	if wait < 5*kiosk.SecondMillis {
		return wait
	}
	return wait + wait*int64(s.random.Bytes(1)[0])/(8*256)
}
