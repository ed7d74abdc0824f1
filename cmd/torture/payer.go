//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// fate is what becomes of a sale in front of the counter.
type fate struct {
	name  string
	share int // of all sales, in sixtieths
	live  func(context.Context, *register, *order)
}

// fates are drawn for every sale, and dealt one after the other while anything is owed: most faults
// need a customer who does something certain.
var fates = []fate{
	{"pays", 28, func(ctx context.Context, r *register, o *order) { r.untilShown(ctx, o); r.w.pay(ctx, o, 0) }},
	{"pays-at-once", 6, func(ctx context.Context, r *register, o *order) { r.w.pay(ctx, o, 0) }},
	{"two-pay-at-once", 3, func(ctx context.Context, r *register, o *order) {
		r.untilShown(ctx, o)
		r.w.pay(ctx, o, 0)
		r.w.pay(ctx, o, 0)
	}},
	{"pays-short", 2, withFault("pay-short")},
	{"pays-over", 2, withFault("pay-over")},
	{"pays-twice", 2, withFault("pay-twice")},
	{"pays-unlisted", 1, withFault("pay-unlisted")},
	{"unlisted-and-cancelled", 1, func(ctx context.Context, r *register, o *order) {
		withFault("webhook-off")(ctx, r, o)
		withFault("pay-unlisted")(ctx, r, o)
		r.cancel(ctx, o)
	}},
	{"pays-and-brings-back", 2, func(ctx context.Context, r *register, o *order) {
		r.untilShown(ctx, o)
		r.w.pay(ctx, o, 0)
		r.w.payers.Go(func() { r.bringBack(ctx, o) })
	}},
	{"declined-then-pays", 2, func(ctx context.Context, r *register, o *order) {
		r.w.onNewestLink(ctx, o, "decline")
		r.w.pay(ctx, o, 50*time.Millisecond)
	}},
	{"forged-then-pays", 2, func(ctx context.Context, r *register, o *order) {
		r.untilShown(ctx, o)
		r.w.onNewestLink(ctx, o, "forge")
		r.w.pay(ctx, o, r.w.dice.between(0, 3*time.Second))
	}},
	{"forged-alone", 1, func(ctx context.Context, r *register, o *order) { r.w.onNewestLink(ctx, o, "forge") }},
	{"cancelled", 4, func(ctx context.Context, r *register, o *order) { r.untilShown(ctx, o); r.cancel(ctx, o) }},
	{"cancelled-at-once", 2, func(ctx context.Context, r *register, o *order) { r.cancel(ctx, o) }},
	{"cancel-against-pay", 3, func(ctx context.Context, r *register, o *order) {
		r.untilShown(ctx, o)
		r.w.pay(ctx, o, r.w.dice.between(0, 30*time.Millisecond))
		r.cancel(ctx, o)
	}},
	{"photographed", 2, func(ctx context.Context, r *register, o *order) {
		r.untilShown(ctx, o)
		r.cancel(ctx, o)
		r.w.pay(ctx, o, r.w.dice.between(0, time.Second))
	}},
	{"paid-after-the-answer-was-lost", 1, func(ctx context.Context, r *register, o *order) {
		r.untilShown(ctx, o)
		_, _ = r.w.remote.command(ctx, "faults", map[string]any{"name": "delete-500", "times": 2})
		r.cancel(ctx, o)
		r.w.pay(ctx, o, 10*time.Millisecond)
	}},
	{"set-aside-pays-later", 1, func(ctx context.Context, r *register, o *order) {
		r.untilShown(ctx, o)
		_, _, _ = r.tablet.post(ctx, "/till/aside", "sale", o.sale)
		r.w.pay(ctx, o, r.w.dice.between(time.Second, 5*time.Second))
	}},
	{"lapses", 1, func(ctx context.Context, r *register, o *order) {
		r.untilShown(ctx, o)
		_, _, _ = r.tablet.post(ctx, "/till/aside", "sale", o.sale)
	}},
}

func (w *world) fate() *fate {
	f := w.drawnFate()
	if len(w.turns.owed()) > 0 {
		f = &fates[int(w.dealt.Add(1)-1)%len(fates)]
	}
	w.count.fire("fate-" + f.name)
	return f
}

