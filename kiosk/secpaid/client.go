package secpaid

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"qrkiosk/kiosk"
)

// Client is one account at the gateway. It is safe for concurrent use and meant to be the only
// one of its account, because it owns the account's budget of calls. Further accounts are views of
// it, see [Client.As].
type Client struct {
	*wire
	token   *atomic.Pointer[secret]
	breaker *breaker
	view    bool // of another account: what it hears of its key is not the client's health
}

// wire is what all accounts of a client share: the way to the gateway, the budget of calls, which the
// gateway counts per address too, and what is known of how it answers.
type wire struct {
	base    *url.URL
	agent   string
	hosts   []string
	http    *http.Client
	now     func() time.Time
	log     *slog.Logger
	observe func(endpoint, outcome string, took time.Duration)
	budget  *budget
	backoff func(failures int) time.Duration

	mu     sync.Mutex
	health Health
	failed int // calls in a row without contact
}

var _ kiosk.Gateway = (*Client)(nil)

// Health is how the gateway has been answering lately.
type Health struct {
	LastSuccess time.Time  // the last answer of any sense, a refusal included
	LastFailure time.Time  // the last call that brought none
	LastCode    kiosk.Code // code of the last error, "" if the last call was done
	LastKey     string
	Circuit     Circuit
	OpenUntil   time.Time // when an open circuit lets one call through
	ClosedUntil time.Time // until when a 429 keeps every call back; zero if it does not
	Used        int       // calls counted in the running sixty seconds
	PerMinute   int
	Skew        time.Duration // how far its clock is ahead of ours, to the second; 0 if it does not tell
}

// Health tells how the gateway has been answering.
func (c *Client) Health() Health {
	now := c.now()
	c.mu.Lock()
	h := c.health
	c.mu.Unlock()
	h.Circuit, h.OpenUntil = c.breaker.state(now)
	h.Used, h.PerMinute, h.ClosedUntil = c.budget.state()
	return h
}

var errNoKey = errors.New("secpaid: there is no API key yet")

// UseKey has every call from now on carry another key, of the same account or of another. The error
// is for a key that fits no header.
func (c *Client) UseKey(key string) error {
	if err := checkToken(key); err != nil {
		return err
	}
	token := hide(key)
	c.token.Store(&token)
	return nil
}

// As is the same gateway with the key of another account. It is cheap, and shares transport, clock and
// budget with c; it has a circuit of its own, and a key that is refused is no trouble of c's. The
// error is for a key that fits no header.
func (c *Client) As(key string) (*Client, error) {
	other := &Client{wire: c.wire, token: &atomic.Pointer[secret]{}, breaker: newBreaker(), view: true}
	return other, other.UseKey(key)
}

// Account asks for the number of the account that the key belongs to. An account that has no link
// at all does not tell it: then it is "". An error means that the key is not accepted, or that nobody
// knows.
func (c *Client) Account(ctx context.Context) (string, error) {
	lane := kiosk.LaneReports
	if c.view { // somebody waits for it, and others may be using that lane up
		lane = kiosk.LaneLook
	}
	for _, endpoint := range []string{"getMyUnusedLinks", "getMyUsedLinks"} {
		rows, err := c.list(ctx, lane, endpoint, searchLinks{Limit: 1})
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			if o, ok := row.(object); ok && o.text("user_id") != "" {
				return o.text("user_id"), nil
			}
		}
	}
	return "", nil
}

// Close gives up the connections that are kept for later calls.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// call makes one POST and has the answer read by take, whose error makes the call what it is:
// an answer without the sense that was asked for is not done. Every error is an [*kiosk.Error];
// a call that was kept back by the circuit or the budget never left.
func (c *Client) call(ctx context.Context, lane kiosk.Lane, endpoint string, request any, take func(object) error) error {
	body, err := encode(request)
	if err != nil {
		return notSent(kiosk.KeyInternal, err)
	}
	if (*c.token.Load())() == "" {
		return c.note(endpoint, reply{}, notSent(kiosk.KeyNoKey, errNoKey), 0)
	}
	slot, leave, err := c.admit(ctx, lane)
	if err != nil {
		return c.note(endpoint, reply{}, err, 0)
	}
	began := c.now()
	r, sent, err := c.send(ctx, endpoint, body)
	took := c.now().Sub(began)
	if sent {
		slot.done(c.now())
	} else {
		slot.undo()
	}
	c.compareClocks(r.date, began)
	answer, err := c.judge(ctx, r, sent, err, leave)
	if err == nil {
		err = take(answer)
	}
	return c.note(endpoint, r, err, took)
}

