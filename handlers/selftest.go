package handlers

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"qrkiosk/kiosk"
)

// hookTestPatience is how long the test's own webhook may take.
const hookTestPatience = 5 * time.Second

// selfTest runs the opening test. The screens answer by themselves, on hearing of it; the webhook
// is posted here, to the address the gateway uses, so that it takes the way of a real one as far as
// that begins at this machine.
func (s *Server) selfTest(w http.ResponseWriter, r *http.Request) error {
	by := tillActorOf(r).Actor
	test, token, err := s.shop.Till.BeginSelfTest(r.Context(), by, s.hub.displays(by.Register))
	if err != nil {
		return err
	}
	if token != "" {
		if why := s.postHook(r.Context(), token); why != nil {
			s.log.Warn("the test's own webhook did not arrive", "register", by.Register, "err", why)
			if err := s.shop.Till.TestHookLost(r.Context(), by.Register, test.ID); err != nil {
				return err
			}
		}
	}
	return s.answer(w, r, "")
}

// postHook delivers the test's webhook; nil means that it was answered as a real one is.
func (s *Server) postHook(ctx context.Context, token string) error {
	ctx, cancel := context.WithTimeout(ctx, hookTestPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.publicURL+PathHook+token, strings.NewReader("test"))
	if err != nil {
		return err
	}
	answer, err := s.outside.Do(r)
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return &statusError{answer.StatusCode, "the test's webhook was refused"}
	}
	return nil
}

// newOutside is the client of that one call. It goes where it is told and nowhere else.
func newOutside(dial func(ctx context.Context, network, addr string) (net.Conn, error)) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DialContext: dial, DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (s *Server) tillHeard(w http.ResponseWriter, r *http.Request) error {
	return s.takeTestAnswer(w, r, tabletOf(r))
}

func (s *Server) displayHeard(w http.ResponseWriter, r *http.Request) error {
	return s.takeTestAnswer(w, r, displayOf(r))
}

// takeTestAnswer takes what a screen says of itself when it has heard of a test.
func (s *Server) takeTestAnswer(w http.ResponseWriter, r *http.Request, device kiosk.Device) error {
	form := r.PostForm
	clock, err := strconv.ParseInt(form.Get("clock"), 10, 64)
	if err != nil || clock > deviceLife.Milliseconds() || clock < -deviceLife.Milliseconds() {
		return &kiosk.Error{Code: kiosk.Invalid, Key: string(kiosk.Invalid), Field: "clock"}
	}
	p := kiosk.ScreenProof{
		Device: device.ID, Kind: device.Kind, Clock: clock,
		Sound: oneOf(form.Get("sound"), "on", "off", "none"),
		Awake: oneOf(form.Get("awake"), "on", "off", "none", "insecure"),
	}
	if err := s.shop.Till.AnswerSelfTest(r.Context(), device.Register, plainID(form.Get("test")), p); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// oneOf is text if it is one of the words, else "".
func oneOf(text string, words ...string) string {
	for _, w := range words {
		if text == w {
			return w
		}
	}
	return ""
}

// picture serves a picture of a stall's displays; its address changes with what it holds.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) error {
	p, raw, err := s.shop.Office.Picture(r.Context(), plainID(chi.URLParam(r, "id")))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", forever)
	w.Header().Set("Content-Type", p.Kind)
	_, err = w.Write(raw)
	return err
}
