//go:build unix

package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk/sandbox"
)

func owingWorld(sales int64, expects ...string) *world {
	w := newWorld(plan{ring: "kill", sales: sales, shared: []string{"gateway-slow"}})
	w.count.expect(expects...)
	return w
}

func TestOwed_fromThreeQuartersOn(t *testing.T) {
	w := owingWorld(100, "kill", "freeze", "gateway-slow")
	w.count.fire("kill")
	w.turns.next.Store(74)
	if got := w.turns.owed(); got != nil {
		t.Errorf("sale 74 of 100: %v is owed already", got)
	}
	w.turns.next.Store(75)
	if diff := cmp.Diff([]string{"freeze", "gateway-slow"}, w.turns.owed()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"slow"}, w.turns.owedOf("gateway-", []string{"down", "slow"})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"kill: freeze"}, w.turns.silent()); diff != "" {
		t.Errorf("what the ring alone owes: %s", diff)
	}
}

func TestEnough_notBeforeEverythingCame(t *testing.T) {
	w := owingWorld(100, "freeze")
	w.turns.next.Store(100)
	for n, want := range map[int64]bool{100: false, 101: false} {
		if got := w.turns.enough(n); got != want {
			t.Errorf("with a debt: enough(%d) = %v", n, got)
		}
	}
	w.turns.beyond = time.Now().Add(-turnTime - time.Second)
	if !w.turns.enough(101) {
		t.Error("a debt that nobody pays is waited for without end")
	}
	w.turns.beyond = time.Time{}
	w.count.fire("freeze")
	if w.turns.enough(100) || !w.turns.enough(101) {
		t.Error("without a debt the last sale is not the hundredth")
	}
}

// TestFates_inTurn: as long as anything is owed each fate comes once in a round.
func TestFates_inTurn(t *testing.T) {
	w := owingWorld(100, "freeze")
	w.turns.next.Store(80)
	for round := range 2 {
		for i := range fates {
			if got := w.fate().name; got != fates[i].name {
				t.Errorf("round %d: %s instead of %s", round, got, fates[i].name)
			}
		}
	}
}

func TestProxy_drawsWhatIsOwed(t *testing.T) {
	w := owingWorld(4)
	p, err := openProxy("gateway", "127.0.0.1:1", 1, w.count)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	w.expectNetFaults(p)
	w.turns.next.Store(3)
	if what, _ := p.draw(); what != healthy {
		t.Errorf("in calm times: %s", what)
	}
	p.chance.Store(1)
	for _, want := range netFaults {
		what, _ := p.draw()
		if what != want {
			t.Errorf("%s instead of %s", what, want)
		}
		p.fired(what)
	}
	if owed := w.turns.owed(); len(owed) > 0 {
		t.Errorf("still owed: %v", owed)
	}
}

// TestPair_blowsAreOwed: a run too short for the round of blows has those that are missing first.
func TestPair_blowsAreOwed(t *testing.T) {
	w := owingWorld(4, "broker-restart", "pair-swap", "pair-frozen")
	w.turns.next.Store(4)
	for _, want := range []string{"broker-restart", "pair-frozen"} {
		if got := w.nextBlow(1); got != want {
			t.Errorf("%s instead of %s", got, want)
		}
		w.count.fire(want)
	}
	if got := w.nextBlow(1); got != pairBlows[1] {
		t.Errorf("%s, and nothing is owed", got)
	}
}

func TestNextDeath_whatIsOwedFirst(t *testing.T) {
	w, names := owingWorld(4, "crash-b", "crash-c"), []string{"a", "b", "c"}
	w.turns.next.Store(4)
	tried, died := map[string]int{}, []string{}
	for n := 1; n <= 4; n++ {
		died = append(died, w.nextDeath(n, names, tried))
	}
	if died[0] != "" || died[2] != "" {
		t.Errorf("lives end nowhere but at crash points: %q", died)
	}
	if slices.Sort(died); !slices.Equal(died, []string{"", "", "b", "c"}) {
		t.Errorf("owed are b and c, died at %q", died)
	}
}

func TestSilent(t *testing.T) {
	r := report{
		Sales: 200, Silent: []string{"pair: broker-restart"}, Faults: map[string]int{"gateway-slow": 1, "kill": 0},
		Rare: map[string]int{"cancelled": 0, "paid-by-webhook": 4, "stray-found": 0},
	}
	shared := []string{"gateway-slow", "gateway-down"}
	if diff := cmp.Diff([]string{"gateway-down", "pair: broker-restart", "state cancelled"}, r.silent(shared)); diff != "" {
		t.Error(diff)
	}
	r.Sales = 10 * luckyRun
	if slices.Contains(r.silent(shared), "state stray-found") {
		t.Error("a run without the kill ring misses a state that takes luck")
	}
	r.killSales = luckyRun
	if !slices.Contains(r.silent(shared), "state stray-found") {
		t.Error("a long run does not miss a state")
	}
	none := report{Rare: map[string]int{}}
	if got := none.silent(shared); len(got) > 0 {
		t.Errorf("a run whose rings were all left out misses %v", got)
	}
}

// TestGatewayFaults_areTheSandboxs: one that the sandbox does not know would be owed for ever.
func TestGatewayFaults_areTheSandboxs(t *testing.T) {
	for _, name := range gatewayFaults(false) {
		if !sandbox.Fault(name).Known() {
			t.Errorf("the sandbox has no fault %s", name)
		}
	}
	if quick := gatewayFaults(true); slices.Contains(quick, "create-late") || len(quick) != len(gatewayFaults(false))-2 {
		t.Errorf("a quick run has %v", quick)
	}
}

// TestElsewhere_exists: the report names tests that are there.
func TestElsewhere_exists(t *testing.T) {
	var all bytes.Buffer
	for _, dir := range []string{"kiosk", "handlers", "views", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			raw, err := os.ReadFile(path)
			all.Write(raw)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for invariant, name := range elsewhere {
		if strings.HasPrefix(name, "Test") && !strings.Contains(all.String(), "func "+name+"(") {
			t.Errorf("%s: there is no %s", invariant, name)
		}
		if invariants[invariant] != "" {
			t.Errorf("%s is held here and elsewhere", invariant)
		}
	}
}
