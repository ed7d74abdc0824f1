package bare

import (
	"context"
	"log/slog"
	"sync"

	"qrkiosk/handlers/front"
)

// Bare answers what neither counter nor office asks for.
type Bare struct {
	front  *front.Front
	rooms  *front.Rooms
	log    *slog.Logger
	ready  func(context.Context) error
	brands sync.Map // hash to style sheet
}

// New builds the bare routes. ready tells whether the store can be read; nil means that it always can.
func New(f *front.Front, ready func(context.Context) error) *Bare {
	if ready == nil {
		ready = func(context.Context) error { return nil }
	}
	return &Bare{front: f, rooms: f.Rooms, log: f.Log, ready: ready}
}
