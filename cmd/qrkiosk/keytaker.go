package main

import (
	"context"
	"log/slog"
	"time"

	"qrkiosk/kiosk/secpaid"
)

// keyTaker lets the office set the gateway's key where the environment has none.
type keyTaker struct {
	client *secpaid.Client
	url    string
	log    *slog.Logger
}

// CheckKey asks with a client of its own, so that the one at work is not disturbed.
func (k *keyTaker) CheckKey(ctx context.Context, key string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	client, err := secpaid.New(secpaid.Config{URL: k.url, Token: key, Log: k.log, Version: buildVersion()})
	if err != nil {
		return "", err
	}
	defer client.Close()
	return client.Account(ctx)
}

// UseKey hands a key to the client at work.
func (k *keyTaker) UseKey(key string) {
	if err := k.client.UseKey(key); err != nil {
		k.log.Error("the stored key of the gateway cannot be used", "err", err)
	}
}
