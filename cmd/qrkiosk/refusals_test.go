package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/secpaid"
)

// spoiled is a transport that changes what the client sends, because the client itself sends
// nothing that the gateway would refuse.
type spoiled func(*http.Request, map[string]any)

func (s spoiled) RoundTrip(q *http.Request) (*http.Response, error) {
	raw, err := io.ReadAll(q.Body)
	if err != nil {
		return nil, err
	}
	q = q.Clone(q.Context())
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	s(q, fields)
	if raw, err = json.Marshal(fields); err != nil {
		return nil, err
	}
	q.Body, q.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
	return http.DefaultTransport.RoundTrip(q)
}

func without(name string) spoiled {
	return func(_ *http.Request, fields map[string]any) { delete(fields, name) }
}

func with(name string, v any) spoiled {
	return func(_ *http.Request, fields map[string]any) { fields[name] = v }
}

func shares(list ...any) spoiled {
	return func(_ *http.Request, fields map[string]any) {
		fields["split_type"], fields["recipients"] = "normal", list
	}
}

func share(token string, share float64) map[string]any {
	return map[string]any{"token": token, "share": share}
}

// said is one documented error: how it comes about and what the gateway says.
type said struct {
	call   string // create, split, delete, refund, list
	spoil  spoiled
	before func(*trip, int64) // the link that delete and refund are about is unpaid before
	says   string
	old    string // in the wire of 2024, where it is not the general sentence
}

func paid(r *trip, id int64) { r.must(r.gateway.Pay(id)) }

const oldRefusal = "The provided parameters are invalid."

// refusals are the documented errors, in the order of the gateway's tables, and those that the
// sandbox adds where the documents are silent.
var refusals = []said{
	{call: "create", spoil: func(q *http.Request, _ map[string]any) { q.Header.Del("token") }, says: "Please enter token", old: "Invalid API key or token."},
	{call: "create", spoil: func(q *http.Request, _ map[string]any) { q.Header.Set("token", "nobody") }, says: "No user found with the provided API key.", old: "No user found with the provided API key."},
	{call: "create", spoil: without("amount"), says: "Please enter amount"},
	{call: "create", spoil: with("amount", 0), says: "Amount should not be zero or negative number"},
	{call: "create", spoil: with("amount", -1.5), says: "Amount should not be zero or negative number"},
	{call: "create", spoil: with("callback_url", "7"), says: "Invalid callback_url"},
	{call: "create", spoil: with("payment_endpoint", "ftp://shop.example"), says: "Invalid payment_endpoint"},
	{call: "split", spoil: without("amount"), says: "Please enter amount"},
	{call: "split", spoil: without("recipients"), says: "Please enter recipients"},
	{call: "split", spoil: with("split_type", "halves"), says: "Invalid split_type"},
	{call: "split", spoil: shares(share("recipient_a", 1), share("nobody", 1)), says: "Invalid recipient token at index 1"},
	{call: "split", spoil: shares(share("stall", 1)), says: "You cannot use your own token in recipient list at index 0"},
	{call: "split", spoil: shares(share("recipient_a", 1), share("recipient_b", 0)), says: "Share should be greater than zero at index 1"},
	{call: "split", spoil: shares(share("recipient_a", 60), share("recipient_b", 40.5)), says: "Share should be less than 100"},
	{call: "split", spoil: with("amount", 9.9), says: "Share should be less than or equal to 9.9"},
	{call: "delete", spoil: without("link_id"), says: "Please enter link_id"},
	{call: "delete", spoil: with("link_id", 1), says: "Invalid link ID", old: "Invalid link ID"},
	{call: "delete", before: paid, says: "This link is already used"},
	{call: "refund", spoil: without("pay_id"), says: "Please enter pay_id"},
	{call: "refund", spoil: without("refund_amount"), says: "Please enter refund_amount"},
	{call: "refund", spoil: with("pay_id", 1), says: "Invalid link ID", old: "Invalid link ID"},
	{call: "refund", says: "Invalid link ID", old: "Invalid link ID"},
	{call: "refund", before: paid, spoil: with("refund_amount", 35.4), says: "Invalid refund amount"},
	{call: "refund", before: paid, spoil: with("refund_amount", -1), says: "Invalid refund amount"},
	{call: "refund", before: func(r *trip, id int64) {
		paid(r, id)
		r.must(r.client.Refund(r.t.Context(), id, 1, false))
	}, says: "Refund already requested"},
	{call: "refund", before: func(r *trip, id int64) {
		paid(r, id)
		r.must(r.gateway.OpenDispute(id))
	}, says: "Refund blocked by dispute"},
	{call: "list", spoil: with("limit", "many"), says: oldRefusal},
}

// TestRoundTrip_refusals: every documented error travels from the gateway to the caller with its
// sentence, in every wire, and is surely nothing done.
func TestRoundTrip_refusals(t *testing.T) {
	for _, wire := range everyWire {
		t.Run(wire.String(), func(t *testing.T) {
			for _, c := range refusals {
				t.Run(c.call+" "+c.says, func(t *testing.T) { newTrip(t, wire).refused(wire, c) })
			}
		})
	}
}

