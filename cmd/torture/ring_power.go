//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// imageSize is that of the disk whose power is cut.
const imageSize = 96 << 20

// powerRing keeps the data on a file system of its own and cuts its power: the server is frozen in
// the middle of what it does, the disk is copied as it is then, without anything that only memory
// holds, and the server goes on with the copy.
func powerRing() ring {
	return ring{
		name: "power", registers: 8, share: 5, leisure: 600 * time.Millisecond,
		gremlin: [2]time.Duration{500 * time.Millisecond, 2 * time.Second},
		expects: []string{"power-cut"},
		prepare: preparePower,
		after:   func(w *world) { _ = unmountImage(context.Background(), w) },
		torment: func(ctx context.Context, w *world) error {
			for pause(ctx, w.dice.between(600*time.Millisecond, 1800*time.Millisecond)) {
				if err := cutPower(context.WithoutCancel(ctx), w); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func (w *world) image() string { return filepath.Join(w.dir, "disk.image") }
func (w *world) disk() string  { return filepath.Join(w.dir, "disk") }

func preparePower(ctx context.Context, w *world) error {
	if why := mountable("mkfs.ext4", "losetup"); why != "" {
		return skipf("%s", why)
	}
	if err := os.MkdirAll(w.disk(), 0o700); err != nil {
		return err
	}
	f, err := os.Create(w.image())
	if err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(imageSize), f.Close()); err != nil {
		return err
	}
	if err := tool(ctx, "mkfs.ext4", "-q", "-F", w.image()); err != nil {
		return err
	}
	if err := mountImage(ctx, w); err != nil {
		return skipf("no loop device: %v", err)
	}
	w.data = filepath.Join(w.disk(), "data")
	return nil
}

// mountImage mounts the image; its journal is replayed as after a real cut.
func mountImage(ctx context.Context, w *world) error {
	return tool(ctx, "mount", "-o", "loop", w.image(), w.disk())
}

func unmountImage(ctx context.Context, w *world) error {
	return tool(ctx, "umount", w.disk())
}

func cutPower(ctx context.Context, w *world) error {
	w.server.signal(syscall.SIGSTOP)
	if err := copyFile(w.image(), w.image()+".cut"); err != nil {
		return err
	}
	w.server.kill()
	w.count.fire("kill")
	w.count.fire("power-cut")
	for try := 0; ; try++ { // the kernel may hold the dead server's files for a moment
		err := unmountImage(ctx, w)
		if err == nil {
			break
		}
		if try == 50 {
			return err
		}
		pause(ctx, 20*time.Millisecond)
	}
	if err := os.Rename(w.image()+".cut", w.image()); err != nil {
		return err
	}
	if err := mountImage(ctx, w); err != nil {
		return err
	}
	if err := w.start(ctx); err != nil {
		return fmt.Errorf("behind a power cut: %w", err)
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
