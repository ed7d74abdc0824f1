package counterweb

import (
	"context"
	"net/http"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// standsAt tells which tablet a live connection comes from. It is asked when the connection is
// made and now and then afterwards, so that it ends with the trust in tablet or person.
func (c *Counter) standsAt(ctx context.Context, tablet, session string) (kiosk.Device, error) {
	device, err := c.front.DeviceBy(ctx, tablet, kiosk.Tablet)
	if err != nil {
		return device, err
	}
	if ctx, err = c.front.TillSessions.Load(ctx, session); err != nil {
		return device, err
	}
	_, err = c.front.SignedIn(ctx, device.Register, false)
	return device, err
}

func (c *Counter) signInForm(w http.ResponseWriter, r *http.Request) error {
	page, err := c.signInPage(r)
	if err != nil {
		return err
	}
	c.front.Render(w, r, http.StatusOK, counterview.SignInPage(c.front.View(r), page))
	return nil
}

func (c *Counter) signInPage(r *http.Request) (counterview.SignIn, error) {
	register := front.TabletOf(r).Register
	t, err := c.rooms.Till.TillScreen(r.Context(), register)
	if err != nil {
		return counterview.SignIn{}, err
	}
	people, err := c.rooms.Till.StaffOfRegister(r.Context(), register)
	return counterview.SignIn{Stall: t.Stall, Register: t.Register, Staff: people, Chosen: front.PlainID(c.front.Cookie(r, front.LastCookie))}, err
}

// signIn takes a PIN. A right one begins a new session, so that an id that somebody planted
// before is worth nothing.
func (c *Counter) signIn(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Has("pin") {
		return front.Refuse(http.StatusBadRequest, "PIN in the address")
	}
	chosen := front.PlainID(r.PostForm.Get("staff"))
	staff, err := c.rooms.Till.SignIn(r.Context(), front.TabletOf(r), chosen, r.PostForm.Get("pin"))
	if err != nil {
		return c.signInAgain(w, r, chosen, err)
	}
	if err := c.front.TillSessions.RenewToken(r.Context()); err != nil {
		return err
	}
	c.front.TillSessions.Put(r.Context(), front.SessionStaff, staff.ID)
	c.front.SetCookie(w, front.LastCookie, staff.ID, front.DeviceLife)
	c.front.TillSessions.Put(r.Context(), front.SessionSeen, c.clock().UnixMilli())
	c.log.Info("signed in", "register", front.TabletOf(r).Register, "staff", staff.ID)
	return c.front.GoTo(w, r, views.PathTill)
}

func (c *Counter) signInAgain(w http.ResponseWriter, r *http.Request, chosen string, cause error) error {
	if front.WantsJSON(r) || front.StatusOf(cause) >= http.StatusInternalServerError {
		return cause
	}
	page, err := c.signInPage(r)
	if err != nil {
		return err
	}
	p := c.front.View(r)
	page.Chosen, page.Other = chosen, r.PostForm.Get("other") == "yes"
	page.Error, page.Wait = p.Explain(front.WithWords(cause)), waitOf(cause)
	front.RetryAfter(w, cause)
	c.log.Info("sign-in refused", "register", front.TabletOf(r).Register, "err", cause)
	c.front.Render(w, r, front.StatusOf(cause), counterview.SignInPage(p, page))
	return nil
}

func (c *Counter) lock(w http.ResponseWriter, r *http.Request) error {
	if err := c.front.TillSessions.Destroy(r.Context()); err != nil {
		return err
	}
	device := front.TabletOf(r).ID
	c.front.Hub.End(func(client *front.Client) bool { return client.Device == device }, front.CloseRevoked)
	return c.front.GoTo(w, r, counterview.PathSignIn)
}
