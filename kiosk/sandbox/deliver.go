package sandbox

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// retryAfter are the waits between the tries of a webhook that is not answered with 2xx. The vendor speaks
// of growing waits and names none.
var retryAfter = []time.Duration{time.Second, 4 * time.Second, 16 * time.Second}

const (
	deliveryTimeout = 10 * time.Second
	deliveryAnswer  = 64 << 10 // bytes read of an answer
	keptAnswer      = 2 << 10  // bytes of it kept in the book
	parallel        = 32       // deliveries under way at the same time
)

// The states of a delivery.
const (
	stateWaiting   = "waiting"
	stateDelivered = "delivered"
	stateFailed    = "failed"
)

// delivery is one webhook to one endpoint.
type delivery struct {
	ID       int64      `json:"id"`
	Link     int64      `json:"link"`
	URL      string     `json:"url"`
	Type     string     `json:"type"` // content type
	Body     string     `json:"body"`
	Made     time.Time  `json:"made"`
	Due      time.Time  `json:"due"`
	After    int64      `json:"after,omitempty"` // waits until this one is over
	Tries    int        `json:"tries"`           // at most
	State    string     `json:"state"`
	Attempts []*attempt `json:"-"`
}

// attempt is one try of a delivery and what it met.
type attempt struct {
	Delivery int64     `json:"delivery"`
	At       time.Time `json:"at"`
	Status   int       `json:"status,omitempty"` // 0: no answer
	Error    string    `json:"error,omitempty"`
	Answer   string    `json:"answer,omitempty"`
	Next     time.Time `json:"next,omitzero"` // zero: no further try
}

func (l *ledger) addDelivery(d *delivery) error {
	if d.ID != int64(len(l.deliveries))+1 {
		return fmt.Errorf("webhook %d does not follow %d", d.ID, len(l.deliveries))
	}
	l.deliveries = append(l.deliveries, d)
	l.waiting = append(l.waiting, d)
	return nil
}

func (l *ledger) addAttempt(a *attempt) error {
	if a.Delivery < 1 || a.Delivery > int64(len(l.deliveries)) {
		return fmt.Errorf("an attempt of the unknown webhook %d", a.Delivery)
	}
	d := l.deliveries[a.Delivery-1]
	d.Attempts = append(d.Attempts, a)
	switch {
	case a.Status >= 200 && a.Status <= 299:
		d.State = stateDelivered
	case a.Next.IsZero():
		d.State = stateFailed
	default:
		d.Due, d.State = a.Next, stateWaiting
	}
	return nil
}

// takeDue marks the deliveries whose time has come as under way and returns them, with the time
// until the next one or the next chore.
func (p *postman) takeDue(most int, nextChore func() chore) (due []delivery, next time.Duration) {
	p.keeper.mu.Lock()
	defer p.keeper.mu.Unlock()
	now := p.keeper.nowLocked()
	next = min(longest, max(nextChore().at.Sub(now), time.Millisecond))
	over := func(d *delivery) bool { return d.State != stateWaiting }
	p.keeper.ledger.waiting = slices.DeleteFunc(p.keeper.ledger.waiting, over)
	for _, d := range p.keeper.ledger.waiting {
		if p.inFlight[d.ID] || p.keeper.ledger.waitsFor(d.After) {
			continue
		}
		if wait := d.Due.Sub(now); wait > 0 {
			next = min(next, wait)
			continue
		}
		if len(due) < most {
			p.inFlight[d.ID] = true
			due = append(due, *d)
		}
	}
	return due, next
}

func (l *ledger) waitsFor(id int64) bool {
	return id > 0 && id <= int64(len(l.deliveries)) && l.deliveries[id-1].State == stateWaiting
}

