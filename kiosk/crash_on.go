//go:build crash && unix

package kiosk

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// deadly is the place to die at and how often it is passed before: QRKIOSK_CRASH=name or name:3.
var deadly, deadlyLeft = func() (string, *atomic.Int64) {
	name, count, _ := strings.Cut(os.Getenv("QRKIOSK_CRASH"), ":")
	left := new(atomic.Int64)
	left.Store(1)
	if n, err := strconv.ParseInt(count, 10, 64); err == nil {
		left.Store(n)
	}
	return name, left
}()

// Crash dies at the place that QRKIOSK_CRASH names, without a word and for good.
func Crash(at string) {
	if at == deadly && deadlyLeft.Add(-1) == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

var bug = os.Getenv("QRKIOSK_BUG")

// Bug tells whether the bug is the one that QRKIOSK_BUG names.
func Bug(name string) bool { return name == bug }
