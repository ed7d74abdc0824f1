package counterweb

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// tone chooses what the register is heard by, on its till and displays.
func (t *Till) tone(w http.ResponseWriter, r *http.Request) error {
	by, sounds := front.TillActorOf(r).Actor, t.rooms.Till.Sounds
	var err error
	if r.PostForm.Has("speech") {
		err = sounds.SetSpeech(r.Context(), by, r.PostForm.Get("speech") == "on")
	} else {
		err = sounds.SetTone(r.Context(), by, r.PostForm.Get("tone"))
	}
	if err != nil {
		return err
	}
	return t.counter.answer(w, r, "")
}

// chargePatience is how long a charge's answer waits for the link, so that it can bring the code
// itself; the push brings whatever comes later.
const chargePatience = 1500 * time.Millisecond

func (t *Till) home(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, views.PathTill, http.StatusSeeOther)
	return nil
}

// newKey is a command key: the same for every retry of one command.
func newKey() string {
	var b [18]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (t *Till) till(w http.ResponseWriter, r *http.Request) error {
	return t.tillPage(w, r, http.StatusOK, nil, "")
}

func (t *Till) tillPage(w http.ResponseWriter, r *http.Request, status int, cause error, typed string) error {
	screen, x, err := t.counter.tillScreen(r.Context(), front.TillActorOf(r).Register)
	if err != nil {
		return err
	}
	p := t.front.View(r)
	p.Lang = t.front.StaffLang(r, screen.Stall)
	x.Staff, x.Key, x.Typed = front.TillActorOf(r).Staff, newKey(), typed
	if x.Items, err = t.rooms.Office.Catalogue.Items(r.Context(), screen.Stall.ID); err != nil {
		return err
	}
	if cause != nil {
		x.Error = p.For(screen.Stall).Explain(front.WithWords(cause))
		var e *kiosk.Error
		if errors.As(cause, &e) && e.Key == kiosk.KeyAmountPlain {
			x.Readings = e.Amounts
		}
	}
	t.front.Render(w, r, status, counterview.TillPage(p, screen, x))
	return nil
}

func (t *Till) tillState(w http.ResponseWriter, r *http.Request) error {
	f, err := t.counter.tillFrame(r)
	if err != nil {
		return err
	}
	return t.front.SendFrame(w, r, f)
}

func (t *Till) charge(w http.ResponseWriter, r *http.Request) error {
	order, err := readCharge(r)
	if err != nil {
		return t.chargeRefused(w, r, err)
	}
	order.NoTip = t.front.Hub.Displays(front.TillActorOf(r).Register) == 0 && r.PostForm.Get("face") == ""
	sale, err := t.rooms.Till.Charge(r.Context(), front.TillActorOf(r).Actor, order)
	if err != nil {
		return t.chargeRefused(w, r, err)
	}
	t.awaitLink(r.Context(), sale)
	return t.counter.answer(w, r, newKey())
}

// chargeRefused shows the till again with the reason and what was typed.
func (t *Till) chargeRefused(w http.ResponseWriter, r *http.Request, cause error) error {
	if front.WantsJSON(r) || front.StatusOf(cause) >= http.StatusInternalServerError {
		return cause
	}
	t.log.Info("charge refused", "register", front.TillActorOf(r).Register, "err", cause)
	return t.tillPage(w, r, front.StatusOf(cause), cause, r.PostForm.Get("amount"))
}

// awaitLink waits until the link of a sale is known or refused, for a moment.
func (t *Till) awaitLink(ctx context.Context, sale *kiosk.Sale) {
	ctx, cancel := context.WithTimeout(ctx, chargePatience)
	defer cancel()
	opened := t.front.Hub.ListenFor(sale.Register)
	defer t.front.Hub.Forget(sale.Register, opened)
	for {
		d, err := t.rooms.Till.DisplayScreen(ctx, sale.Register)
		if err != nil || d.Sale == nil || d.Sale.ID != sale.ID || d.Shows != kiosk.ShowsMoment {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-opened:
		}
	}
}

// command runs a use case about the sale that a form names.
func (t *Till) command(do func(context.Context, kiosk.Actor, string) error) front.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := do(r.Context(), front.TillActorOf(r).Actor, front.PlainID(r.PostForm.Get("sale"))); err != nil {
			return err
		}
		return t.counter.answer(w, r, "")
	}
}

func (t *Till) cancel(w http.ResponseWriter, r *http.Request) error {
	return t.command(func(ctx context.Context, by kiosk.Actor, sale string) error {
		_, err := t.rooms.Till.Cancel(ctx, by, sale)
		return err
	})(w, r)
}

// change opens the cart of a sale again.
func (t *Till) change(w http.ResponseWriter, r *http.Request) error {
	return t.command(func(ctx context.Context, by kiosk.Actor, sale string) error {
		_, err := t.rooms.Till.Changes.Open(ctx, by, sale, r.PostForm.Get("lines") != "")
		return err
	})(w, r)
}

func (t *Till) otherMeans(w http.ResponseWriter, r *http.Request) error {
	return t.command(func(ctx context.Context, by kiosk.Actor, sale string) error {
		_, err := t.rooms.Till.OtherMeans.Take(ctx, by, sale)
		return err
	})(w, r)
}

func (t *Till) aside(w http.ResponseWriter, r *http.Request) error {
	return t.command(func(ctx context.Context, by kiosk.Actor, sale string) error {
		_, err := t.rooms.Till.SetAside(ctx, by, sale)
		return err
	})(w, r)
}

func (t *Till) noTip(w http.ResponseWriter, r *http.Request) error {
	return t.command(t.rooms.Till.NoTip)(w, r)
}

func (t *Till) look(w http.ResponseWriter, r *http.Request) error {
	return t.command(t.rooms.Till.RequestLook)(w, r)
}

func (t *Till) shiftOpen(w http.ResponseWriter, r *http.Request) error {
	return t.command(func(ctx context.Context, by kiosk.Actor, _ string) error {
		_, err := t.rooms.Till.OpenShift(ctx, by)
		return err
	})(w, r)
}
