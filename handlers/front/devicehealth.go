package front

import (
	"context"
	"sync"
	"time"

	"qrkiosk/kiosk"
)

const (
	healthFlush = 5 * time.Second  // reports are stored together, at most so often
	healthAlive = 30 * time.Second // how often "last seen" of a connected device is written
	healthOld   = 75 * time.Second // what another process told of a device counts for so long
)

// Pulse gathers what devices tell of themselves until it is stored.
type Pulse struct {
	via   string // this process
	store func(context.Context, []kiosk.DeviceHealth) error

	mu   sync.Mutex
	last map[string]kiosk.DeviceHealth // the newest report of every device
	told map[string]bool               // devices whose report is not stored yet
}

func newPulse(via string) *Pulse {
	nowhere := func(context.Context, []kiosk.DeviceHealth) error { return nil }
	return &Pulse{via: via, store: nowhere, last: map[string]kiosk.DeviceHealth{}, told: map[string]bool{}}
}

// Tell takes a report. The next flush stores it.
func (p *Pulse) Tell(h kiosk.DeviceHealth) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h.Via = p.via
	p.last[h.Device] = h
	p.told[h.Device] = true
}

// seen notes that devices are connected now, and forgets those that are not any more.
func (p *Pulse) seen(devices map[string]presence, now int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, d := range devices {
		h, known := p.last[id]
		if !known {
			h = kiosk.DeviceHealth{Device: id, Register: d.register, Kind: d.kind, Battery: -1, Via: p.via}
		}
		h.Seen = now
		p.last[id], p.told[id] = h, true
	}
	for id := range p.last {
		if _, here := devices[id]; !here && !p.told[id] {
			delete(p.last, id)
		}
	}
}

// take returns what has to be stored, and forgets that it has.
func (p *Pulse) take() []kiosk.DeviceHealth {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []kiosk.DeviceHealth
	for id := range p.told {
		all = append(all, p.last[id])
	}
	clear(p.told)
	return all
}

// putBack is for reports that could not be stored; newer ones of the same device win.
func (p *Pulse) putBack(all []kiosk.DeviceHealth) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, h := range all {
		if now, there := p.last[h.Device]; !there || now.Seen <= h.Seen {
			p.last[h.Device] = h
		}
		p.told[h.Device] = true
	}
}

// keepHealth stores reports every few seconds until ctx ends.
func (f *Front) keepHealth(ctx context.Context) {
	t := time.NewTicker(healthFlush)
	defer t.Stop()
	var alive time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			if now.Sub(alive) >= healthAlive {
				alive = now
				f.Pulse.seen(f.Hub.connected(), f.Clock().UnixMilli())
			}
			f.flushHealth(ctx)
		}
	}
}

func (f *Front) flushHealth(ctx context.Context) {
	all := f.Pulse.take()
	if len(all) == 0 {
		return
	}
	if err := f.Pulse.store(ctx, all); err != nil {
		f.Pulse.putBack(all)
		if ctx.Err() == nil {
			f.Log.Warn("what devices told cannot be stored", "devices", len(all), "err", err)
		}
		return
	}
	for _, h := range all {
		f.Hub.Moved(h.Register)
	}
}

// Online tells which devices are connected: to this process, or, by what it stored lately, to
// another one.
func (f *Front) Online() func(kiosk.DeviceHealth) bool {
	here, now := f.Hub.connected(), f.Clock().UnixMilli()
	return func(h kiosk.DeviceHealth) bool {
		if _, yes := here[h.Device]; yes {
			return true
		}
		return h.Seen > 0 && h.Via != f.Pulse.via && now-h.Seen < healthOld.Milliseconds()
	}
}
