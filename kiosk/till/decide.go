package till

import (
	"context"

	"qrkiosk/kiosk"
)

// RequestLook makes the gateway's lists be read now for a sale of the actor's register.
func (t *Till) RequestLook(ctx context.Context, by kiosk.Actor, sale string) error {
	found, err := t.kernel.Sale(ctx, sale)
	if err != nil {
		return err
	}
	if found.Register != by.Register {
		return &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyNoSuchSale}
	}
	t.kernel.LookAsked(found.Receipt)
	return nil
}

// NoteHandedOver notes that goods were given without proof of payment. It frees the register, changes
// no state and counts in no sum. It needs a manager and a reason.
func (t *Till) NoteHandedOver(ctx context.Context, by kiosk.Actor, sale, reason string) (*kiosk.Sale, error) {
	return t.decide(ctx, by, sale, kiosk.Step{Kind: kiosk.StepHanded, Reason: reason})
}

// Close ends a review: a person has looked into everything that is open. Money that comes
// afterwards is a new case. It needs a manager and a reason.
func (t *Till) Close(ctx context.Context, by kiosk.Actor, sale, reason string) (*kiosk.Sale, error) {
	return t.decide(ctx, by, sale, kiosk.Step{Kind: kiosk.StepClose, Reason: reason})
}

// Attach says that late money paid for the goods after all. It leaves the sale that the register shows
// now alone, unless that one is named by also: one of the same lines and amount is cancelled with it. If
// that cannot be, nothing is decided. It needs a manager and a reason.
func (t *Till) Attach(ctx context.Context, by kiosk.Actor, sale, reason, also string) (*kiosk.Sale, error) {
	if also == "" {
		return t.decide(ctx, by, sale, kiosk.Step{Kind: kiosk.StepAttach, Reason: reason})
	}
	if err := kiosk.MayDecide(by, reason); err != nil {
		return nil, err
	}
	return t.kernel.TakeOnRegister(ctx, by.Register, sale, func(tx kiosk.Tx, found *kiosk.Sale) (kiosk.Step, error) {
		return kiosk.Step{Kind: kiosk.StepAttach, Actor: by.Staff, Reason: reason}, t.endTwin(tx, by, found, also)
	})
}

func (t *Till) decide(ctx context.Context, by kiosk.Actor, sale string, step kiosk.Step) (*kiosk.Sale, error) {
	if err := kiosk.MayDecide(by, step.Reason); err != nil {
		return nil, err
	}
	step.Actor = by.Staff
	return t.kernel.TakeOnRegister(ctx, by.Register, sale, func(tx kiosk.Tx, found *kiosk.Sale) (kiosk.Step, error) {
		if l, err := found.LinkToRefund(step); step.Kind == kiosk.StepRefund && err == nil {
			return step, t.kernel.Accounts.CheckOpens(tx, l.AccountID)
		}
		return step, nil
	})
}

// endTwin cancels the sale the register shows now, which was rung up a second time for one customer.
func (t *Till) endTwin(tx kiosk.Tx, by kiosk.Actor, sale *kiosk.Sale, also string) error {
	current, err := tx.Current(by.Register)
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && (current.ID != also || !kiosk.AreTwins(current, sale))) {
		return kiosk.Refuse(kiosk.ReasonTwinEnded)
	}
	if err != nil {
		return err
	}
	_, err = t.kernel.Take(tx, current, kiosk.Step{Kind: kiosk.StepCancel, Actor: by.Staff, Reason: sale.Number})
	if kiosk.CodeOf(err) == kiosk.Conflict {
		return kiosk.Refuse(kiosk.ReasonTwinEnded)
	}
	return err
}

// ManagerByPIN finds the manager to whom a PIN belongs, for a decision on the spot. Wrong tries
// count against the device; the errors are those of [Till.SignIn].
func (t *Till) ManagerByPIN(ctx context.Context, on kiosk.Device, pin string) (kiosk.Staff, error) {
	if err := kiosk.CheckPINForm(pin); err != nil {
		return kiosk.Staff{}, err
	}
	if _, err := t.staffToTry(ctx, on, ""); err != nil {
		return kiosk.Staff{}, err
	}
	people, err := t.StaffOfRegister(ctx, on.Register)
	if err != nil {
		return kiosk.Staff{}, err
	}
	var found kiosk.Staff
	for _, p := range people {
		if !p.Role.Covers(kiosk.Manager) || found.ID != "" {
			continue
		}
		ok, err := t.vault.CheckPIN(ctx, p.PINHash, pin)
		if err != nil {
			return kiosk.Staff{}, err
		}
		if ok {
			found = p
		}
	}
	if err := t.countPINTry(ctx, on, found.ID, found.ID != ""); err != nil {
		return kiosk.Staff{}, err
	}
	return found, nil
}
