package bare

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
)

const (
	hookLimit    = 64 << 10 // bytes; a webhook has some hundred
	hookPatience = 5 * time.Second
	tokenLength  = 32 // characters: 192 bits in base64url
)

// hook takes a webhook of the gateway. Whatever its body says, the answer is the same empty 200,
// always after the commit; 503 asks the gateway to try again. No cookie is read, none is set.
func (b *Bare) hook(w http.ResponseWriter, r *http.Request) {
	token := chi.URLParam(r, "token")
	if len(token) != tokenLength || !front.PlainToken(token) || r.URL.RawQuery != "" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	err := b.rooms.Reconciler.ReceiveNotice(r.Context(), token, r.Header.Get("Content-Type"), func() ([]byte, error) {
		return readHook(w, r)
	})
	if status := hookStatus(err); err != nil && status != http.StatusNotFound { // whoever guesses addresses must not fill the log
		b.log.Warn("webhook not taken", "request", front.RequestID(r), "status", status, "err", err)
	}
	w.WriteHeader(hookStatus(err))
}

func readHook(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Header.Get("Content-Encoding") != "" {
		return nil, front.Refuse(http.StatusUnsupportedMediaType, "body is packed")
	}
	if r.ContentLength > hookLimit {
		return nil, front.Refuse(http.StatusRequestEntityTooLarge, "body is too large")
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(hookPatience))
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, hookLimit))
	switch {
	case front.TooLarge(err):
		return nil, front.Refuse(http.StatusRequestEntityTooLarge, "body is too large")
	case err != nil:
		return nil, front.Refuse(http.StatusBadRequest, "body ended early")
	}
	return raw, nil
}

func hookStatus(err error) int {
	var own *front.StatusError
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &own):
		return own.Status
	case kiosk.CodeOf(err) == kiosk.NotFound:
		return http.StatusNotFound
	}
	return http.StatusServiceUnavailable
}
