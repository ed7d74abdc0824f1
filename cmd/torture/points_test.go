//go:build unix

package main

import (
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

// root is the module's, seen from here.
const root = "../.."

// TestPoints_everyPhaseHasThem: whoever adds a call of the gateway or a commit to the sale path
// has to say where a crash may come before and behind it.
func TestPoints_everyPhaseHasThem(t *testing.T) {
	sources, err := readSources(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		for _, where := range bare(s) {
			t.Errorf("%s: no crash point before or none behind it: write Crash(\"...\")", where)
		}
	}
	names := points(sources)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			t.Errorf("two crash points are called %s", names[i])
		}
	}
	for _, name := range []string{"before-create", "after-create", "before-commit", "after-notice"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is gone", name)
		}
	}
	t.Logf("%d crash points", len(names))
}

// TestPoints_bareOnesAreFound is the test of the test.
func TestPoints_bareOnesAreFound(t *testing.T) {
	for text, want := range map[string]int{
		`Crash("a"); err := s.gateway.Open(ctx, o); Crash("b"); _ = err`:          0,
		`err := s.gateway.Open(ctx, o); Crash("b"); _ = err`:                      1,
		`Crash("a"); _, err := w.shop.gateway.PayIns(ctx, q); _ = err`:            1,
		`Crash("a"); if err := s.store.Change(c, x, f); err != nil { Crash("") }`: 1,
		`Crash("a"); for { _ = p.tx.Commit() }; Crash("b")`:                       1,
		`defer Crash("a"); _ = w.conn.run("COMMIT"); kiosk.Crash("b")`:            0,
		`_ = w.conn.run("ROLLBACK")`:                                              0,
	} {
		at := token.NewFileSet()
		tree, err := parser.ParseFile(at, "x.go", "package x\nfunc f() {"+text+"}", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := bare(source{"x.go", tree, at}); len(got) != want {
			t.Errorf("%s: found %v, want %d", text, got, want)
		}
	}
}
