package front

import (
	"context"
	"net/http"

	"qrkiosk/kiosk"
)

type displayKey struct{}

// DisplayOf is the display that asks, as [Display] routes require one.
func DisplayOf(r *http.Request) kiosk.Device {
	d, _ := r.Context().Value(displayKey{}).(kiosk.Device)
	return d
}

// requireDisplay lets only paired displays through.
func (f *Front) requireDisplay(next Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		device, err := f.DeviceOf(r, DisplayCookie, kiosk.Display)
		if err != nil {
			return err
		}
		visitOf(r).register, visitOf(r).customer = device.Register, true
		return next(w, r.WithContext(context.WithValue(r.Context(), displayKey{}, device)))
	}
}
