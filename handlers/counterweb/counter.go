package counterweb

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"qrkiosk/handlers/front"
)

// Counter is what people at a counter use: it signs them in, connects their devices and draws their
// live screens.
type Counter struct {
	front   *front.Front
	rooms   *front.Rooms
	log     *slog.Logger
	clock   func() time.Time
	outside *http.Client
	till    Till
	display Display

	codes sync.Map // address to views.QRCode, of links and receipts on show
	kept  atomic.Int64
}

// Till is what a cashier does on a tablet.
type Till struct {
	counter *Counter
	front   *front.Front
	rooms   *front.Rooms
	log     *slog.Logger
}

// Display is what a customer sees and may choose: on the display, on a till that is turned around
// and on a receipt.
type Display struct {
	counter *Counter
	front   *front.Front
	rooms   *front.Rooms
}

// New builds the counter. dial reaches our own public address, for the opening test; nil dials as
// usual.
func New(f *front.Front, dial func(ctx context.Context, network, addr string) (net.Conn, error)) *Counter {
	c := &Counter{front: f, rooms: f.Rooms, log: f.Log, clock: f.Clock, outside: newOutside(dial)}
	c.till = Till{c, f, f.Rooms, f.Log}
	c.display = Display{c, f, f.Rooms}
	f.Hub.Draw = c.draw
	return c
}
