package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk/sandbox"
)

// gatewayAt serves a sandbox with a key that the doctor may or may not know.
func gatewayAt(t *testing.T, key string) string {
	t.Helper()
	account := sandbox.DemoAccount()
	account.Key = key
	s, err := sandbox.New(sandbox.Config{Accounts: []sandbox.Account{account}})
	if err != nil {
		t.Fatal(err)
	}
	return serveAt(t, s.Handler())
}

func serveAt(t *testing.T, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go web.Serve(l)
	t.Cleanup(func() { web.Close() })
	return "http://" + l.Addr().String()
}

// examined runs doctor and returns exit code and verdict by subject.
func examined(t *testing.T, token string, args ...string) (code int, verdicts map[string]string, report string) {
	t.Helper()
	var out, log bytes.Buffer
	p := &process{stdout: &out, stderr: &log, env: func(name string) string {
		if name == "SECPAID_TOKEN" {
			return token
		}
		return ""
	}}
	code = p.run(context.Background(), append([]string{"doctor"}, args...))
	verdicts = map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^(\S+) +(\S+(?: \S+)?)  +`).FindAllStringSubmatch(out.String(), -1) {
		verdicts[m[2]] = m[1]
	}
	if token != "" && strings.Contains(out.String()+log.String(), token) {
		t.Errorf("the key shows:\n%s%s", out.String(), log.String())
	}
	return code, verdicts, out.String()
}

func TestDoctor(t *testing.T) {
	const key = "play-key-of-the-doctor"
	gateway := gatewayAt(t, key)
	alive := serveAt(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			http.NotFound(w, r)
		}
	}))
	late := serveAt(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", "Mon, 01 Jan 2024 00:00:00 GMT")
		http.Error(w, "away", http.StatusBadGateway)
	}))
	for name, c := range map[string]struct {
		token, gateway, public string
		code                   int
		want                   map[string]string
	}{
		"all well": {key, gateway, alive, exitDone, map[string]string{
			"settings": "ok", "key file": "-", "database": "-", "gateway": "ok", "clock": "ok", "public url": "ok",
		}},
		"no public address": {key, gateway, "", exitDone, map[string]string{"gateway": "ok", "public url": "-"}},
		"another key":       {"play-key-of-nobody", gateway, alive, exitFailed, map[string]string{"gateway": "WRONG", "clock": "ok"}},
		"nobody there":      {key, "http://127.0.0.1:9", "http://127.0.0.1:9", exitFailed, map[string]string{"gateway": "WRONG", "clock": "WRONG", "public url": "WRONG"}},
		"a clock far off":   {key, late, late, exitFailed, map[string]string{"gateway": "WRONG", "clock": "WRONG", "public url": "WRONG"}},
		"plain http":        {key, "http://app.secpaid.com", alive, exitFailed, map[string]string{"gateway": "WRONG"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, verdicts, report := examined(t, c.token, "--data", t.TempDir(), "--secpaid-url", c.gateway, "--public-url", c.public)
			if code != c.code {
				t.Errorf("exit %d, want %d", code, c.code)
			}
			for subject, want := range c.want {
				if verdicts[subject] != want {
					t.Errorf("%s is %q, want %q", subject, verdicts[subject], want)
				}
			}
			if t.Failed() {
				t.Log("\n" + report)
			}
		})
	}
}

// TestDoctor_afterAStart finds key and database of a demonstration in order, and only in its mode.
func TestDoctor_afterAStart(t *testing.T) {
	data := t.TempDir()
	p := start(t, "demo", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", data)
	p.End()
	code, verdicts, report := examined(t, "", "--sandbox", "--data", data)
	if code != exitDone || verdicts["key file"] != "ok" || verdicts["database"] != "ok" {
		t.Errorf("exit %d:\n%s", code, report)
	}
	code, verdicts, report = examined(t, "play-key", "--data", data, "--secpaid-url", gatewayAt(t, "play-key"))
	if code != exitFailed || verdicts["database"] != "WRONG" || verdicts["gateway"] != "ok" {
		t.Errorf("exit %d in the other mode:\n%s", code, report)
	}
}
