package kiosk

import "context"

// tipMillis is how long a customer may think about a tip: somebody who has not seen the question
// must not wait at the counter for it.
const tipMillis = 30 * secondMillis

// askTip says until when a sale that asks for a tip waits for the answer.
func (s *Sale) askTip() {
	if s.AsksTip {
		s.TipBy = s.Created + tipMillis
	}
}

// Tip sets the tip a customer chose on a display of register, zero for none, and begins the link.
func (s *Shop) Tip(ctx context.Context, register, sale string, tip Money) (*Sale, error) {
	if tip < 0 || tip > MaxMoney {
		return nil, amountError(KeyAmountTooLarge)
	}
	return s.tip(ctx, register, sale, tip, "customer")
}

// NoTip goes on without a tip, for a customer who told the cashier.
func (s *Shop) NoTip(ctx context.Context, by Actor, sale string) error {
	_, err := s.tip(ctx, by.Register, sale, 0, by.Staff)
	return err
}

func (s *Shop) tip(ctx context.Context, register, sale string, tip Money, actor string) (*Sale, error) {
	return s.own(ctx, register, sale, func(tx Tx, found *Sale) (Step, error) {
		if found.Goods+tip > MaxMoney {
			return Step{}, amountError(KeyAmountTooLarge)
		}
		tipped := found.Clone()
		tipped.Tip = tip
		link, err := s.newLink(tx, tipped, 1)
		return Step{Kind: StepTip, Actor: actor, Amount: tip, Next: link}, err
	})
}

// stopAsking ends the question for those whose time is over. One that was answered meanwhile, or
// cancelled, is left alone.
func (s *Shop) stopAsking(ctx context.Context, sales []*Sale) {
	for _, sale := range sales {
		_, err := s.tip(ctx, sale.Register, sale.ID, 0, ActorClock)
		if err != nil && CodeOf(err) != Conflict {
			s.complain(ctx, "a sale cannot go on without a tip", err)
		}
	}
}
