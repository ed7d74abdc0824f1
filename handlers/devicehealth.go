package handlers

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"qrkiosk/kiosk"
)

const (
	healthFlush = 5 * time.Second  // reports are stored together, at most so often
	healthAlive = 30 * time.Second // how often "last seen" of a connected device is written
	healthOld   = 75 * time.Second // what another process told of a device counts for so long
)

// pulse gathers what devices tell of themselves until it is stored.
type pulse struct {
	via   string // this process
	store func(context.Context, []kiosk.DeviceHealth) error

	mu   sync.Mutex
	last map[string]kiosk.DeviceHealth // the newest report of every device
	told map[string]bool               // devices whose report is not stored yet
}

func newPulse(via string) *pulse {
	nowhere := func(context.Context, []kiosk.DeviceHealth) error { return nil }
	return &pulse{via: via, store: nowhere, last: map[string]kiosk.DeviceHealth{}, told: map[string]bool{}}
}

// tell takes a report. The next flush stores it.
func (p *pulse) tell(h kiosk.DeviceHealth) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h.Via = p.via
	p.last[h.Device] = h
	p.told[h.Device] = true
}

// seen notes that devices are connected now, and forgets those that are not any more.
func (p *pulse) seen(devices map[string]presence, now int64) {
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
func (p *pulse) take() []kiosk.DeviceHealth {
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
func (p *pulse) putBack(all []kiosk.DeviceHealth) {
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
func (s *Server) keepHealth(ctx context.Context) {
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
				s.pulse.seen(s.hub.connected(), s.clock().UnixMilli())
			}
			s.flushHealth(ctx)
		}
	}
}

func (s *Server) flushHealth(ctx context.Context) {
	all := s.pulse.take()
	if len(all) == 0 {
		return
	}
	if err := s.pulse.store(ctx, all); err != nil {
		s.pulse.putBack(all)
		if ctx.Err() == nil {
			s.log.Warn("what devices told cannot be stored", "devices", len(all), "err", err)
		}
		return
	}
	for _, h := range all {
		s.wall.touch(h.Register)
	}
}

// tillHealth and displayHealth take what a screen tells of its device.
func (s *Server) tillHealth(w http.ResponseWriter, r *http.Request) error {
	return s.takeHealth(w, r, tabletOf(r))
}

func (s *Server) displayHealth(w http.ResponseWriter, r *http.Request) error {
	device, err := s.deviceOf(r, displayCookie, kiosk.Display)
	if err != nil {
		return err
	}
	return s.takeHealth(w, r, device)
}

func (s *Server) takeHealth(w http.ResponseWriter, r *http.Request, d kiosk.Device) error {
	h := kiosk.DeviceHealth{
		Device: d.ID, Register: d.Register, Kind: d.Kind, Seen: s.clock().UnixMilli(),
		Awake: r.PostForm.Get("awake"), Sound: r.PostForm.Get("sound"), Battery: -1,
		Charging: r.PostForm.Get("charging") == "yes",
	}
	if text := r.PostForm.Get("battery"); text != "" {
		percent, err := strconv.Atoi(text)
		if err != nil {
			return &statusError{http.StatusBadRequest, "battery is no number"}
		}
		h.Battery = percent
	}
	if !h.Valid() {
		return &statusError{http.StatusBadRequest, "not a report"}
	}
	s.pulse.tell(h)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// online tells which devices are connected: to this process, or, by what it stored lately, to
// another one.
func (s *Server) online() func(kiosk.DeviceHealth) bool {
	here, now := s.hub.connected(), s.clock().UnixMilli()
	return func(h kiosk.DeviceHealth) bool {
		if _, yes := here[h.Device]; yes {
			return true
		}
		return h.Seen > 0 && h.Via != s.pulse.via && now-h.Seen < healthOld.Milliseconds()
	}
}
