//go:build unix

// Command torture proves what the program promises about money while everything goes wrong: it
// builds the real program as a test build, runs it as a process beside a sandbox of its own, lets
// cashiers, displays and payers live with it, kills and starves it, and in the end holds the
// sandbox's book against the database with a checker that shares no code with the program. Dice decide
// what goes wrong when; what has not gone wrong after three quarters of the sales gets its turn before
// the end. The last line it prints is one JSON object; it exits with 1 if anything was lost, doubled,
// falsely paid or torn, or if something that should have gone wrong never did.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
}

// options are what the command line asks for.
type options struct {
	root    string
	dir     string
	rings   string
	sales   int64
	seed    uint64
	keep    bool
	control bool
}

func run(ctx context.Context, args []string, say io.Writer) (err error) {
	var o options
	set := flag.NewFlagSet("torture", flag.ContinueOnError)
	set.StringVar(&o.root, "root", ".", "root of the module")
	set.StringVar(&o.dir, "dir", "", "folder for data and logs (a temporary one, removed at the end)")
	set.StringVar(&o.rings, "rings", "kill,proxy,disk,power,postgres,pair", "which rings run")
	set.Int64Var(&o.sales, "sales", 1000, "sales over all rings")
	set.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "seed of all dice") //nolint:gosec // any number will do
	set.BoolVar(&o.keep, "keep", false, "keep data and logs")
	set.BoolVar(&o.control, "control", false, "switch known bugs on: every run must turn red")
	if err := set.Parse(args); err != nil {
		return err
	}
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "torture"); err != nil {
			return err
		}
	}
	if !o.keep {
		defer func() {
			if err == nil {
				err = os.RemoveAll(o.dir)
			}
		}()
	}
	fmt.Fprintf(say, "seed %d, data and logs in %s\n", o.seed, o.dir)
	binary, err := build(ctx, o.root, o.dir)
	if err != nil {
		return err
	}
	if o.control {
		return o.controls(ctx, binary, say)
	}
	return o.torture(ctx, binary, say)
}

