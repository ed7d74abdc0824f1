package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// controlRoutes is the control API. Every POST takes JSON, or a form, which is answered with a
// redirect to the page the form was on.
//
//	GET  /control/links      every link ever made
//	GET  /control/calls      the last calls and a counter per endpoint
//	GET  /control/webhooks   every webhook with its raw body and what was answered
//	GET  /control/faults     every fault and how often it will still happen
//	POST /control/faults     {"name": "create-lost", "times": 1}; negative: until cleared, 0: off
//	POST /control/pay        {"link_id": 1}: the button "pay by card"
//	POST /control/cancel     {"link_id": 1}: the cancel link
//	POST /control/decline    {"link_id": 1}: the card is refused
//	POST /control/transfer   {"link_id": 1}: the button "pay by bank transfer"
//	POST /control/funds      {"link_id": 1}: the money of the transfer arrives
//	POST /control/forge      {"link_id": 1}: a plain webhook of a payment that never happened
//	POST /control/resend     {"webhook": 1}: the webhook is sent again
//	POST /control/refund     {"link_id": 1, "approve": true} or {…, "approve": false, "reason": "…"}
//	POST /control/dispute    {"link_id": 1}: the payer's bank takes the money back
//	POST /control/dispute-end {"link_id": 1, "won": true}
//	GET  /control/clock      the gateway's time
//	POST /control/clock      {"advance": "1d"}; also 90m, 36h, 2w
//	GET  /control/accounts   every account with its settings
//	POST /control/accounts   one account as in the accounts file, new or with a known user_id
//	GET  /control/money      sums per account, refund requests, disputes
func (s *Server) controlRoutes(mux *http.ServeMux) {
	show := func(path string, what func() any) {
		mux.HandleFunc("GET /control/"+path, func(w http.ResponseWriter, _ *http.Request) {
			s.writeJSON(w, http.StatusOK, what())
		})
	}
	show("links", func() any { return s.Links() })
	show("calls", func() any { return map[string]any{"calls": s.Calls(), "counts": s.Counts()} })
	show("webhooks", func() any { return s.Webhooks() })
	show("faults", func() any { return s.Faults() })
	show("clock", func() any { return map[string]time.Time{"now": s.Now()} })
	show("accounts", func() any { return s.Accounts() })
	show("money", func() any { return s.Money() })
	mux.HandleFunc("GET /control", s.controlPage)
	mux.HandleFunc("GET /control/{$}", s.controlPage)

	mux.HandleFunc("POST /control/faults", s.carryOut(s.controlFault))
	for name, act := range map[string]func(int64) error{
		"pay": s.Pay, "cancel": s.CancelByPayer, "decline": s.Decline,
		"transfer": s.PromiseTransfer, "funds": s.FundsArrived,
		"forge": s.Forge,
	} {
		mux.HandleFunc("POST /control/"+name, s.carryOut(withID("link_id", act)))
	}
	mux.HandleFunc("POST /control/resend", s.carryOut(withID("webhook", s.Resend)))
	mux.HandleFunc("POST /control/dispute", s.carryOut(withID("link_id", s.OpenDispute)))
	mux.HandleFunc("POST /control/dispute-end", s.carryOut(func(in value) error {
		return withID("link_id", func(id int64) error { return s.CloseDispute(id, in.get("won").flag(false)) })(in)
	}))
	mux.HandleFunc("POST /control/refund", s.carryOut(func(in value) error {
		return withID("link_id", func(id int64) error {
			if in.get("approve").flag(false) {
				return s.ApproveRefund(id)
			}
			return s.RejectRefund(id, in.get("reason").scalar())
		})(in)
	}))
	mux.HandleFunc("POST /control/clock", s.carryOut(func(in value) error {
		d, err := readSpan(in.get("advance").scalar())
		if err != nil {
			return err
		}
		return s.Advance(d)
	}))
	mux.HandleFunc("POST /control/accounts", s.controlAccount)
}

// errOrder is the error of a control call that cannot be understood.
var errOrder = errors.New("sandbox: the order cannot be understood")

// carryOut carries out one order and answers it.
func (s *Server) carryOut(act func(value) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		in, err := readBody(r)
		if err == nil {
			err = act(in)
		}
		back := in.get("back").scalar()
		if err == nil && strings.HasPrefix(r.Header.Get("Content-Type"), formType) && strings.HasPrefix(back, "/") && !strings.HasPrefix(back, "//") {
			http.Redirect(w, r, back, http.StatusSeeOther)
			return
		}
		s.answerOrder(w, err)
	}
}

func (s *Server) answerOrder(w http.ResponseWriter, err error) {
	switch {
	case err == nil:
		s.writeJSON(w, http.StatusOK, map[string]bool{"ok": true})
	case errors.Is(err, errBody), errors.Is(err, errOrder), errors.Is(err, ErrClock):
		s.writeJSON(w, http.StatusUnprocessableEntity, map[string]string{"error": err.Error()})
	case errors.Is(err, ErrNoLink), errors.Is(err, ErrNoSuchEvent):
		s.writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
	case errors.Is(err, ErrBook):
		s.log.Error("control", "err", err)
		s.writeJSON(w, http.StatusInternalServerError, map[string]string{"error": ErrBook.Error()})
	default:
		s.writeJSON(w, http.StatusConflict, map[string]string{"error": err.Error()})
	}
}

func (s *Server) writeJSON(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(what); err != nil {
		s.log.Debug("answer not delivered", "err", err)
	}
}

func withID(name string, act func(int64) error) func(value) error {
	return func(in value) error {
		id, ok := in.get(name).whole()
		if !ok {
			return fmt.Errorf("%w: %s is missing", errOrder, name)
		}
		return act(id)
	}
}

// controlAccount takes one account in the form of the accounts file.
func (s *Server) controlAccount(w http.ResponseWriter, r *http.Request) {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	dec.DisallowUnknownFields()
	var a Account
	if err := dec.Decode(&a); err != nil {
		s.answerOrder(w, fmt.Errorf("%w: %w", errOrder, err))
		return
	}
	s.answerOrder(w, s.AddAccount(a))
}

func (s *Server) controlFault(in value) error {
	f := Fault(in.get("name").scalar())
	if !f.Known() {
		return fmt.Errorf("%w: no fault is called %s", errOrder, strconv.Quote(string(f)))
	}
	times := int64(1)
	if v := in.get("times"); v.given() {
		n, ok := v.whole()
		if !ok || n > 1<<20 {
			return fmt.Errorf("%w: times is not a number", errOrder)
		}
		times = max(n, -1)
	}
	s.Set(f, int(times))
	return nil
}

// age writes how long ago something was.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}
