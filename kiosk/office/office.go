package office

import (
	"context"

	"qrkiosk/kiosk/shop"
)

// Office is everything that people of the office do, each part with what it needs. All methods may be
// called concurrently.
type Office struct {
	SignIn        *SignIn
	Users         *Users
	Stalls        *Stalls
	Pictures      *Pictures
	Registers     *Registers
	Staff         *Staff
	Catalogue     *Catalogue
	FleetImport   *FleetImport
	StallAccounts *StallAccounts
	Settings      *Settings
	Retention     *Retention
	Unexplained   *Unexplained
	Trail         *Trail
	Wall          *Wall
}

// New makes the room. One per process.
func New(k *shop.Kernel) *Office {
	kit := k.Kit()
	ad := &additions{kernel: k, random: kit.Random}
	df := &drafts{kernel: k, vault: kit.Vault, random: kit.Random}
	si := &SignIn{
		kernel: k, store: kit.Store, vault: kit.Vault,
		random: kit.Random, installation: kit.Settings,
	}
	sl := &Stalls{
		kernel: k, store: kit.Store, random: kit.Random,
		clock: kit.Clock, refs: kit.Refs,
	}
	sf := &Staff{
		kernel: k, store: kit.Store, vault: kit.Vault,
		random: kit.Random, additions: ad,
	}
	sa := &StallAccounts{
		kernel: k, vault: kit.Vault,
		accounts: kit.Accounts, random: kit.Random,
	}
	return &Office{
		SignIn: si,
		Users: &Users{
			kernel: k, store: kit.Store, vault: kit.Vault, random: kit.Random,
			installation: kit.Settings, signIn: si,
		},
		Stalls:    sl,
		Pictures:  &Pictures{kernel: k, store: kit.Store, stalls: sl},
		Registers: &Registers{kernel: k, store: kit.Store, random: kit.Random, additions: ad},
		Staff:     sf,
		Catalogue: &Catalogue{
			kernel: k, store: kit.Store, random: kit.Random,
			additions: ad, drafts: df,
		},
		FleetImport: &FleetImport{
			kernel: k, store: kit.Store, vault: kit.Vault, staff: sf,
			additions: ad, drafts: df,
		},
		StallAccounts: sa,
		Settings:      &Settings{kernel: k, vault: kit.Vault, keys: kit.Keys},
		Retention: &Retention{
			kernel: k, store: kit.Store, random: kit.Random,
			log: kit.Log, stallAccounts: sa,
		},
		Unexplained: &Unexplained{kernel: k, store: kit.Store, gatewayName: kit.GatewayName},
		Trail:       &Trail{store: kit.Store},
		Wall:        &Wall{kernel: k, store: kit.Store, rowTime: kit.RowTime},
	}
}

// Run removes what has been kept long enough until ctx ends. One call per process.
func (s *Office) Run(ctx context.Context) { s.Retention.Run(ctx) }
