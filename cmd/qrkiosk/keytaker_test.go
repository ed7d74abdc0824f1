package main

import (
	"context"
	"strings"
	"testing"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/secpaid"
)

// A key is asked about before it is used: one that the gateway does not know is refused, and which
// account a right one belongs to is known from the account's first link on.
func TestKeyTaker(t *testing.T) {
	r := newTrip(t, sandbox.WireSeeds)
	client, err := secpaid.New(secpaid.Config{URL: r.url, Later: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	k := &keyTaker{client: client, url: r.url}
	if _, err := client.Account(t.Context()); kiosk.CodeOf(err) != kiosk.NotSent || kiosk.KeyOf(err) != kiosk.KeyNoKey {
		t.Errorf("without a key: %v", err)
	}
	if _, err := k.CheckKey(t.Context(), "nobody-has-this-key"); kiosk.CodeOf(err) != kiosk.Refused || strings.Contains(err.Error(), "nobody-has") {
		t.Errorf("a wrong key: %v", err)
	}
	if account, err := k.CheckKey(t.Context(), tripKey); err != nil || account != "" {
		t.Errorf("before the first link: %q, %v", account, err)
	}
	r.open(r.order("K7Q2"))
	if account, err := k.CheckKey(t.Context(), tripKey); err != nil || account != "usr-stall" {
		t.Errorf("with a link: %q, %v", account, err)
	}
	k.UseKey(tripKey)
	if account, err := client.Account(t.Context()); err != nil || account != "usr-stall" {
		t.Errorf("in use: %q, %v", account, err)
	}
}

// The office stores a key sealed, uses it at once and at the next start, and shows its end alone.
func TestShop_gatewayKey(t *testing.T) {
	b := newBureau(t)
	b.organizer()
	if _, err := b.shop.Office.Settings.SetGatewayKey(t.Context(), b.clerk(), "some-key-of-somebody"); kiosk.KeyOf(err) != kiosk.KeyKeyFixed {
		t.Errorf("where nobody takes it: %v", err)
	}
	taker := &fakeTaker{account: "usr-1"}
	shop := b.reopen(taker)
	for _, wrong := range []string{"", "short", "with blank in it", "ümlaut-in-a-key", strings.Repeat("x", 300)} {
		if _, err := shop.Office.Settings.SetGatewayKey(t.Context(), b.clerk(), wrong); kiosk.KeyOf(err) != kiosk.KeyKeyForm {
			t.Errorf("%.20q: %v", wrong, err)
		}
	}
	if _, err := shop.Office.Settings.SetGatewayKey(t.Context(), kiosk.OfficeActor{Role: kiosk.Manager}, "some-key-of-somebody"); kiosk.CodeOf(err) != kiosk.Forbidden {
		t.Errorf("by a manager: %v", err)
	}
	taker.err = &kiosk.Error{Code: kiosk.Refused, Key: "x"}
	if _, err := shop.Office.Settings.SetGatewayKey(t.Context(), b.clerk(), "some-key-of-somebody"); kiosk.KeyOf(err) != kiosk.KeyKeyWrong || len(taker.used) > 0 {
		t.Errorf("a refused key: %v, used %v", err, taker.used)
	}
	taker.err = nil
	set, err := shop.Office.Settings.SetGatewayKey(t.Context(), b.clerk(), " some-key-of-somebody ")
	if err != nil || set.Last != "body" || set.AccountNumber != "usr-1" || strings.Contains(string(set.Sealed), "somebody") {
		t.Errorf("set %+v, %v", set, err)
	}
	next := &fakeTaker{}
	if there, err := b.reopen(next).Office.Settings.UseStoredKey(t.Context()); !there || err != nil || strings.Join(next.used, " ") != "some-key-of-somebody" {
		t.Errorf("at the next start: %v, %v, %v", there, err, next.used)
	}
}

type fakeTaker struct {
	account string
	err     error
	used    []string
}

func (f *fakeTaker) CheckKey(context.Context, string) (string, error) { return f.account, f.err }
func (f *fakeTaker) UseKey(key string)                                { f.used = append(f.used, key) }
