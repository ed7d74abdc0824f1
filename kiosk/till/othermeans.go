package till

import (
	"context"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// OtherMeans ends sales whose customers pay in another way.
type OtherMeans struct{ kernel *shop.Kernel }

// Take ends a sale of the actor's register as [Till.Cancel] does and with the same refusals; that another
// means was taken is its reason. It is never paid by that, and adds to no sum.
func (o *OtherMeans) Take(ctx context.Context, by kiosk.Actor, sale string) (*kiosk.Sale, error) {
	return o.kernel.TakeOnRegister(ctx, by.Register, sale, func(kiosk.Tx, *kiosk.Sale) (kiosk.Step, error) {
		return kiosk.Step{Kind: kiosk.StepCancel, Actor: by.Staff, Reason: kiosk.CancelOtherMeans}, nil
	})
}
