//go:build unix

package main

import (
	"context"
	"time"
)

// proxyRing lets the network between every two parts suffer, with a kill every few seconds.
func proxyRing() ring {
	return ring{
		name: "proxy", registers: 10, share: 15, network: true,
		gremlin: [2]time.Duration{500 * time.Millisecond, 2 * time.Second},
		expects: []string{"kill", "charge-unanswered"},
		torment: func(ctx context.Context, w *world) error {
			return killer(ctx, w, nil, 500*time.Millisecond, 3*time.Second)
		},
	}
}
