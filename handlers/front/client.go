package front

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	WritePatience = 5 * time.Second  // a socket that cannot take a frame for so long is dropped
	readPatience  = 25 * time.Second // a peer that is silent for so long is gone
	clientLimit   = 512              // bytes of a message from a browser, which has nothing to say
	clientTalk    = 100              // messages within talkWindow before a socket is closed
	talkWindow    = time.Minute
)

// CloseRevoked is the code by which a screen learns that it is no longer trusted.
const CloseRevoked = 4001

// Client is one socket. It has a mailbox of one: the latest snapshot wins. A goroutine writes only
// while the mailbox is full, so that an idle display costs one goroutine that reads.
type Client struct {
	Conn   *websocket.Conn
	Room   *room
	View   Screen
	Device string
	Gone   func(*Client)
	Spoke  func()                      // called once, when a browser says anything
	Trust  func(context.Context) error // tells whether the socket may go on
	asked  time.Time                   // when trust was asked; guarded by the room
	Life   *sync.WaitGroup             // of all goroutines of sockets
	heard  bool                        // whether it ever spoke; of listen alone

	mu      sync.Mutex
	mail    *websocket.PreparedMessage
	written func() // called after the mail was written
	writing bool
	closed  bool
}

// send puts a frame into the mailbox.
func (c *Client) send(m *websocket.PreparedMessage, written func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.mail, c.written = m, written
	if !c.writing {
		c.writing = true
		c.Life.Go(c.empty)
	}
}

// empty writes until the mailbox is empty. The deadline is set before every write: a stale one
// would kill the connection silently.
func (c *Client) empty() {
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
		_ = c.Conn.SetWriteDeadline(time.Now().Add(WritePatience))
		if err := c.Conn.WritePreparedMessage(m); err != nil {
			c.Drop()
			return
		}
		if written != nil {
			written()
		}
	}
}

// Ping asks the peer for a sign of life, without waiting for it.
func (c *Client) Ping() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.Life.Go(c.writePing)
	}
}

func (c *Client) writePing() {
	if err := c.Conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(WritePatience)); err != nil {
		c.Drop()
	}
}

// End closes the socket with a code, politely.
func (c *Client) End(code int) {
	_ = c.Conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	c.Drop()
}

// Drop forgets the socket. It may be called more than once.
func (c *Client) Drop() {
	c.mu.Lock()
	was := c.closed
	c.closed = true
	c.mail = nil
	c.mu.Unlock()
	if was {
		return
	}
	_ = c.Conn.Close()
	c.Gone(c)
}

// Listen reads until the socket ends. Whatever a browser says is counted and forgotten: a socket
// carries no commands.
func (c *Client) Listen() {
	defer c.Drop()
	c.Conn.SetReadLimit(clientLimit)
	alive := func(string) error { return c.Conn.SetReadDeadline(time.Now().Add(readPatience)) }
	talk := talk{since: time.Now()}
	answer := c.Conn.PingHandler()
	c.Conn.SetPongHandler(alive)
	c.Conn.SetPingHandler(func(data string) error {
		if talk.tooMuch() {
			return errTalks
		}
		return answer(data)
	})
	_ = alive("")
	for {
		kind, _, err := c.Conn.NextReader()
		switch {
		case errors.Is(err, errTalks) || (err == nil && talk.tooMuch()):
			c.End(websocket.ClosePolicyViolation)
			return
		case err != nil:
			return
		case kind != websocket.TextMessage:
			c.End(websocket.CloseUnsupportedData)
			return
		case !c.heard:
			c.heard = true
			c.Spoke()
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
