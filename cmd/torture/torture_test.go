//go:build unix

package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// lastLine runs the command and returns the object of its last line.
func lastLine(t *testing.T, args ...string) map[string]any {
	t.Helper()
	var said strings.Builder
	err := run(t.Context(), append([]string{"-root", root, "-dir", t.TempDir(), "-keep"}, args...), &said)
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	var verdict map[string]any
	if json.Unmarshal([]byte(lines[len(lines)-1]), &verdict) != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	if ok := verdict["ok"].(bool); ok != (err == nil) || !ok {
		t.Errorf("%v\n%s", err, said.String())
	}
	return verdict
}

// TestTorture is the short run: a hundred and fifty sales, killed every 50 to 250 ms.
func TestTorture(t *testing.T) {
	if testing.Short() {
		t.Skip("short: it kills the real program for a minute")
	}
	began := time.Now()
	v := lastLine(t, "-rings", "kill", "-sales", "150")
	t.Logf("%v sales, %v kills, seed %.0f, %v: lost %v, double %v, falsely paid %v, torn %v",
		v["sales"], v["kills"], v["seed"], time.Since(began).Round(time.Second), v["lost"], v["double"], v["falsely_paid"], v["torn"])
}

// TestFault_F46_powerCut: the power of the disk under the database is cut in the middle of sales,
// again and again. Whatever a till or the gateway was told is stored is on the disk (FULL). The
// control, a database that does not flush, is part of `make torture-control`.
func TestFault_F46_powerCut(t *testing.T) {
	if testing.Short() {
		t.Skip("short: it kills the real program for a minute")
	}
	if os.Geteuid() != 0 {
		t.Skip("hardware: a loop device takes root")
	}
	v := lastLine(t, "-rings", "power", "-sales", "60")
	if why, left := v["skipped"].(map[string]any); left {
		t.Skipf("hardware: %v", why["power"])
	}
	faults := v["faults"].(map[string]any)
	if faults["power-cut"].(float64) == 0 {
		t.Error("the power was never cut")
	}
	t.Logf("%v sales, %v power cuts: lost %v, double %v, falsely paid %v, torn %v",
		v["sales"], faults["power-cut"], v["lost"], v["double"], v["falsely_paid"], v["torn"])
}
