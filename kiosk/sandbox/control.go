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

// ControlCall describes one call of the control API to people.
type ControlCall struct {
	Method string
	Path   string
	Body   string // an example, "" for a GET
	What   string
}

// control is one call with what carries it out.
type control struct {
	ControlCall
	serve http.HandlerFunc
}

// controls is the control API: the one list that the routes, the page and help texts are made of.
// Every POST takes JSON, or a form, which is answered with a redirect to the page named by back.
func (s *Server) controls() []control {
	show := func(path, what string, view func() any) control {
		return control{ControlCall{http.MethodGet, "/control/" + path, "", what}, func(w http.ResponseWriter, _ *http.Request) {
			s.writeJSON(w, http.StatusOK, view())
		}}
	}
	order := func(path, body, what string, act func(value) error) control {
		return control{ControlCall{http.MethodPost, "/control/" + path, body, what}, s.carryOut(act)}
	}
	press := func(path, what string, act func(int64) error) control {
		return order(path, `{"link_id": 1}`, what, withID("link_id", act))
	}
	return []control{
		show("links", "every link ever made", func() any { return s.Links() }),
		show("calls", "the last calls and a counter per endpoint", func() any {
			return map[string]any{"calls": s.Calls(), "counts": s.Counts()}
		}),
		show("webhooks", "every webhook with its body and what was answered", func() any { return s.Webhooks() }),
		show("money", "sums per account and refund requests", func() any { return s.Money() }),
		press("pay", "the payer pays by card", s.Pay),
		press("cancel", "the payer cancels", s.CancelByPayer),
		press("decline", "the card is declined", s.Decline),
		press("transfer", "the payer promises a bank transfer", s.PromiseTransfer),
		press("funds", "the money of the transfer arrives", s.FundsArrived),
		press("forge", "a plain webhook tells of a payment that never happened", s.Forge),
		order("resend", `{"webhook": 1}`, "a webhook is sent again", withID("webhook", s.Resend)),
		order("refund", `{"link_id": 1, "approve": true}`, "a refund is approved, or rejected with a reason", s.controlRefund),
		press("dispute", "the payer's bank takes the money back", s.OpenDispute),
		order("dispute-end", `{"link_id": 1, "won": true}`, "the dispute ends", s.controlDispute),
		show("faults", "every fault and how often it will still happen", func() any { return s.Faults() }),
		order("faults", `{"name": "create-lost", "times": 1}`, "a fault is set; negative: until cleared, 0: off", s.controlFault),
		show("clock", "the gateway's time", func() any { return map[string]time.Time{"now": s.Now()} }),
		order("clock", `{"advance": "1d"}`, "the clock goes forward; also 90m, 36h, 2w", s.controlClock),
		show("accounts", "every account with its settings", func() any { return s.Accounts() }),
		{ControlCall{
			http.MethodPost, "/control/accounts", `{"name": "Shop", "key": "test-key"}`,
			"an account is added, or changed if its user_id is known",
		}, s.controlAccount},
	}
}

// ControlCalls lists the control API for help texts.
func ControlCalls() (calls []ControlCall) {
	for _, c := range new(Server).controls() {
		calls = append(calls, c.ControlCall)
	}
	return calls
}

func (s *Server) controlRoutes(mux *http.ServeMux) {
	for _, c := range s.controls() {
		mux.HandleFunc(c.Method+" "+c.Path, c.serve)
	}
	mux.HandleFunc("GET /control", s.controlPage)
	mux.HandleFunc("GET /control/{$}", s.controlPage)
}

func (s *Server) controlRefund(in value) error {
	return withID("link_id", func(id int64) error {
		if in.get("approve").flag(false) {
			return s.ApproveRefund(id)
		}
		return s.RejectRefund(id, in.get("reason").scalar())
	})(in)
}

func (s *Server) controlDispute(in value) error {
	return withID("link_id", func(id int64) error { return s.CloseDispute(id, in.get("won").flag(false)) })(in)
}

func (s *Server) controlClock(in value) error {
	d, err := readSpan(in.get("advance").scalar())
	if err != nil {
		return err
	}
	return s.Advance(d)
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
