package main

import (
	"context"
	"errors"
	"sync"
)

// crew runs parts of the program side by side. The first part that fails ends the others; whoever
// made the crew waits for all of them.
type crew struct {
	ctx  context.Context //nolint:containedctx // the crew is the life of its parts
	stop context.CancelCauseFunc
	wg   sync.WaitGroup
}

func newCrew(ctx context.Context) *crew {
	c := &crew{}
	c.ctx, c.stop = context.WithCancelCause(ctx)
	return c
}

// add starts a part. It must return when its context ends; an error ends the whole crew.
func (c *crew) add(part func(context.Context) error) {
	c.wg.Go(func() {
		if err := part(c.ctx); err != nil {
			c.stop(err)
		}
	})
}

// end tells every part to end, waits for them, and returns the error of the first that failed.
func (c *crew) end() error {
	c.stop(nil)
	c.wg.Wait()
	if err := context.Cause(c.ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
