package assembly

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

// group runs parts of the program side by side. The first part that fails ends the others; whoever
// made the group ends it and waits for all of them.
type group struct {
	*errgroup.Group
	ctx  context.Context //nolint:containedctx // the group is the life of its parts
	stop context.CancelFunc
}

func newGroup(ctx context.Context) *group {
	ctx, stop := context.WithCancel(ctx)
	g, ctx := errgroup.WithContext(ctx)
	return &group{g, ctx, stop}
}

// add starts a part. It must return when its context ends; an error ends the whole group.
func (g *group) add(part func(context.Context) error) {
	g.Go(func() error { return part(g.ctx) })
}

// end tells every part to end, waits for them, and returns the error of the first that failed. That
// a part was told to end is no error.
func (g *group) end() error {
	g.stop()
	if err := g.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
