package secpaid_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

func without(name string) kiosktest.Spoiled {
	return func(_ *http.Request, fields map[string]any) { delete(fields, name) }
}

func with(name string, v any) kiosktest.Spoiled {
	return func(_ *http.Request, fields map[string]any) { fields[name] = v }
}

func shares(list ...any) kiosktest.Spoiled {
	return func(_ *http.Request, fields map[string]any) {
		fields["split_type"], fields["recipients"] = "normal", list
	}
}

func share(token string, share float64) map[string]any {
	return map[string]any{"token": token, "share": share}
}

func paid(r *kiosktest.Trip, id int64) { r.Must(r.Gateway.Pay(id)) }

// refusals are the documented errors, in the order of the gateway's tables, and those that the
// sandbox adds where the documents are silent.
var refusals = []kiosktest.Said{
	{Call: "create", Spoil: func(q *http.Request, _ map[string]any) { q.Header.Del("token") }, Says: "Please enter token", Old: "Invalid API key or token."},
	{Call: "create", Spoil: func(q *http.Request, _ map[string]any) { q.Header.Set("token", "nobody") }, Says: "No user found with the provided API key.", Old: "No user found with the provided API key."},
	{Call: "create", Spoil: without("amount"), Says: "Please enter amount"},
	{Call: "create", Spoil: with("amount", 0), Says: "Amount should not be zero or negative number"},
	{Call: "create", Spoil: with("amount", -1.5), Says: "Amount should not be zero or negative number"},
	{Call: "create", Spoil: with("callback_url", "7"), Says: "Invalid callback_url"},
	{Call: "create", Spoil: with("payment_endpoint", "ftp://shop.example"), Says: "Invalid payment_endpoint"},
	{Call: "split", Spoil: without("amount"), Says: "Please enter amount"},
	{Call: "split", Spoil: without("recipients"), Says: "Please enter recipients"},
	{Call: "split", Spoil: with("split_type", "halves"), Says: "Invalid split_type"},
	{Call: "split", Spoil: shares(share("recipient_a", 1), share("nobody", 1)), Says: "Invalid recipient token at index 1"},
	{Call: "split", Spoil: shares(share("stall", 1)), Says: "You cannot use your own token in recipient list at index 0"},
	{Call: "split", Spoil: shares(share("recipient_a", 1), share("recipient_b", 0)), Says: "Share should be greater than zero at index 1"},
	{Call: "split", Spoil: shares(share("recipient_a", 60), share("recipient_b", 40.5)), Says: "Share should be less than 100"},
	{Call: "split", Spoil: with("amount", 9.9), Says: "Share should be less than or equal to 9.9"},
	{Call: "delete", Spoil: without("link_id"), Says: "Please enter link_id"},
	{Call: "delete", Spoil: with("link_id", 1), Says: "Invalid link ID", Old: "Invalid link ID"},
	{Call: "delete", Before: paid, Says: "This link is already used"},
	{Call: "refund", Spoil: without("pay_id"), Says: "Please enter pay_id"},
	{Call: "refund", Spoil: without("refund_amount"), Says: "Please enter refund_amount"},
	{Call: "refund", Spoil: with("pay_id", 1), Says: "Invalid link ID", Old: "Invalid link ID"},
	{Call: "refund", Says: "Invalid link ID", Old: "Invalid link ID"},
	{Call: "refund", Before: paid, Spoil: with("refund_amount", 35.4), Says: "Invalid refund amount"},
	{Call: "refund", Before: paid, Spoil: with("refund_amount", -1), Says: "Invalid refund amount"},
	{Call: "refund", Before: func(r *kiosktest.Trip, id int64) {
		paid(r, id)
		r.Must(r.Client.Refund(r.T.Context(), id, 1, false))
	}, Says: "Refund already requested"},
	{Call: "refund", Before: func(r *kiosktest.Trip, id int64) {
		paid(r, id)
		r.Must(r.Gateway.OpenDispute(id))
	}, Says: "Refund blocked by dispute"},
	{Call: "list", Spoil: with("limit", "many"), Says: kiosktest.OldRefusal},
}

// TestRoundTrip_refusals: every documented error travels from the gateway to the caller with its
// sentence, in every wire, and is surely nothing done.
func TestRoundTrip_refusals(t *testing.T) {
	for _, wire := range everyWire {
		t.Run(wire.String(), func(t *testing.T) {
			for _, c := range refusals {
				t.Run(c.Call+" "+c.Says, func(t *testing.T) { kiosktest.NewTrip(t, wire).Refused(wire, c) })
			}
		})
	}
}

// TestRoundTrip_limit: the sixty-first call of a minute is answered 429, and the client stays away
// by itself from then on.
func TestRoundTrip_limit(t *testing.T) {
	r := kiosktest.NewTrip(t, sandbox.WireSeeds, func(c *sandbox.Config) { c.Limit = 0 })
	for range 60 {
		if _, err := r.Client.PayIns(t.Context(), kiosk.PayInQuery{Days: 1}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		_, err := r.Client.Open(t.Context(), r.Order("K7Q2"))
		var e *kiosk.Error
		if !errors.As(err, &e) || e.Code != kiosk.TooMany || e.Wait <= 0 {
			t.Errorf("%v", err)
		}
	}
	if n := r.Gateway.Counts()["createLink"]; n != 1 || len(r.Gateway.Links()) != 0 {
		t.Errorf("%d creates arrived, %d links", n, len(r.Gateway.Links()))
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
			r := kiosktest.NewTrip(t, sandbox.WireSeeds)
			r.Gateway.Set(c.fault, 1)
			ctx, cancel := context.WithTimeout(t.Context(), kiosktest.Patience)
			if c.fault == sandbox.CreateHang {
				cancel()
				ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
			}
			defer cancel()
			opened, err := r.Client.Open(ctx, r.Order("K7Q2"))
			if kiosk.CodeOf(err) != c.class || opened.Wrong != c.wrong || c.wrong != "" && opened.URL != "" {
				t.Errorf("opened %+v, %v", opened, err)
			}
			if n := r.Gateway.Counts()["createLink"]; n != 1 {
				t.Errorf("%d creates arrived", n)
			}
			if c.class != kiosk.TooMany {
				list, err := r.Connect(kiosktest.TripKey, nil).Find(t.Context(), "K7Q2")
				if err != nil || len(list.Links) != c.links {
					t.Errorf("found %+v, %v, want %d", list, err, c.links)
				}
			}
		})
	}
}
