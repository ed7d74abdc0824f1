//go:build linux

package bench

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// noisyFlush is the p99 of the disk's flush beyond which a run says little about the program.
const noisyFlush = time.Millisecond

// sample is what one subject took, measurement by measurement.
type sample []time.Duration

func (s *sample) add(d time.Duration) { *s = append(*s, d) }

// at returns the quantile q, 0.5 for the median.
func (s sample) at(q float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func (s sample) p50() time.Duration { return s.at(0.5) }
func (s sample) p99() time.Duration { return s.at(0.99) }

// ratio is how many times as long a took as b.
func ratio(a, b time.Duration) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// median of figures that are no times.
func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// figure is a line of the table at the end.
type figure struct {
	goal   int
	what   string
	now    string
	target string
}

// figures gathers what the benchmarks of a run found.
var figures struct {
	mu    sync.Mutex
	lines []figure
	flush sample // of the disk, from every benchmark
}

func found(goal int, what, target, format string, values ...any) {
	figures.mu.Lock()
	defer figures.mu.Unlock()
	figures.lines = append(figures.lines, figure{goal, what, fmt.Sprintf(format, values...), target})
}

func flushed(s sample) {
	figures.mu.Lock()
	defer figures.mu.Unlock()
	figures.flush = append(figures.flush, s...)
}

// report writes p50 and p99 of a subject beside the ratios.
func report(b *testing.B, name string, s sample) {
	b.ReportMetric(micros(s.p50()), "µs-"+name)
	b.ReportMetric(micros(s.p99()), "µs-"+name+"-p99")
}

// verdict says whether the disk was quiet enough for the run to count.
func verdict(flush sample) string {
	if len(flush) == 0 {
		return "the disk was not measured in this run"
	}
	line := fmt.Sprintf("the disk's flush (16 KiB, fdatasync): p50 %.0f µs, p99 %.0f µs of %d", micros(flush.p50()), micros(flush.p99()), len(flush))
	if flush.p99() > noisyFlush {
		return line + ": NOISY, p99 is above 1 ms, these figures say little"
	}
	return line + ": quiet"
}
