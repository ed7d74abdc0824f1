package officeweb

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/gorilla/websocket"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

const (
	wallPause = 200 * time.Millisecond // between drawings: what comes meanwhile is drawn together
	wallWhole = 5 * time.Second        // everything is drawn anew so often: time alone changes tiles
	wallTrust = 30 * time.Second       // between questions whether a watcher is still welcome
	wallMost  = 20                     // watchers of one person
)

// wall keeps the tiles that people in the office look at. It reads and draws only while somebody
// does, and only registers that have rung.
type wall struct {
	read func(ctx context.Context, registers []string) ([]kiosk.WallTile, error)
	draw func(ctx context.Context, lang string, t kiosk.WallTile) (string, error)
	sum  func(ctx context.Context, lang string, all []kiosk.WallTile, alarms []kiosk.Alarm) (string, error)
	hear func(ctx context.Context) ([]kiosk.Alarm, error)
	tell func(ctx context.Context, lang string, clerk kiosk.OfficeActor, alarms []kiosk.Alarm) (string, error)
	fail func(error)

	wake  chan struct{}
	life  sync.WaitGroup
	epoch string

	mu      sync.Mutex
	over    bool
	clients map[*wallClient]struct{}
	dirty   map[string]struct{} // registers that rang since they were read
	whole   bool                // all of them have to be read
	tiles   map[string]*tile    // by register
	ready   map[string]bool     // languages in which every tile is drawn
	alarms  []kiosk.Alarm       // of the house
}

// tile is a register as it was read last, and its drawing in every language that is looked at. Its
// version grows whenever one of its drawings changes.
type tile struct {
	kiosk.WallTile
	version int64
	html    map[string]string
}

func newWall(epoch string) *wall {
	return &wall{
		wake: make(chan struct{}, 1), epoch: epoch, clients: map[*wallClient]struct{}{},
		dirty: map[string]struct{}{}, tiles: map[string]*tile{}, ready: map[string]bool{},
	}
}

// touch tells that something about a register has changed.
func (w *wall) touch(register string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.clients) == 0 {
		return
	}
	w.dirty[register] = struct{}{}
	w.poke()
}

func (w *wall) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// run reads and draws what has changed until ctx ends; then every watcher is told to come back.
func (w *wall) run(ctx context.Context) {
	defer w.close()
	t := time.NewTicker(wallWhole)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			w.mu.Lock()
			w.whole = true
			w.mu.Unlock()
		case <-w.wake:
		}
		if err := w.renew(ctx); err != nil && ctx.Err() == nil {
			w.fail(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wallPause):
		}
	}
}

// renew reads the registers that have rung, draws their tiles, and tells every watcher.
func (w *wall) renew(ctx context.Context) error {
	registers, langs, any := w.due()
	if !any {
		return nil
	}
	w.listen(ctx)
	read, err := w.read(ctx, registers)
	if err != nil {
		w.mu.Lock()
		w.whole = true // nobody knows any more which ones were rung for
		w.mu.Unlock()
		return err
	}
	drawn := make([]tile, len(read))
	for i, t := range read {
		drawn[i] = tile{WallTile: t, html: map[string]string{}}
		for _, lang := range langs {
			if drawn[i].html[lang], err = w.draw(ctx, lang, t); err != nil {
				return err
			}
		}
	}
	w.put(drawn, langs, registers == nil)
	return nil
}

// listen reads the alarms of the house. It goes before the tiles, because those that need no store
// are told even while no tile can be read.
func (w *wall) listen(ctx context.Context) {
	alarms, err := w.hear(ctx)
	if err != nil && ctx.Err() == nil {
		w.fail(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.alarms = alarms
}

// due takes what has to be read; nil registers are all of them.
func (w *wall) due() (registers, langs []string, any bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := map[string]bool{}
	for c := range w.clients {
		seen[c.lang] = true
	}
	any = len(seen) > 0 && (w.whole || len(w.dirty) > 0)
	if !w.whole {
		registers = slices.Sorted(maps.Keys(w.dirty))
	}
	w.whole = false
	clear(w.dirty)
	return registers, slices.Sorted(maps.Keys(seen)), any
}

// put takes new drawings and tells the watchers.
func (w *wall) put(drawn []tile, langs []string, whole bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if whole {
		w.keep(drawn)
		clear(w.ready)
		for _, lang := range langs {
			w.ready[lang] = true
		}
	}
	maps.DeleteFunc(w.ready, func(lang string, _ bool) bool { return !slices.Contains(langs, lang) })
	for _, t := range drawn {
		old := w.tiles[t.Register.ID]
		switch {
		case old == nil:
			t.version = 1
		case maps.Equal(old.html, t.html):
			t.version = old.version
		default:
			t.version = old.version + 1
		}
		w.tiles[t.Register.ID] = &t
	}
	for c := range w.clients {
		c.poke()
	}
}

// keep forgets the tiles of registers that are not there any more.
func (w *wall) keep(drawn []tile) {
	there := map[string]*tile{}
	for _, t := range drawn {
		if old := w.tiles[t.Register.ID]; old != nil {
			there[t.Register.ID] = old
		}
	}
	w.tiles = there
}

// enter takes a watcher in; false once the wall is over.
func (w *wall) enter(c *wallClient) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return false
	}
	w.clients[c] = struct{}{}
	w.whole = true
	w.poke()
	w.life.Go(c.Listen)
	w.life.Go(c.write)
	return true
}

