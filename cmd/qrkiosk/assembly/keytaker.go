package assembly

import (
	"context"
	"log/slog"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/secpaid"
)

// keyPatience is how long somebody waits who sets a key.
const keyPatience = 15 * time.Second

// keyTaker lets the office set the gateway's key where the environment has none.
type keyTaker struct {
	Client  *secpaid.Client
	URL     string
	version string
	log     *slog.Logger
}

// CheckKey asks with a client of its own, so that the one at work is not disturbed.
func (k *keyTaker) CheckKey(ctx context.Context, key string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, keyPatience)
	defer cancel()
	client, err := secpaid.New(secpaid.Config{URL: k.URL, Token: key, Log: k.log, Version: k.version})
	if err != nil {
		return "", err
	}
	defer client.Close()
	return client.Account(ctx)
}

// accounts opens stalls' own accounts at the gateway of the client at work: SecPaid counts calls by
// address too, so that all of them share its budget.
type accounts struct{ client *secpaid.Client }

// As is the gateway as another account sees it.
func (a accounts) As(key string) (kiosk.Gateway, error) {
	client, err := a.client.As(key)
	if err != nil {
		return nil, err
	}
	return client, nil
}

// CheckKey asks with the key itself, which disturbs nobody else.
func (a accounts) CheckKey(ctx context.Context, key string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, keyPatience)
	defer cancel()
	client, err := a.client.As(key)
	if err != nil {
		return "", err
	}
	return client.Account(ctx)
}

// UseKey hands a key to the client at work.
func (k *keyTaker) UseKey(key string) {
	if err := k.Client.UseKey(key); err != nil {
		k.log.Error("the stored key of the gateway cannot be used", "err", err)
	}
}
