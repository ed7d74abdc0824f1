package kiosk

import (
	"slices"
)

// State computes the state from the facts: the first condition that fits, in the order of the
// table in doc.go. It is the only place where a state comes from.
func (s *Sale) State() State {
	value := s.value()
	switch {
	case len(s.OpenTroubles()) > 0:
		return Review
	case value > 0 && s.Returned() >= value:
		return Refunded
	case s.refundOpen():
		return Refunding
	case len(s.Links) > 0 && value >= s.Total():
		return Paid
	case len(s.troubles()) > 0 || s.caseClosed():
		return ClosedUnpaid
	case s.BankPending():
		return s.pendingState()
	case s.Cancel || s.Lapse:
		return s.endedState()
	case len(s.Links) == 0:
		return Asking
	}
	return s.Last().state()
}

// state is what the last attempt of a sale alone says.
func (l *Link) state() State {
	switch {
	case l.LastTry:
		return LinkRefused
	case l.Gone:
		return Cancelled
	case !l.Live && l.returned() == 0:
		return Opening
	case l.ToldUsed || l.Claimed() || l.Odd > l.MarkAnswered:
		return Checking
	}
	return Awaiting
}

func (s *Sale) pendingState() State {
	if s.Cancel || s.Lapse || s.AnyLink(func(l *Link) bool { return l.Gone }) {
		return Retiring
	}
	return Checking
}

func (s *Sale) endedState() State {
	switch {
	case s.AnyLink(func(l *Link) bool { return !l.Gone && !l.GivenUp }):
		return Retiring
	case s.Lapse && !s.Cancel:
		return Lapsed
	}
	return Cancelled
}

// AnyLink tells whether one of the links is so.
func (s *Sale) AnyLink(is func(*Link) bool) bool {
	for i := range s.Links {
		if is(&s.Links[i]) {
			return true
		}
	}
	return false
}

func (s *Sale) caseClosed() bool {
	return s.AnyLink(func(l *Link) bool { return l.Case.Closed })
}

// BankPending tells whether a bank transfer was promised and has neither come nor failed. Such a
// link must not be deleted, and the register does not wait for it.
func (s *Sale) BankPending() bool { return s.AnyLink((*Link).PendingOpen) }

// PendingOpen holds while a bank transfer on this link was promised and has neither come nor failed.
func (l *Link) PendingOpen() bool {
	return l.Pending && !l.PendingOver && !l.GivenUp && !l.Used && !l.Claimed() && len(l.Rows) == 0
}

// out tells whether money on this link would come too late to make its sale green by itself.
func (l *Link) out() bool { return l.Gone || l.GivenUp || l.Case.Closed }

// Claimed tells whether something says there was money, without a row that says how much. A
// notice for a link that is not known yet waits in the inbox and claims nothing.
func (l *Link) Claimed() bool { return (l.Noticed && l.Live) || l.returned() > 0 }

func (l *Link) returned() Money {
	var sum Money
	for _, r := range l.Rows {
		if r.Kind == RowRefund {
			sum -= r.Amount
		}
	}
	return sum
}

// Received is the sum of the standing Success rows.
func (l *Link) Received() Money {
	var sum Money
	for _, r := range l.Rows {
		if !r.Withdrawn && (r.Kind == RowPayment || r.Kind == RowExtra) {
			sum += r.Amount
		}
	}
	return sum
}

// payments counts the rows that brought money, withdrawn ones too.
func (l *Link) payments() int {
	n := 0
	for _, r := range l.Rows {
		if r.Kind == RowPayment || r.Kind == RowExtra {
			n++
		}
	}
	return n
}

// HasPayment holds where the gateway's rows say that money came by this link.
func (l *Link) HasPayment() bool { return l.payments() > 0 }

// value is what the link is proven to have brought: its standing rows, else our amount if the
// gateway lists it as used, else our amount if a notice passed the nine tests and may count.
func (l *Link) value(strict bool) Money {
	switch {
	case l.HasPayment():
		return l.Received()
	case l.Used:
		return l.Amount
	case l.Noticed && l.Live && !l.out() && !strict:
		return l.Amount
	}
	return 0
}

func (s *Sale) value() Money {
	var sum Money
	for i := range s.Links {
		sum += s.Links[i].value(s.Strict)
	}
	return sum
}

// Received is the sum of all standing Success rows of the sale.
func (s *Sale) Received() Money {
	var sum Money
	for i := range s.Links {
		sum += s.Links[i].Received()
	}
	return sum
}

