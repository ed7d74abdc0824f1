//go:build linux

package bench

import (
	"fmt"
	"testing"
	"time"
)

var (
	idleDisplays = sized(5000, 40)
	beatTime     = time.Duration(sized(11, 1)) * time.Second // every socket has had a renewal and a ping after 11 s
)

// BenchmarkIdleDisplay is the memory of the server's process for a display that shows something
// and to which nothing happens: with a register of its own, and as one of twenty at a register.
// What the kernel keeps for a connection is not in it.
func BenchmarkIdleDisplay(b *testing.B) {
	for _, each := range []int{1, 20} {
		b.Run(fmt.Sprintf("each=%d", each), func(b *testing.B) {
			var resident, live []float64
			for b.Loop() {
				one := idleMemory(b, each)
				resident = append(resident, float64(one.Resident)/1024/float64(idleDisplays))
				live = append(live, float64(one.Live)/1024/float64(idleDisplays))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(resident), "KiB/display")
			b.ReportMetric(median(live), "KiB-live/display")
			found(7, fmt.Sprintf("memory of an idle display, %d displays, %d at a register", idleDisplays, each),
				"<= 5 KiB", "%.1f KiB (values and stacks: %.1f)", median(resident), median(live))
		})
	}
}

func idleMemory(b *testing.B, each int) footprint {
	gateway := newStub(b)
	shop := serveApart(b, opened{Role: "shop", Gateway: gateway.Listener.Addr().String()})
	registers := idleDisplays / each
	shop.do("registers", registers, nil)
	var secrets []string
	shop.do("displays", dealt(idleDisplays, registers), &secrets)
	hangUp(shop.join(secrets)) // so that everything that is made once has been made
	time.Sleep(time.Second)
	var before, after footprint
	shop.do("memory", nil, &before)
	waitForFrames(shop.join(secrets))
	time.Sleep(beatTime)
	shop.do("memory", nil, &after)
	if *idleHeap != "" {
		shop.do("heap", *idleHeap, nil)
	}
	return footprint{after.Resident - before.Resident, after.Live - before.Live}
}

// dealt deals displays out to registers.
func dealt(displays, registers int) []int {
	all := upTo(displays)
	for i := range all {
		all[i] %= registers
	}
	return all
}

func waitForFrames(lines []*screenLine) {
	for _, l := range lines {
		for l.frames.Load() == 0 && l.ended.Load() == nil {
			time.Sleep(time.Millisecond)
		}
	}
}

// BenchmarkReconnect has all displays come back after a restart, fifty at a time, and counts the
// handshakes, compared with a bare upgrade that asks nobody and shows nothing.
func BenchmarkReconnect(b *testing.B) {
	displays, times := sized(1000, 50), sized(5, 1)
	gateway := newStub(b)
	shop := serveApart(b, opened{Role: "shop", Gateway: gateway.Listener.Addr().String()})
	floor := serveApart(b, opened{Role: "floor"})
	shop.do("registers", displays, nil)
	var secrets []string
	shop.do("displays", upTo(displays), &secrets)
	var ours, bare sample
	var rates []float64
	for b.Loop() {
		for range times {
			f := handshakes(b, floor, "/live", secrets)
			s := handshakes(b, shop, "/display/live", secrets)
			ours.add(s)
			bare.add(f)
			rates = append(rates, ratio(f, s))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(time.Second)/float64(ours.p50()), "handshakes/s")
	b.ReportMetric(float64(time.Second)/float64(bare.p50()), "bare-handshakes/s")
	b.ReportMetric(median(rates), "x-bare")
	found(9, "handshakes a second when all displays come back, of a bare upgrade", ">= 0.95", "%.2f (%.0f/s)",
		median(rates), float64(time.Second)/float64(ours.p50()))
}

// handshakes returns what one handshake took when everybody comes at once.
func handshakes(b *testing.B, to *served, path string, secrets []string) time.Duration {
	lines := make([]*screenLine, len(secrets))
	start := time.Now()
	must(b, each(len(secrets), func(i int) (err error) {
		lines[i], err = connect(to.address, path, secrets[i], i)
		return err
	}))
	took := time.Since(start) / time.Duration(len(secrets))
	hangUp(lines)
	time.Sleep(200 * time.Millisecond) // the server has to see that they are gone
	return took
}
