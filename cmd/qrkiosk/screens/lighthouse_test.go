//go:build lighthouse

package screens

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"

	"github.com/chromedp/chromedp"
)

// TestLighthouse lets Lighthouse judge the pages as the browser of a signed-in till, of a paired
// display and of a customer sees them. QRKIOSK_LIGHTHOUSE is the program.
func TestLighthouse(t *testing.T) {
	program := os.Getenv("QRKIOSK_LIGHTHOUSE")
	if program == "" {
		t.Fatal("QRKIOSK_LIGHTHOUSE names no program; make lighthouse does")
	}
	port := freePort(t)
	c := kiosktest.NewCounter(t, chromedp.ExecPath(listening(t, port)))
	base := "http://" + c.Listen
	c.Charge("1250")
	phone := kiosktest.NewPage(t, c.Browser, "phone")
	phone.Open(c.NewestLink().PayLink)
	phone.Do(chromedp.Click(`button[value=card], form[action*=card] button, button.card`))
	phone.Wait("the receipt", `location.pathname.startsWith('/r/')`, 10*time.Second)
	c.BothPaid(10 * time.Second)
	receipt, err := chromedp.Run(phone.Ctx, chromedp.Evaluate[string](`location.origin + location.pathname`))
	if err != nil {
		t.Fatal(err)
	}
	judge := func(name, address string, more ...string) {
		args := append([]string{
			address, "--port=" + port, "--disable-storage-reset", "--quiet", "--output=json",
			"--output-path=" + filepath.Join(t.TempDir(), "report.json"),
			"--only-categories=performance,accessibility,best-practices",
		}, more...)
		checkReport(t, name, program, args)
	}
	judge("till", base+"/till", "--preset=desktop")
	judge("display", base+"/display", "--preset=desktop")
	judge("receipt", receipt)
}

func checkReport(t *testing.T, name, program string, args []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, said)
	}
	path := ""
	for _, a := range args {
		if rest, ok := strings.CutPrefix(a, "--output-path="); ok {
			path = rest
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Categories map[string]struct {
			Score     float64
			AuditRefs []struct {
				ID     string
				Weight float64
			}
		}
		Audits map[string]struct {
			Title string
			Score *float64
		}
	}
	if err := json.Unmarshal(raw, &report); err != nil {
		t.Fatal(err)
	}
	least := map[string]float64{"accessibility": 1, "best-practices": 0.95, "performance": 0}
	for category, want := range least {
		got := report.Categories[category]
		t.Logf("%s: %s %.0f", name, category, got.Score*100)
		if got.Score < want {
			t.Errorf("%s: %s is %.0f, want %.0f", name, category, got.Score*100, want*100)
		}
		for _, ref := range got.AuditRefs {
			if a := report.Audits[ref.ID]; a.Score != nil && *a.Score < 0.9 && ref.Weight > 0 {
				t.Logf("%s: %s: %s", name, category, a.Title)
			}
		}
	}
}

// listening is the browser behind a script: the tests speak to it through a pipe, Lighthouse needs a
// port besides.
func listening(t *testing.T, port string) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			script := filepath.Join(t.TempDir(), "browser")
			body := "#!/bin/sh\nexec '" + found + "' --remote-debugging-port=" + port + ` "$@"` + "\n"
			if err := os.WriteFile(script, []byte(body), 0o700); err != nil { //nolint:gosec // it has to run
				t.Fatal(err)
			}
			return script
		}
	}
	t.Fatal("chromium is needed")
	return ""
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