// Returned is the sum of all negative refund rows, as a positive amount.
func (s *Sale) Returned() Money {
	var sum Money
	for i := range s.Links {
		sum += s.Links[i].returned()
	}
	return sum
}

// Confirmed tells whether the gateway's own pay-in rows cover what was asked.
func (s *Sale) Confirmed() bool { return len(s.Links) > 0 && s.Received() >= s.Total() }

// Over tells whether more came than was asked.
func (s *Sale) Over() bool { return len(s.Links) > 0 && s.Received() > s.Total() }

// Proofs lists why the sale is believed to be paid: "webhook", "used-link", "pay-in".
func (s *Sale) Proofs() []string {
	var p []string
	if s.AnyLink(func(l *Link) bool { return l.Noticed }) {
		p = append(p, "webhook")
	}
	if s.AnyLink(func(l *Link) bool { return l.Used }) {
		p = append(p, "used-link")
	}
	if s.AnyLink((*Link).HasPayment) {
		p = append(p, "pay-in")
	}
	return p
}

// troubles lists every trouble the facts show, closed and answered ones too.
func (s *Sale) troubles() []Trouble {
	var t []Trouble
	for i := range s.Links {
		t = s.Links[i].troubles(t)
	}
	if len(s.Links) > 0 && s.value() < s.Total() && s.Received() > 0 {
		t = append(t, s.shortTrouble())
	}
	return t
}

func (s *Sale) shortTrouble() Trouble {
	for i := range s.Links {
		if s.Links[i].Received() > 0 {
			return Trouble{TroubleShort, i + 1}
		}
	}
	return Trouble{TroubleShort, 1}
}

func (l *Link) troubles(t []Trouble) []Trouble {
	if l.out() {
		t = l.lateTroubles(t)
	}
	payments := 0
	for _, r := range l.Rows {
		switch {
		case r.Kind == RowDispute:
			t = append(t, Trouble{TroubleDispute, l.N})
		case r.Withdrawn:
			t = append(t, Trouble{TroubleWithdrawn, l.N})
		}
		if r.Kind == RowPayment || r.Kind == RowExtra {
			if payments++; payments > 1 {
				t = append(t, Trouble{TroubleExtra, payments})
			}
		}
	}
	if l.Unconfirmed && l.Received() == 0 && !l.out() {
		t = append(t, Trouble{TroubleUnconfirmed, l.N})
	}
	if l.BankLate && l.PendingOpen() {
		t = append(t, Trouble{TroubleBank, l.N})
	}
	return t
}

// lateTroubles names money on a link that is out: any money once the link is gone or given up,
// only money that is new since then when a person closed its case.
func (l *Link) lateTroubles(t []Trouble) []Trouble {
	was := l.Case
	if l.Gone || l.GivenUp {
		was = Case{}
	}
	switch {
	case l.payments() > was.Rows:
		t = append(t, Trouble{TroubleLate, l.N})
	case l.Used && !was.Used && !l.HasPayment():
		t = append(t, Trouble{TroubleLateUsed, l.N})
	case l.Claimed() && !was.Claimed && !l.HasPayment() && !l.Used:
		t = append(t, Trouble{TroubleClaimed, l.N})
	}
	return t
}

// OpenTroubles lists what a person still has to decide: neither closed by a person nor answered
// by a refund that stands.
func (s *Sale) OpenTroubles() []Trouble {
	all := s.troubles()
	return slices.DeleteFunc(all, func(t Trouble) bool {
		if slices.Contains(s.Closed, t) {
			return true
		}
		return slices.ContainsFunc(s.Refunds, func(r Refund) bool {
			return r.stands() && slices.Contains(r.Answers, t)
		})
	})
}

// Current tells whether the register's screens are about this sale.
func (s *Sale) Current() bool { return !s.Released && s.holdsRegister() }

// holdsRegister tells whether a sale in this state keeps the register's screens, if it has them.
func (s *Sale) holdsRegister() bool {
	if s.Aside {
		return false
	}
	switch s.State() {
	case Asking, Opening, Awaiting, Paid:
		return true
	case Checking:
		return !s.BankPending()
	case Retiring, Cancelled, Lapsed, LinkRefused, Review, ClosedUnpaid, Refunding, Refunded:
	}
	return false
}

// MayLapseUnasked holds where nothing can have been paid yet; a link that may be paid lapses only
// behind a sweep that says it was not.
func (s *Sale) MayLapseUnasked() bool {
	state := s.State()
	return state == Asking || (state == Opening && !s.AnyLink(func(l *Link) bool { return l.Live }))
}
