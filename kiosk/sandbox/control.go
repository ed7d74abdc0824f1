package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
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

// controlRoute is one call with what carries it out.
type controlRoute struct {
	ControlCall
	serve http.HandlerFunc
}

// control is the page and the API by which people play payer, bank, operator and night.
type control struct {
	gateway  *Server
	wire     Wire
	anywhere bool // [Config.ControlAnywhere]
	log      *slog.Logger
}

// routes is the control API: the one list that the routes, the page and help texts are made of.
// Every POST takes JSON, or a form, which is answered with a redirect to the page named by back.
func (c *control) routes() []controlRoute {
	show := func(path, what string, view func() any) controlRoute {
		return controlRoute{ControlCall{http.MethodGet, "/control/" + path, "", what}, func(w http.ResponseWriter, _ *http.Request) {
			c.writeJSON(w, http.StatusOK, view())
		}}
	}
	order := func(path, body, what string, act func(value) error) controlRoute {
		return controlRoute{ControlCall{http.MethodPost, "/control/" + path, body, what}, c.carryOut(act)}
	}
	press := func(path, what string, act func(int64) error) controlRoute {
		return order(path, `{"link_id": 1}`, what, withID("link_id", act))
	}
	return []controlRoute{
		show("links", "every link ever made", func() any { return c.gateway.Links() }),
		show("calls", "the last calls and a counter per endpoint", func() any {
			return map[string]any{"calls": c.gateway.Calls(), "counts": c.gateway.Counts()}
		}),
		show("webhooks", "every webhook with its body and what was answered", func() any { return c.gateway.Webhooks() }),
		show("money", "sums per account and refund requests", func() any { return c.gateway.Money() }),
		press("pay", "the payer pays by card", c.gateway.Pay),
		press("cancel", "the payer cancels", c.gateway.CancelByPayer),
		press("decline", "the card is declined", c.gateway.Decline),
		press("transfer", "the payer promises a bank transfer", c.gateway.PromiseTransfer),
		press("funds", "the money of the transfer arrives", c.gateway.FundsArrived),
		press("forge", "a plain webhook tells of a payment that never happened", c.gateway.Forge),
		order("resend", `{"webhook": 1}`, "a webhook is sent again", withID("webhook", c.gateway.Resend)),
		order("refund", `{"link_id": 1, "approve": true}`, "a refund is approved, or rejected with a reason", c.refund),
		press("dispute", "the payer's bank takes the money back", c.gateway.OpenDispute),
		order("dispute-end", `{"link_id": 1, "won": true}`, "the dispute ends", c.dispute),
		show("faults", "every fault and how often it will still happen", func() any { return c.gateway.Faults() }),
		order("faults", `{"name": "create-lost", "times": 1}`, "a fault is set; negative: until cleared, 0: off", c.fault),
		show("clock", "the gateway's time", func() any { return map[string]time.Time{"now": c.gateway.Now()} }),
		order("clock", `{"advance": "1d"}`, "the clock goes forward; also 90m, 36h, 2w", c.clock),
		show("accounts", "every account with its settings", func() any { return c.gateway.Accounts() }),
		{ControlCall{
			http.MethodPost, "/control/accounts", `{"name": "Shop", "key": "test-key"}`,
			"an account is added, or changed if its user_id is known",
		}, c.account},
	}
}

// ControlCalls lists the control API for help texts.
func ControlCalls() (calls []ControlCall) {
	for _, c := range new(control).routes() {
		calls = append(calls, c.ControlCall)
	}
	return calls
}

func (c *control) register(mux *http.ServeMux) {
	for _, route := range c.routes() {
		mux.HandleFunc(route.Method+" "+route.Path, route.serve)
	}
	mux.HandleFunc("GET /control", c.page)
	mux.HandleFunc("GET /control/{$}", c.page)
}

func (c *control) refund(in value) error {
	return withID("link_id", func(id int64) error {
		if in.get("approve").flag(false) {
			return c.gateway.ApproveRefund(id)
		}
		return c.gateway.RejectRefund(id, in.get("reason").scalar())
	})(in)
}

func (c *control) dispute(in value) error {
	return withID("link_id", func(id int64) error { return c.gateway.CloseDispute(id, in.get("won").flag(false)) })(in)
}

func (c *control) clock(in value) error {
	d, err := readSpan(in.get("advance").scalar())
	if err != nil {
		return err
	}
	return c.gateway.Advance(d)
}

// errOrder is the error of a control call that cannot be understood.
var errOrder = errors.New("sandbox: the order cannot be understood")

// carryOut carries out one order and answers it.
func (c *control) carryOut(act func(value) error) http.HandlerFunc {
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
		c.answerOrder(w, err)
	}
}

func (c *control) answerOrder(w http.ResponseWriter, err error) {
	switch {
	case err == nil:
		c.writeJSON(w, http.StatusOK, map[string]bool{"ok": true})
	case errors.Is(err, errBody), errors.Is(err, errOrder), errors.Is(err, ErrClock):
		c.writeJSON(w, http.StatusUnprocessableEntity, map[string]string{"error": err.Error()})
	case errors.Is(err, ErrNoLink), errors.Is(err, ErrNoSuchEvent):
		c.writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
	case errors.Is(err, ErrBook):
		c.log.Error("control", "err", err)
		c.writeJSON(w, http.StatusInternalServerError, map[string]string{"error": ErrBook.Error()})
	default:
		c.writeJSON(w, http.StatusConflict, map[string]string{"error": err.Error()})
	}
}

func (c *control) writeJSON(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(what); err != nil {
		c.log.Debug("answer not delivered", "err", err)
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

// account takes one account in the form of the accounts file.
func (c *control) account(w http.ResponseWriter, r *http.Request) {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	dec.DisallowUnknownFields()
	var a Account
	if err := dec.Decode(&a); err != nil {
		c.answerOrder(w, fmt.Errorf("%w: %w", errOrder, err))
		return
	}
	c.answerOrder(w, c.gateway.AddAccount(a))
}

func (c *control) fault(in value) error {
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
	c.gateway.Set(f, int(times))
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

// nearOnly lets in callers on this machine who address it by a name that nobody else can point
// here: an IP address, localhost, or the host of the configured URL. Without the second check a
// foreign page could let its own name resolve to loopback.
func (c *control) nearOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (c.anywhere || isNear(r.RemoteAddr)) && c.gateway.address.ownName(r.Host) {
			next.ServeHTTP(w, r)
			return
		}
		http.Error(w, "The sandbox is controlled from its own machine only.", http.StatusForbidden)
	})
}

// isNear is true for loopback and for connections that are no network connections at all.
func isNear(remote string) bool {
	at, err := netip.ParseAddrPort(remote)
	return err != nil || at.Addr().Unmap().IsLoopback()
}
