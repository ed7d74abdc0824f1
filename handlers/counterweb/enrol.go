package counterweb

import (
	"cmp"
	"net/http"

	"github.com/go-chi/chi/v5"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// enrolForm shows what a one-time link would do. It does nothing by itself: programs that preview
// links must not use it up.
func (c *Counter) enrolForm(w http.ResponseWriter, r *http.Request) error {
	ticket := chi.URLParam(r, "ticket")
	kind, err := c.rooms.Till.TicketKind(r.Context(), ticket)
	if err != nil {
		return err
	}
	c.front.Render(w, r, http.StatusOK, counterview.EnrolPage(c.front.View(r), kind, ticket))
	return nil
}

func (c *Counter) enrolTill(w http.ResponseWriter, r *http.Request) error {
	return c.enrol(w, r, front.TillCookie, views.PathTill)
}

func (c *Counter) enrolDisplay(w http.ResponseWriter, r *http.Request) error {
	return c.enrol(w, r, front.DisplayCookie, views.PathDisplay)
}

func (c *Counter) enrol(w http.ResponseWriter, r *http.Request, cookie, then string) error {
	ticket := r.PostForm.Get("ticket")
	kind, err := c.rooms.Till.TicketKind(r.Context(), ticket)
	if err != nil {
		return c.wrongTicket(r, err)
	}
	if (kind == kiosk.Display) != (cookie == front.DisplayCookie) {
		return &kiosk.Error{Code: kiosk.Invalid, Key: till.KeyDeviceWrong}
	}
	device, secret, err := c.rooms.Till.Enrol(r.Context(), ticket, deviceName(r))
	if err != nil {
		return err
	}
	c.front.EndReplaced(device)
	c.front.SetCookie(w, cookie, secret, front.DeviceLife)
	c.log.Info("device enrolled", "register", device.Register, "kind", device.Kind)
	return c.front.GoTo(w, r, then)
}

// wrongTicket counts by address who comes with links that are none. Right ones are not counted: in
// the morning a whole market enrols its devices from behind one address.
func (c *Counter) wrongTicket(r *http.Request, err error) error {
	if wait := c.front.Limits.Wait("enrol "+c.front.ClientIP(r).String(), c.clock()); wait > 0 {
		return front.ErrTooOften(wait, "")
	}
	return err
}

// deviceName is what the browser calls itself, cut short, so that people can tell devices apart.
func deviceName(r *http.Request) string {
	name := r.UserAgent()
	return name[:min(len(name), 120)]
}

// pairing shows the code of a display that waits to be paired.
func (c *Counter) pairing(w http.ResponseWriter, r *http.Request) error {
	p, err := c.waiting(w, r, kiosk.Display, front.DisplayCookie)
	if err != nil {
		return err
	}
	c.front.Render(w, r, http.StatusOK, counterview.PairingPage(c.front.View(r), counterview.Pairing{
		Kind: kiosk.Display, Code: p.Code, Match: p.Match, QR: c.code(c.front.TillURL + counterview.PathPair + "?code=" + p.Code),
	}))
	return nil
}

// connect shows the code of a tablet that is no till, and where the office is in which it is typed. A till
// is led to itself, so that the page turns into it when it is loaded anew.
func (c *Counter) connect(w http.ResponseWriter, r *http.Request) error {
	switch _, err := c.front.DeviceOf(r, front.TillCookie, kiosk.Tablet); kiosk.CodeOf(err) {
	case "":
		return c.front.GoTo(w, r, views.PathTill)
	case kiosk.Unauthorized:
	default:
		return err
	}
	p, err := c.waiting(w, r, kiosk.Tablet, front.TillCookie)
	if err != nil {
		return err
	}
	office := cmp.Or(c.front.TillURL, c.front.Origin(r)) + views.PathOffice
	c.front.Render(w, r, http.StatusOK, counterview.PairingPage(c.front.View(r), counterview.Pairing{
		Kind: kiosk.Tablet, Code: p.Code, Match: p.Match, QR: c.code(office), Address: office,
	}))
	return nil
}

// waiting finds the pairing of a device that waits for its code to be typed, and asks for a new one when
// there is none or its time is over. Whoever asks too often has to wait.
func (c *Counter) waiting(w http.ResponseWriter, r *http.Request, kind kiosk.DeviceKind, cookie string) (kiosk.Pairing, error) {
	p, err := c.rooms.Till.Pairing(r.Context(), kind, c.front.Cookie(r, cookie))
	if code := kiosk.CodeOf(err); code != kiosk.NotFound && code != kiosk.Gone {
		return p, err
	}
	if wait := c.front.Limits.Wait("pairing "+c.front.ClientIP(r).String(), c.clock()); wait > 0 {
		return kiosk.Pairing{}, front.ErrTooOften(wait, "")
	}
	p, secret, err := c.rooms.Till.AskPairing(r.Context(), kind, deviceName(r))
	if err == nil {
		c.front.SetCookie(w, cookie, secret, front.DeviceLife)
	}
	return p, err
}

func (c *Counter) pairState(w http.ResponseWriter, r *http.Request) error {
	return c.waitingState(w, r, kiosk.Display, front.DisplayCookie)
}

func (c *Counter) connectState(w http.ResponseWriter, r *http.Request) error {
	return c.waitingState(w, r, kiosk.Tablet, front.TillCookie)
}

// waitingState tells a waiting device whether anything changed: 204 while nothing did.
func (c *Counter) waitingState(w http.ResponseWriter, r *http.Request, kind kiosk.DeviceKind, cookie string) error {
	p, err := c.rooms.Till.Pairing(r.Context(), kind, c.front.Cookie(r, cookie))
	if err == nil && p.Device == "" {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// pairForm asks for a code; a till that has scanned the display's own brings it.
func (c *Counter) pairForm(w http.ResponseWriter, r *http.Request) error {
	if code := r.URL.Query().Get("code"); code != "" {
		return c.pairPeek(w, r, code)
	}
	return c.pairPage(w, r, http.StatusOK, counterview.TillPair{}, nil)
}

func (c *Counter) pairPage(w http.ResponseWriter, r *http.Request, status int, page counterview.TillPair, cause error) error {
	t, err := c.rooms.Till.TillScreen(r.Context(), front.TillActorOf(r).Register)
	if err != nil {
		return err
	}
	p := c.front.View(r)
	p.Lang = c.front.StaffLang(r, t.Stall)
	page.Address = cmp.Or(c.front.TillURL, c.front.Origin(r)) + views.PathDisplay
	page.Stall, page.Error = t.Stall, p.Explain(front.WithWords(cause))
	c.front.Render(w, r, status, counterview.TillPairForm(p, page))
	return nil
}

// pairFind finds the display of a code, so that its word can be compared before it is bound.
func (c *Counter) pairFind(w http.ResponseWriter, r *http.Request) error {
	return c.pairPeek(w, r, r.PostForm.Get("code"))
}

func (c *Counter) pairPeek(w http.ResponseWriter, r *http.Request, code string) error {
	if err := c.mayPair(r); err != nil {
		return c.pairRefused(w, r, err)
	}
	p, err := c.rooms.Till.PeekPairing(r.Context(), code)
	if err != nil {
		return c.pairRefused(w, r, err)
	}
	return c.pairPage(w, r, http.StatusOK, counterview.TillPair{Code: code, Match: &p.Match}, nil)
}

// pairConfirm binds the display. A code can be guessed here as well as in pairFind, so both count.
func (c *Counter) pairConfirm(w http.ResponseWriter, r *http.Request) error {
	if err := c.mayPair(r); err != nil {
		return c.pairRefused(w, r, err)
	}
	if _, err := c.rooms.Till.Pair(r.Context(), front.TillActorOf(r).Actor, r.PostForm.Get("code")); err != nil {
		return c.pairRefused(w, r, err)
	}
	return c.front.GoTo(w, r, views.PathTill)
}

func (c *Counter) mayPair(r *http.Request) error {
	if wait := c.front.Limits.Wait("pair "+front.TabletOf(r).ID, c.clock()); wait > 0 {
		return front.ErrTooOften(wait, "code")
	}
	return nil
}

// pairRefused shows the form again with the reason and what was typed.
func (c *Counter) pairRefused(w http.ResponseWriter, r *http.Request, cause error) error {
	if front.WantsJSON(r) || front.StatusOf(cause) >= http.StatusInternalServerError {
		return cause
	}
	front.RetryAfter(w, cause)
	return c.pairPage(w, r, front.StatusOf(cause), counterview.TillPair{Code: r.PostForm.Get("code")}, cause)
}
