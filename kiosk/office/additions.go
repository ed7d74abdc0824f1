package office

import (
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// additions makes the IDs of what is added and writes into the trail that it was; also where the change
// is on the stream of a register.
type additions struct {
	kernel *shop.Kernel
	random kiosk.Entropy
}

// nextID is an ID whose order is that of the file: what is made within one millisecond has none.
func (ad *additions) nextID(n int) string { return ad.random.ID(ad.kernel.Now() + int64(n)) }

// traceAdd writes down that something was added.
func (ad *additions) traceAdd(tx kiosk.Tx, by kiosk.OfficeActor, kind, subject string, after map[string]any) error {
	return tx.AppendOffice(shop.Trail(by, kind, subject, ad.kernel.Now(), nil, after))
}
