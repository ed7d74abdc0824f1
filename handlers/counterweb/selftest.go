package counterweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
)

// hookTestPatience is how long the test's own webhook may take.
const hookTestPatience = 5 * time.Second

// selfTest runs the opening test. The screens answer by themselves, on hearing of it; the webhook
// is posted here, to the address the gateway uses, so that it takes the way of a real one as far as
// that begins at this machine.
func (c *Counter) selfTest(w http.ResponseWriter, r *http.Request) error {
	by := front.TillActorOf(r).Actor
	test, token, err := c.rooms.Till.BeginSelfTest(r.Context(), by, c.front.Hub.Displays(by.Register))
	if err != nil {
		return err
	}
	if token != "" {
		if why := c.postHook(r.Context(), token); why != nil {
			c.log.Warn("the test's own webhook did not arrive", "register", by.Register, "err", why)
			if err := c.rooms.Till.TestHookLost(r.Context(), by.Register, test.ID); err != nil {
				return err
			}
		}
	}
	return c.answer(w, r, "")
}

// postHook delivers the test's webhook; nil means that it was answered as a real one is.
func (c *Counter) postHook(ctx context.Context, token string) error {
	ctx, cancel := context.WithTimeout(ctx, hookTestPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.front.PublicURL+front.PathHook+token, strings.NewReader("test"))
	if err != nil {
		return err
	}
	answer, err := c.outside.Do(r)
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return front.Refuse(answer.StatusCode, "the test's webhook was refused")
	}
	return nil
}

func (c *Counter) tillHeard(w http.ResponseWriter, r *http.Request) error {
	return c.takeTestAnswer(w, r, front.TabletOf(r))
}

func (c *Counter) displayHeard(w http.ResponseWriter, r *http.Request) error {
	return c.takeTestAnswer(w, r, front.DisplayOf(r))
}

// takeTestAnswer takes what a screen says of itself when it has heard of a test.
func (c *Counter) takeTestAnswer(w http.ResponseWriter, r *http.Request, device kiosk.Device) error {
	form := r.PostForm
	clock, err := strconv.ParseInt(form.Get("clock"), 10, 64)
	if err != nil || clock > front.DeviceLife.Milliseconds() || clock < -front.DeviceLife.Milliseconds() {
		return &kiosk.Error{Code: kiosk.Invalid, Key: string(kiosk.Invalid), Field: "clock"}
	}
	p := kiosk.ScreenProof{
		Device: device.ID, Kind: device.Kind, Clock: clock,
		Sound: front.OneOf(form.Get("sound"), "on", "off", "none"),
		Awake: front.OneOf(form.Get("awake"), "on", "off", "none", "insecure"),
	}
	if err := c.rooms.Till.AnswerSelfTest(r.Context(), device.Register, front.PlainID(form.Get("test")), p); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
