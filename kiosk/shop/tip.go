package shop

import (
	"context"

	"qrkiosk/kiosk"
)

// Tip takes the answer to the question for a tip; the sale goes on to its link.
func (s *Kernel) Tip(ctx context.Context, register, sale string, tip kiosk.Money, actor string) (*kiosk.Sale, error) {
	return s.TakeOnRegister(ctx, register, sale, func(tx kiosk.Tx, found *kiosk.Sale) (kiosk.Step, error) {
		if found.Goods+tip > kiosk.MaxMoney {
			return kiosk.Step{}, kiosk.AmountError(kiosk.KeyAmountTooLarge)
		}
		tipped := found.Clone()
		tipped.Tip = tip
		link, err := s.NewLink(tx, tipped, 1)
		return kiosk.Step{Kind: kiosk.StepTip, Actor: actor, Amount: tip, Next: link}, err
	})
}
