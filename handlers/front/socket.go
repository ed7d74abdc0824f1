package front

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"qrkiosk/kiosk"
)

// CloseRestart is "service restart": screens come back by themselves.
const CloseRestart = websocket.CloseServiceRestart

const socketsPerDevice = 20

var writeBuffers sync.Pool

// Upgrader is lean: a small read buffer, since browsers have nothing to say, and write buffers
// shared by all sockets. The origin is checked before, more strictly than here.
var Upgrader = websocket.Upgrader{
	ReadBufferSize: 128, WriteBufferSize: 8192, WriteBufferPool: &writeBuffers,
	HandshakeTimeout: 5 * time.Second,
	CheckOrigin:      func(*http.Request) bool { return true },
	Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) {
		w.WriteHeader(status)
	},
}

// Connect turns the request into a socket. The handler returns at once; one goroutine reads. trust
// is asked now and then whether whoever opened the socket is still welcome.
func (f *Front) Connect(w http.ResponseWriter, r *http.Request, device kiosk.Device, lang string, trust func(context.Context) error) error {
	if !f.SameOrigin(r) {
		return ErrForeign
	}
	if !f.Hub.reserve(device.ID) {
		return ErrTooOften(time.Minute.Milliseconds(), "")
	}
	conn, err := Upgrader.Upgrade(w, r, nil)
	if err != nil {
		f.Hub.release(device.ID)
		f.Log.Info("no socket", "path", RouteOf(r), "err", err)
		return nil // the upgrader has answered
	}
	gauge := f.Metrics.Sockets.WithLabelValues(string(device.Kind))
	gauge.Inc()
	c := &Client{Conn: conn, View: Screen{device.Kind, lang}, Device: device.ID, Trust: trust}
	c.Gone = func(c *Client) {
		f.Hub.leave(c)
		gauge.Dec()
	}
	c.Spoke = func() {
		f.Log.Info("a screen spoke on its socket; nothing is read from there", "register", device.Register, "kind", device.Kind)
	}
	f.Hub.enter(c, device.Register)
	return nil
}
