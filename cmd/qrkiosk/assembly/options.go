package assembly

import (
	"context"
	"io"
	"net"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/bus"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
)

// Options are what tests and trials put before or in the place of a part. The zero value is the program.
type Options struct {
	Store        func(kiosk.Store) kiosk.Store     // stands between the rooms and the store
	Gateway      func(kiosk.Gateway) kiosk.Gateway // the same before every account at the gateway
	Bus          func(*bus.Local) kiosk.Bus        // the same before the bus of a process that is alone
	Calls        int                               // of the client in a minute; 0 is the gateway's sixty
	SandboxCalls int                               // the same of the sandbox

	Shared       *store.Store     // is open and stays open; nil opens the one of the settings
	Vault        *vault.Vault     // in the place of the key file
	Keys         kiosk.KeySetter  // in the place of the office's way to the gateway's key
	OwnSandbox   bool             // the test runs one at the address of the gateway
	Clock        func() time.Time // of everything but the client; nil is the machine's
	GatewayClock func() time.Time // of the client
	Random       io.Reader        // what the rooms draw from; nil is true randomness
	Backoff      func(failures int) time.Duration
	Dial         func(ctx context.Context, network, address string) (net.Conn, error)
}

func (o Options) store(s kiosk.Store) kiosk.Store {
	if o.Store == nil {
		return s
	}
	return o.Store(s)
}

func (o Options) gateway(g kiosk.Gateway) kiosk.Gateway {
	if o.Gateway == nil {
		return g
	}
	return o.Gateway(g)
}

func (o Options) bus(local *bus.Local) kiosk.Bus {
	if o.Bus == nil {
		return local
	}
	return o.Bus(local)
}

// gated puts before stalls' own accounts what stands before the main one.
type gated struct {
	accounts
	gate func(kiosk.Gateway) kiosk.Gateway
}

// As is the gateway as another account sees it.
func (g gated) As(key string) (kiosk.Gateway, error) {
	account, err := g.accounts.As(key)
	if err != nil {
		return nil, err
	}
	return g.gate(account), nil
}