// torture runs the rings one after the other and prints the verdict.
func (o options) torture(ctx context.Context, binary string, say io.Writer) error {
	began := time.Now()
	chosen, err := o.chosen()
	if err != nil {
		return err
	}
	all, skipped := report{Faults: map[string]int{}}, map[string]string{}
	shares := 0
	for _, r := range chosen {
		shares += r.share
	}
	for i, r := range chosen {
		p := o.plan(binary, r.name)
		p.sales = max(20, o.sales*int64(r.share)/int64(shares))
		p.seed = o.seed + uint64(i) //nolint:gosec // a small number
		if o.quick() {
			p.quick, p.lapse = true, 6*time.Second
		}
		p.shared = all.without(o.shared())
		got, err := trial(ctx, r, p, say)
		var skip skipError
		if errors.As(err, &skip) {
			skipped[r.name] = skip.why
			fmt.Fprintf(say, "%s: left out: %s\n", r.name, skip.why)
			continue
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(say, "%s: %d sales, %d kills, lost %d, double %d, falsely paid %d, torn %d\n",
			r.name, got.Sales, got.Kills, got.Lost, got.Double, got.FalselyPaid, got.Torn)
		if r.name == "kill" {
			got.killSales = got.Sales
		}
		all.add(got)
	}
	return all.print(say, o, skipped, time.Since(began))
}

// quick tells whether the run is to be over soon.
func (o options) quick() bool { return o.sales < 300 }

// shared lists what the run has to come by in any of its rings: nothing if it is too short for that.
func (o options) shared() []string {
	if o.sales < tinyRun {
		return nil
	}
	return shared(o.quick())
}

func (o options) plan(binary, name string) plan {
	return plan{binary: binary, dir: filepath.Join(o.dir, name), seed: o.seed, lapse: 20 * time.Second}
}

// skipError says why a ring cannot run on this machine.
type skipError struct{ why string }

func (e skipError) Error() string { return e.why }

func skipf(format string, args ...any) error { return skipError{fmt.Sprintf(format, args...)} }

func (o options) chosen() ([]ring, error) {
	names, err := pointNames(o.root, false)
	if err != nil {
		return nil, err
	}
	pgNames, err := pointNames(o.root, true)
	if err != nil {
		return nil, err
	}
	all := map[string]ring{}
	for _, r := range []ring{killRing(names), proxyRing(), diskRing(), powerRing(), postgresRing(pgNames), pairRing()} {
		all[r.name] = r
	}
	var chosen []ring
	for name := range strings.SplitSeq(o.rings, ",") {
		r, known := all[name]
		if !known {
			return nil, fmt.Errorf("no ring is called %q; there are %s", name, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
		}
		chosen = append(chosen, r)
	}
	return chosen, nil
}

// add puts the verdict of a further world to the others.
func (r *report) add(more report) {
	r.Sales += more.Sales
	r.killSales += more.killSales
	r.Kills += more.Kills
	r.Lost += more.Lost
	r.Double += more.Double
	r.FalselyPaid += more.FalselyPaid
	r.Torn += more.Torn
	r.Silent = append(r.Silent, more.Silent...)
	r.Problems = append(r.Problems, more.Problems...)
	for _, both := range []struct{ to, from *map[string]int }{
		{&r.Invariants, &more.Invariants}, {&r.Faults, &more.Faults}, {&r.Rare, &more.Rare},
	} {
		if *both.to == nil {
			*both.to = map[string]int{}
		}
		for name, n := range *both.from {
			(*both.to)[name] += n
		}
	}
}

// tinyRun is how many sales a run needs before it owes more than what makes its rings: the faults and
// fates that all rings share, and the common states.
const tinyRun = 100

// luckyRun is how many sales the kill ring needs before the run has to come by every state. Faults can
// be made to happen; some states follow from several of them in one sale, or from a death in the middle
// of a call, and no other ring has enough of those.
const luckyRun = 850

var commonStates = []string{"paid-by-webhook", "cancelled", "opening-unclear"}

// without lists the names that have not been counted so far.
func (r *report) without(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return r.Faults[name] > 0 })
}

// silent lists what never came, in a ring that owed it or in all of them, and which states were never
// reached.
func (r *report) silent(shared []string) []string {
	names := r.Silent
	if r.Sales > 0 {
		names = append(names, r.without(shared)...)
	}
	for name, n := range r.Rare {
		if n == 0 && (r.killSales >= luckyRun || r.Sales >= tinyRun && slices.Contains(commonStates, name)) {
			names = append(names, "state "+name)
		}
	}
	slices.Sort(names)
	return names
}

var errFound = errors.New("the promise does not hold, or was not put to the test: see the last line")

// print writes the verdict as the last line.
func (r *report) print(say io.Writer, o options, skipped map[string]string, took time.Duration) error {
	r.Silent = r.silent(o.shared())
	for _, p := range r.Problems {
		fmt.Fprintln(say, p)
	}
	ok := r.sound() && len(r.Silent) == 0
	r.Problems = nil
	raw, err := json.Marshal(struct {
		OK bool `json:"ok"`
		*report
		Rings   string            `json:"rings"`
		Skipped map[string]string `json:"skipped,omitempty"`
		Others  map[string]string `json:"invariants_elsewhere"`
		Seed    uint64            `json:"seed"`
		Seconds int               `json:"seconds"`
	}{ok, r, o.rings, skipped, elsewhere, o.seed, int(took.Seconds())})
	if err != nil {
		return err
	}
	fmt.Fprintln(say, string(raw))
	if !ok {
		return errFound
	}
	return nil
}

// sound tells whether nothing was lost, doubled, falsely paid or torn, and no invariant broken.
func (r *report) sound() bool {
	for _, n := range r.Invariants {
		if n > 0 {
			return false
		}
	}
	return r.Lost+r.Double+r.FalselyPaid+r.Torn == 0
}
