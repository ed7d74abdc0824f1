//go:build unix

package main

import (
	"maps"
	"slices"
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

// set replaces a count by one that was taken elsewhere.
func (c *counters) set(name string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fired[name] = n
}

// missing lists what is expected and has not happened, in order.
func (c *counters) missing() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for name, n := range c.fired {
		if n == 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
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
