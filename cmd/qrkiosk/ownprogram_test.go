package main

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestProgram_ownAccount: in the program as it is wired, a stall that was given its owner's key in the
// office has its next link made on the owner's account, and is paid there.
func TestProgram_ownAccount(t *testing.T) {
	p := start(t, "demo", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", t.TempDir())
	defer p.end()
	base := origin(p.address("till"))
	gateway := origin(p.address("sandbox"))
	e := &evening{t: t, gateway: newDevice(t, gateway)}
	const key = "key-of-the-baker-who-owns-it"
	e.control("accounts", map[string]any{"name": "Baker", "key": key, "recipient_token": "baker"})

	office := newDevice(t, base)
	home := office.post("/office/signin", url.Values{"name": {"demo"}, "password": {demoPassword}})
	stall := regexp.MustCompile(`/office/stalls/\w+`).FindString(home)
	if stall == "" {
		t.Fatalf("no stall in the office:\n%.600s", home)
	}
	if page := office.post(stall+"/account", url.Values{"key": {key}}); !strings.Contains(page, "•••• "+key[len(key)-4:]) || strings.Contains(page, key) {
		t.Fatalf("the account's page says %.900s", visible(page))
	}
	till := newDevice(t, base)
	till.signIn(till.enrol(p.address("till")), "Lind", demoPIN)
	till.charge("420", "one-key-of-a-sale-on-another-account")
	for began := time.Now(); !strings.Contains(linksOf(t, gateway, key), `"amount":4.20`); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("no link on the owner's account: %s", linksOf(t, gateway, key))
		}
	}
	e.gateway.pay(regexp.MustCompile(`http[^"]*link_id=[^"]*`).FindString(linksOf(t, gateway, key)))
	for began := time.Now(); !strings.Contains(till.get("/till"), "4,20"+"\u00a0€ paid"); time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("the till says %.900s", visible(till.get("/till")))
		}
	}
	if left := linksOf(t, gateway, key); strings.Contains(left, `"amount":4.20`) {
		t.Errorf("the link can still be paid: %s", left)
	}
}

// linksOf asks the gateway as the owner of a key would.
func linksOf(t *testing.T, gateway, key string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, gateway+"/api/v2/getMyUnusedLinks", strings.NewReader(`{"limit":50}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("token", key)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
