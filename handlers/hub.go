package handlers

import (
	"context"
	"hash/fnv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"qrkiosk/kiosk"
)

const (
	renewSale = 4 // seconds between lease renewals while a sale is in hand
	renewIdle = 6 // and while nothing is
	pingEvery = 10
	healEvery = 2 // seconds between looks at the journal's heads, for rings that were lost
)

// hub knows every live screen. A ring makes the screens of one register be drawn anew, once per
// kind of screen, and pushed.
type hub struct {
	draw    func(ctx context.Context, register string, v screen, displays int) (drawing, error)
	heads   func(ctx context.Context, registers []string) (map[string]int64, error)
	failed  func(register string, err error)
	pushed  func(time.Duration)
	ctx     context.Context //nolint:containedctx // the hub's own life: drawing outlives every request
	cancel  context.CancelFunc
	drawers sync.WaitGroup

	mu      sync.Mutex
	rooms   map[string]*room
	devices map[string]int                        // sockets by device
	waiters map[string]map[chan struct{}]struct{} // by register: told of every ring
}

// screen is a kind of screen: all of one kind at a register show the same bytes.
type screen struct {
	kind kiosk.DeviceKind
	lang string
}

// drawing is a screen as drawn: the frame to push and what keeps it fresh.
type drawing struct {
	frame *websocket.PreparedMessage
	renew *websocket.PreparedMessage
	// version is the one the screen was drawn from.
	version int64
	next    time.Duration // until it changes by itself, 0 never
	busy    bool          // a sale is in hand
}

// room is the screens of one register.
type room struct {
	register string
	slot     uint32 // spreads renewals over the seconds

	mu       sync.Mutex
	clients  map[*client]struct{}
	drawn    map[screen]drawing
	version  int64 // newest version heard of
	rung     time.Time
	dirty    bool
	drawing  bool
	wake     *time.Timer
	displays int
}

func newHub() *hub {
	ctx, cancel := context.WithCancel(context.Background())
	return &hub{rooms: map[string]*room{}, devices: map[string]int{}, waiters: map[string]map[chan struct{}]struct{}{}, ctx: ctx, cancel: cancel}
}

// enter adds a socket to the room of its register and has it told what is to be seen now.
func (h *hub) enter(c *client, register string) {
	h.mu.Lock()
	r := h.rooms[register]
	if r == nil {
		sum := fnv.New32a()
		_, _ = sum.Write([]byte(register))
		r = &room{register: register, slot: sum.Sum32(), clients: map[*client]struct{}{}, drawn: map[screen]drawing{}}
		h.rooms[register] = r
	}
	h.devices[c.device]++
	c.room = r
	r.mu.Lock()
	h.mu.Unlock()
	r.clients[c] = struct{}{}
	d, drawn := r.drawn[c.view]
	if c.view.kind == kiosk.Display {
		r.displays++
	}
	r.mu.Unlock()
	if drawn {
		c.send(d.frame, nil)
	}
	if !drawn || c.view.kind == kiosk.Display {
		h.touch(r) // the till tells how many displays there are
	}
}

// leave takes a socket out; an empty room is forgotten.
func (h *hub) leave(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := c.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, in := r.clients[c]; !in {
		return
	}
	delete(r.clients, c)
	if h.devices[c.device]--; h.devices[c.device] == 0 {
		delete(h.devices, c.device)
	}
	if c.view.kind == kiosk.Display {
		r.displays--
		h.start(r)
	}
	if len(r.clients) == 0 {
		if r.wake != nil {
			r.wake.Stop()
		}
		delete(h.rooms, r.register)
	}
}

// ring tells that a register is at version.
func (h *hub) ring(register string, version int64) {
	h.mu.Lock()
	r := h.rooms[register]
	for c := range h.waiters[register] {
		select {
		case c <- struct{}{}:
		default:
		}
	}
	h.mu.Unlock()
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if version > 0 && version <= r.version {
		return
	}
	r.version = max(r.version, version)
	if !r.dirty {
		r.rung = time.Now()
	}
	h.start(r)
}

// touch has a room drawn anew though its register has not changed.
func (h *hub) touch(r *room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h.start(r)
}

// start begins to draw unless somebody is at it; drawing of one room is never done by two at a
// time, so that its frames leave in order. The room is locked.
func (h *hub) start(r *room) {
	r.dirty = true
	if r.drawing || h.ctx.Err() != nil {
		return
	}
	r.drawing = true
	h.drawers.Go(func() { h.redraw(r) })
}

