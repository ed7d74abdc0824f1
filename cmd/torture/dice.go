//go:build unix

package main

import (
	"math/rand/v2"
	"sync"
	"time"
)

// dice decide what goes wrong when.
type dice struct {
	mu   sync.Mutex
	rand *rand.Rand
}

// chance draws: true once in n times.
func (d *dice) chance(n int) bool { return d.number(n) == 0 }

func (d *dice) number(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rand.IntN(n)
}

func (d *dice) between(low, high time.Duration) time.Duration {
	return low + time.Duration(d.number(int(high-low)))
}
