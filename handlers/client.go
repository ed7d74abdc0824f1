package handlers

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	writePatience = 5 * time.Second  // a socket that cannot take a frame for so long is dropped
	readPatience  = 25 * time.Second // a peer that is silent for so long is gone
	clientLimit   = 512              // bytes of a message from a browser, which has nothing to say
	clientTalk    = 100              // messages within talkWindow before a socket is closed
	talkWindow    = time.Minute
)

// closeRevoked is the code by which a screen learns that it is no longer trusted.
const closeRevoked = 4001

// client is one socket. It has a mailbox of one: the latest snapshot wins. A goroutine writes only
// while the mailbox is full, so that an idle display costs one goroutine that reads.
type client struct {
	conn   *websocket.Conn
	room   *room
	view   screen
	device string
	gone   func(*client)
	spoke  func()                      // called once, when a browser says anything
	trust  func(context.Context) error // tells whether the socket may go on
	asked  time.Time                   // when trust was asked; guarded by the room
	life   *sync.WaitGroup             // of all goroutines of sockets
	heard  bool                        // whether it ever spoke; of listen alone

	mu      sync.Mutex
	mail    *websocket.PreparedMessage
	written func() // called after the mail was written
	writing bool
	closed  bool
}

// send puts a frame into the mailbox.
func (c *client) send(m *websocket.PreparedMessage, written func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.mail, c.written = m, written
	if !c.writing {
		c.writing = true
		c.life.Go(c.empty)
	}
}

// empty writes until the mailbox is empty. The deadline is set before every write: a stale one
// would kill the connection silently.
func (c *client) empty() {
	for {
		c.mu.Lock()
		m, written := c.mail, c.written
		c.mail, c.written = nil, nil
		if m == nil || c.closed {
			c.writing = false
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		_ = c.conn.SetWriteDeadline(time.Now().Add(writePatience))
		if err := c.conn.WritePreparedMessage(m); err != nil {
			c.drop()
			return
		}
		if written != nil {
			written()
		}
	}
}

// ping asks the peer for a sign of life, without waiting for it.
func (c *client) ping() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.life.Go(c.writePing)
	}
}

func (c *client) writePing() {
	if err := c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writePatience)); err != nil {
		c.drop()
	}
}

// end closes the socket with a code, politely.
func (c *client) end(code int) {
	_ = c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	c.drop()
}

// drop forgets the socket. It may be called more than once.
func (c *client) drop() {
	c.mu.Lock()
	was := c.closed
	c.closed = true
	c.mail = nil
	c.mu.Unlock()
	if was {
		return
	}
	_ = c.conn.Close()
	c.gone(c)
}

// listen reads until the socket ends. Whatever a browser says is counted and forgotten: a socket
// carries no commands.
func (c *client) listen() {
	defer c.drop()
	c.conn.SetReadLimit(clientLimit)
	alive := func(string) error { return c.conn.SetReadDeadline(time.Now().Add(readPatience)) }
	talk := talk{since: time.Now()}
	answer := c.conn.PingHandler()
	c.conn.SetPongHandler(alive)
	c.conn.SetPingHandler(func(data string) error {
		if talk.tooMuch() {
			return errTalks
		}
		return answer(data)
	})
	_ = alive("")
	for {
		kind, _, err := c.conn.NextReader()
		switch {
		case errors.Is(err, errTalks) || (err == nil && talk.tooMuch()):
			c.end(websocket.ClosePolicyViolation)
			return
		case err != nil:
			return
		case kind != websocket.TextMessage:
			c.end(websocket.CloseUnsupportedData)
			return
		case !c.heard:
			c.heard = true
			c.spoke()
		}
	}
}

var errTalks = errors.New("a browser talks too much")

// talk counts what a browser says within a window.
type talk struct {
	said  int
	since time.Time
}

func (t *talk) tooMuch() bool {
	if time.Since(t.since) > talkWindow {
		t.said, t.since = 0, time.Now()
	}
	t.said++
	return t.said > clientTalk
}