func (h *hub) redraw(r *room) {
	for {
		r.mu.Lock()
		if !r.dirty || h.ctx.Err() != nil {
			r.drawing = false
			r.mu.Unlock()
			return
		}
		r.dirty = false
		kinds, displays, rung := r.kinds(), r.displays, r.rung
		r.rung = time.Time{}
		r.mu.Unlock()
		for _, v := range kinds {
			d, err := h.draw(h.ctx, r.register, v, displays)
			if err != nil {
				h.failed(r.register, err)
				continue
			}
			h.push(r, v, d, rung)
		}
	}
}

// kinds lists the kinds of screens in the room, displays first: customers look at them.
func (r *room) kinds() []screen {
	seen := map[screen]bool{}
	var displays, tills []screen
	for c := range r.clients {
		if seen[c.view] {
			continue
		}
		seen[c.view] = true
		if c.view.kind == kiosk.Display {
			displays = append(displays, c.view)
		} else {
			tills = append(tills, c.view)
		}
	}
	return append(displays, tills...)
}

// push gives every screen of a kind its new frame and plans the next drawing.
func (h *hub) push(r *room, v screen, d drawing, rung time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drawn[v] = d
	r.version = max(r.version, d.version)
	var written func()
	if !rung.IsZero() {
		written = func() { h.pushed(time.Since(rung)) }
	}
	for c := range r.clients {
		if c.view == v {
			c.send(d.frame, written)
			written = nil // one figure a push is enough
		}
	}
	h.plan(r)
}

// plan sets the room's timer to the earliest change that comes by time alone.
func (h *hub) plan(r *room) {
	if r.wake != nil {
		r.wake.Stop()
		r.wake = nil
	}
	var soonest time.Duration
	for _, d := range r.drawn {
		if d.next > 0 && (soonest == 0 || d.next < soonest) {
			soonest = d.next
		}
	}
	if soonest > 0 {
		r.wake = time.AfterFunc(soonest, func() { h.touch(r) })
	}
}

// run renews leases, pings, and looks for rings that were lost, until ctx ends.
func (h *hub) run(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	defer h.drawers.Wait()
	defer h.cancel()
	for tick := uint32(0); ; tick++ {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if tick%healEvery == 0 {
			h.heal(ctx)
		}
		for _, r := range h.list() {
			r.beat(tick)
		}
	}
}

func (h *hub) list() []*room {
	h.mu.Lock()
	defer h.mu.Unlock()
	rooms := make([]*room, 0, len(h.rooms))
	for _, r := range h.rooms {
		rooms = append(rooms, r)
	}
	return rooms
}

// heal reads the versions of every register that has screens, in one query.
func (h *hub) heal(ctx context.Context) {
	rooms := h.list()
	if len(rooms) == 0 {
		return
	}
	names := make([]string, len(rooms))
	for i, r := range rooms {
		names[i] = r.register
	}
	heads, err := h.heads(ctx, names)
	if err != nil {
		if ctx.Err() == nil {
			h.failed("", err)
		}
		return
	}
	for register, version := range heads {
		h.ring(register, version)
	}
}

// beat renews leases and pings when it is this room's second.
func (r *room) beat(tick uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.clients {
		d, drawn := r.drawn[c.view]
		if !drawn {
			continue
		}
		every := uint32(renewIdle)
		if d.busy {
			every = renewSale
		}
		if (tick+r.slot)%every == 0 && !r.dirty && !r.drawing {
			c.renew(d.renew)
		}
	}
	if (tick+r.slot)%pingEvery == 0 {
		for c := range r.clients {
			go c.ping()
		}
	}
}

// renew puts a renewal into an empty mailbox; a waiting snapshot renews by itself.
func (c *client) renew(m *websocket.PreparedMessage) {
	c.mu.Lock()
	full := c.mail != nil
	c.mu.Unlock()
	if !full {
		c.send(m, nil)
	}
}

// each calls do for every socket that is chosen.
func (h *hub) each(choose func(*client) bool, do func(*client)) {
	var chosen []*client
	for _, r := range h.list() {
		r.mu.Lock()
		for c := range r.clients {
			if choose(c) {
				chosen = append(chosen, c)
			}
		}
		r.mu.Unlock()
	}
	for _, c := range chosen {
		do(c)
	}
}

// listenFor returns a channel that is told of every ring of a register, until forget.
func (h *hub) listenFor(register string) chan struct{} {
	c := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiters[register] == nil {
		h.waiters[register] = map[chan struct{}]struct{}{}
	}
	h.waiters[register][c] = struct{}{}
	return c
}

func (h *hub) forget(register string, c chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.waiters[register], c)
	if len(h.waiters[register]) == 0 {
		delete(h.waiters, register)
	}
}

// count returns how many sockets a device has.
func (h *hub) count(device string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.devices[device]
}

// displays counts the customer screens of a register that are connected here.
func (h *hub) displays(register string) int {
	h.mu.Lock()
	r := h.rooms[register]
	h.mu.Unlock()
	if r == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.displays
}
