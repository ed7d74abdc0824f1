package front

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

	trustEvery = time.Minute // between questions whether a screen is still welcome
)

// Hub knows every live screen. A ring makes the screens of one register be drawn anew, once per
// kind of screen, and pushed.
type Hub struct {
	Draw    func(ctx context.Context, register string, v Screen, displays int) (Drawing, error)
	heads   func(ctx context.Context, registers []string) (map[string]int64, error)
	failed  func(register string, err error)
	Moved   func(register string) // a screen has come or gone
	pushed  func(time.Duration)
	ctx     context.Context //nolint:containedctx // the hub's own life: drawing outlives every request
	cancel  context.CancelFunc
	drawers sync.WaitGroup
	sockets sync.WaitGroup // of every goroutine of every socket

	mu      sync.Mutex
	over    bool // nobody enters any more
	rooms   map[string]*room
	devices map[string]int                        // sockets by device, also those about to open
	waiters map[string]map[chan struct{}]struct{} // by register: told of every ring
}

// Screen is a kind of screen: all of one kind at a register show the same bytes.
type Screen struct {
	Kind kiosk.DeviceKind
	Lang string
}

// Drawing is a screen as drawn: the frame to push and what keeps it fresh.
type Drawing struct {
	frame *websocket.PreparedMessage
	renew *websocket.PreparedMessage
	// version is the one the screen was drawn from.
	version int64
	// Trust is when a device of the register was last told to go: all of them are asked again.
	Trust int64
	next  time.Duration // until it changes by itself, 0 never
	busy  bool          // a sale is in hand
	After func()        // what can be prepared once the frame has left, nil nothing
}

// room is the screens of one register.
type room struct {
	Register string
	slot     uint32 // spreads renewals over the seconds

	mu       sync.Mutex
	clients  map[*Client]struct{}
	drawn    map[Screen]Drawing
	version  int64 // newest version heard of
	trust    int64 // newest that was drawn with, 0 before the first
	rung     time.Time
	dirty    bool
	drawing  bool
	failed   bool // a drawing failed: it is tried again
	wake     *time.Timer
	displays int
}

func newHub() *Hub {
	ctx, cancel := context.WithCancel(context.Background())
	return &Hub{Moved: func(string) {}, rooms: map[string]*room{}, devices: map[string]int{}, waiters: map[string]map[chan struct{}]struct{}{}, ctx: ctx, cancel: cancel}
}

// reserve counts a socket that is about to open; false if its device has too many.
func (h *Hub) reserve(device string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.devices[device] >= socketsPerDevice {
		return false
	}
	h.devices[device]++
	return true
}

func (h *Hub) release(device string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.released(device)
}

func (h *Hub) released(device string) {
	if h.devices[device]--; h.devices[device] == 0 {
		delete(h.devices, device)
	}
}

// enter adds a socket to the room of its register, has it told what is to be seen now, and reads
// from it until it ends. Its place must be reserved.
func (h *Hub) enter(c *Client, register string) {
	defer h.Moved(register)
	c.Life = &h.sockets
	h.mu.Lock()
	if h.over {
		h.mu.Unlock()
		c.End(CloseRestart)
		return
	}
	h.sockets.Go(c.Listen)
	r := h.rooms[register]
	if r == nil {
		sum := fnv.New32a()
		_, _ = sum.Write([]byte(register))
		r = &room{Register: register, slot: sum.Sum32(), clients: map[*Client]struct{}{}, drawn: map[Screen]Drawing{}}
		h.rooms[register] = r
	}
	c.Room, c.asked = r, time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	h.mu.Unlock()
	r.clients[c] = struct{}{}
	d, drawn := r.drawn[c.View]
	if drawn {
		c.send(d.frame, nil) // with the room locked, or it could overtake a newer one
	}
	if c.View.Kind == kiosk.Display {
		r.displays++
	}
	if !drawn || c.View.Kind == kiosk.Display {
		h.start(r) // the till tells how many displays there are
	}
}

