package report

import (
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Reports answers what was taken, by whom and where. All methods may be called concurrently.
type Reports struct {
	kernel *shop.Kernel
	store  kiosk.Store
	random kiosk.Entropy
}

// New makes the room. One per process.
func New(k *shop.Kernel) *Reports {
	kit := k.Kit()
	return &Reports{k, kit.Store, kit.Random}
}
