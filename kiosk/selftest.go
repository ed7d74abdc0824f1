package kiosk

import (
	"context"
	"slices"
)

// SelfTest is the test of everything a register needs before the first customer comes: it is
// stored, so that every screen of the register hears of it on its usual way and answers.
type SelfTest struct {
	ID        string
	Register  string
	TokenHash string // of a webhook address that only the test uses
	Started   int64  // Unix milliseconds
	Until     int64  // Unix milliseconds; what comes later counts as missing
	Expects   int    // displays that were connected
	Hook      HookProof
	HookAt    int64 // Unix milliseconds, 0 while nothing came
	Screens   []ScreenProof
}

// HookProof says what became of the test's own webhook.
type HookProof string

// What may become of it.
const (
	HookWaits HookProof = ""
	HookNone  HookProof = "none" // there is no public address: payments are found by asking
	HookCame  HookProof = "came" // through the public address and the handlers of real webhooks
	HookLost  HookProof = "lost" // the public address did not answer as we do
)

// ScreenProof is what a screen said about itself when it heard of the test. What a browser says
// about its own sound or clock is its word; that it heard is what the test is about.
type ScreenProof struct {
	Device string
	Kind   DeviceKind
	At     int64 // Unix milliseconds
	Sound  string
	Awake  string
	Clock  int64 // milliseconds by which its clock is ahead
}

const (
	selfTestMillis = 10 * secondMillis
	selfTestShown  = 12 * 60 * minuteMillis
	// clockTolerance is how far the clock of a screen may be off.
	clockTolerance = 5 * secondMillis
	maxProofs      = 20
)

// SelfTestReader finds the last test of a register.
type SelfTestReader interface {
	SelfTest(register string) (SelfTest, error)
	SelfTestByToken(hash string) (SelfTest, error)
}

// Over tells whether nothing that comes now counts any more.
func (t *SelfTest) Over(now int64) bool { return now >= t.Until || t.complete() }

func (t *SelfTest) complete() bool {
	return t.Hook != HookWaits && t.Till() != nil && len(t.Displays()) >= t.Expects
}

// Till is what the till said, nil if it has not.
func (t *SelfTest) Till() *ScreenProof {
	for i := range t.Screens {
		if t.Screens[i].Kind == Tablet {
			return &t.Screens[i]
		}
	}
	return nil
}

// Displays is what the displays said.
func (t *SelfTest) Displays() []ScreenProof {
	return slices.DeleteFunc(slices.Clone(t.Screens), func(p ScreenProof) bool { return p.Kind != Display })
}

// Good tells whether everything arrived in time and every screen is well.
func (t *SelfTest) Good() bool {
	if !t.complete() || t.Hook == HookLost {
		return false
	}
	for _, p := range t.Screens {
		if p.Sound != "on" || p.Awake != "on" || !p.ClockRight() {
			return false
		}
	}
	return true
}

// ClockRight tells whether the screen's clock agrees with ours.
func (p *ScreenProof) ClockRight() bool { return p.Off() <= clockTolerance }

// Off is by how many milliseconds its clock is off.
func (p *ScreenProof) Off() int64 { return max(p.Clock, -p.Clock) }

// Took is how many milliseconds it took until everything had arrived.
func (t *SelfTest) Took() int64 {
	last := t.HookAt
	for _, p := range t.Screens {
		last = max(last, p.At)
	}
	return max(0, last-t.Started)
}

// BeginSelfTest starts a test; displays is how many are connected. The token leads to the webhook
// address that the caller has to post to, "" if there is no public address.
func (s *Shop) BeginSelfTest(ctx context.Context, by Actor, displays int) (SelfTest, string, error) {
	now, token := s.now(), s.random.secret(24)
	t := SelfTest{
		ID: s.random.id(now), Register: by.Register, TokenHash: HashSecret(token),
		Started: now, Until: now + selfTestMillis, Expects: displays,
	}
	if s.publicURL == "" {
		t.Hook, t.HookAt, token = HookNone, now, ""
	}
	err := s.change(ctx, by.Register, func(tx Tx) error {
		if err := tx.PutSelfTest(t); err != nil {
			return err
		}
		return tx.Append(Event{Stream: by.Register, Kind: "register.test", Subject: t.ID, Actor: by.Staff, At: now})
	})
	return t, token, err
}

// TestHeard notes what a screen of a register answered. An answer to another test than the last, or a
// late one, changes nothing.
func (s *Shop) TestHeard(ctx context.Context, register, test string, p ScreenProof) error {
	p.At = s.now()
	return s.change(ctx, register, func(tx Tx) error {
		t, err := tx.SelfTest(register)
		if CodeOf(err) == NotFound || (err == nil && (t.ID != test || t.Until <= p.At || len(t.Screens) >= maxProofs)) {
			return nil
		}
		known := slices.ContainsFunc(t.Screens, func(o ScreenProof) bool { return o.Device == p.Device && o.Kind == p.Kind })
		if err != nil || known {
			return err
		}
		t.Screens = append(t.Screens, p)
		return tx.PutSelfTest(t)
	})
}

// TestHookLost notes that the test's own webhook could not be delivered.
func (s *Shop) TestHookLost(ctx context.Context, register, test string) error {
	return s.change(ctx, register, func(tx Tx) error {
		t, err := tx.SelfTest(register)
		if err != nil || t.ID != test || t.Hook != HookWaits {
			return err
		}
		t.Hook, t.HookAt = HookLost, s.now()
		return tx.PutSelfTest(t)
	})
}

// testNotice takes the webhook of a test: it came through everything that a real one comes through.
func (s *Shop) testNotice(ctx context.Context, hash string) error {
	var t SelfTest
	err := s.store.View(ctx, func(r Reader) (err error) {
		t, err = r.SelfTestByToken(hash)
		return err
	})
	if err != nil {
		return err
	}
	return s.change(ctx, t.Register, func(tx Tx) error {
		now, err := tx.SelfTest(t.Register)
		if err != nil || now.ID != t.ID || now.Hook == HookCame {
			return err
		}
		now.Hook, now.HookAt = HookCame, s.now()
		return tx.PutSelfTest(now)
	})
}