func (w *world) drawnFate() *fate {
	all := 0
	for i := range fates {
		all += fates[i].share
	}
	at := w.dice.number(all)
	for i := range fates {
		if at -= fates[i].share; at < 0 {
			return &fates[i]
		}
	}
	return &fates[0]
}

// withFault arms a fault that the next payment takes, and pays.
func withFault(name string) func(context.Context, *register, *order) {
	return func(ctx context.Context, r *register, o *order) {
		r.untilShown(ctx, o)
		_, _ = r.w.remote.command(ctx, "faults", map[string]any{"name": name, "times": 1})
		r.w.pay(ctx, o, 0)
	}
}

// pay lets somebody pay the sale's newest link after a while, as soon as there is one.
func (w *world) pay(ctx context.Context, o *order, after time.Duration) {
	cents := o.cents
	w.payers.Go(func() {
		if !pause(ctx, after) {
			return
		}
		for began := time.Now(); time.Since(began) < 8*time.Second; {
			if w.payLink(ctx, cents) || !pause(ctx, 25*time.Millisecond) {
				return
			}
		}
	})
}

// payLink pays the newest link of the amount that can be paid; false if there is none yet.
func (w *world) payLink(ctx context.Context, cents int64) bool {
	links := w.book.ofAmount(cents)
	if len(links) == 0 {
		return false
	}
	last := links[len(links)-1]
	if last.Status != "Unused" {
		return true
	}
	status, err := w.remote.command(ctx, "pay", map[string]any{"link_id": last.ID})
	switch {
	case err != nil:
		return false
	case status == http.StatusOK:
		w.count.fire("paid-at-gateway")
	default:
		w.count.fire("payment-refused-by-gateway")
	}
	return true
}

// payAny pays some link that can be paid.
func (w *world) payAny(ctx context.Context) {
	if cents := w.book.anyPayable(); cents > 0 {
		w.payLink(ctx, cents)
	}
}

// onNewestLink has the sandbox decline or forge a payment of the sale's newest link, if there is one.
func (w *world) onNewestLink(ctx context.Context, o *order, what string) {
	for began := time.Now(); time.Since(began) < time.Second; {
		if links := w.book.ofAmount(o.cents); len(links) > 0 {
			if status, err := w.remote.command(ctx, what, map[string]any{"link_id": links[len(links)-1].ID}); err == nil && status == http.StatusOK {
				w.count.fire(what)
			}
			return
		}
		if !pause(ctx, 25*time.Millisecond) {
			return
		}
	}
}

// bringBack asks for the money back, all of it or a part, and lets the operator decide. A refund is
// refused until a row has confirmed the payment: it is asked for again until then.
func (r *register) bringBack(ctx context.Context, o *order) {
	amount, part := o.cents, ""
	if r.w.dice.chance(2) {
		amount, part = amount/2, "yes"
	}
	for range 12 {
		if o.sale == "" || !pause(ctx, 700*time.Millisecond) {
			return
		}
		status, told, err := r.tablet.post(ctx, "/till/sale/decide", "sale", o.sale, "do", "refund", "part", part,
			"amount", fmt.Sprintf("%d.%02d", amount/100, amount%100), "reason", "brought back", "pin", r.w.pin)
		switch {
		case err != nil || status == http.StatusConflict || status == http.StatusServiceUnavailable:
			continue
		case status >= http.StatusInternalServerError:
			r.w.complain("a refund was answered %d: %.300s", status, told)
		case status < http.StatusMultipleChoices:
			r.w.count.fire("refund-asked")
			pause(ctx, r.w.dice.between(0, 2*time.Second))
			r.w.operator(ctx, o)
		}
		return
	}
}

// operator lets SecPaid's operator approve or reject the refund of a sale.
func (w *world) operator(ctx context.Context, o *order) {
	for _, l := range w.book.ofAmount(o.cents) {
		decision := map[string]any{"link_id": l.ID, "approve": !w.dice.chance(4), "reason": "no"}
		if status, err := w.remote.command(ctx, "refund", decision); err == nil && status == http.StatusOK {
			w.count.fire("refund-decided")
		}
	}
}
