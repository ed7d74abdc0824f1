package reconcile

import (
	"context"

	"qrkiosk/kiosk"
)

// receiveTest takes the webhook of a test: it came through everything that a real one comes through.
func (nt *notices) receiveTest(ctx context.Context, hash string) error {
	var t kiosk.SelfTest
	err := nt.store.View(ctx, func(r kiosk.Reader) (err error) {
		t, err = r.SelfTestByToken(hash)
		return err
	})
	if err != nil {
		return err
	}
	return nt.kernel.Change(ctx, t.Register, func(tx kiosk.Tx) error {
		now, err := tx.SelfTest(t.Register)
		if err != nil || now.ID != t.ID || now.Hook == kiosk.HookCame {
			return err
		}
		now.Hook, now.HookAt = kiosk.HookCame, nt.kernel.Now()
		return tx.PutSelfTest(now)
	})
}
