package reconcile

import (
	"log/slog"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Reconciler does the errands and reads the gateway's lists. All methods may be called concurrently.
type Reconciler struct {
	kernel       *shop.Kernel
	store        kiosk.Store
	gateway      kiosk.Gateway
	bus          kiosk.Bus
	random       kiosk.Entropy
	clock        func() time.Time
	log          *slog.Logger
	observe      kiosk.Observer
	installation kiosk.Installation
	gatewayName  string
	publicURL    string
	hookPath     string
	addresses    addresses
}

// New makes the room. One per process.
func New(k *shop.Kernel) *Reconciler {
	kit := k.Kit()
	return &Reconciler{
		kernel: k, store: kit.Store, gateway: kit.Gateway, bus: kit.Bus, random: kit.Random, clock: kit.Clock,
		log: kit.Log, observe: kit.Observe, installation: kit.Settings, gatewayName: kit.GatewayName,
		publicURL: kit.PublicURL, hookPath: kit.HookPath,
	}
}
