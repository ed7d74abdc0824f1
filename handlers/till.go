package handlers

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
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
	t, err := s.shop.Till(ctx, register)
	return t, views.TillExtras{Displays: s.hub.displays(register), QR: s.code(t.PayURL)}, err
}

func (s *Server) till(w http.ResponseWriter, r *http.Request) error {
	return s.tillPage(w, r, http.StatusOK, nil, "")
}

func (s *Server) tillPage(w http.ResponseWriter, r *http.Request, status int, cause error, typed string) error {
	t, x, err := s.tillScreen(r.Context(), personOf(r).Register)
	if err != nil {
		return err
	}
	p := s.view(r)
	p.Lang = s.staffLang(r, t.Stall)
	x.Staff, x.Key, x.Typed = personOf(r).staff, newKey(), typed
	if cause != nil {
		x.Error = p.For(t.Stall).Explain(known(cause))
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
	t, x, err := s.tillScreen(r.Context(), personOf(r).Register)
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
	sale, err := s.shop.Charge(r.Context(), personOf(r).Actor, order)
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
	s.log.Info("charge refused", "register", personOf(r).Register, "err", cause)
	return s.tillPage(w, r, statusOf(cause), cause, r.PostForm.Get("amount"))
}

// readCharge reads a charge from the keypad (cents and lines), from one of the two readings of a
// plain number, or from the amount field.
func readCharge(r *http.Request) (kiosk.Charge, error) {
	form := r.PostForm
	c := kiosk.Charge{Note: strings.TrimSpace(form.Get("note")), Key: form.Get("key")}
	var err error
	switch {
	case form.Has("cents"):
		if c.Amount, err = kiosk.ParseCents(form.Get("cents")); err == nil {
			c.Lines, err = readLines(form.Get("lines"))
		}
	case form.Has("reading"):
		c.Amount, err = kiosk.ParseMoney(form.Get("reading"))
	default:
		c.Amount, err = kiosk.ParseMoney(form.Get("amount"))
	}
	return c, err
}

// readLines reads what the keypad added up: "350 2x400 120".
func readLines(text string) ([]kiosk.Line, error) {
	wrong := &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyLinesWrong, Field: "lines"}
	if len(text) > 4096 {
		return nil, wrong
	}
	var lines []kiosk.Line
	for field := range strings.FieldsSeq(text) {
		qty, unit, times := strings.Cut(field, "x")
		if !times {
			qty, unit = "1", qty
		}
		n, err := strconv.ParseUint(qty, 10, 16)
		if err != nil {
			return nil, wrong
		}
		m, err := kiosk.ParseCents(unit)
		if err != nil {
			return nil, wrong
		}
		lines = append(lines, kiosk.Line{Qty: int64(n), Unit: m}) //nolint:gosec // parsed with 16 bits
	}
	return lines, nil
}

// awaitLink waits until the link of a sale is known or refused, for a moment.
func (s *Server) awaitLink(ctx context.Context, sale *kiosk.Sale) {
	ctx, cancel := context.WithTimeout(ctx, chargePatience)
	defer cancel()
	opened := s.hub.listenFor(sale.Register)
	defer s.hub.forget(sale.Register, opened)
	for {
		d, err := s.shop.Display(ctx, sale.Register)
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
		if err := do(r.Context(), personOf(r).Actor, plainID(r.PostForm.Get("sale"))); err != nil {
			return err
		}
		return s.answer(w, r, "")
	}
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request) error {
	return s.command(func(ctx context.Context, by kiosk.Actor, sale string) error {
		_, err := s.shop.Cancel(ctx, by, sale)
		return err
	})(w, r)
}

func (s *Server) aside(w http.ResponseWriter, r *http.Request) error {
	return s.command(func(ctx context.Context, by kiosk.Actor, sale string) error {
		_, err := s.shop.SetAside(ctx, by, sale)
		return err
	})(w, r)
}

func (s *Server) look(w http.ResponseWriter, r *http.Request) error {
	return s.command(s.shop.Look)(w, r)
}

func (s *Server) shiftOpen(w http.ResponseWriter, r *http.Request) error {
	return s.command(func(ctx context.Context, by kiosk.Actor, _ string) error {
		_, err := s.shop.OpenShift(ctx, by)
		return err
	})(w, r)
}

func (s *Server) shiftClose(w http.ResponseWriter, r *http.Request) error {
	return s.command(func(ctx context.Context, by kiosk.Actor, _ string) error {
		_, err := s.shop.CloseShift(ctx, by)
		return err
	})(w, r)
}
