package assembly

import (
	"context"
	"errors"
	"log/slog"

	"qrkiosk/handlers/front"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/bus"
	"qrkiosk/kiosk/office"
	"qrkiosk/kiosk/shop"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
)

// OpenOffice opens a database that is there, whatever its money is, beside a server that may be running.
func OpenOffice(ctx context.Context, s Settings, log *slog.Logger) (*office.Office, func() error, error) {
	st, err := OpenStore(ctx, s, nil, log)
	if err != nil {
		return nil, nil, err
	}
	keys, err := vault.Load(s.KeyFile)
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	rooms, err := eitherMode(ctx, shop.Config{Store: st, Vault: keys, Bus: bus.NewLocal(), Log: log})
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return rooms.Office, st.Close, nil
}

// eitherMode opens the house whatever its money is.
func eitherMode(ctx context.Context, c shop.Config) (*front.Rooms, error) {
	c.Mode = kiosk.Live
	rooms, err := front.OpenRooms(ctx, c)
	if kiosk.KeyOf(err) == store.KeyMode {
		c.Mode = kiosk.Sandbox
		rooms, err = front.OpenRooms(ctx, c)
	}
	return rooms, err
}

// Discard is the log of commands that speak for themselves.
var Discard = slog.New(slog.DiscardHandler)

// OpenToRead opens the database of the settings and changes nothing of it.
func OpenToRead(ctx context.Context, s Settings) (*store.Store, error) {
	return store.Open(ctx, store.Config{URL: s.DatabaseURL.Reveal(), Path: s.pathOfDatabase(), Log: Discard, Reading: true})
}
