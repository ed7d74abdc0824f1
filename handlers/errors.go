package handlers

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

// statusError is an error of the HTTP side alone: a body too large, a foreign origin. why is for
// the log; people read the sentence of its code.
type statusError struct {
	status int
	why    string
}

func (e *statusError) Error() string { return strconv.Itoa(e.status) + ": " + e.why }

// The errors of the front itself have the sentences of their codes.
var (
	errNoPage    = &kiosk.Error{Code: kiosk.NotFound, Key: string(kiosk.NotFound)}
	errSignedOut = &kiosk.Error{Code: kiosk.Unauthorized, Key: string(kiosk.Unauthorized)}
	errForeign   = &statusError{http.StatusForbidden, "origin is foreign"}
)

func errTooOften(wait int64, field string) error {
	return &kiosk.Error{Code: kiosk.TooMany, Key: string(kiosk.TooMany), Wait: wait, Field: field}
}

func statusOf(err error) int {
	var own *statusError
	if errors.As(err, &own) {
		return own.status
	}
	if status, ok := statuses[kiosk.CodeOf(err)]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// withWords turns an error into one with words: those of its key, or else those of its code.
func withWords(err error) error {
	var own *statusError
	if !errors.As(err, &own) {
		return wordsFor(err)
	}
	code := kiosk.Invalid
	switch own.status {
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

// handler is a handler that may fail.
type handler func(w http.ResponseWriter, r *http.Request) error

// page renders what a handler could not do: JSON for scripts, a page for everybody else.
func (s *Server) page(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := statusOf(err)
	if status >= http.StatusInternalServerError {
		s.log.Error("request failed", "path", routeOf(r), "status", status, "request", requestID(r), "err", err)
	} else {
		s.log.Info("request refused", "path", routeOf(r), "status", status, "request", requestID(r), "err", err)
	}
	retryAfter(w, err)
	if wantsJSON(r) {
		s.failJSON(w, r, status, err)
		return
	}
	p := s.viewHere(r)
	s.render(w, r, status, views.ErrorPage(p, status, p.Explain(withWords(err)), requestID(r)))
}

func retryAfter(w http.ResponseWriter, err error) {
	var e *kiosk.Error
	if errors.As(err, &e) && e.Wait > 0 {
		w.Header().Set("Retry-After", strconv.FormatInt((e.Wait+999)/1000, 10))
	}
}

func (s *Server) failJSON(w http.ResponseWriter, r *http.Request, status int, err error) {
	answer := struct {
		Error *views.Problem `json:"error"`
	}{s.viewHere(r).Explain(withWords(err))}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}
