//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// firstCents is the amount of the first sale; every further one costs a cent more, so that an
// amount names one sale of the world.
const firstCents = 101

// order is one sale as its cashier sees it.
type order struct {
	cents int64
	key   string
	sale  string // its identifier, once the till has told
	state string
}

var (
	saleField = regexp.MustCompile(`name="sale" value="([^"]+)"`)
	nowState  = regexp.MustCompile(`data-now-state="([^"]+)"`)
)

// sell sells at a register until the world has had its sales and everything that is owed.
func (r *register) sell(ctx context.Context) {
	for ctx.Err() == nil {
		n := r.w.turns.next.Add(1)
		if r.w.turns.enough(n) {
			return
		}
		o := &order{cents: firstCents + n, key: fmt.Sprintf("torture-%016x-%06d", r.w.seed, n)}
		if !r.charge(ctx, o) {
			return
		}
		r.w.fate().live(ctx, r, o)
		if rest := r.w.turns.restAfter(n); rest > 0 {
			pause(ctx, r.w.dice.between(0, rest))
		}
		if r.w.dice.chance(60) {
			r.changeShift(ctx)
		}
	}
}

// charge presses the button until the till says that the sale is stored; false means that the
// world has ended.
func (r *register) charge(ctx context.Context, o *order) bool {
	busy := time.Time{}
	for ctx.Err() == nil {
		status, told, err := r.press(ctx, o)
		switch {
		case err != nil:
			r.w.count.fire("charge-unanswered")
		case status == http.StatusOK:
			r.accepted(o, told)
			return true
		case status == http.StatusConflict:
			if busy.IsZero() {
				busy = time.Now()
			}
			if time.Since(busy) > time.Duration(800+r.w.dice.number(1500))*time.Millisecond {
				busy = time.Time{}
				r.giveUpCurrent(ctx)
			}
		default:
			r.refused(ctx, status, told)
		}
		if !pause(ctx, r.w.dice.between(15*time.Millisecond, 70*time.Millisecond)) {
			return false
		}
	}
	return false
}

// press charges, now and then twice at the same moment.
func (r *register) press(ctx context.Context, o *order) (int, string, error) {
	post := func() (int, string, error) {
		return r.tablet.post(ctx, "/till/charge", "cents", strconv.FormatInt(o.cents, 10), "key", o.key)
	}
	if !r.w.dice.chance(12) && !r.w.turns.owes("double-tap") {
		return post()
	}
	var both sync.WaitGroup
	var status int
	var told string
	both.Go(func() { status, told, _ = post() })
	firstStatus, firstTold, err := post()
	both.Wait()
	if firstStatus == http.StatusOK && status == http.StatusOK {
		r.w.count.fire("double-tap")
		if a, b := saleOf(firstTold), saleOf(told); a != "" && b != "" && a != b {
			r.w.complain("I16: one key made the sales %s and %s", a, b)
		}
	}
	return firstStatus, firstTold, err
}

func saleOf(told string) string {
	if found := saleField.FindStringSubmatch(htmlOf(told)); found != nil {
		return found[1]
	}
	return ""
}

// htmlOf is the screen within a frame of JSON.
func htmlOf(told string) string {
	var f frame
	_ = json.Unmarshal([]byte(told), &f) // a frame that is none has no screen
	return f.HTML
}

func (r *register) accepted(o *order, told string) {
	html := htmlOf(told)
	if found := nowState.FindStringSubmatch(html); found != nil {
		o.state = found[1]
	}
	o.sale = saleOf(told)
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	r.w.accepted = append(r.w.accepted, acceptance{Key: o.key, Cents: o.cents, Sale: o.sale, At: time.Now()})
}

// refused is an answer that is neither yes nor busy.
func (r *register) refused(ctx context.Context, status int, told string) {
	switch status {
	case http.StatusServiceUnavailable:
		r.w.count.fire("charge-503")
	case http.StatusUnauthorized, http.StatusSeeOther, http.StatusForbidden:
		r.w.count.fire("signed-in-again")
		_ = r.signIn(ctx) // the next charge shows whether it worked
	case http.StatusTooManyRequests:
	default:
		r.w.complain("a charge was answered %d: %.300s", status, told)
	}
}

// state asks the till what it shows.
func (r *register) state(ctx context.Context) (state, sale string) {
	status, told, err := r.tablet.get(ctx, "/till/state", "application/json")
	if err != nil || status != http.StatusOK {
		return "", ""
	}
	html := htmlOf(told)
	if found := nowState.FindStringSubmatch(html); found != nil {
		state = found[1]
	}
	return state, saleOf(told)
}

// giveUpCurrent frees the register from a sale whose customer does not pay.
func (r *register) giveUpCurrent(ctx context.Context) {
	state, sale := r.state(ctx)
	if sale == "" {
		return
	}
	what := "/till/cancel"
	if (state == "awaiting" || state == "checking") && r.w.dice.chance(4) {
		what = "/till/aside"
	}
	if status, told, err := r.tablet.post(ctx, what, "sale", sale); err == nil && status >= 500 && status != http.StatusServiceUnavailable {
		r.w.complain("%s was answered %d: %.300s", what, status, told)
	}
	r.w.count.fire("gave-up-current")
}

// cancel presses cancel until it was heard.
func (r *register) cancel(ctx context.Context, o *order) {
	for range 20 {
		if o.sale == "" {
			return
		}
		status, _, err := r.tablet.post(ctx, "/till/cancel", "sale", o.sale)
		if err == nil && status < 500 {
			r.w.count.fire("cancel")
			return
		}
		if !pause(ctx, 40*time.Millisecond) {
			return
		}
	}
}

// untilShown waits a moment for the code to be on show.
func (r *register) untilShown(ctx context.Context, o *order) {
	for began := time.Now(); o.state == "opening" && time.Since(began) < 3*time.Second; {
		if !pause(ctx, 60*time.Millisecond) {
			return
		}
		if state, sale := r.state(ctx); sale == o.sale && state != "" {
			o.state = state
		} else if state != "" {
			return
		}
	}
}

// changeShift closes the register and opens it again; while a sale is in hand the till says no.
func (r *register) changeShift(ctx context.Context) {
	if status, _, err := r.tablet.post(ctx, "/till/shift/close"); err == nil && status == http.StatusOK {
		r.w.count.fire("shift-closed")
	}
	_, _, _ = r.tablet.post(ctx, "/till/shift/open") // a charge opens it as well
}
