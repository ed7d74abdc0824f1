package evening

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
)

// TestProgram_ownAccount: in the program as it is wired, a stall that was given its owner's key in the
// office has its next link made on the owner's account, and is paid there.
func TestProgram_ownAccount(t *testing.T) {
	p := Demo(t)
	defer p.End()
	base := kiosktest.Origin(p.Address("till"))
	gateway := kiosktest.Origin(p.Address("sandbox"))
	const key = "key-of-the-baker-who-owns-it"
	phone := kiosktest.NewDevice(t, gateway)
	phone.Control("accounts", map[string]any{"name": "Baker", "key": key, "recipient_token": "baker"})

	office := kiosktest.NewDevice(t, base)
	home := office.Post("/office/signin", url.Values{"name": {"demo"}, "password": {assembly.DemoPassword}})
	stall := markup.Parse(t, home).Attr(".stalls h2 a", "href")
	body := office.Post(stall+"/account", url.Values{"key": {key}})
	if page := markup.Parse(t, body); page.Text("[aria-labelledby=account] strong") != "•••• "+key[len(key)-4:] || strings.Contains(body, key) {
		t.Fatalf("the account's page says %.900s", page)
	}
	till := kiosktest.NewDevice(t, base)
	till.SignIn(till.Enrol(p.Address("till")), "Lind", assembly.DemoPIN)
	till.Charge("420", "one-key-of-a-sale-on-another-account")
	for began := time.Now(); !strings.Contains(linksOf(t, gateway, key), `"amount":4.20`); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > kiosktest.Patience {
			t.Fatalf("no link on the owner's account: %s", linksOf(t, gateway, key))
		}
	}
	phone.Pay(regexp.MustCompile(`http[^"]*link_id=[^"]*`).FindString(linksOf(t, gateway, key)))
	for began := time.Now(); !till.Page("/till").Says("#side .strip h2", "4,20 € paid"); time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > kiosktest.Patience {
			t.Fatalf("the till says %.900s", till.Page("/till"))
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
