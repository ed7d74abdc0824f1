package till

import (
	"context"

	"qrkiosk/kiosk"
)

// Tip sets the tip a customer chose on a display of register, zero for none, and begins the link.
func (t *Till) Tip(ctx context.Context, register, sale string, tip kiosk.Money) (*kiosk.Sale, error) {
	if tip < 0 || tip > kiosk.MaxMoney {
		return nil, kiosk.AmountError(kiosk.KeyAmountTooLarge)
	}
	return t.kernel.Tip(ctx, register, sale, tip, "customer")
}

// NoTip goes on without a tip, for a customer who told the cashier.
func (t *Till) NoTip(ctx context.Context, by kiosk.Actor, sale string) error {
	_, err := t.kernel.Tip(ctx, by.Register, sale, 0, by.Staff)
	return err
}
