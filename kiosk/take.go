package kiosk

import (
	"cmp"
	"slices"
)

// markOver has the till tell that more came than was asked, though the sale is paid.
func (out Outcome) markOver(tx AuditWriter) error {
	if out.Posting == nil || out.Posting.Figures.Over <= 0 || !out.Sale.OverOpen() {
		return nil
	}
	e := out.Events[0]
	return tx.PutMark(Mark{Sale: out.Sale.ID, Kind: AlarmOver, Register: out.Sale.Register, At: e.At})
}

// Store writes down everything that follows from a step, with its errands due at due.
func (out Outcome) Store(tx Tx, due int64) error {
	if err := tx.PutSale(out.Sale); err != nil {
		return err
	}
	if err := tx.Append(out.Events...); err != nil {
		return err
	}
	if out.Posting != nil {
		if err := tx.Post(*out.Posting); err != nil {
			return err
		}
		if err := out.markOver(tx); err != nil {
			return err
		}
	}
	if err := tx.End(out.Sale, out.End...); err != nil {
		return err
	}
	return tx.Begin(out.Sale, due, out.Start...)
}

// Take adds a fact or refuses a command and computes everything that follows. It is pure: s is
// left as it was. A refused command returns an [*Error] with code [Conflict] and one of the
// Reason keys; a fact from outside is never refused.
//
// It is the only way to change what a sale is, and its journal. Three changes are made beside it that
// no state, sum, duty or event depends on: yield takes a paid sale off the register's screens when the
// next one begins, and after the time of [Retention] forgetKeys drops the secrets of a sale's links and
// forgetNote what its cashier noted.
func (s *Sale) Take(step Step) (Outcome, error) {
	if err := s.guard(step); err != nil {
		return Outcome{}, err
	}
	after := s.Clone()
	out := Outcome{Sale: after, From: s.State()}
	changed, err := after.apply(step)
	if err != nil {
		return Outcome{}, err
	}
	out.Changed = changed
	out.To = after.State()
	if !after.holdsRegister() {
		after.Released = true
	}
	if out.To == Paid && after.PaidAt == 0 {
		after.PaidAt = step.At
	}
	if l := after.Shown(); l != nil && l.ShownAt == 0 {
		l.ShownAt = step.At
	}
	if changed {
		figures := after.figuresIn(out.To).Minus(s.figuresIn(out.From))
		out.Posting = newPosting(s, after, figures, step.At)
		out.Events = []Event{EventOf(after, step, out)}
	}
	out.Start, out.End = dutyChange(s, after)
	return out, nil
}

// guard refuses commands and clocks that the state does not allow.
func (s *Sale) guard(step Step) error {
	switch step.Kind {
	case StepTip:
		return refuseIf(s.State() != Asking, ReasonTipClosed)
	case StepCancel, StepLapse:
		return s.guardEnd(step.Kind)
	case StepChange, StepChanged:
		return checkChange(s, step.Kind)
	case StepAside:
		return s.guardAside()
	case StepHanded:
		return s.guardHanded()
	case StepRefund:
		return s.guardRefund(step)
	case StepAgain:
		return refuseIf(!s.openRefund(Refund.Unclear), ReasonNothingUnclear)
	case StepRejected:
		return refuseIf(!s.openRefund(Refund.Asked), ReasonNoRefund)
	case StepClose:
		return refuseIf(s.State() != Review, ReasonNothingOpen)
	case StepAttach:
		return refuseIf(!s.LateOpen(), ReasonNothingOpen)
	default:
		return nil
	}
}

func refuseIf(no bool, reason string) error {
	if no {
		return Refuse(reason)
	}
	return nil
}

func (s *Sale) guardEnd(kind StepKind) error {
	switch s.State() {
	case Asking, Opening, Awaiting:
		return nil
	case Checking:
		if kind == StepLapse {
			return Refuse(ReasonNotWhileChecking)
		}
		return refuseIf(s.BankPending(), ReasonMoneyPending)
	case Paid:
		return Refuse(ReasonAlreadyPaid)
	case Retiring:
		return Refuse(ReasonClosing)
	case Review:
		return Refuse(ReasonInReview)
	case Refunding:
		return Refuse(ReasonRefundOpen)
	case Cancelled, Lapsed, LinkRefused, ClosedUnpaid, Refunded:
	}
	return Refuse(ReasonClosed)
}

func (s *Sale) guardAside() error {
	switch s.State() {
	case Asking, Opening:
		return Refuse(ReasonCancelInstead)
	case Awaiting, Checking:
		return refuseIf(!s.Current(), ReasonNotCurrent)
	case Paid:
		return Refuse(ReasonAlreadyPaid)
	case Retiring, Cancelled, Lapsed, LinkRefused, Review, ClosedUnpaid, Refunding, Refunded:
	}
	return Refuse(ReasonNotCurrent)
}

