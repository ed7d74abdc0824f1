package store

import (
	"context"
	"time"

	"qrkiosk/handlers/front"
)

// Wire brings the rooms together on a store. The external tests of this package set it: the assembly
// imports the store, so that tests inside cannot import the assembly.
var Wire func(ctx context.Context, st *Store, clock func() time.Time) (*front.Rooms, error)
