package assembly

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestGroup_oneFailureEndsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		g := newGroup(t.Context())
		ended := 0
		g.add(func(ctx context.Context) error { <-ctx.Done(); ended++; return nil })
		g.add(func(context.Context) error { time.Sleep(time.Second); return broken })
		<-g.ctx.Done()
		if err := g.end(); !errors.Is(err, broken) || ended != 1 {
			t.Errorf("%v, %d ended", err, ended)
		}
	})
}

func TestGroup_endWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGroup(t.Context())
		ended := false
		g.add(func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(5 * time.Second)
			ended = true
			return nil
		})
		if err := g.end(); err != nil || !ended {
			t.Errorf("%v, ended %t", err, ended)
		}
	})
}
