//go:build linux

package bench

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
)

// The benchmarks of the files bench_*_test.go promise ratios to something that is measured in the
// same run: times on their own say more about the machine than about the program. Whatever talks
// to somebody else talks to a process of its own. None of them fails on a time.

// sized is how much of something a benchmark measures: full, and small where a run only has to show
// that every benchmark still works.
func sized(full, small int) int {
	if os.Getenv("QRKIOSK_BENCH_SMALL") == "1" {
		return small
	}
	return full
}

// BenchmarkTable prints the figures of the run beside what they are to be. It comes last because
// go test runs the files in the order of their names.
func BenchmarkTable(b *testing.B) {
	figures.mu.Lock()
	defer figures.mu.Unlock()
	for b.Loop() {
		b.ReportMetric(float64(len(figures.lines)), "figures")
	}
	b.ReportMetric(0, "ns/op")
	if len(figures.lines) == 0 {
		return
	}
	slices.SortStableFunc(figures.lines, func(x, y figure) int { return x.goal - y.goal })
	fmt.Println()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "goal\twhat\tnow\ttarget")
	for _, f := range figures.lines {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", f.goal, f.what, f.now, f.target)
	}
	_ = w.Flush()
	fmt.Println("\n" + verdict(figures.flush))
}
