package front

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"qrkiosk/kiosk"
)

const stageHost = "shop.test"

// stage is a hub with real sockets over pipes and screens that are numbers, in virtual time.
type stage struct {
	t     *testing.T
	front *Front
	calls chan net.Conn
	end   func()

	mu     sync.Mutex
	heads  map[string]int64 // versions as stored
	busy   bool
	next   time.Duration
	slow   time.Duration // how long a drawing takes
	broken error         // of drawing
	away   error         // of reading versions
	draws  []drawn
	trust  error
	ended  int64 // when the trust in a device of the register last ended
	asked  atomic.Int64
}

// drawn is a call of the hub's drawing function.
type drawn struct {
	register string
	view     Screen
	displays int
	version  int64
}

func onStage(t *testing.T, test func(t *testing.T, s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		defer s.end()
		test(t, s)
	})
}

func newStage(t *testing.T) *stage {
	s := &stage{t: t, heads: map[string]int64{"R": 1}, calls: make(chan net.Conn)}
	s.front = &Front{Hub: newHub(), Pulse: newPulse(""), Log: slog.New(slog.DiscardHandler), Clock: time.Now, Metrics: NewMetrics()}
	s.front.Hub.Draw, s.front.Hub.heads = s.draw, s.versions
	s.front.Hub.pushed = func(time.Duration) {}
	s.front.Hub.failed = func(string, error) {}

	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { s.front.Run(ctx) })
	l := &stageDoor{calls: s.calls, closed: make(chan struct{})}
	web := &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 5 * time.Second}
	wg.Go(func() { _ = web.Serve(l) })
	s.end = func() {
		cancel()
		_ = web.Close()
		wg.Wait()
	}
	return s
}

type stageDoor struct {
	calls  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (d *stageDoor) Accept() (net.Conn, error) {
	select {
	case c := <-d.calls:
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

func (d *stageDoor) Close() error {
	d.once.Do(func() { close(d.closed) })
	return nil
}

func (d *stageDoor) Addr() net.Addr { return &net.TCPAddr{} }

func (s *stage) serve(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	device := kiosk.Device{ID: q.Get("device"), Kind: kiosk.DeviceKind(q.Get("kind")), Register: q.Get("register")}
	if err := s.front.Connect(w, r, device, q.Get("lang"), s.trusted); err != nil {
		w.WriteHeader(StatusOf(err))
	}
}

func (s *stage) trusted(context.Context) error {
	s.asked.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trust
}

func (s *stage) draw(_ context.Context, register string, v Screen, displays int) (Drawing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	version := s.heads[register]
	s.draws = append(s.draws, drawn{register, v, displays, version})
	if s.broken != nil {
		return Drawing{}, s.broken
	}
	if s.slow > 0 {
		s.mu.Unlock()
		time.Sleep(s.slow)
		s.mu.Lock()
	}
	f := Frame{Epoch: "E", Version: version, Lease: kiosk.LeaseMillis, Now: 1, HTML: string(v.Kind) + v.Lang}
	d := Drawing{version: version, busy: s.busy, next: s.next, Trust: s.ended}
	var err error
	if d.frame, err = prepareFrame(f); err != nil {
		return d, err
	}
	d.renew, err = prepareFrame(Frame{Epoch: "E", Version: version, Lease: kiosk.LeaseMillis})
	return d, err
}

func (s *stage) versions(context.Context, []string) (map[string]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away != nil {
		return nil, s.away
	}
	return map[string]int64{"R": s.heads["R"]}, nil
}

// set changes what the stage does from now on.
func (s *stage) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// commit stores a change of the register without ringing.
func (s *stage) commit() (version int64) {
	s.set(func() { s.heads["R"]++; version = s.heads["R"] })
	return version
}

// ring stores a change and rings.
func (s *stage) ring() int64 {
	version := s.commit()
	s.front.Hub.Ring("R", version)
	synctest.Wait()
	return version
}

// drawings returns what was drawn since the last call.
func (s *stage) drawings() (list []drawn) {
	s.set(func() { list, s.draws = s.draws, nil })
	return list
}

// viewer is a browser with one socket.
type viewer struct {
	conn *websocket.Conn
	done chan struct{}

	mu     sync.Mutex
	frames []seen
	code   int // of the close, 0 while open, -1 for a connection that broke
}

type seen struct {
	Frame
	at time.Time
}

// dial opens a socket that is not read from.
func (s *stage) dial(kind kiosk.DeviceKind, lang, device string) (*viewer, int) {
	s.t.Helper()
	d := websocket.Dialer{NetDialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		s.calls <- there
		return here, nil
	}}
	address := "ws://" + stageHost + "/?register=R&kind=" + string(kind) + "&lang=" + lang + "&device=" + device
	conn, answer, err := d.Dial(address, http.Header{"Origin": {"http://" + stageHost}})
	if answer != nil {
		defer answer.Body.Close()
	}
	if err != nil {
		if answer == nil {
			s.t.Fatal(err)
		}
		return nil, answer.StatusCode
	}
	return &viewer{conn: conn, done: make(chan struct{})}, answer.StatusCode
}

// watch opens a socket and reads it.
func (s *stage) watch(kind kiosk.DeviceKind, lang, device string) *viewer {
	s.t.Helper()
	v, status := s.dial(kind, lang, device)
	if v == nil {
		s.t.Fatalf("the socket of %s was answered %d", device, status)
	}
	go v.read()
	return v
}

func (v *viewer) read() {
	defer close(v.done)
	for {
		_, raw, err := v.conn.ReadMessage()
		v.mu.Lock()
		if err != nil {
			v.code = closeCode(err)
			v.mu.Unlock()
			_ = v.conn.Close()
			return
		}
		f := seen{at: time.Now()}
		if err := json.Unmarshal(raw, &f.Frame); err != nil {
			panic(err)
		}
		v.frames = append(v.frames, f)
		v.mu.Unlock()
	}
}

func closeCode(err error) int {
	var c *websocket.CloseError
	if errors.As(err, &c) && c.Code != websocket.CloseAbnormalClosure {
		return c.Code
	}
	return -1
}

// got returns the frames since the last call.
func (v *viewer) got() []seen {
	v.mu.Lock()
	defer v.mu.Unlock()
	list := v.frames
	v.frames = nil
	return list
}

func (v *viewer) closed() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.code
}

func (v *viewer) leave() {
	_ = v.conn.Close()
	<-v.done
}

// snapshots drops renewals.
func snapshots(all []seen) (list []seen) {
	for _, f := range all {
		if f.HTML != "" {
			list = append(list, f)
		}
	}
	return list
}

var errStoreAway = &kiosk.Error{Code: kiosk.Unavailable, Key: "away", Err: io.ErrUnexpectedEOF}