// compareClocks notes how far the gateway's clock is from ours. Its date is cut to the second and
// was written while we waited: what lies within both is no difference.
func (c *Client) compareClocks(date string, began time.Time) {
	at, err := http.ParseTime(date)
	if err != nil {
		return
	}
	var skew time.Duration
	switch now := c.now(); {
	case at.Add(time.Second).Before(began):
		skew = at.Add(time.Second).Sub(began)
	case at.After(now):
		skew = at.Sub(now)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.health.Skew = skew
}

// Skew is how far the gateway's clock is ahead of ours, by its last answer.
func (c *Client) Skew() time.Duration { return c.Health().Skew }

// admit asks circuit and budget. The circuit is asked again behind the wait for the budget,
// because it may have opened meanwhile.
func (c *Client) admit(ctx context.Context, lane kiosk.Lane) (*slot, pass, error) {
	if wait := c.breaker.blocked(c.now()); wait > 0 {
		return nil, pass{}, circuitOpen(wait)
	}
	slot, err := c.budget.take(ctx, lane)
	if err != nil {
		return nil, pass{}, err
	}
	leave, wait := c.breaker.enter(c.now())
	if wait > 0 {
		slot.undo()
		return nil, leave, circuitOpen(wait)
	}
	return slot, leave, nil
}

// judge turns what came back into an answer or an error and tells the circuit about it.
func (c *Client) judge(ctx context.Context, r reply, sent bool, err error, p pass) (object, error) {
	now := c.now()
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		c.breaker.leave(p, now, noWord)
		return nil, lost(sent, err, 0)
	}
	if err != nil {
		c.breaker.leave(p, now, failure)
		return nil, lost(sent, err, c.pause(false))
	}
	answer, contact, err := read(r, now)
	if !contact {
		c.breaker.leave(p, now, failure)
		return nil, withWait(err, c.pause(false))
	}
	c.breaker.leave(p, now, success)
	c.pause(true)
	if kiosk.CodeOf(err) == kiosk.TooMany {
		c.budget.close(now.Add(waitOf(err)))
	}
	return answer, err
}

// pause counts calls without contact and returns how long to stay away.
func (c *Client) pause(contact bool) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if contact {
		c.failed, c.health.LastSuccess = 0, now
		return 0
	}
	c.failed++
	c.health.LastFailure = now
	return c.backoff(c.failed)
}

// note keeps the outcome for Health, the observer and the log. Bodies are never logged.
func (c *Client) note(endpoint string, r reply, err error, took time.Duration) error {
	if !c.view || kiosk.KeyOf(err) != KeyKey {
		c.mu.Lock()
		c.health.LastCode, c.health.LastKey = kiosk.CodeOf(err), kiosk.KeyOf(err)
		c.mu.Unlock()
	}
	outcome, level := "done", slog.LevelDebug
	if err != nil {
		outcome, level = string(kiosk.CodeOf(err)), slog.LevelWarn
	}
	c.observe(endpoint, outcome, took)
	c.log.Log(context.Background(), level, "gateway call", "endpoint", endpoint, "outcome", outcome,
		"status", r.status, "took", took, "request", r.requestID, "err", err)
	return err
}

// nothing is what an answer holds that says all by being a success.
func nothing(object) error { return nil }

func encode(request any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(request); err != nil {
		return nil, fmt.Errorf("writing the request: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// departing is a request body that remembers whether anybody began to read it: before that no
// complete request can have left this machine.
type departing struct {
	io.Reader
	begun atomic.Bool
}

func (d *departing) Read(p []byte) (int, error) {
	d.begun.Store(true)
	return d.Reader.Read(p)
}

func (d *departing) Close() error { return nil }

// send makes the request. sent is false only if surely nothing was done.
func (c *Client) send(ctx context.Context, endpoint string, body []byte) (r reply, sent bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath(endpoint).String(), nil)
	if err != nil {
		return reply{}, false, err
	}
	// Body is set by hand so that GetBody stays nil: the transport cannot replay it.
	d := &departing{Reader: bytes.NewReader(body)}
	req.Body, req.ContentLength = d, int64(len(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("token", (*c.token.Load())())
	resp, err := c.http.Do(req)
	if err != nil {
		return reply{}, d.begun.Load(), err
	}
	defer resp.Body.Close()
	r, err = readReply(resp)
	return r, true, err
}
