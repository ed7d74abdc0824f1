package counterweb

import (
	"context"
	"net/http"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

func (c *Counter) displayScreen(ctx context.Context, register string) (kiosk.DisplayScreen, counterview.DisplayExtras, error) {
	d, err := c.rooms.Till.DisplayScreen(ctx, register)
	return d, counterview.DisplayExtras{QR: c.code(d.PayURL), Receipt: c.code(d.Receipt)}, err
}

// tillSocket is the till's live connection. The session is loaded by hand: its middleware wraps
// the writer so that a socket could not take it over.
func (c *Counter) tillSocket(w http.ResponseWriter, r *http.Request) error {
	tablet, session := c.front.Cookie(r, front.TillCookie), c.front.Cookie(r, front.SessionCookie)
	device, err := c.standsAt(r.Context(), tablet, session)
	if err != nil {
		return err
	}
	stall, err := c.stallOf(r, device.Register)
	if err != nil {
		return err
	}
	lang := c.front.StaffLang(r, stall)
	if front.RouteOf(r) == counterview.PathFaceLive {
		device.Kind, lang = faceKind, c.front.DisplayLang(r, stall)
	}
	return c.front.Connect(w, r, device, lang, func(ctx context.Context) error {
		_, err := c.standsAt(ctx, tablet, session)
		return err
	})
}

func (c *Counter) displaySocket(w http.ResponseWriter, r *http.Request) error {
	secret := c.front.Cookie(r, front.DisplayCookie)
	device, err := c.front.DeviceBy(r.Context(), secret, kiosk.Display)
	if err != nil {
		return err
	}
	stall, err := c.stallOf(r, device.Register)
	if err != nil {
		return err
	}
	return c.front.Connect(w, r, device, c.front.DisplayLang(r, stall), func(ctx context.Context) error {
		_, err := c.front.DeviceBy(ctx, secret, kiosk.Display)
		return err
	})
}

func (c *Counter) stallOf(r *http.Request, register string) (kiosk.Stall, error) {
	return c.rooms.Kernel.StallOf(r.Context(), register)
}

// draw draws a kind of screen of a register for the hub.
func (c *Counter) draw(ctx context.Context, register string, v front.Screen, displays int) (front.Drawing, error) {
	p := views.Page{Lang: v.Lang, Mode: c.rooms.Kernel.Installation().Mode}
	if v.Kind == kiosk.Display || v.Kind == faceKind {
		d, x, err := c.displayScreen(ctx, register)
		x.Face = v.Kind == faceKind
		if err != nil {
			return front.Drawing{}, err
		}
		f := front.NewFrame(d.Epoch, d.Version, d.Now, d.Next)
		drawn, err := front.Prepare(ctx, f, counterview.DisplayFragment(p, d, x), d.Sale != nil)
		drawn.Trust = d.Register.Trust
		if d.Shows == kiosk.ShowsCode {
			// The receipt's code is what the next frame will need, the moment the money comes.
			drawn.After = func() { c.code(c.rooms.Kernel.ReceiptURL(d.Sale)) }
		}
		return drawn, err
	}
	t, err := c.rooms.Till.TillScreen(ctx, register)
	if err != nil {
		return front.Drawing{}, err
	}
	x := counterview.TillExtras{Displays: displays, QR: c.code(t.PayURL)}
	f := front.NewFrame(t.Epoch, t.Version, t.Now, t.Next)
	drawn, err := front.Prepare(ctx, f, counterview.TillFragment(p, t, x), t.Current != nil)
	drawn.Trust = t.Register.Trust
	return drawn, err
}

// tillScreen reads a till and what it shows besides.
func (c *Counter) tillScreen(ctx context.Context, register string) (kiosk.TillScreen, counterview.TillExtras, error) {
	t, err := c.rooms.Till.TillScreen(ctx, register)
	return t, counterview.TillExtras{Displays: c.front.Hub.Displays(register), QR: c.code(t.PayURL)}, err
}

// tillFrame draws the frame of the till that asks.
func (c *Counter) tillFrame(r *http.Request) (front.Frame, error) {
	t, x, err := c.tillScreen(r.Context(), front.TillActorOf(r).Register)
	if err != nil {
		return front.Frame{}, err
	}
	p := c.front.View(r)
	p.Lang = c.front.StaffLang(r, t.Stall)
	f := front.NewFrame(t.Epoch, t.Version, t.Now, t.Next)
	return f, f.Draw(r.Context(), counterview.TillFragment(p, t, x))
}

// answer sends what a command has led to: a frame for scripts, the till for everybody else.
func (c *Counter) answer(w http.ResponseWriter, r *http.Request, key string) error {
	if !front.WantsJSON(r) {
		http.Redirect(w, r, views.PathTill, http.StatusSeeOther)
		return nil
	}
	f, err := c.tillFrame(r)
	if err != nil {
		return err
	}
	f.Key = key
	return c.front.SendFrame(w, r, f)
}
