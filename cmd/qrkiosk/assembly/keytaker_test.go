package assembly_test

import (
	"strings"
	"testing"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/secpaid"
)

// A key is asked about before it is used: one that the gateway does not know is refused, and which
// account a right one belongs to is known from the account's first link on.
func TestKeyTaker(t *testing.T) {
	r := kiosktest.NewTrip(t, sandbox.WireSeeds)
	client, err := secpaid.New(secpaid.Config{URL: r.URL, Later: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	k := &assembly.KeyTaker{Client: client, URL: r.URL}
	if _, err := client.Account(t.Context()); kiosk.CodeOf(err) != kiosk.NotSent || kiosk.KeyOf(err) != kiosk.KeyNoKey {
		t.Errorf("without a key: %v", err)
	}
	if _, err := k.CheckKey(t.Context(), "nobody-has-this-key"); kiosk.CodeOf(err) != kiosk.Refused || strings.Contains(err.Error(), "nobody-has") {
		t.Errorf("a wrong key: %v", err)
	}
	if account, err := k.CheckKey(t.Context(), kiosktest.TripKey); err != nil || account != "" {
		t.Errorf("before the first link: %q, %v", account, err)
	}
	r.Open(r.Order("K7Q2"))
	if account, err := k.CheckKey(t.Context(), kiosktest.TripKey); err != nil || account != "usr-stall" {
		t.Errorf("with a link: %q, %v", account, err)
	}
	k.UseKey(kiosktest.TripKey)
	if account, err := client.Account(t.Context()); err != nil || account != "usr-stall" {
		t.Errorf("in use: %q, %v", account, err)
	}
}

// The office stores a key sealed, uses it at once and at the next start, and shows its end alone.
func TestShop_gatewayKey(t *testing.T) {
	b := kiosktest.NewBureau(t)
	b.Organizer()
	if _, err := b.Shop.Office.Settings.SetGatewayKey(t.Context(), b.Clerk(), "some-key-of-somebody"); kiosk.KeyOf(err) != kiosk.KeyKeyFixed {
		t.Errorf("where nobody takes it: %v", err)
	}
	taker := &kiosktest.FakeTaker{Account: "usr-1"}
	shop := b.Reopen(taker)
	for _, wrong := range []string{"", "short", "with blank in it", "ümlaut-in-a-key", strings.Repeat("x", 300)} {
		if _, err := shop.Office.Settings.SetGatewayKey(t.Context(), b.Clerk(), wrong); kiosk.KeyOf(err) != kiosk.KeyKeyForm {
			t.Errorf("%.20q: %v", wrong, err)
		}
	}
	if _, err := shop.Office.Settings.SetGatewayKey(t.Context(), kiosk.OfficeActor{Role: kiosk.Manager}, "some-key-of-somebody"); kiosk.CodeOf(err) != kiosk.Forbidden {
		t.Errorf("by a manager: %v", err)
	}
	taker.Err = &kiosk.Error{Code: kiosk.Refused, Key: "x"}
	if _, err := shop.Office.Settings.SetGatewayKey(t.Context(), b.Clerk(), "some-key-of-somebody"); kiosk.KeyOf(err) != kiosk.KeyKeyWrong || len(taker.Used) > 0 {
		t.Errorf("a refused key: %v, used %v", err, taker.Used)
	}
	taker.Err = nil
	set, err := shop.Office.Settings.SetGatewayKey(t.Context(), b.Clerk(), " some-key-of-somebody ")
	if err != nil || set.Last != "body" || set.AccountNumber != "usr-1" || strings.Contains(string(set.Sealed), "somebody") {
		t.Errorf("set %+v, %v", set, err)
	}
	next := &kiosktest.FakeTaker{}
	if there, err := b.Reopen(next).Office.Settings.UseStoredKey(t.Context()); !there || err != nil || strings.Join(next.Used, " ") != "some-key-of-somebody" {
		t.Errorf("at the next start: %v, %v, %v", there, err, next.Used)
	}
}
