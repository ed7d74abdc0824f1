package till

import (
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Till is everything that can be done at a register. All methods may be called concurrently.
type Till struct {
	OtherMeans OtherMeans // sales that end because the customer pays in another way

	kernel       *shop.Kernel
	store        kiosk.Store
	vault        kiosk.Vault
	random       kiosk.Entropy
	installation kiosk.Installation
	publicURL    string

	Changes *Changes
	Shelf   *Shelf
}

// New makes the room. One per process.
func New(k *shop.Kernel) *Till {
	kit := k.Kit()
	return &Till{
		OtherMeans: OtherMeans{k}, Changes: &Changes{k}, Shelf: &Shelf{k},
		kernel: k, store: kit.Store, vault: kit.Vault, random: kit.Random, installation: kit.Settings, publicURL: kit.PublicURL,
	}
}
