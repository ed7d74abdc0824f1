// Package report is what came of it all: takings, statements of stalls, lists of shifts, books and
// exports. It only reads, and what it reads are sums that the transactions of the sales themselves
// have kept, so that every report equals the sum of the journal at every moment. It changes nothing
// but the one link under which a stall's owner may read the statement.
package report

import (
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Reports answers what was taken, by whom and where. All methods may be called concurrently.
type Reports struct {
	kernel *shop.Kernel
	store  kiosk.Store
	random kiosk.Entropy
}

// New makes the room. One per process.
func New(k *shop.Kernel) *Reports {
	kit := k.Kit()
	return &Reports{k, kit.Store, kit.Random}
}
