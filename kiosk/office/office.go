package office

import (
	"log/slog"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Office is everything that people of the office do. All methods may be called concurrently.
type Office struct {
	kernel       *shop.Kernel
	store        kiosk.Store
	bus          kiosk.Bus
	vault        kiosk.Vault
	keys         kiosk.KeySetter // nil where the office cannot set the gateway's key
	accounts     kiosk.Accounts  // nil where stalls cannot have accounts of their own
	random       kiosk.Entropy
	clock        func() time.Time
	log          *slog.Logger
	installation kiosk.Installation
	refs         *kiosk.RefMaker
	gatewayName  string
	rowTime      shop.RowTime
}

// New makes the room. One per process.
func New(k *shop.Kernel) *Office {
	kit := k.Kit()
	return &Office{
		kernel: k, store: kit.Store, bus: kit.Bus, vault: kit.Vault, keys: kit.Keys, accounts: kit.Accounts,
		random: kit.Random, clock: kit.Clock, log: kit.Log, installation: kit.Settings, refs: kit.Refs,
		gatewayName: kit.GatewayName, rowTime: kit.RowTime,
	}
}
