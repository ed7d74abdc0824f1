package kiosk

import "slices"

const (
	// SpeakMillis is how long a display asks a customer whose money is odd to speak to the stall.
	SpeakMillis = MinuteMillis
	// lateSlack is how long after its time was over a sale may still turn a display green.
	lateSlack = MinuteMillis
)

// ShowsAfter computes what the displays of a register show of its newest sale while it has none in hand,
// and until when, in Unix milliseconds. Who paid while the sale was being cancelled is told so, and so is
// whose money is short or only promised: they still stand there. The register's next cart ends it, as its
// next sale does. Money that came too late is never told there: somebody else may stand there by now.
func ShowsAfter(newest *Sale, c *Cart, now int64) (DisplayState, int64) {
	if newest == nil || newest.Current() {
		return ShowsIdle, 0
	}
	shows, since, lasts := newest.afterwards()
	if shows == ShowsIdle || now < since || now-since >= lasts || (c != nil && c.Updated > since) {
		return ShowsIdle, 0
	}
	return shows, since + lasts
}

// afterwards is what may be told of a sale that gave its register up, since when and for how long.
func (s *Sale) afterwards() (shows DisplayState, since, lasts int64) {
	switch state := s.State(); {
	case len(s.RecordDecision) > 0: // a person has looked into it: the customer has been spoken to
	case state == Paid && s.PaidAt-s.Expires < lateSlack:
		return ShowsPaid, s.PaidAt, GreenMillis
	case state == Review && s.onlyShort():
		return ShowsShort, s.lastCame(), SpeakMillis
	case (state == Checking || state == Retiring) && s.BankPending() && !s.AnyLink((*Link).out):
		return ShowsPending, s.pendingSince(), SpeakMillis
	}
	return ShowsIdle, 0, 0
}

// onlyShort tells whether the one thing that is wrong is that too little came.
func (s *Sale) onlyShort() bool {
	return !slices.ContainsFunc(s.OpenTroubles(), func(t Trouble) bool { return t.Kind != TroubleShort })
}

// lastCame is when the newest payment was first seen.
func (s *Sale) lastCame() (at int64) {
	for _, l := range s.Links {
		for _, r := range l.Rows {
			if r.Amount > 0 {
				at = max(at, r.SeenAt)
			}
		}
	}
	return at
}

func (s *Sale) pendingSince() (at int64) {
	for i := range s.Links {
		if s.Links[i].PendingOpen() {
			at = max(at, s.Links[i].PendingAt)
		}
	}
	return at
}
