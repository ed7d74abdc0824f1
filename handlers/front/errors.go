package front

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// statuses is the one table from the domain's codes to HTTP statuses. Refused, NotSent and Unclear
// are about the gateway; whoever asks us has to come back later.
var statuses = map[kiosk.Code]int{
	kiosk.Invalid:      http.StatusUnprocessableEntity,
	kiosk.NotFound:     http.StatusNotFound,
	kiosk.Conflict:     http.StatusConflict,
	kiosk.Forbidden:    http.StatusForbidden,
	kiosk.Unauthorized: http.StatusUnauthorized,
	kiosk.Gone:         http.StatusGone,
	kiosk.TooMany:      http.StatusTooManyRequests,
	kiosk.Refused:      http.StatusBadGateway,
	kiosk.NotSent:      http.StatusBadGateway,
	kiosk.Unclear:      http.StatusBadGateway,
	kiosk.Unavailable:  http.StatusServiceUnavailable,
	kiosk.Internal:     http.StatusInternalServerError,
}

// StatusError is an error of the HTTP side alone: a body too large, a foreign origin. why is for
// the log; people read the sentence of its code.
type StatusError struct {
	Status int
	why    string
}

// Refuse is an error with a status and a reason for the log.
func Refuse(status int, why string) error { return &StatusError{status, why} }

func (e *StatusError) Error() string { return strconv.Itoa(e.Status) + ": " + e.why }

// The errors of the front itself have the sentences of their codes.
var (
	ErrNoPage    = &kiosk.Error{Code: kiosk.NotFound, Key: string(kiosk.NotFound)}
	ErrSignedOut = &kiosk.Error{Code: kiosk.Unauthorized, Key: string(kiosk.Unauthorized)}
	ErrForeign   = &StatusError{http.StatusForbidden, "origin is foreign"}
)

// ErrTooOften asks to wait for so many milliseconds; field names what was tried, "" for nothing in particular.
func ErrTooOften(wait int64, field string) error {
	return &kiosk.Error{Code: kiosk.TooMany, Key: string(kiosk.TooMany), Wait: wait, Field: field}
}

// StatusOf is the HTTP status of an error, 500 for one that nobody thought of.
func StatusOf(err error) int {
	var own *StatusError
	if errors.As(err, &own) {
		return own.Status
	}
	if status, ok := statuses[kiosk.CodeOf(err)]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// WithWords turns an error into one with words: those of its key, or else those of its code.
func WithWords(err error) error {
	var own *StatusError
	if !errors.As(err, &own) {
		return wordsFor(err)
	}
	code := kiosk.Invalid
	switch own.Status {
	case http.StatusForbidden:
		code = kiosk.Forbidden
	case http.StatusMisdirectedRequest:
		code = kiosk.NotFound
	}
	return &kiosk.Error{Code: code, Key: string(code)}
}

func wordsFor(err error) error {
	var e *kiosk.Error
	if !errors.As(err, &e) || views.Words("en").Has("error."+e.Key) {
		return err
	}
	plain := *e
	plain.Key = string(e.Code)
	return &plain
}

// Handler is a handler that may fail.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Page renders what a handler could not do: JSON for scripts, a page for everybody else.
func (f *Front) Page(h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			f.Fail(w, r, err)
		}
	}
}

// Fail answers with an error: JSON for a script, a page in the words of whoever asks for everybody else.
func (f *Front) Fail(w http.ResponseWriter, r *http.Request, err error) {
	status := StatusOf(err)
	if status >= http.StatusInternalServerError {
		f.Log.Error("request failed", "path", RouteOf(r), "status", status, "request", RequestID(r), "err", err)
	} else {
		f.Log.Info("request refused", "path", RouteOf(r), "status", status, "request", RequestID(r), "err", err)
	}
	RetryAfter(w, err)
	if WantsJSON(r) {
		f.failJSON(w, r, status, err)
		return
	}
	p := f.viewHere(r)
	f.Render(w, r, status, views.ErrorPage(p, p.Explain(WithWords(err)), RequestID(r)))
}

// RetryAfter sets how many seconds an error asks to wait, if it does.
func RetryAfter(w http.ResponseWriter, err error) {
	var e *kiosk.Error
	if errors.As(err, &e) && e.Wait > 0 {
		w.Header().Set("Retry-After", strconv.FormatInt((e.Wait+999)/1000, 10))
	}
}

func (f *Front) failJSON(w http.ResponseWriter, r *http.Request, status int, err error) {
	answer := struct {
		Error *views.Problem `json:"error"`
	}{f.viewHere(r).Explain(WithWords(err))}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// Plainly is for handlers that answer everything themselves.
func Plainly(h http.HandlerFunc) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h(w, r)
		return nil
	}
}