// leave takes a socket out; an empty room is forgotten.
func (h *Hub) leave(c *Client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.released(c.Device)
	r := c.Room
	if r == nil {
		return // it came too late
	}
	defer h.Moved(r.Register)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.clients, c)
	if !r.has(c.View) {
		delete(r.drawn, c.View) // it would not be kept fresh
	}
	if c.View.Kind == kiosk.Display {
		r.displays--
		h.start(r)
	}
	if len(r.clients) == 0 {
		if r.wake != nil {
			r.wake.Stop()
		}
		delete(h.rooms, r.Register)
	}
}

// Ring tells that a register is at version.
func (h *Hub) Ring(register string, version int64) {
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
func (h *Hub) touch(r *room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h.start(r)
}

// start begins to draw unless somebody is at it; drawing of one room is never done by two at a
// time, so that its frames leave in order. The room is locked.
func (h *Hub) start(r *room) {
	r.dirty = true
	if r.drawing || h.ctx.Err() != nil {
		return
	}
	r.drawing = true
	h.drawers.Go(func() { h.redraw(r) })
}

func (h *Hub) redraw(r *room) {
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
			d, err := h.Draw(h.ctx, r.Register, v, displays)
			if err != nil {
				h.misdraw(r, v, err)
				continue
			}
			h.push(r, v, d, rung)
			if d.After != nil {
				d.After()
			}
		}
	}
}

