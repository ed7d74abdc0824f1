package shop

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"qrkiosk/kiosk"
)

// Condition is how gateway and store have answered this process.
type Condition struct {
	now func() int64

	mu            sync.Mutex // guards the two below
	health        kiosk.Health
	accountHealth map[string]*kiosk.Health // of stalls' own accounts; no more than [kiosk.Health.Of] takes from them

	turned chan struct{} // the gateway went away or came back
}

// Turned tells that the gateway went away or came back, to one listener.
func (c *Condition) Turned() <-chan struct{} { return c.turned }

// Health tells how the gateway answers the house's account.
func (c *Condition) Health() kiosk.Health { return c.HealthOf("") }

// HealthOf tells how the gateway answers an account, "" is the house's.
func (c *Condition) HealthOf(own string) kiosk.Health {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.health
	if own == "" {
		return h
	}
	return h.Of(c.accountHealth[own])
}

// accounts are the IDs of all accounts that were called, the house's first.
func (c *Condition) accounts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string{""}, slices.Sorted(maps.Keys(c.accountHealth))...)
}

// Signs is how the gateway stands with each account, in a text that changes when a till's sign does.
func (c *Condition) Signs() string {
	var b strings.Builder
	for _, own := range c.accounts() {
		h := c.HealthOf(own)
		fmt.Fprintf(&b, "%s %v %v %v;", own, h.GatewayDown > 0, h.GatewaySeen > 0, h.KeyRefused > 0)
	}
	return b.String()
}

// NoteCall notes the outcome of a gateway call of an account for the till's device row and the alarms.
func (c *Condition) NoteCall(own string, err error) { c.NoteCallSince(own, err, c.now()) }

// NoteCallSince is NoteCall for a call that began then, in Unix milliseconds: it was silent since.
func (c *Condition) NoteCallSince(own string, err error, began int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := &c.health
	if own != "" {
		if c.accountHealth[own] == nil {
			c.accountHealth[own] = &kiosk.Health{}
		}
		h = c.accountHealth[own]
	}
	was, seen := h.GatewayDown > 0, h.GatewaySeen > 0
	noteCall(h, err, began, c.now())
	if was != (h.GatewayDown > 0) || seen != (h.GatewaySeen > 0) {
		nudge(c.turned)
	}
}

// noteCall notes how a call of the gateway that began then ended now.
func noteCall(h *kiosk.Health, err error, began, now int64) {
	unopened := kiosk.KeyOf(err) == kiosk.KeyAccountKey && err != nil
	switch code := kiosk.CodeOf(err); {
	case unopened: // the gateway was not asked
	case code == "" || code == kiosk.Refused:
		h.GatewayDown, h.GatewaySeen, h.ThrottledUntil = 0, now, 0
	case code == kiosk.TooMany:
		h.ThrottledUntil = now + kiosk.WaitOf(err)
	case (code == kiosk.Unclear || code == kiosk.NotSent) && h.GatewayDown == 0:
		h.GatewayDown = began
	}
	switch {
	case err == nil:
		h.KeyRefused = 0
	case (unopened || kiosk.KeyOf(err) == kiosk.KeyGatewayKey) && h.KeyRefused == 0:
		h.KeyRefused = now
	}
}

// NoteLowLaneCall is heard for calls of the lowest lane and beside it: that there was no room for them says
// nothing about those that people wait for.
func (c *Condition) NoteLowLaneCall(own string, err error) {
	if kiosk.CodeOf(err) != kiosk.TooMany {
		c.NoteCall(own, err)
	}
}

// noteWrite notes whether the store could be written. A caller who gave up says nothing about it.
func (c *Condition) noteWrite(ctx context.Context, err error) {
	down := kiosk.CodeOf(err) == kiosk.Unavailable
	if down && ctx.Err() != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !down && err == nil:
		c.health.StoreDown = 0
	case down && c.health.StoreDown == 0:
		c.health.StoreDown = c.now()
	}
}

// NotePoll notes when a reading of the lists began that came to its end.
func (c *Condition) NotePoll(at int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.health.LastPoll = at
}

// NoteNotice notes when a webhook came.
func (c *Condition) NoteNotice(at int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.health.LastNotice = at
}

func (c *Condition) forgetTimes() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.health.ThrottledUntil = 0
	for _, h := range c.accountHealth {
		h.ThrottledUntil = 0
	}
}
