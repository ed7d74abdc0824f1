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

// statusError is an error of the HTTP side alone: a body too large, a method not allowed.
type statusError struct {
	status int
	key    string
}

func (e *statusError) Error() string { return strconv.Itoa(e.status) + ": " + e.key }

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

// known turns an error of the HTTP side into one with words.
func known(err error) error {
	var own *statusError
	if errors.As(err, &own) {
		return &kiosk.Error{Code: kiosk.Invalid, Key: own.key}
	}
	return err
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
	s.render(w, r, status, views.ErrorPage(s.view(r), status, kiosk.KeyOf(known(err)), requestID(r)))
}

func retryAfter(w http.ResponseWriter, err error) {
	var e *kiosk.Error
	if errors.As(err, &e) && e.Wait > 0 {
		w.Header().Set("Retry-After", strconv.FormatInt((e.Wait+999)/1000, 10))
	}
}

func (s *Server) failJSON(w http.ResponseWriter, r *http.Request, status int, err error) {
	answer := struct {
		Error *views.Trouble `json:"error"`
	}{s.view(r).Explain(known(err))}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}