// misdraw notes a drawing that failed: its lease is not renewed any more, so that those screens
// cover themselves, and it is tried again.
func (h *Hub) misdraw(r *room, v Screen, err error) {
	h.failed(r.Register, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = true
	delete(r.drawn, v)
}

// has tells whether there is a screen of a kind. The room is locked.
func (r *room) has(v Screen) bool {
	for c := range r.clients {
		if c.View == v {
			return true
		}
	}
	return false
}

// kinds lists the kinds of screens in the room, displays first: customers look at them.
func (r *room) kinds() []Screen {
	seen := map[Screen]bool{}
	var displays, tills []Screen
	for c := range r.clients {
		if seen[c.View] {
			continue
		}
		seen[c.View] = true
		if c.View.Kind == kiosk.Display {
			displays = append(displays, c.View)
		} else {
			tills = append(tills, c.View)
		}
	}
	return append(displays, tills...)
}

// push gives every screen of a kind its new frame and plans the next drawing.
func (h *Hub) push(r *room, v Screen, d Drawing, rung time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.version = max(r.version, d.version)
	h.retrust(r, d.Trust)
	if !r.has(v) {
		return // all of them left meanwhile
	}
	r.drawn[v] = d
	var written func()
	if !rung.IsZero() {
		written = func() { h.pushed(time.Since(rung)) }
	}
	for c := range r.clients {
		if c.View == v {
			c.send(d.frame, written)
			written = nil // one figure a push is enough
		}
	}
	h.plan(r)
}

// retrust has every screen of a room asked whether it is still welcome, at once, when the trust in
// a device of its register has ended: perhaps in another process. The room is locked.
func (h *Hub) retrust(r *room, trust int64) {
	known := r.trust
	r.trust = max(r.trust, trust)
	if known == 0 || trust <= known {
		r.trust = max(r.trust, 1)
		return
	}
	var all []*Client
	for c := range r.clients {
		all = append(all, c)
	}
	h.vet(all)
}

// plan sets the room's timer to the earliest change that comes by time alone.
func (h *Hub) plan(r *room) {
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

// Run renews leases, pings, looks for rings that were lost and for screens that are not welcome
// any more, until ctx ends; then it ends every socket. While the versions cannot be read no lease is
// renewed: nobody knows whether what the screens show is still true.
func (h *Hub) run(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	defer h.close()
	sighted, last := true, time.Now()
	for tick := uint32(0); ; tick++ {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		frozen := time.Since(last) > healEvery*time.Second // whoever was asleep looks before it renews
		last = time.Now()
		if tick%healEvery == 0 || frozen {
			sighted = h.heal(ctx)
		}
		for _, r := range h.list() {
			if sighted {
				r.renew(tick)
			}
			r.ping(tick)
			h.vet(r.due())
		}
	}
}

// close ends every socket and waits for all that the hub has begun.
func (h *Hub) close() {
	h.mu.Lock()
	h.over = true
	h.mu.Unlock()
	h.cancel()
	h.End(func(*Client) bool { return true }, CloseRestart)
	h.sockets.Wait()
	h.drawers.Wait()
}

func (h *Hub) list() []*room {
	h.mu.Lock()
	defer h.mu.Unlock()
	rooms := make([]*room, 0, len(h.rooms))
	for _, r := range h.rooms {
		rooms = append(rooms, r)
	}
	return rooms
}

// heal reads the versions of every register that has screens, in one query, and has drawings that
// failed tried again. It returns false if the versions cannot be read.
func (h *Hub) heal(ctx context.Context) bool {
	rooms := h.list()
	if len(rooms) == 0 {
		return true
	}
	names := make([]string, len(rooms))
	for i, r := range rooms {
		names[i] = r.Register
		h.retry(r)
	}
	heads, err := h.heads(ctx, names)
	if err != nil {
		if ctx.Err() == nil {
			h.failed("", err)
		}
		return false
	}
	for register, version := range heads {
		h.Ring(register, version)
	}
	return true
}

func (h *Hub) retry(r *room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed {
		r.failed = false
		h.start(r)
	}
}

// renew renews the leases when it is this room's second.
func (r *room) renew(tick uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.clients {
		d, drawn := r.drawn[c.View]
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
}

func (r *room) ping(tick uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if (tick+r.slot)%pingEvery != 0 {
		return
	}
	for c := range r.clients {
		c.Ping()
	}
}

// due lists the sockets whose trust has to be asked again. Nobody loses a till while a sale is in
// hand.
func (r *room) due() (list []*Client) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	for c := range r.clients {
		if now.Sub(c.asked) < trustEvery || (c.View.Kind == kiosk.Tablet && r.drawn[c.View].busy) {
			continue
		}
		c.asked = now
		list = append(list, c)
	}
	return list
}

// vet ends the sockets that are not welcome any more. An error that says nothing about trust ends
// none: the store may be away for a moment.
func (h *Hub) vet(list []*Client) {
	if len(list) == 0 {
		return
	}
	h.drawers.Go(func() {
		for _, c := range list {
			switch kiosk.CodeOf(c.Trust(h.ctx)) {
			case kiosk.Unauthorized, kiosk.Forbidden:
				c.End(CloseRevoked)
			default:
			}
		}
	})
}

// renew puts a renewal into an empty mailbox; a waiting snapshot renews by itself.
func (c *Client) renew(m *websocket.PreparedMessage) {
	c.mu.Lock()
	full := c.mail != nil
	c.mu.Unlock()
	if !full {
		c.send(m, nil)
	}
}

// End closes the sockets that are chosen, all at a time: one that takes nothing any more must not
// keep the others waiting.
func (h *Hub) End(choose func(*Client) bool, code int) {
	var chosen []*Client
	for _, r := range h.list() {
		r.mu.Lock()
		for c := range r.clients {
			if choose(c) {
				chosen = append(chosen, c)
			}
		}
		r.mu.Unlock()
	}
	var ending sync.WaitGroup
	for _, c := range chosen {
		ending.Go(func() { c.End(code) })
	}
	ending.Wait()
}

// ListenFor returns a channel that is told of every ring of a register, until forget.
func (h *Hub) ListenFor(register string) chan struct{} {
	c := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiters[register] == nil {
		h.waiters[register] = map[chan struct{}]struct{}{}
	}
	h.waiters[register][c] = struct{}{}
	return c
}

// Forget ends what [Hub.ListenFor] began.
func (h *Hub) Forget(register string, c chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.waiters[register], c)
	if len(h.waiters[register]) == 0 {
		delete(h.waiters, register)
	}
}

// Displays counts the customer screens of a register that are connected here.
func (h *Hub) Displays(register string) int {
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

// presence says where a connected device is.
type presence struct {
	register string
	kind     kiosk.DeviceKind
}

// connected lists the devices that have a socket here.
func (h *Hub) connected() map[string]presence {
	all := map[string]presence{}
	for _, r := range h.list() {
		r.mu.Lock()
		for c := range r.clients {
			all[c.Device] = presence{r.Register, c.View.Kind}
		}
		r.mu.Unlock()
	}
	return all
}