func (r *trip) refused(wire sandbox.Wire, c said) {
	id := r.open(r.order("K7Q2")).PayID
	if c.before != nil {
		c.before(r, id)
	}
	links := len(r.gateway.Links())
	client := r.connect(tripKey, nil)
	if c.spoil != nil {
		client = r.connect(tripKey, c.spoil)
	}
	retired, err := r.make(client, c.call, id)
	want := c.says
	if wire == sandbox.Wire2024 {
		want = oldRefusal
		if c.old != "" {
			want = c.old
		}
	}
	if c.call == "delete" { // a refused delete is an answer about the link
		wanted := kiosk.RetiredUnknown
		if want == "This link is already used" {
			wanted = kiosk.RetiredUsed
		}
		if err != nil || retired != wanted || !strings.Contains(r.log.String(), want) {
			r.t.Errorf("retired %q, %v, want %q", retired, err, wanted)
		}
		return
	}
	var e *kiosk.Error
	if !errors.As(err, &e) || e.Code != kiosk.Refused || !slices.Equal(e.Args, []string{want}) {
		r.t.Errorf("%v, want a refusal with %q", err, want)
	}
	if n := len(r.gateway.Links()); n != links {
		r.t.Errorf("%d links, not %d", n, links)
	}
}

// make makes one call of a kind; the link is the one that delete and refund are about.
func (r *trip) make(c *secpaid.Client, call string, id int64) (retired kiosk.Retired, err error) {
	ctx := r.t.Context()
	o := r.order("N5T8")
	switch call {
	case "split":
		o.Parts = []kiosk.Part{{Token: "recipient_a", Amount: 1000}}
		fallthrough
	case "create":
		_, err = c.Open(ctx, o)
	case "delete":
		return c.Retire(ctx, id)
	case "refund":
		err = c.Refund(ctx, id, 100, false)
	case "list":
		_, err = c.PayIns(ctx, kiosk.PayInQuery{Days: 1})
	}
	return "", err
}

// TestRoundTrip_limit: the sixty-first call of a minute is answered 429, and the client stays away
// by itself from then on.
func TestRoundTrip_limit(t *testing.T) {
	r := newTrip(t, sandbox.WireSeeds, func(c *sandbox.Config) { c.Limit = 0 })
	for range 60 {
		if _, err := r.client.PayIns(t.Context(), kiosk.PayInQuery{Days: 1}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		_, err := r.client.Open(t.Context(), r.order("K7Q2"))
		var e *kiosk.Error
		if !errors.As(err, &e) || e.Code != kiosk.TooMany || e.Wait <= 0 {
			t.Errorf("%v", err)
		}
	}
	if n := r.gateway.Counts()["createLink"]; n != 1 || len(r.gateway.Links()) != 0 {
		t.Errorf("%d creates arrived, %d links", n, len(r.gateway.Links()))
	}
}

// TestRoundTrip_faults: whatever happens to a create, the gateway is asked once, the answer falls
// into the right class, and a link that was made all the same is found by its reference.
func TestRoundTrip_faults(t *testing.T) {
	for _, c := range []struct {
		fault sandbox.Fault
		class kiosk.Code // "" is done
		wrong string
		links int
	}{
		{fault: sandbox.CreateLost, class: kiosk.Unclear, links: 1},
		{fault: sandbox.CreateHang, class: kiosk.Unclear, links: 1},
		{fault: sandbox.CreateLate, class: kiosk.Unclear},
		{fault: sandbox.CreateReset, class: kiosk.Unclear},
		{fault: sandbox.CreateRefuse, class: kiosk.Refused},
		{fault: sandbox.Create500Made, class: kiosk.Unclear, links: 1},
		{fault: sandbox.Create500Unmade, class: kiosk.Unclear},
		{fault: sandbox.CreateCut, class: kiosk.Unclear, links: 1},
		{fault: sandbox.CreateHTML, class: kiosk.Unclear},
		{fault: sandbox.CreateWrongAmount, wrong: "amount", links: 1},
		{fault: sandbox.CreateWrongNote, wrong: "recipient_note"},
		{fault: sandbox.CreateWrongFlags, wrong: "paymentEndpoint", links: 1},
		{fault: sandbox.CreateWrongURL, wrong: "pay_link", links: 1},
		{fault: sandbox.CreatePhantom},
		{fault: sandbox.Reset, class: kiosk.Unclear},
		{fault: sandbox.Down, class: kiosk.Unclear},
		{fault: sandbox.HTML, class: kiosk.Unclear},
		{fault: sandbox.Empty, class: kiosk.Unclear},
		{fault: sandbox.Huge, class: kiosk.Unclear, links: 1},
		{fault: sandbox.OddEnvelope, links: 1},
		{fault: sandbox.Redirect, class: kiosk.Unclear},
		{fault: sandbox.TooMany, class: kiosk.TooMany},
		{fault: sandbox.TooManyWait, class: kiosk.TooMany},
		{fault: sandbox.KeyRevoked, class: kiosk.Refused},
		{fault: sandbox.Forbidden, class: kiosk.Refused},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			t.Parallel()
			r := newTrip(t, sandbox.WireSeeds)
			r.gateway.Set(c.fault, 1)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			if c.fault == sandbox.CreateHang {
				cancel()
				ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
			}
			defer cancel()
			opened, err := r.client.Open(ctx, r.order("K7Q2"))
			if kiosk.CodeOf(err) != c.class || opened.Wrong != c.wrong || c.wrong != "" && opened.URL != "" {
				t.Errorf("opened %+v, %v", opened, err)
			}
			if n := r.gateway.Counts()["createLink"]; n != 1 {
				t.Errorf("%d creates arrived", n)
			}
			if c.class != kiosk.TooMany {
				list, err := r.connect(tripKey, nil).Find(t.Context(), "K7Q2")
				if err != nil || len(list.Links) != c.links {
					t.Errorf("found %+v, %v, want %d", list, err, c.links)
				}
			}
		})
	}
}
