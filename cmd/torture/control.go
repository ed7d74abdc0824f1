//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// control is a run with a known bug switched on: the checker has to find it.
type control struct {
	name string
	ring ring
	env  []string
	red  func(report) bool
	// refuses is what the program says when a bug leaves it nothing that it could go on with, "" if none does:
	// that is found too.
	refuses string
}

// controlled are the known bugs, each with how the checker shows it.
func controlled() []control {
	plain := killRing(nil)
	dropped := killRing(nil)
	dropped.torment = func(ctx context.Context, w *world) error {
		pause(ctx, time.Second)
		w.server.kill()
		if err := w.database().dropOnce(ctx); err != nil {
			return err
		}
		w.tryTwice(ctx)
		if err := w.start(ctx); err != nil {
			return err
		}
		return killer(ctx, w, nil, 50*time.Millisecond, 250*time.Millisecond)
	}
	return []control{
		{"answer-before-commit", plain, []string{"QRKIOSK_BUG=answer-before-commit"}, func(r report) bool { return r.Lost > 0 }, ""},
		{"dropped-unique-index", dropped, nil, func(r report) bool { return r.Double > 0 }, ""},
		{"synchronous-normal", powerRing(), []string{"QRKIOSK_BUG=synchronous-normal"}, func(r report) bool { return r.Lost > 0 }, "that there was one before"},
	}
}

// wasRefused tells whether the program has said, in the log of a run, that it would not go on.
func (c *control) wasRefused(dir string) bool {
	raw, err := os.ReadFile(filepath.Join(dir, "server.log"))
	return err == nil && c.refuses != "" && strings.Contains(string(raw), c.refuses)
}

var errBlind = errors.New("a known bug was not found: the harness is blind")

// controls runs them all; a run that stays green is a failure.
func (o options) controls(ctx context.Context, binary string, say io.Writer) error {
	found, blind := map[string]string{}, false
	for i, c := range controlled() {
		p := o.plan(binary, c.name)
		p.sales, p.env, p.patience = max(120, o.sales/10), c.env, 15*time.Second
		p.seed = o.seed + uint64(i) //nolint:gosec // a small number
		c.ring.expects = nil        // the bug is what has to show
		got, err := trial(ctx, c.ring, p, say)
		var skip skipError
		switch {
		case errors.As(err, &skip):
			found[c.name] = "left out: " + skip.why
		case errors.Is(err, errEnded) && c.wasRefused(p.dir):
			found[c.name] = "red: the whole database was lost, and the program would not begin anew"
		case err != nil:
			return fmt.Errorf("%s: %w", c.name, err)
		case c.red(got):
			found[c.name] = fmt.Sprintf("red: lost %d, double %d, falsely paid %d, torn %d", got.Lost, got.Double, got.FalselyPaid, got.Torn)
		default:
			found[c.name], blind = "green", true
		}
		fmt.Fprintf(say, "%s: %s\n", c.name, found[c.name])
	}
	raw, err := json.Marshal(map[string]any{"ok": !blind, "controls": found, "seed": o.seed})
	if err != nil {
		return err
	}
	fmt.Fprintln(say, string(raw))
	if blind {
		return errBlind
	}
	return nil
}
