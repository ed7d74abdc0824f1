package simulation

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

// What a seed comes to is written down: how many sales are in each state in the evening, and the sums
// of all. A change that only moves code gives the same.
//
// A seed decides all that is drawn: what happens and when, the shop's random values, the pauses of its
// client, and at which instant a call reaches the gateway. What it does not decide is the order of two things at one instant of virtual time within the
// program, where goroutines run side by side: of two people who charge at the same moment either is
// first, and a reading may come before or behind a change. Hardly ever does that reach a state or a
// sum, so that a seed that came to something else is played again before it counts. Seeds that came to
// different things while they were written down are marked, and compared with nothing.

const (
	simRecordFile = "testdata/sim.txt"
	simVaries     = "varies"
	simSure       = 3 // times that a seed is played to be written down
	simAgain      = 5 // times at most that one which came to something else is played again
)

// simRecord is the file, by length of the afternoon and seed.
type simRecord struct {
	mu      sync.Mutex
	lines   map[simKey]string
	writing bool
}

type simKey struct {
	long time.Duration
	seed uint64
}

// readSimRecord reads the file. With QRKIOSK_SIM_WRITE=1 the seeds of this run are written anew.
func readSimRecord(t *testing.T) *simRecord {
	t.Helper()
	r := &simRecord{lines: map[simKey]string{}, writing: os.Getenv("QRKIOSK_SIM_WRITE") == "1"}
	raw, err := os.ReadFile(simRecordFile)
	if err != nil && (!r.writing || !errors.Is(err, fs.ErrNotExist)) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		name, outcome, _ := strings.Cut(strings.TrimSpace(line), ": ")
		var minutes int64
		var key simKey
		if n, err := fmt.Sscanf(name, "%d min, seed %d", &minutes, &key.seed); n != 2 {
			t.Fatalf("%s: %q: %v", simRecordFile, line, err)
		}
		key.long = time.Duration(minutes) * time.Minute
		r.lines[key] = outcome
	}
	return r
}

// compare plays a seed and wants what is written of it.
func (r *simRecord) compare(t *testing.T, seed uint64, long time.Duration, all *tally) {
	t.Helper()
	got, key := simulate(t, seed, long, all), simKey{long, seed}
	r.mu.Lock()
	want, known := r.lines[key]
	r.mu.Unlock()
	if r.writing {
		r.note(t, key, got)
		return
	}
	if !known || want == simVaries || got == want {
		return
	}
	for range simAgain {
		t.Logf("seed %d came to\n%s\nand is written down as\n%s", seed, got, want)
		if got = simulate(t, seed, long, newTally()); got == want {
			return
		}
	}
	t.Errorf("seed %d came to something else %d times, lastly to\n%s\nand is written down as\n%s", seed, simAgain+1, got, want)
}

// note plays a seed some more times, and writes down what it came to if that was the same each time.
func (r *simRecord) note(t *testing.T, key simKey, outcome string) {
	t.Helper()
	for range simSure - 1 {
		if other := simulate(t, key.seed, key.long, newTally()); other != outcome {
			t.Logf("seed %d came to\n%s\nand then to\n%s", key.seed, outcome, other)
			outcome = simVaries
			break
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines[key] = outcome
}

func (r *simRecord) write(t *testing.T) {
	t.Helper()
	if !r.writing {
		return
	}
	var b strings.Builder
	for _, key := range slices.SortedFunc(maps.Keys(r.lines), func(a, b simKey) int {
		if a.long != b.long {
			return int(a.long - b.long)
		}
		return int(a.seed) - int(b.seed)
	}) {
		fmt.Fprintf(&b, "%d min, seed %d: %s\n", int(key.long.Minutes()), key.seed, r.lines[key])
	}
	if err := os.WriteFile(simRecordFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// simOutcome is how many sales are in each state, and the sums of all.
func simOutcome(sales []*kiosk.Sale) string {
	states, sums := map[string]int{}, kiosk.Figures{}
	for _, s := range sales {
		states[string(s.State())]++
		sums = sums.Plus(s.Figures())
	}
	var b strings.Builder
	for _, state := range slices.Sorted(maps.Keys(states)) {
		fmt.Fprintf(&b, "%s %d, ", state, states[state])
	}
	return strings.TrimSuffix(b.String(), ", ") + "; " + sums.String()
}

// seeded is randomness that a seed decides.
type seeded struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func newSeeded(seed uint64) *seeded {
	var key [32]byte
	copy(key[:], fmt.Sprint("the shop of seed ", seed))
	return &seeded{source: rand.NewChaCha8(key)}
}

func (s *seeded) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.source.Read(b)
}

// apart lets each call reach the gateway at an instant of its own, less than a millisecond away, that
// only its content decides: of two calls at one instant chance would decide which of them meets a
// fault.
func apart(w http.ResponseWriter, r *http.Request, inner http.Handler) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // whoever called has hung up
	}
	sum := fnv.New32a()
	_, _ = sum.Write(append(body, r.Method+r.URL.Path+r.Header.Get("Token")...))
	time.Sleep(time.Duration(1 + sum.Sum32()%999_998))
	r.Body = io.NopCloser(bytes.NewReader(body))
	inner.ServeHTTP(w, r)
}

// middleBackoff is the middle of what the client would draw: a second that doubles, a minute at most.
func middleBackoff(failures int) time.Duration {
	return min(time.Second<<min(max(failures-1, 0), 10), time.Minute) / 2
}
