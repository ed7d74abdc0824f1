package front

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/a-h/templ"
	"github.com/gorilla/websocket"

	"qrkiosk/kiosk"
)

// Frame is what a live screen is told: always the whole snapshot, or, without HTML, that the one
// it shows may be shown for another lease.
type Frame struct {
	Epoch   string `json:"epoch"`
	Version int64  `json:"version"`
	Lease   int64  `json:"lease"`          // milliseconds
	Now     int64  `json:"now"`            // Unix milliseconds of the server
	Next    int64  `json:"next,omitempty"` // milliseconds until the screen changes by itself
	HTML    string `json:"html,omitempty"`
	Key     string `json:"key,omitempty"` // command key of the next charge
}

// NewFrame is a frame without its HTML. now and next are Unix milliseconds; next is 0 for a screen that does not change by itself.
func NewFrame(epoch string, version, now, next int64) Frame {
	f := Frame{Epoch: epoch, Version: version, Lease: kiosk.LeaseMillis, Now: now}
	if next > now {
		f.Next = next - now
	}
	return f
}

// Draw renders the screen into the frame.
func (f *Frame) Draw(ctx context.Context, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		return err
	}
	f.HTML = b.String()
	return nil
}

// bytes encodes without escaping HTML: it travels as application/json and is never part of a page.
func (f *Frame) bytes() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// Prepare makes a drawing for the hub: the frame as it travels, and the shorter one that renews its lease. busy tells that a sale is in hand.
func Prepare(ctx context.Context, f Frame, c templ.Component, busy bool) (Drawing, error) {
	d := Drawing{version: f.Version, busy: busy, next: time.Duration(f.Next) * time.Millisecond}
	renewal, err := prepareFrame(Frame{Epoch: f.Epoch, Version: f.Version, Lease: f.Lease})
	if err != nil {
		return d, err
	}
	d.renew = renewal
	if err := f.Draw(ctx, c); err != nil {
		return d, err
	}
	d.frame, err = prepareFrame(f)
	return d, err
}

func prepareFrame(f Frame) (*websocket.PreparedMessage, error) {
	raw, err := f.bytes()
	if err != nil {
		return nil, err
	}
	return websocket.NewPreparedMessage(websocket.TextMessage, raw)
}
