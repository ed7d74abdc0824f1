package counterweb

import (
	"net/http"
	"strconv"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
)

// tillHealth and displayHealth take what a screen tells of its device.
func (c *Counter) tillHealth(w http.ResponseWriter, r *http.Request) error {
	return c.takeHealth(w, r, front.TabletOf(r))
}

func (c *Counter) displayHealth(w http.ResponseWriter, r *http.Request) error {
	device, err := c.front.DeviceOf(r, front.DisplayCookie, kiosk.Display)
	if err != nil {
		return err
	}
	return c.takeHealth(w, r, device)
}

func (c *Counter) takeHealth(w http.ResponseWriter, r *http.Request, d kiosk.Device) error {
	h := kiosk.DeviceHealth{
		Device: d.ID, Register: d.Register, Kind: d.Kind, Seen: c.clock().UnixMilli(),
		Awake: r.PostForm.Get("awake"), Sound: r.PostForm.Get("sound"), Battery: -1,
		Charging: r.PostForm.Get("charging") == "yes",
	}
	if text := r.PostForm.Get("battery"); text != "" {
		percent, err := strconv.Atoi(text)
		if err != nil {
			return front.Refuse(http.StatusBadRequest, "battery is no number")
		}
		h.Battery = percent
	}
	if !h.Valid() {
		return front.Refuse(http.StatusBadRequest, "not a report")
	}
	c.front.Pulse.Tell(h)
	w.WriteHeader(http.StatusNoContent)
	return nil
}
