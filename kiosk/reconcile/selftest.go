package reconcile

import (
	"context"

	"qrkiosk/kiosk"
)

// receiveTestNotice takes the webhook of a test: it came through everything that a real one comes through.
func (rc *Reconciler) receiveTestNotice(ctx context.Context, hash string) error {
	var t kiosk.SelfTest
	err := rc.store.View(ctx, func(r kiosk.Reader) (err error) {
		t, err = r.SelfTestByToken(hash)
		return err
	})
	if err != nil {
		return err
	}
	return rc.kernel.Change(ctx, t.Register, func(tx kiosk.Tx) error {
		now, err := tx.SelfTest(t.Register)
		if err != nil || now.ID != t.ID || now.Hook == kiosk.HookCame {
			return err
		}
		now.Hook, now.HookAt = kiosk.HookCame, rc.kernel.Now()
		return tx.PutSelfTest(now)
	})
}