func (s *Sale) guardHanded() error {
	switch s.State() {
	case Paid, Refunding, Refunded:
		return Refuse(ReasonAlreadyPaid)
	case Review, ClosedUnpaid:
		return Refuse(ReasonCloseInstead)
	case Asking, Opening, LinkRefused:
		return Refuse(ReasonNoLink)
	case Awaiting, Checking, Retiring, Cancelled, Lapsed:
	}
	return refuseIf(!s.AnyLink(func(l *Link) bool { return l.Live }), ReasonNoLink)
}

func isTrouble(kind TroubleKind) func(Trouble) bool {
	return func(t Trouble) bool { return t.Kind == kind }
}

// LateOpen holds while money came too late and nobody has decided about it.
func (s *Sale) LateOpen() bool {
	return slices.ContainsFunc(s.OpenTroubles(), isTrouble(TroubleLate))
}

// apply writes the fact into s and tells whether anything is new.
func (s *Sale) apply(step Step) (bool, error) {
	switch step.Kind {
	case StepChange, StepChanged, StepFreed:
		return applyChange(s, step), nil
	case StepTip, StepCancel, StepLapse, StepAside, StepHanded, StepClose, StepAttach:
		again := step.Kind == StepHanded && s.Handed == step.Reason
		return !again, s.applyCommand(step)
	case StepRefund, StepAgain, StepRejected, StepFiled, StepDeclined, StepUnsure:
		return s.applyRefund(step)
	default:
		return s.applyFact(step)
	}
}

func (s *Sale) applyCommand(step Step) error {
	switch step.Kind {
	case StepTip:
		if step.Next == nil || step.Amount < 0 {
			return Refuse(ReasonUnknownStep)
		}
		s.Tip, s.TipChosen = step.Amount, true
		s.AddLink(step.Next)
	case StepCancel:
		s.Cancel, s.CancelBy, s.CancelFor = true, step.Actor, step.Reason
	case StepLapse:
		s.Lapse = true
	case StepAside:
		s.Aside = true
	case StepHanded:
		s.Handed, s.Released = step.Reason, true
		s.recordDecision(step)
	case StepClose, StepAttach:
		s.closeCase()
		s.recordDecision(step)
	default:
		return Refuse(ReasonUnknownStep)
	}
	return nil
}

func (s *Sale) recordDecision(step Step) {
	s.RecordDecision = append(s.RecordDecision, Decision{step.Kind, step.Actor, step.At, step.Reason})
}

// closeCase is a person's word on everything that is open: the links concerned are out from now
// on, so that money which comes later is seen as new.
func (s *Sale) closeCase() {
	for i := range s.Links {
		l := &s.Links[i]
		if len(l.troubles(nil)) > 0 || l.Received() > 0 {
			l.Case = Case{Closed: true, Rows: l.payments(), Used: l.Used, Claimed: l.Claimed()}
		}
	}
	for _, t := range s.troubles() {
		if !slices.Contains(s.Closed, t) {
			s.Closed = append(s.Closed, t)
		}
	}
}

// AddLink begins a further attempt.
func (s *Sale) AddLink(l *Link) {
	next := *l
	next.N = len(s.Links) + 1
	next.Amount = s.Total()
	s.Links = append(s.Links, next)
}

// applyFact writes a fact about one link.
func (s *Sale) applyFact(step Step) (bool, error) {
	l := s.Last()
	if step.Link > 0 {
		l = s.Link(step.Link)
	}
	if l == nil {
		return false, &Error{Code: NotFound, Key: ReasonUnknownStep}
	}
	switch step.Kind {
	case StepLive:
		return l.becomeLive(step), nil
	case StepGivenUp:
		return s.giveUp(l, step), nil
	case StepRow:
		if l.PayID == 0 {
			l.PayID = step.PayID // found by its reference, before its create was answered
		}
		return l.addRow(step.Row), nil
	case StepWithdrawn:
		return l.withdraw(step.Row.Key), nil
	case StepPayout:
		return l.payout(step.Row), nil
	case StepOdd:
		l.Odd++
		return true, nil
	case StepUnpaid:
		return l.markAnswered(step.Count), nil
	case StepPending:
		return l.becomePending(step.At), nil
	default:
		return l.raise(step.Kind)
	}
}

