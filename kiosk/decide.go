package kiosk

import (
	"context"
	"unicode/utf8"
)

// Look makes the gateway's lists be read now for a sale of the actor's register.
func (s *Shop) Look(ctx context.Context, by Actor, sale string) error {
	found, err := s.sale(ctx, sale)
	if err != nil {
		return err
	}
	if found.Register != by.Register {
		return &Error{Code: NotFound, Key: KeyNoSuchSale}
	}
	s.Hint(found.Receipt)
	return nil
}

// HandedOver notes that goods were given without proof of payment. It frees the register, changes
// no state and counts in no sum. It needs a manager and a reason.
func (s *Shop) HandedOver(ctx context.Context, by Actor, sale, reason string) (*Sale, error) {
	return s.decide(ctx, by, sale, Step{Kind: StepHanded, Reason: reason})
}

// Close ends a review: a person has looked into everything that is open. Money that comes
// afterwards is a new case. It needs a manager and a reason.
func (s *Shop) Close(ctx context.Context, by Actor, sale, reason string) (*Sale, error) {
	return s.decide(ctx, by, sale, Step{Kind: StepClose, Reason: reason})
}

// Attach says that late money paid for the goods after all. A sale that the register is waiting
// for, for the same goods, is cancelled. It needs a manager and a reason.
func (s *Shop) Attach(ctx context.Context, by Actor, sale, reason string) (*Sale, error) {
	return s.decide(ctx, by, sale, Step{Kind: StepAttach, Reason: reason})
}

func (s *Shop) decide(ctx context.Context, by Actor, sale string, step Step) (*Sale, error) {
	if err := mayDecide(by, step.Reason); err != nil {
		return nil, err
	}
	step.Actor = by.Staff
	return s.own(ctx, by.Register, sale, func(tx Tx, found *Sale) (Step, error) {
		if l, err := found.linkToRefund(step); step.Kind == StepRefund && err == nil {
			return step, s.mayReach(tx, l.Holder)
		}
		if step.Kind != StepAttach || !found.lateOpen() {
			return step, nil
		}
		return step, s.supersede(tx, by)
	})
}

// mayDecide wants a manager and a reason that can be read.
func mayDecide(by Actor, reason string) error {
	if !by.Role.Covers(Manager) {
		return &Error{Code: Forbidden, Key: KeyManagerNeeded}
	}
	if reason == "" || !plainText(reason) || utf8.RuneCountInString(reason) > maxNote {
		return &Error{Code: Invalid, Key: KeyReasonMissing, Field: "reason"}
	}
	return nil
}

// supersede cancels the sale the register waits for, if there is one that can be cancelled.
func (s *Shop) supersede(tx Tx, by Actor) error {
	current, err := tx.Current(by.Register)
	if CodeOf(err) == NotFound {
		return nil
	}
	if err != nil || current.State() == Paid {
		return err
	}
	_, err = s.take(tx, current, Step{Kind: StepCancel, Actor: by.Staff})
	return err
}

// ManagerByPIN finds the manager to whom a PIN belongs, for a decision on the spot. Wrong tries
// count against the device; the errors are those of [Shop.SignIn].
func (s *Shop) ManagerByPIN(ctx context.Context, on Device, pin string) (Staff, error) {
	if err := checkPINForm(pin); err != nil {
		return Staff{}, err
	}
	if _, err := s.mayTry(ctx, on, ""); err != nil {
		return Staff{}, err
	}
	people, err := s.People(ctx, on.Register)
	if err != nil {
		return Staff{}, err
	}
	var found Staff
	for _, p := range people {
		if !p.Role.Covers(Manager) || found.ID != "" {
			continue
		}
		ok, err := s.vault.CheckPIN(ctx, p.PINHash, pin)
		if err != nil {
			return Staff{}, err
		}
		if ok {
			found = p
		}
	}
	if err := s.tried(ctx, on, found.ID, found.ID != ""); err != nil {
		return Staff{}, err
	}
	return found, nil
}
