// Package till is what happens at a counter: a cashier signs in at an enrolled tablet, opens a shift,
// charges, cancels, refunds and decides; a customer answers the question for a tip; tills, displays
// and receipts are read as screens. It owns the commands of people and devices of a register and
// nothing that is owed to or asked of the gateway: a command is refused by the state of its sale, or
// becomes facts from which the gateway's errands follow. It never calls the gateway and never waits
// for it.
package till

import (
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Till is everything that can be done at a register. All methods may be called concurrently.
type Till struct {
	kernel       *shop.Kernel
	store        kiosk.Store
	vault        kiosk.Vault
	random       kiosk.Entropy
	installation kiosk.Installation
	publicURL    string
}

// New makes the room. One per process.
func New(k *shop.Kernel) *Till {
	kit := k.Kit()
	return &Till{k, kit.Store, kit.Vault, kit.Random, kit.Settings, kit.PublicURL}
}
