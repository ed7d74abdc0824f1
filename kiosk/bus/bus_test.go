package bus_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/kiosk/bus"
)

type ring struct {
	stream  string
	version int64
}

func TestLocal_everyHandlerHearsEveryRingInOrder(t *testing.T) {
	b := bus.NewLocal()
	var first, second []ring
	b.Subscribe(func(s string, v int64) { first = append(first, ring{s, v}) })
	b.Ring("r1", 1)
	b.Subscribe(func(s string, v int64) {
		if len(first) != len(second)+2 {
			t.Error("the handler that came second was called first")
		}
		second = append(second, ring{s, v})
	})
	b.Ring("r1", 2)
	b.Ring("office", 7)
	if want := []ring{{"r1", 1}, {"r1", 2}, {"office", 7}}; !equal(first, want) {
		t.Errorf("first heard %v, want %v", first, want)
	}
	if want := []ring{{"r1", 2}, {"office", 7}}; !equal(second, want) {
		t.Errorf("second heard %v, want %v", second, want)
	}
}

func equal(a, b []ring) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestLocal_cancel(t *testing.T) {
	b := bus.NewLocal()
	var kept, gone int
	cancel := b.Subscribe(func(string, int64) { gone++ })
	b.Subscribe(func(string, int64) { kept++ })
	b.Ring("r1", 1)
	cancel()
	cancel()
	b.Ring("r1", 2)
	if gone != 1 || kept != 2 {
		t.Errorf("cancelled handler heard %d of 1, the other %d of 2", gone, kept)
	}
}

func TestLocal_cancelWhileRinging(t *testing.T) {
	b := bus.NewLocal()
	var later int
	var cancelLater func()
	b.Subscribe(func(string, int64) { cancelLater() })
	cancelLater = b.Subscribe(func(string, int64) { later++ })
	done := make(chan struct{})
	go func() { b.Ring("r1", 1); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("a handler that cancels blocks the ring")
	}
	if later != 0 {
		t.Errorf("a cancelled handler was called %d times", later)
	}
}

func TestLocal_manyAtOnce(t *testing.T) {
	b := bus.NewLocal()
	var heard atomic.Int64
	b.Subscribe(func(string, int64) { heard.Add(1) })
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for v := range int64(100) {
				cancel := b.Subscribe(func(string, int64) {})
				b.Ring("r1", v)
				cancel()
			}
		})
	}
	all.Wait()
	if heard.Load() != 800 {
		t.Errorf("heard %d rings of 800", heard.Load())
	}
}

func BenchmarkRing(b *testing.B) {
	l := bus.NewLocal()
	l.Subscribe(func(string, int64) {})
	b.ReportAllocs()
	for b.Loop() {
		l.Ring("r1", 1)
	}
}
