//go:build unix

package main

import (
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
}

// TestPoints_noneIsLost names every crash point that is missing, and every one that is new and has
// to be added to the list and to fewestPoints.
func TestPoints_noneIsLost(t *testing.T) {
	raw, err := os.ReadFile("testdata/points.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Fields(string(raw))
	if len(listed) != fewestPoints {
		t.Errorf("testdata/points.txt has %d names, fewestPoints is %d", len(listed), fewestPoints)
	}
	sources, err := readSources(root)
	if err != nil {
		t.Fatal(err)
	}
	found := points(sources)
	for _, name := range listed {
		if !slices.Contains(found, name) {
			t.Errorf("crash point %s is gone", name)
		}
	}
	for i, name := range found {
		if !slices.Contains(listed, name) {
			t.Errorf("crash point %s is not in testdata/points.txt", name)
		}
		if i > 0 && found[i-1] == name {
			t.Errorf("two crash points are called %s", name)
		}
	}
}

// TestRooms_comeFromTheTable reads a table that has everything a table may have.
func TestRooms_comeFromTheTable(t *testing.T) {
	got, err := roomsOf(`Package kiosk is a domain.

	other  owns
	x      y

# The house

	room         owns                          imports of ours
	kiosk        the domain                    nothing
	kiosk/till   charge, cart, tip, cancel,    kiosk, kiosk/shop
	             refund

	cmd/torture  drives and kills the program  assets

More words.

	room  owns
	late  nothing
`)
	if diff := cmp.Diff([]string{"kiosk", "kiosk/till", "cmd/torture"}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if got, err := roomsOf("Package kiosk is a domain.\n\n\tx y\n"); err == nil {
		t.Errorf("no table at all gives %v", got)
	}
}

// TestPoints_bareOnesAreFound is the test of the test.
func TestPoints_bareOnesAreFound(t *testing.T) {
	for text, want := range map[string]int{
		`Crash("a"); err := s.gateway.Open(ctx, o); Crash("b"); _ = err`:           0,
		`err := s.gateway.Open(ctx, o); Crash("b"); _ = err`:                       1,
		`Crash("a"); _, err := w.shop.gateway.PayIns(ctx, q); _ = err`:             1,
		`Crash("a"); if err := s.store.Change(c, x, f); err != nil { Crash("") }`:  1,
		`Crash("a"); for { _ = p.tx.Commit() }; Crash("b")`:                        1,
		`Crash("a"); err := s.Gateway.Open(ctx, o); _ = err`:                       1,
		`shop.Crash("a"); err := s.Gateway.Open(ctx, o); core.Crash("b"); _ = err`: 0,
		`defer Crash("a"); _ = w.conn.run("COMMIT"); kiosk.Crash("b")`:             0,
		`_ = w.conn.run("ROLLBACK")`:                                               0,
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

// TestPoints_areFoundUnderAnyName: a room calls the function through whatever its package is called.
func TestPoints_areFoundUnderAnyName(t *testing.T) {
	at := token.NewFileSet()
	tree, err := parser.ParseFile(at, "x.go", `package x
func Crash(string) {}
func f(at string) { Crash("c"); defer kiosk.Crash("a"); if core.Crash("b"); true { Crash(at) }; core.Crashed("d") }`, 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, points([]source{{"x.go", tree, at}})); diff != "" {
		t.Error(diff)
	}
}
