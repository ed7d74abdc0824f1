//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// tool runs a program of the machine.
func tool(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, out)
	}
	return err
}

// mountable tells why this machine lets nobody mount, "" if it does.
func mountable(tools ...string) string {
	if os.Geteuid() != 0 {
		return "mounting needs root"
	}
	for _, name := range append(tools, "mount", "umount") {
		if _, err := exec.LookPath(name); err != nil {
			return name + " is not installed"
		}
	}
	return ""
}

// diskRing keeps the data on a small file system and fills it, over and over.
func diskRing() ring {
	return ring{
		name: "disk", registers: 6, share: 5, leisure: 800 * time.Millisecond,
		gremlin: [2]time.Duration{time.Second, 3 * time.Second},
		expects: []string{"disk-full", "kill-on-full-disk", "charge-503", "webhook-answered-503"},
		prepare: func(ctx context.Context, w *world) error {
			if why := mountable(); why != "" {
				return skipf("%s", why)
			}
			point := filepath.Join(w.dir, "small")
			if err := os.MkdirAll(point, 0o700); err != nil {
				return err
			}
			if err := tool(ctx, "mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", point); err != nil {
				return skipf("%v", err)
			}
			w.data = filepath.Join(point, "data")
			return nil
		},
		after: func(w *world) {
			_ = tool(context.Background(), "umount", "-l", filepath.Join(w.dir, "small"))
		},
		torment: fillDisk,
	}
}

// fillDisk fills the disk and makes room again, over and over.
func fillDisk(ctx context.Context, w *world) error {
	ballast, calm := filepath.Join(filepath.Dir(w.data), "ballast"), context.WithoutCancel(ctx)
	for n := 1; pause(ctx, w.dice.between(700*time.Millisecond, 2*time.Second)); n++ {
		if err := fill(ballast); err != nil {
			return err
		}
		w.count.fire("disk-full")
		pause(ctx, w.dice.between(400*time.Millisecond, 2*time.Second))
		w.starve(ctx)
		killed := n%3 == 0 || w.turns.owes("kill-on-full-disk")
		if killed {
			if err := w.killOnFullDisk(ctx); err != nil {
				return err
			}
		}
		if err := os.Remove(ballast); err != nil {
			return err
		}
		err := w.server.up(calm)
		if killed && errors.Is(err, errEnded) { // it was started while the disk was full
			err = w.start(calm)
		}
		if err != nil {
			return fmt.Errorf("behind a full disk: %w", err)
		}
	}
	return nil
}

// killOnFullDisk kills the server and starts it again at once, which it may refuse.
func (w *world) killOnFullDisk(ctx context.Context) error {
	if w.server.kill() {
		w.count.fire("kill")
		w.count.fire("kill-on-full-disk")
	}
	if err := w.server.launch(); err != nil {
		return err
	}
	pause(ctx, 300*time.Millisecond)
	return nil
}

// starveTime is how long the disk stays full at most for what is owed of it. It takes a while until a
// full disk is felt: what the write-ahead log has grown to before is written again first.
const starveTime = time.Minute

// starve lets the disk be full until a charge and a webhook have been refused for it, if that is owed:
// cashiers go on charging by themselves, and a customer pays whatever link is still on show.
func (w *world) starve(ctx context.Context) {
	for began := time.Now(); time.Since(began) < starveTime; {
		w.countAnswers()
		if !w.turns.owes("charge-503") && !w.turns.owes("webhook-answered-503") {
			return
		}
		w.payAny(ctx)
		if !pause(ctx, 100*time.Millisecond) {
			return
		}
	}
}

// fill writes a file until there is no room left.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err = f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			return err
		}
	}
	return nil
}