func (w *wall) leave(c *wallClient) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.clients, c)
	if len(w.clients) == 0 {
		clear(w.tiles) // they would not be kept fresh
		clear(w.ready)
	}
}

// count tells how many watchers a person has.
func (w *wall) count(login string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.clients {
		if c.clerk.User == login {
			n++
		}
	}
	return n
}

func (w *wall) close() {
	w.mu.Lock()
	w.over = true
	all := slices.Collect(maps.Keys(w.clients))
	w.mu.Unlock()
	for _, c := range all {
		c.End(front.CloseRestart)
	}
	w.life.Wait()
}

// wallFrame is what a watcher is told; the package comment says what it means.
type wallFrame struct {
	Epoch string     `json:"epoch"`
	Now   int64      `json:"now"`   // Unix milliseconds of the server
	Lease int64      `json:"lease"` // milliseconds
	Count int        `json:"count"`
	Sum   int64      `json:"sum"`
	Tiles []wallTile `json:"tiles,omitempty"`
	Order []string   `json:"order,omitempty"`
	Head  string     `json:"head,omitempty"`
	News  *string    `json:"news,omitempty"` // "" once there is no alarm any more
}

type wallTile struct {
	ID      string `json:"id"`
	Version int64  `json:"v"`
	HTML    string `json:"html"`
}

// frame makes what a watcher does not know yet: every tile with a newer version than was written
// to it, and the order if it has changed. ok is false while the wall is not drawn in its language.
func (w *wall) frame(ctx context.Context, c *wallClient, now int64) (f wallFrame, ok bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ready[c.lang] {
		return f, false, nil
	}
	f = wallFrame{Epoch: w.epoch, Now: now, Lease: kiosk.LeaseMillis}
	own := w.visibleTo(c.clerk)
	order := make([]string, len(own))
	for i, t := range own {
		id := t.Register.ID
		known := w.tiles[id]
		order[i] = id
		f.Sum += known.version
		if c.sent[id] != known.version {
			f.Tiles = append(f.Tiles, wallTile{id, known.version, known.html[c.lang]})
			c.sent[id] = known.version
		}
	}
	f.Count = len(order)
	if !slices.Equal(order, c.order) {
		f.Order, c.order = order, order
		maps.DeleteFunc(c.sent, func(id string, _ int64) bool { return !slices.Contains(order, id) })
	}
	head, err := w.sum(ctx, c.lang, own, w.alarms)
	if head != c.head {
		f.Head, c.head = head, head
	}
	if err != nil {
		return f, true, err
	}
	news, err := w.tell(ctx, c.lang, c.clerk, w.alarms)
	if c.news == nil || news != *c.news {
		f.News, c.news = &news, &news
	}
	return f, true, err
}

// visibleTo is what a clerk may see, in order. The wall is locked.
func (w *wall) visibleTo(clerk kiosk.OfficeActor) []kiosk.WallTile {
	own := make([]kiosk.WallTile, 0, len(w.tiles))
	for _, t := range w.tiles {
		if clerk.MayRead(t.Stall.ID) {
			own = append(own, t.WallTile)
		}
	}
	slices.SortFunc(own, office.CompareTiles)
	return own
}

// empty tells whether a frame says nothing new.
func (f *wallFrame) empty() bool {
	return len(f.Tiles) == 0 && f.Order == nil && f.Head == "" && f.News == nil
}

// wallClient is one socket. What it was told is remembered; a frame is made when the one before has
// been written, so that a slow watcher is told less often and never anything old.
type wallClient struct {
	*front.Client
	wall  *wall
	clerk kiosk.OfficeActor
	lang  string
	now   func() int64
	pokes chan struct{}
	done  chan struct{}

	// of write alone
	sent  map[string]int64
	order []string
	head  string
	news  *string // nil before it was told
}

func (c *wallClient) poke() {
	select {
	case c.pokes <- struct{}{}:
	default:
	}
}

// write tells what is new, renews the lease, and asks now and then whether the watcher is still
// welcome.
func (c *wallClient) write() {
	t := time.NewTicker(wallWhole)
	defer t.Stop()
	asked := time.Now()
	for {
		renew := false
		select {
		case <-c.done:
			return
		case <-c.pokes:
		case now := <-t.C:
			renew = true
			c.Ping()
			if now.Sub(asked) >= wallTrust {
				asked = now
				switch kiosk.CodeOf(c.Trust(context.Background())) {
				case kiosk.Unauthorized, kiosk.Forbidden:
					c.End(front.CloseRevoked)
					return
				default:
				}
			}
		}
		if !c.tell(renew) {
			return
		}
	}
}

