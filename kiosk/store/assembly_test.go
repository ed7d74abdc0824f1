package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"time"

	"qrkiosk/handlers/front"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
)

// nowhere is a listener that nobody calls.
type nowhere struct{ net.Listener }

func (nowhere) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func init() {
	store.Wire = func(ctx context.Context, st *store.Store, clock func() time.Time) (*front.Rooms, error) {
		keys, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize), vault.WithCost(vault.Cost{KiB: 64, Passes: 1, Lanes: 1}))
		if err != nil {
			return nil, err
		}
		settings := assembly.Settings{
			Mode: kiosk.Sandbox, GatewayURL: "http://127.0.0.1:1", Token: assembly.NewSecret("key-of-nobody"),
			PublicURL: "https://kiosk.example",
		}
		program, err := assembly.Build(ctx, settings, assembly.Options{Shared: st, Vault: keys, Clock: clock, OwnSandbox: true},
			nowhere{}, slog.New(slog.DiscardHandler))
		if err != nil {
			return nil, err
		}
		return program.Shop, nil
	}
}
