package till

import (
	"context"

	"qrkiosk/kiosk"
)

// StoreDeviceHealth stores what devices told, all in one change: whoever calls gathers reports for some
// seconds, so that their number costs nothing.
func (t *Till) StoreDeviceHealth(ctx context.Context, reports []kiosk.DeviceHealth) error {
	if len(reports) == 0 {
		return nil
	}
	return t.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		for _, h := range reports {
			if err := tx.PutDeviceHealth(h); err != nil {
				return err
			}
		}
		return nil
	})
}
