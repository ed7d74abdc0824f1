package counterweb

import (
	"errors"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

func waitOf(err error) int64 {
	var e *kiosk.Error
	if errors.As(err, &e) {
		return e.Wait
	}
	return 0
}

// code draws the QR code of an address once and keeps it while it may be on show.
func (c *Counter) code(address string) views.QRCode {
	if address == "" {
		return views.QRCode{}
	}
	if q, ok := c.codes.Load(address); ok {
		return q.(views.QRCode)
	}
	q, err := views.QR(address)
	if err != nil {
		c.log.Error("a code cannot be drawn", "err", err)
		return views.QRCode{}
	}
	if c.kept.Add(1) > codesKept {
		c.codes.Clear()
		c.kept.Store(1)
	}
	c.codes.Store(address, q)
	return q
}

// codesKept bounds the memory of drawn codes: 2 KB each.
const codesKept = 2000
