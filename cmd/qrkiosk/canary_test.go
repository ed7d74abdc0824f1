package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk/sandbox"
)

// TestCanary_noSecretInTheLog plays a whole sale with the log at its most talkative, with wrong PINs,
// forged webhooks and odd addresses in between, and looks for every secret it has met.
func TestCanary_noSecretInTheLog(t *testing.T) {
	p := start(t, "demo", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", t.TempDir(), "--log-level", "debug", "--log-format", "json")
	base := kiosktest.Origin(p.Address("till"))
	till, display, phone := kiosktest.NewDevice(t, base), kiosktest.NewDevice(t, base), kiosktest.NewDevice(t, kiosktest.Origin(p.Address("sandbox")))

	signIn := till.Enrol(p.Address("till"))
	const wrongPIN = "739150"
	staff := markup.Parse(t, signIn).Attr("input[name=staff]", "value")
	till.Ask(http.MethodPost, "/till/signin", "text/html", url.Values{"staff": {staff}, "pin": {wrongPIN}})
	till.Ask(http.MethodPost, "/till/signin?pin="+wrongPIN, "text/html", url.Values{"staff": {staff}, "pin": {wrongPIN}})
	till.SignIn(signIn, "Ada", p.Address("PIN"))
	display.Enrol(p.Address("display"))
	waiting := kiosktest.NewDevice(t, base)
	code := waiting.Page("/display").Text(".key-code")
	till.Ask(http.MethodPost, "/till/pair", "text/html", url.Values{"code": {code}})

	live := display.Live("/display/live")
	const key, note = "a-command-key-of-the-canary", "note-of-the-cashier"
	till.Ask(http.MethodPost, "/till/charge", "application/json", url.Values{"cents": {"1250"}, "key": {key}, "note": {note}})
	live.Shows("#screen[data-shows=code]")
	hook, callback := linkAddresses(t, phone)
	shop := kiosktest.NewDevice(t, base)
	for _, path := range []string{callback + "?status=success&id=1", callback + "x", strings.TrimPrefix(p.Address("till"), base)} {
		shop.Ask(http.MethodGet, path, "text/html", nil)
	}
	phone.Pay(openLinks(t, phone)[0])
	live.Shows("#screen[data-shows=paid]")
	const odd = "plain-text-that-was-sent-to-a-webhook"
	for _, path := range []string{hook, hook + "/", hook + "?x=1", hook[:len(hook)-1]} {
		shop.Ask(http.MethodPost, path, "*/*", url.Values{"data": {odd}})
		shop.Ask(http.MethodGet, path, "*/*", nil)
	}

	secrets := map[string]string{
		"the PIN": p.Address("PIN"), "a wrong PIN": wrongPIN,
		"the till's link": lastPart(p.Address("till")), "the display's link": lastPart(p.Address("display")),
		"the webhook's address": lastPart(hook), "the receipt's address": lastPart(callback),
		"the gateway's key": sandbox.DemoAccount().Key, "a webhook's body": odd, "the command key": key, "the cashier's note": note,
		"a pairing code": strings.ReplaceAll(code, " ", ""),
	}
	for name, d := range map[string]*kiosktest.Device{"till": till, "display": display, "waiting display": waiting} {
		at, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range d.Client.Jar.Cookies(at) {
			if c.Name == "qk-last" {
				continue // who signed in last, by the ID that the log knows people by
			}
			secrets["the cookie "+c.Name+" of the "+name] = c.Value
		}
	}
	p.End()
	if len(secrets) < 15 {
		t.Errorf("only %d secrets were met", len(secrets))
	}
	checkLog(t, p.Log.String(), secrets)
}

// linkAddresses are the webhook address and the callback address of the only link that can be paid.
func linkAddresses(t *testing.T, phone *kiosktest.Device) (hook, callback string) {
	t.Helper()
	_, body := phone.Ask(http.MethodGet, "/control/links", "application/json", nil)
	var all []struct{ Status, Endpoint, Callback string }
	if err := json.Unmarshal([]byte(body), &all); err != nil || len(all) != 1 {
		t.Fatalf("%v in %s", err, body)
	}
	path := func(address string) string {
		u, err := url.Parse(address)
		if err != nil || u.Path == "" {
			t.Fatalf("no address: %q", address)
		}
		return u.Path
	}
	return path(all[0].Endpoint), path(all[0].Callback)
}

func lastPart(address string) string { return address[strings.LastIndex(address, "/")+1:] }

func checkLog(t *testing.T, log string, secrets map[string]string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(log), "\n")
	if len(lines) < 20 {
		t.Fatalf("the log has only %d lines", len(lines))
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line is no JSON: %s", line)
		}
		for what, secret := range secrets {
			alone := regexp.MustCompile(`(^|[^0-9A-Za-z.])` + regexp.QuoteMeta(secret) + `([^0-9A-Za-z]|$)`)
			if secret == "" || alone.MatchString(line) {
				t.Errorf("%s (%q) is in the log: %s", what, secret, line)
			}
		}
	}
}
