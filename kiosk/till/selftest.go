package till

import (
	"context"
	"slices"

	"qrkiosk/kiosk"
)

const (
	selfTestMillis = 10 * kiosk.SecondMillis
	maxProofs      = 20
)

// BeginSelfTest starts a test; displays is how many are connected. The token leads to the webhook
// address that the caller has to post to, "" if there is no public address.
func (t *Till) BeginSelfTest(ctx context.Context, by kiosk.Actor, displays int) (kiosk.SelfTest, string, error) {
	now, token := t.kernel.Now(), t.random.Secret(24)
	test := kiosk.SelfTest{
		ID: t.random.ID(now), Register: by.Register, TokenHash: kiosk.HashSecret(token),
		Started: now, Until: now + selfTestMillis, Expects: displays,
	}
	if t.publicURL == "" {
		test.Hook, test.HookAt, token = kiosk.HookNone, now, ""
	}
	err := t.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) error {
		if err := tx.PutSelfTest(test); err != nil {
			return err
		}
		return tx.Append(kiosk.Event{Stream: by.Register, Kind: "register.test", Subject: test.ID, Actor: by.Staff, At: now})
	})
	return test, token, err
}

// AnswerSelfTest notes what a screen of a register answered. An answer to another test than the last, or a
// late one, changes nothing.
func (s *Till) AnswerSelfTest(ctx context.Context, register, test string, p kiosk.ScreenProof) error {
	p.At = s.kernel.Now()
	return s.kernel.Change(ctx, register, func(tx kiosk.Tx) error {
		t, err := tx.SelfTest(register)
		if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && (t.ID != test || t.Until <= p.At || len(t.Screens) >= maxProofs)) {
			return nil
		}
		known := slices.ContainsFunc(t.Screens, func(o kiosk.ScreenProof) bool { return o.Device == p.Device && o.Kind == p.Kind })
		if err != nil || known {
			return err
		}
		t.Screens = append(t.Screens, p)
		return tx.PutSelfTest(t)
	})
}

// TestHookLost notes that the test's own webhook could not be delivered.
func (s *Till) TestHookLost(ctx context.Context, register, test string) error {
	return s.kernel.Change(ctx, register, func(tx kiosk.Tx) error {
		t, err := tx.SelfTest(register)
		if err != nil || t.ID != test || t.Hook != kiosk.HookWaits {
			return err
		}
		t.Hook, t.HookAt = kiosk.HookLost, s.kernel.Now()
		return tx.PutSelfTest(t)
	})
}
