package shop

import (
	"context"
	"runtime/debug"
	"time"

	"qrkiosk/kiosk"
)

// Supervise begins work again when it has panicked, later each time: what it knew only of itself is
// gone, and everything that counts is stored.
func (s *Kernel) Supervise(ctx context.Context, name string, work func(context.Context)) {
	for pause := int64(kiosk.SecondMillis); ; pause = min(2*pause, kiosk.MinuteMillis) {
		if s.RunContained(ctx, name, work) || ctx.Err() != nil {
			return
		}
		s.Sleep(ctx, nil, pause)
	}
}

// RunContained runs work and tells whether it ended by itself.
func (s *Kernel) RunContained(ctx context.Context, name string, work func(context.Context)) (ended bool) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("a worker panicked", "worker", name, "err", p, "stack", string(debug.Stack()))
		}
	}()
	work(ctx)
	return true
}

// Complain logs a failure of our own, but not that we are being stopped.
func (s *Kernel) Complain(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		s.log.Error(what, "err", err)
	}
}

// Sleep waits for a nudge, the time, or the end, and tells whether it was cut short.
func (s *Kernel) Sleep(ctx context.Context, nudged <-chan struct{}, millis int64) (early bool) {
	t := time.NewTimer(time.Duration(millis) * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-nudged:
	case <-t.C:
		return false
	}
	return true
}

// Sale reads a sale; an unknown one is [kiosk.NotFound].
func (s *Kernel) Sale(ctx context.Context, id string) (*kiosk.Sale, error) {
	var sale *kiosk.Sale
	err := s.store.View(ctx, func(r kiosk.Reader) (err error) {
		sale, err = r.Sale(id)
		return err
	})
	return sale, err
}
