package handlers

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"qrkiosk/kiosk"
)

const (
	hookLimit    = 64 << 10 // bytes; a webhook has some hundred
	hookPatience = 5 * time.Second
	tokenLength  = 32 // characters: 192 bits in base64url
)

// hook takes a webhook of the gateway. Whatever its body says, the answer is the same empty 200,
// always after the commit; 503 asks the gateway to try again. No cookie is read, none is set.
func (s *Server) hook(w http.ResponseWriter, r *http.Request) {
	token := chi.URLParam(r, "token")
	if len(token) != tokenLength || !plainToken(token) || r.URL.RawQuery != "" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	err := s.shop.Reconciler.ReceiveNotice(r.Context(), token, r.Header.Get("Content-Type"), func() ([]byte, error) {
		return readHook(w, r)
	})
	if err != nil {
		s.log.Warn("webhook not taken", "request", requestID(r), "status", hookStatus(err), "err", err)
	}
	w.WriteHeader(hookStatus(err))
}

func plainToken(token string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return strings.Trim(token, letters) == ""
}

func readHook(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Header.Get("Content-Encoding") != "" {
		return nil, &statusError{http.StatusUnsupportedMediaType, "body is packed"}
	}
	if r.ContentLength > hookLimit {
		return nil, &statusError{http.StatusRequestEntityTooLarge, "body is too large"}
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(hookPatience))
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, hookLimit))
	switch {
	case tooLarge(err):
		return nil, &statusError{http.StatusRequestEntityTooLarge, "body is too large"}
	case err != nil:
		return nil, &statusError{http.StatusBadRequest, "body ended early"}
	}
	return raw, nil
}

func tooLarge(err error) bool {
	var limit *http.MaxBytesError
	return errors.As(err, &limit)
}

func hookStatus(err error) int {
	var own *statusError
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &own):
		return own.status
	case kiosk.CodeOf(err) == kiosk.NotFound:
		return http.StatusNotFound
	}
	return http.StatusServiceUnavailable
}
