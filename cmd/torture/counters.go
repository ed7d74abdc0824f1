//go:build unix

package main

import (
	"maps"
	"sync"
)

// counters count what happened, by name. A name that is expected and never fires is a failure.
type counters struct {
	mu    sync.Mutex
	fired map[string]int
}

func newCounters() *counters { return &counters{fired: map[string]int{}} }

func (c *counters) fire(name string) { c.add(name, 1) }

func (c *counters) add(name string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fired[name] += n
}

// expect makes a name stand in the report even if nothing of the kind happens.
func (c *counters) expect(names ...string) {
	for _, name := range names {
		c.add(name, 0)
	}
}

func (c *counters) all() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.fired)
}

func (c *counters) of(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fired[name]
}
