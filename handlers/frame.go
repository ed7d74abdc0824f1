package handlers

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/a-h/templ"

	"qrkiosk/kiosk"
)

// frame is what a live screen is told: always the whole snapshot, or, without HTML, that the one
// it shows may be shown for another lease.
type frame struct {
	Epoch   string `json:"epoch"`
	Version int64  `json:"version"`
	Lease   int64  `json:"lease"`          // milliseconds
	Now     int64  `json:"now"`            // Unix milliseconds of the server
	Next    int64  `json:"next,omitempty"` // milliseconds until the screen changes by itself
	HTML    string `json:"html,omitempty"`
	Key     string `json:"key,omitempty"` // command key of the next charge
}

func newFrame(epoch string, version, now, next int64) frame {
	f := frame{Epoch: epoch, Version: version, Lease: kiosk.LeaseMillis, Now: now}
	if next > now {
		f.Next = next - now
	}
	return f
}

func (f *frame) draw(ctx context.Context, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		return err
	}
	f.HTML = b.String()
	return nil
}

// bytes encodes without escaping HTML: it travels as application/json and is never part of a page.
func (f *frame) bytes() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