// raise sets the flag of a fact; a fact that is there already changes nothing.
func (l *Link) raise(kind StepKind) (bool, error) {
	flag := l.flag(kind)
	if flag == nil {
		return false, Refuse(ReasonUnknownStep)
	}
	changed := !*flag
	*flag = true
	return changed, nil
}

func (l *Link) flag(kind StepKind) *bool {
	switch kind {
	case StepUnclear:
		return &l.Unclear
	case StepUnborn:
		return &l.Unborn
	case StepGone:
		return &l.Gone
	case StepToldUsed:
		return &l.ToldUsed
	case StepNotice:
		return &l.Noticed
	case StepUsed:
		return &l.Used
	case StepPendingOver:
		return &l.PendingOver
	case StepUnconfirmed:
		return &l.Unconfirmed
	case StepBankLate:
		return &l.BankLate
	default:
		return nil
	}
}

func (l *Link) becomeLive(step Step) bool {
	if l.Live {
		return false
	}
	l.Live = true
	l.PayID, l.URL, l.LiveAt = step.PayID, step.URL, step.At
	if step.AccountNumber != "" {
		l.AccountNumber = step.AccountNumber
	}
	return true
}

func (l *Link) becomePending(at int64) bool {
	if l.Pending {
		return false
	}
	l.Pending, l.PendingAt = true, at
	return true
}

func (s *Sale) giveUp(l *Link, step Step) bool {
	if l.GivenUp {
		return false
	}
	l.GivenUp, l.Why = true, step.Reason
	l.LastTry = step.Next == nil
	if step.Next != nil && l.N == len(s.Links) && !s.Cancel && !s.Lapse {
		s.AddLink(step.Next)
	}
	return true
}

// addRow keeps a row once. A second payment on a one-time link is an extra payment.
func (l *Link) addRow(r Row) bool {
	for i := range l.Rows {
		if l.Rows[i].Same(r) {
			return l.Rows[i].complete(r)
		}
	}
	if l.OwnerPart > 0 && r.Amount == l.OwnerPart && r.Kind == RowPayment {
		r.Amount, r.Part = l.Amount, true
	}
	if r.Kind == RowPayment && l.HasPayment() {
		r.Kind = RowExtra
	}
	l.Rows = append(l.Rows, r)
	l.completeSplitRows()
	return true
}

// completeSplitRows lets money that went back stand for the whole sum too, where the gateway lists our own part
// of a split payment: the row of a whole refund shows that part. It looks at all rows, so that
// their order does not matter.
func (l *Link) completeSplitRows() {
	if !slices.ContainsFunc(l.Rows, func(r Row) bool { return r.Part && r.Amount > 0 }) {
		return
	}
	for i := range l.Rows {
		if r := &l.Rows[i]; !r.Part && r.Amount == -l.OwnerPart {
			r.Amount, r.Part = -l.Amount, true
		}
	}
}

// complete fills in what a row that was first heard of as withdrawn had brought.
func (r *Row) complete(o Row) bool {
	if !r.Withdrawn || r.Amount != 0 || o.Amount == 0 {
		return false
	}
	o.Key, o.Withdrawn = r.Key, true
	if o.Kind == RowPayment {
		o.Kind = r.Kind
	}
	*r = o
	return true
}

// Same tells whether two rows are one, even if it got its transaction id only later.
func (r Row) Same(o Row) bool {
	if r.Key == o.Key {
		return true
	}
	bare := r.Key == r.Bare || o.Key == o.Bare
	return bare && r.Bare != "" && r.Bare == o.Bare
}

// withdraw marks a row that is no longer Success. One that was never seen before is remembered
// without an amount, so that the order of the two facts does not matter.
func (l *Link) withdraw(key string) bool {
	for i := range l.Rows {
		if l.Rows[i].Key == key {
			was := l.Rows[i].Withdrawn
			l.Rows[i].Withdrawn = true
			return !was
		}
	}
	unseen := Row{Key: key, Kind: RowPayment, Withdrawn: true}
	if l.HasPayment() {
		unseen.Kind = RowExtra // the store keeps one first payment of a link
	}
	l.Rows = append(l.Rows, unseen)
	return true
}

// payout keeps the gateway's word on a row that is known: how far its payout is, and how it was paid where
// that was not told before.
func (l *Link) payout(o Row) bool {
	known := l.Row(o)
	if known == nil {
		return false
	}
	was := *known
	known.Payout = cmp.Or(o.Payout, known.Payout)
	known.Method = cmp.Or(known.Method, o.Method)
	return *known != was
}

func (l *Link) markAnswered(count int) bool {
	count = min(count, l.Odd)
	if count <= l.MarkAnswered {
		return false
	}
	l.MarkAnswered = count
	return true
}
