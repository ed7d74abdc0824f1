package till

import (
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Till is everything that can be done at a register. All methods may be called concurrently.
type Till struct {
	OtherMeans *OtherMeans
	Changes    *Changes
	Shelf      *Shelf
	Parking    *Parking
	Bills      *Bills
	Sounds     *Sounds

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
	t := &Till{
		OtherMeans: &OtherMeans{k}, Changes: &Changes{k}, Shelf: &Shelf{k}, Parking: &Parking{k, kit.Random}, Sounds: &Sounds{k},
		kernel: k, store: kit.Store, vault: kit.Vault, random: kit.Random, installation: kit.Settings, publicURL: kit.PublicURL,
	}
	t.Bills = &Bills{t}
	return t
}
