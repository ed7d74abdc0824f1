package bench

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
)

// BenchmarkWall sells five times a second at 500 registers, every sale paid at the gateway, and
// measures on a real socket how long each commit of a register takes to its tile. The wall's own
// reading of everything is beside it.
func BenchmarkWall(b *testing.B) {
	const perSecond = 5
	registers, seconds := sized(500, 20), sized(20, 1)
	f := kiosktest.NewFairground(b, registers)
	office := kiosktest.NewDevice(b, f.Web.URL)
	office.Post("/office/signin", map[string][]string{"name": {"demo"}, "password": {kiosktest.FairPassword}})
	clock := &tileClock{rung: map[string]time.Time{}}
	defer f.Rings.Subscribe(clock.ring)()
	v := office.Wall()
	for v.Next(); len(v.Known) < registers; {
		v.Next()
	}
	go func() {
		for i := range perSecond * seconds {
			f.Charge(i*7%registers, kiosk.Money(500+i), fmt.Sprintf("one-command-key-of-bench-%d", i))
			for _, l := range f.Play.Links() {
				if l.Status == "Unused" {
					f.Must(f.Play.Pay(l.ID))
				}
			}
			time.Sleep(time.Second / perSecond)
		}
	}()
	for end := time.Now().Add(time.Duration(seconds+2) * time.Second); time.Now().Before(end); {
		told := v.Next()
		at := time.Now()
		for _, one := range told.Tiles {
			clock.shown(one.ID, at)
		}
	}
	var read []time.Duration
	for range 20 {
		began := time.Now()
		if _, err := f.Shop.Office.Wall.Tiles(b.Context(), nil, func(kiosk.DeviceHealth) bool { return true }); err != nil {
			b.Fatal(err)
		}
		read = append(read, time.Since(began))
	}
	slices.Sort(read)
	slices.Sort(clock.took)
	if len(clock.took) < perSecond*seconds {
		b.Fatalf("%d changes of tiles seen, want at least %d", len(clock.took), perSecond*seconds)
	}
	at := func(q float64) float64 { return float64(clock.took[int(q*float64(len(clock.took)-1))].Milliseconds()) }
	b.ReportMetric(at(0.5), "ms-p50-commit-to-tile")
	b.ReportMetric(at(0.99), "ms-p99-commit-to-tile")
	b.ReportMetric(float64(len(clock.took)), "tiles")
	b.ReportMetric(float64(read[len(read)/2].Microseconds())/1000, "ms-read-500")
}

// tileClock notes when a register rang first since its tile was last shown.
type tileClock struct {
	mu   sync.Mutex
	rung map[string]time.Time
	took []time.Duration
}

func (c *tileClock) ring(stream string, _ int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, waiting := c.rung[stream]; !waiting {
		c.rung[stream] = time.Now()
	}
}

func (c *tileClock) shown(register string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if since, waiting := c.rung[register]; waiting && at.After(since) {
		c.took = append(c.took, at.Sub(since))
		delete(c.rung, register)
	}
}