// tell writes one frame; false if the socket is gone.
func (c *wallClient) tell(renew bool) bool {
	f, ok, err := c.wall.frame(context.Background(), c, c.now())
	if err != nil {
		c.wall.fail(err)
	}
	if err != nil || !ok || (f.empty() && !renew) {
		return true
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		c.wall.fail(err)
		return true
	}
	_ = c.Conn.SetWriteDeadline(time.Now().Add(front.WritePatience))
	if err := c.Conn.WriteMessage(websocket.TextMessage, b.Bytes()); err != nil {
		c.Drop()
		return false
	}
	return true
}

// wallPage shows the wall as it is now; without script the page comes again by itself.
func (o *Office) wallPage(w http.ResponseWriter, r *http.Request) error {
	all, err := o.rooms.Office.Wall.Tiles(r.Context(), nil, o.front.Online())
	if err != nil {
		return err
	}
	alarms, err := o.rooms.Kernel.Alarms.OfInstallation(r.Context())
	if err != nil {
		return err
	}
	officeActor := front.OfficeActorOf(r)
	own := slices.DeleteFunc(all, func(t kiosk.WallTile) bool { return !officeActor.MayRead(t.Stall.ID) })
	p, f := o.officePage(r, "wall", "")
	f.Title = p.T("office.wall.title")
	o.front.Render(w, r, http.StatusOK, officeview.WallPage(p, f, officeview.Wall{
		Tiles: own, Health: o.rooms.Kernel.Condition.Health(), Alarms: alarms, Now: o.clock().UnixMilli(), Lease: kiosk.LeaseMillis,
	}))
	return nil
}

// wallSocket is the wall's live connection. The session is loaded by hand: its middleware wraps the
// writer so that a socket could not take it over.
func (o *Office) wallSocket(w http.ResponseWriter, r *http.Request) error {
	session := o.front.Cookie(r, front.OfficeCookie)
	trust := func(ctx context.Context) (kiosk.User, error) {
		ctx, err := o.front.OfficeSessions.Load(ctx, session)
		if err != nil {
			return kiosk.User{}, err
		}
		return o.front.InOffice(ctx)
	}
	login, err := trust(r.Context())
	switch {
	case kiosk.CodeOf(err) == kiosk.Unauthorized && !front.WantsJSON(r):
		http.Redirect(w, r, officeview.PathOfficeSignIn, http.StatusSeeOther)
		return nil
	case err != nil:
		return err
	case !o.front.SameOrigin(r):
		return front.ErrForeign
	case o.wall.count(login.ID) >= wallMost:
		return front.ErrTooOften(time.Minute.Milliseconds(), "")
	}
	lang := o.front.View(r).Lang
	conn, err := front.Upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil //nolint:nilerr // the upgrader has answered
	}
	gauge := o.front.Metrics.Sockets.WithLabelValues("wall")
	gauge.Inc()
	c := &wallClient{
		wall: o.wall, lang: lang, now: func() int64 { return o.clock().UnixMilli() },
		clerk: login.Acting(""),
		pokes: make(chan struct{}, 1), done: make(chan struct{}), sent: map[string]int64{},
	}
	c.Client = &front.Client{Conn: conn, Life: &o.wall.life, Spoke: func() {}, Trust: func(ctx context.Context) error {
		_, err := trust(ctx)
		return err
	}, Gone: func(*front.Client) {
		close(c.done)
		o.wall.leave(c)
		gauge.Dec()
	}}
	if !o.wall.enter(c) {
		c.End(front.CloseRestart)
	}
	return nil
}

// furnishWall gives the wall what it reads and draws with.
func (o *Office) furnishWall() {
	o.wall.read = func(ctx context.Context, registers []string) ([]kiosk.WallTile, error) {
		return o.rooms.Office.Wall.Tiles(ctx, registers, o.front.Online())
	}
	drawn := func(ctx context.Context, c templ.Component) (string, error) {
		var b bytes.Buffer
		err := c.Render(ctx, &b)
		return b.String(), err
	}
	o.wall.draw = func(ctx context.Context, lang string, t kiosk.WallTile) (string, error) {
		return drawn(ctx, officeview.WallTile(views.Page{Lang: lang}, t))
	}
	o.wall.sum = func(ctx context.Context, lang string, all []kiosk.WallTile, alarms []kiosk.Alarm) (string, error) {
		return drawn(ctx, officeview.WallHead(views.Page{Lang: lang}, officeview.Wall{Tiles: all, Health: o.rooms.Kernel.Condition.Health(), Alarms: alarms}))
	}
	o.wall.hear = o.rooms.Kernel.Alarms.OfInstallation
	o.wall.tell = func(ctx context.Context, lang string, clerk kiosk.OfficeActor, alarms []kiosk.Alarm) (string, error) {
		return drawn(ctx, officeview.Alarms(views.Page{Lang: lang}, clerk, alarms, o.clock().UnixMilli()))
	}
	o.wall.fail = func(err error) { o.log.Error("the wall cannot be drawn", "err", err) }
}
