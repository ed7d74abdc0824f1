package handlers

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// chargePatience is how long a charge's answer waits for the link, so that it can bring the code
// itself; the push brings whatever comes later.
const chargePatience = 1500 * time.Millisecond

func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, views.PathTill, http.StatusSeeOther)
	return nil
}

// newKey is a command key: the same for every retry of one command.
func newKey() string {
	var b [18]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tillScreen reads a till and what it shows besides.
func (s *Server) tillScreen(ctx context.Context, register string) (kiosk.TillScreen, views.TillExtras, error) {
	t, err := s.shop.Till.TillScreen(ctx, register)
	return t, views.TillExtras{Displays: s.hub.displays(register), QR: s.code(t.PayURL)}, err
}

func (s *Server) till(w http.ResponseWriter, r *http.Request) error {
	return s.tillPage(w, r, http.StatusOK, nil, "")
}

func (s *Server) tillPage(w http.ResponseWriter, r *http.Request, status int, cause error, typed string) error {
	t, x, err := s.tillScreen(r.Context(), tillActorOf(r).Register)
	if err != nil {
		return err
	}
	p := s.view(r)
	p.Lang = s.staffLang(r, t.Stall)
	x.Staff, x.Key, x.Typed = tillActorOf(r).staff, newKey(), typed
	if x.Items, err = s.shop.Office.Items(r.Context(), t.Stall.ID); err != nil {
		return err
	}
	if cause != nil {
		x.Error = p.For(t.Stall).Explain(withWords(cause))
		var e *kiosk.Error
		if errors.As(cause, &e) && e.Key == kiosk.KeyAmountPlain {
			x.Readings = e.Amounts
		}
	}
	s.render(w, r, status, views.TillPage(p, t, x))
	return nil
}

func (s *Server) tillState(w http.ResponseWriter, r *http.Request) error {
	f, err := s.tillFrame(r)
	if err != nil {
		return err
	}
	return s.sendFrame(w, r, f)
}

// tillFrame draws the frame of the till that asks.
func (s *Server) tillFrame(r *http.Request) (frame, error) {
	t, x, err := s.tillScreen(r.Context(), tillActorOf(r).Register)
	if err != nil {
		return frame{}, err
	}
	p := s.view(r)
	p.Lang = s.staffLang(r, t.Stall)
	f := newFrame(t.Epoch, t.Version, t.Now, t.Next)
	return f, f.draw(r.Context(), views.TillFragment(p, t, x))
}

// answer sends what a command has led to: a frame for scripts, the till for everybody else.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, key string) error {
	if !wantsJSON(r) {
		http.Redirect(w, r, views.PathTill, http.StatusSeeOther)
		return nil
	}
	f, err := s.tillFrame(r)
	if err != nil {
		return err
	}
	f.Key = key
	return s.sendFrame(w, r, f)
}

func (s *Server) charge(w http.ResponseWriter, r *http.Request) error {
	order, err := readCharge(r)
	if err != nil {
		return s.chargeRefused(w, r, err)
	}
	order.NoTip = s.hub.displays(tillActorOf(r).Register) == 0 && r.PostForm.Get("face") == ""
	sale, err := s.shop.Till.Charge(r.Context(), tillActorOf(r).Actor, order)
	if err != nil {
		return s.chargeRefused(w, r, err)
	}
	s.awaitLink(r.Context(), sale)
	return s.answer(w, r, newKey())
}

// chargeRefused shows the till again with the reason and what was typed.
func (s *Server) chargeRefused(w http.ResponseWriter, r *http.Request, cause error) error {
	if wantsJSON(r) || statusOf(cause) >= http.StatusInternalServerError {
		return cause
	}
	s.log.Info("charge refused", "register", tillActorOf(r).Register, "err", cause)
	return s.tillPage(w, r, statusOf(cause), cause, r.PostForm.Get("amount"))
}

// awaitLink waits until the link of a sale is known or refused, for a moment.
func (s *Server) awaitLink(ctx context.Context, sale *kiosk.Sale) {
	ctx, cancel := context.WithTimeout(ctx, chargePatience)
	defer cancel()
	opened := s.hub.listenFor(sale.Register)
	defer s.hub.forget(sale.Register, opened)
	for {
		d, err := s.shop.Till.DisplayScreen(ctx, sale.Register)
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
func (s *Server) command(do func(context.Context, kiosk.Actor, string) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := do(r.Context(), tillActorOf(r).Actor, plainID(r.PostForm.Get("sale"))); err != nil {
			return err
		}
		return s.answer(w, r, "")
	}
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request) error {
	return s.command(func(ctx context.Context, by kiosk.Actor, sale string) error {
		_, err := s.shop.Till.Cancel(ctx, by, sale)
		return err
	})(w, r)
}

func (s *Server) aside(w http.ResponseWriter, r *http.Request) error {
	return s.command(func(ctx context.Context, by kiosk.Actor, sale string) error {
		_, err := s.shop.Till.SetAside(ctx, by, sale)
		return err
	})(w, r)
}

func (s *Server) noTip(w http.ResponseWriter, r *http.Request) error {
	return s.command(s.shop.Till.NoTip)(w, r)
}

func (s *Server) look(w http.ResponseWriter, r *http.Request) error {
	return s.command(s.shop.Till.RequestLook)(w, r)
}

func (s *Server) shiftOpen(w http.ResponseWriter, r *http.Request) error {
	return s.command(func(ctx context.Context, by kiosk.Actor, _ string) error {
		_, err := s.shop.Till.OpenShift(ctx, by)
		return err
	})(w, r)
}
