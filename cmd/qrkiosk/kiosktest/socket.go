package kiosktest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
)

// Watcher is a browser with a live connection to the house.
type Watcher struct {
	Conn *websocket.Conn
	done chan struct{}

	Mu    sync.Mutex
	html  []string
	Heard []time.Time
	code  int // of the close, 0 while open, -1 for a connection that broke
}

// Handshake asks for a socket with exactly these headers besides cookies.
func (g *Guest) Handshake(path string, headers http.Header) (*websocket.Conn, Response) {
	g.H.T.Helper()
	headers = headers.Clone()
	for name, value := range g.Cookies {
		headers.Add("Cookie", name+"="+value)
	}
	if cookies := headers["Cookie"]; len(cookies) > 1 {
		headers.Set("Cookie", strings.Join(cookies, "; "))
	}
	d := websocket.Dialer{NetDialContext: g.H.Wires.Dial}
	conn, answer, err := d.Dial("ws"+strings.TrimPrefix(g.Base, "http")+path, headers)
	if err != nil && answer == nil {
		g.H.T.Fatal(err)
	}
	return conn, g.take(answer)
}

// Watch opens a live connection as a page of ours does.
func (g *Guest) Watch(path string) *Watcher {
	g.H.T.Helper()
	conn, answer := g.Handshake(path, http.Header{"Origin": {g.Base}})
	if conn == nil {
		g.H.T.Fatalf("%s: answered %d %s", path, answer.Status, answer.Body)
	}
	w := &Watcher{Conn: conn, done: make(chan struct{})}
	go w.read()
	synctest.Wait()
	return w
}

func (w *Watcher) read() {
	defer close(w.done)
	for {
		_, raw, err := w.Conn.ReadMessage()
		w.Mu.Lock()
		if err != nil {
			w.code = -1
			var c *websocket.CloseError
			if errors.As(err, &c) && c.Code != websocket.CloseAbnormalClosure {
				w.code = c.Code
			}
			w.Mu.Unlock()
			_ = w.Conn.Close()
			return
		}
		var f struct{ HTML string }
		if err := json.Unmarshal(raw, &f); err != nil {
			panic(err)
		}
		w.Heard = append(w.Heard, time.Now())
		if f.HTML != "" {
			w.html = append(w.html, f.HTML)
		}
		w.Mu.Unlock()
	}
}

// Shows is the newest snapshot.
func (w *Watcher) Shows() string {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if len(w.html) == 0 {
		return ""
	}
	return w.html[len(w.html)-1]
}

// Closed waits for the end of the socket and returns its code.
func (w *Watcher) Closed() int {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return w.code
}

// Leave hangs up.
func (w *Watcher) Leave() {
	_ = w.Conn.Close()
	<-w.done
	synctest.Wait()
}

// Page reads the newest snapshot.
func (w *Watcher) Page(t testing.TB) *markup.Page {
	t.Helper()
	return markup.Parse(t, w.Shows())
}

// Want waits in virtual time until the screen shows words in an element that matches the selector.
func (w *Watcher) Want(t *testing.T, limit time.Duration, selector, words string) {
	t.Helper()
	for began := time.Now(); !w.Page(t).Says(selector, words); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > limit {
			t.Fatalf("not within %v: %q in %s of %s", limit, words, selector, w.Shows())
		}
	}
}

// Ends waits in virtual time until the socket is closed.
func (w *Watcher) Ends(t *testing.T, limit time.Duration, code int) {
	t.Helper()
	for began := time.Now(); w.Closed() == 0; time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > limit {
			t.Fatalf("still open after %v", limit)
		}
	}
	if w.Closed() != code {
		t.Errorf("closed with %d, want %d", w.Closed(), code)
	}
}

// Revoked is how a socket ends whose device is not trusted any more.
const Revoked = 4001
