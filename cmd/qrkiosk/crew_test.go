package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestCrew_oneFailureEndsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		c := newCrew(t.Context())
		ended := 0
		c.add(func(ctx context.Context) error { <-ctx.Done(); ended++; return nil })
		c.add(func(context.Context) error { time.Sleep(time.Second); return broken })
		<-c.ctx.Done()
		if err := c.end(); !errors.Is(err, broken) || ended != 1 {
			t.Errorf("%v, %d ended", err, ended)
		}
	})
}

func TestCrew_endWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrew(t.Context())
		ended := false
		c.add(func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(5 * time.Second)
			ended = true
			return nil
		})
		if err := c.end(); err != nil || !ended {
			t.Errorf("%v, ended %t", err, ended)
		}
	})
}
