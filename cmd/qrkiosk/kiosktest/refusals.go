package kiosktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/secpaid"
)

// Spoiled is a transport that changes what the client sends, because the client itself sends
// nothing that the gateway would refuse.
type Spoiled func(*http.Request, map[string]any)

// RoundTrip sends the call, changed.
func (s Spoiled) RoundTrip(q *http.Request) (*http.Response, error) {
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

// Said is one documented error: how it comes about and what the gateway says.
type Said struct {
	Call   string // create, split, delete, refund, list
	Spoil  Spoiled
	Before func(*Trip, int64) // the link that delete and refund are about is unpaid before
	Says   string
	Old    string // in the wire of 2024, where it is not the general sentence
}

// OldRefusal is how old wires say no.
const OldRefusal = "The provided parameters are invalid."

// Refused compares how a call is refused.
func (r *Trip) Refused(wire sandbox.Wire, c Said) {
	id := r.Open(r.Order("K7Q2")).PayID
	if c.Before != nil {
		c.Before(r, id)
	}
	links := len(r.Gateway.Links())
	client := r.Connect(TripKey, nil)
	if c.Spoil != nil {
		client = r.Connect(TripKey, c.Spoil)
	}
	retired, err := r.make(client, c.Call, id)
	want := c.Says
	if wire == sandbox.Wire2024 {
		want = OldRefusal
		if c.Old != "" {
			want = c.Old
		}
	}
	if c.Call == "delete" { // a refused delete is an answer about the link
		wanted := kiosk.RetiredUnknown
		if want == "This link is already used" {
			wanted = kiosk.RetiredUsed
		}
		if err != nil || retired != wanted || !strings.Contains(r.Log.String(), want) {
			r.T.Errorf("retired %q, %v, want %q", retired, err, wanted)
		}
		return
	}
	var e *kiosk.Error
	if !errors.As(err, &e) || e.Code != kiosk.Refused || !slices.Equal(e.Args, []string{want}) {
		r.T.Errorf("%v, want a refusal with %q", err, want)
	}
	if n := len(r.Gateway.Links()); n != links {
		r.T.Errorf("%d links, not %d", n, links)
	}
}

// make makes one call of a kind; the link is the one that delete and refund are about.
func (r *Trip) make(c *secpaid.Client, call string, id int64) (retired kiosk.Retired, err error) {
	ctx := r.T.Context()
	o := r.Order("N5T8")
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