// client calls the endpoints: no proxy from the environment, no redirects, every connection
// checked when it is dialled.
func (p *postman) client() *http.Client {
	dial := p.guard.dial(p.address.ownHost)
	if p.dialer != nil {
		dial = p.dialer
	}
	return &http.Client{
		Transport: &http.Transport{DialContext: dial, Proxy: nil, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
		Timeout: deliveryTimeout,
	}
}

// deliver makes one try and writes down what came of it. A try that was broken off because Run
// ended is not written down: it is made again.
func (p *postman) deliver(ctx context.Context, client *http.Client, d delivery) {
	a := p.try(ctx, client, d)
	err := p.keeper.change(func(l *ledger) ([]entry, error) {
		delete(p.inFlight, d.ID)
		if ctx.Err() != nil && a.Status == 0 {
			return nil, nil
		}
		a.At = p.keeper.nowLocked()
		if made := len(l.deliveries[d.ID-1].Attempts); a.Status/100 != 2 && made+1 < d.Tries {
			a.Next = a.At.Add(retryAfter[min(made, len(retryAfter)-1)])
		}
		return []entry{{Attempt: a}}, nil
	})
	if err != nil {
		p.log.Error("webhook", "link", d.Link, "err", err)
		return
	}
	p.log.Debug("webhook", "link", d.Link, "status", a.Status)
}

func (p *postman) try(ctx context.Context, client *http.Client, d delivery) *attempt {
	a := &attempt{Delivery: d.ID}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, strings.NewReader(d.Body))
	if err != nil {
		a.Error = err.Error()
		return a
	}
	req.Header.Set("Content-Type", d.Type)
	req.Header.Set("Accept", jsonType)
	req.Header.Set("User-Agent", "secpaid-sandbox")
	resp, err := client.Do(req)
	if err != nil {
		a.Error = err.Error()
		return a
	}
	defer resp.Body.Close()
	a.Status = resp.StatusCode
	answer, err := io.ReadAll(io.LimitReader(resp.Body, deliveryAnswer))
	if err != nil {
		a.Error = err.Error()
	}
	a.Answer = printable(answer)
	return a
}

// printable keeps the beginning of an answer as valid text.
func printable(answer []byte) string {
	if len(answer) > keptAnswer {
		answer = answer[:keptAnswer]
	}
	return strings.ToValidUTF8(string(answer), string(utf8.RuneError))
}

// deliverLink makes the first try of a link's webhooks and waits for it, so that they arrive
// before the answer of the call that is being made.
func (p *postman) deliverLink(id int64) {
	client := p.client()
	defer client.CloseIdleConnections()
	var list []delivery
	p.keeper.read(func(l *ledger) {
		for _, d := range l.deliveries {
			if d.Link == id && d.State == stateWaiting && !p.inFlight[d.ID] {
				p.inFlight[d.ID] = true
				list = append(list, *d)
			}
		}
	})
	for _, d := range list {
		p.deliver(context.Background(), client, d)
	}
}

func (p *postman) resend(id int64) error {
	return p.keeper.change(func(l *ledger) ([]entry, error) {
		if id < 1 || id > int64(len(l.deliveries)) {
			return nil, ErrNoSuchEvent
		}
		again := *l.deliveries[id-1]
		again.ID, again.After, again.State = int64(len(l.deliveries))+1, 0, stateWaiting
		again.Made, again.Attempts = p.keeper.nowLocked(), nil
		again.Due = again.Made
		return []entry{{Delivery: &again}}, nil
	})
}

// WebhookView is one webhook with everything that was tried.
type WebhookView struct {
	ID       int64         `json:"id"`
	Link     int64         `json:"link"`
	URL      string        `json:"url"`
	Type     string        `json:"content_type"`
	Body     string        `json:"body"`
	Made     time.Time     `json:"made"`
	State    string        `json:"state"` // waiting, delivered, failed
	Due      time.Time     `json:"due"`
	Attempts []AttemptView `json:"attempts"`
}

// AttemptView is one try of a webhook. Status 0 means that no answer came; Error says why.
type AttemptView struct {
	At     time.Time `json:"at"`
	Status int       `json:"status"`
	Error  string    `json:"error,omitempty"`
	Answer string    `json:"answer,omitempty"`
}

func (p *postman) webhooks() []WebhookView {
	views := []WebhookView{}
	p.keeper.read(func(l *ledger) {
		for _, d := range l.deliveries {
			v := WebhookView{
				ID: d.ID, Link: d.Link, URL: d.URL, Type: d.Type, Body: d.Body, Made: d.Made, State: d.State, Due: d.Due,
				Attempts: []AttemptView{},
			}
			for _, a := range d.Attempts {
				v.Attempts = append(v.Attempts, AttemptView{At: a.At, Status: a.Status, Error: a.Error, Answer: a.Answer})
			}
			views = append(views, v)
		}
	})
	return slices.Clip(views)
}
