package kiosk

import (
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
	// SelfTestShown is for how long a till shows the outcome of its opening test, in milliseconds.
	SelfTestShown = 12 * 60 * MinuteMillis
	// clockTolerance is how far the clock of a screen may be off.
	clockTolerance = 5 * SecondMillis
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
