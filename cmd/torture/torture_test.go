//go:build unix

package main

import (
	"encoding/json"
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
		t.Skip("takes a minute")
	}
	began := time.Now()
	v := lastLine(t, "-rings", "kill", "-sales", "150")
	t.Logf("%v sales, %v kills, seed %.0f, %v: lost %v, double %v, falsely paid %v, torn %v",
		v["sales"], v["kills"], v["seed"], time.Since(began).Round(time.Second), v["lost"], v["double"], v["falsely_paid"], v["torn"])
}
