//go:build unix

package main

import (
	"context"
	"maps"
	"slices"
	"time"
)

// gremlinFaults are the gateway's misbehaviours that these runs can meet, each with how many
// occasions it is armed for. What is missing belongs to calls the till does not make (splits,
// refunds, bank transfers, several pages by day) or to the customer's browser; the simulation and
// the tests of the sandbox's client have those.
var gremlinFaults = map[string]int{
	"create-lost": 1, "create-hang": 1, "create-late": 1, "create-reset": 1, "create-refuse": 1,
	"create-500-made": 1, "create-500-unmade": 1, "create-cut": 1, "create-html": 1, "create-wrong-amount": 1,
	"create-wrong-note": 1, "create-wrong-flags": 1, "create-wrong-url": 1, "create-paid-first": 1,
	"create-phantom": 1, "delete-500": 1, "delete-lost": 1, "list-lag": 2, "list-reorder": 2, "list-down": 1,
	"payins-down": 1, "payins-twice": 2, "payins-empty": 1, "payins-stranger": 1,
	"slow": 1, "down": 2, "html": 1, "empty": 1, "huge": 1, "odd-envelope": 2, "reset": 1, "redirect": 1,
	"too-many": 1, "key-revoked": 1, "errors-plain": 1, "forbidden": 1,
	"webhook-off": 1, "webhook-duplicate": 1, "webhook-late": 1, "webhook-no-retry": 1, "webhook-plain": 1,
	"webhook-wrong-key": 1, "webhook-wrong-amount": 1, "webhook-wrong-link": 1, "webhook-on-decline": 1,
}

// gremlinWithPlain only strike plain webhooks: they are armed together with that.
var gremlinWithPlain = []string{"webhook-form-b", "webhook-form-c", "webhook-multipart"}

// gremlin arms one fault of the gateway after the other, and notes which were taken.
func (w *world) gremlin(ctx context.Context, low, high time.Duration) {
	names, armed := gatewayFaults(w.quick), map[string]bool{}
	for n := 0; pause(ctx, w.gremlinRest(low, high)); n++ {
		owed := w.turns.owedOf("gateway-", names)
		if n%10 == 9 || len(owed) > 0 {
			w.collect(ctx, armed)
		}
		if len(owed) > 0 {
			w.arm(ctx, owed[n%len(owed)], armed)
		} else {
			w.arm(ctx, names[w.dice.number(len(names))], armed)
		}
	}
	w.collect(context.WithoutCancel(ctx), armed)
}

// gremlinRest is the time until the next fault: less while anything is owed, since a slow ring could be
// owing all of them.
func (w *world) gremlinRest(low, high time.Duration) time.Duration {
	if len(w.turns.owed()) > 0 {
		low, high = min(low, 100*time.Millisecond), min(high, 400*time.Millisecond)
	}
	return w.dice.between(low, high)
}

// gatewayFaults lists them in order, for a quick run without those that leave links behind which come
// to rest after minutes only.
func gatewayFaults(quick bool) []string {
	names := append(slices.Collect(maps.Keys(gremlinFaults)), gremlinWithPlain...)
	if quick {
		names = slices.DeleteFunc(names, func(name string) bool { return name == "create-late" || name == "create-hang" })
	}
	slices.Sort(names)
	return names
}

// arm orders a fault unless it is still to strike. One of plain webhooks needs a plain webhook as well,
// a new one if another fault has taken that.
func (w *world) arm(ctx context.Context, name string, armed map[string]bool) {
	if !armed[name] {
		_, _ = w.remote.command(ctx, "faults", map[string]any{"name": name, "times": max(1, gremlinFaults[name])})
		armed[name] = true
	}
	if slices.Contains(gremlinWithPlain, name) {
		_, _ = w.remote.command(ctx, "faults", map[string]any{"name": "webhook-plain", "times": 1})
	}
}

// catalogueEntry is a fault of the sandbox and how often it will still happen.
type catalogueEntry struct {
	Name string `json:"name"`
	Left int    `json:"left"`
}

func (w *world) catalogue(ctx context.Context) []catalogueEntry {
	var list []catalogueEntry
	_ = w.remote.ask(ctx, "faults", &list) // an empty list shows in the report
	return list
}

// collect counts the armed faults that have been used up.
func (w *world) collect(ctx context.Context, armed map[string]bool) {
	for _, info := range w.catalogue(ctx) {
		if armed[info.Name] && info.Left == 0 {
			w.count.fire("gateway-" + info.Name)
			delete(armed, info.Name)
		}
	}
}

// calm ends every fault of the gateway and of the network.
func (w *world) calm(ctx context.Context) {
	for _, p := range []*proxy{w.gate, w.hook, w.till} {
		p.chance.Store(0)
	}
	for _, info := range w.catalogue(ctx) {
		if info.Left != 0 {
			_, _ = w.remote.command(ctx, "faults", map[string]any{"name": info.Name, "times": 0})
		}
	}
}
