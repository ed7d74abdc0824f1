package main

import (
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// The part of the catalogue that needs the program in a process of its own.

func (s *shopfront) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shopfront) charge(cents, key string) {
	s.t.Helper()
	status, err := s.post("/till/charge", url.Values{"cents": {cents}, "lines": {cents}, "key": {key}})
	if err != nil || status != http.StatusOK {
		s.t.Fatalf("the charge is answered %d, %v", status, err)
	}
	s.until("a code", func() bool {
		return len(s.unused()) == 1 && s.shows("#side[data-now-state=awaiting]", "")
	})
}

// TestFault_F79_processFrozen freezes the process in the middle of a sale; the customer pays
// meanwhile and the gateway cannot tell. When it goes on, it looks before it shows anything: the
// sale is paid once.
func TestFault_F79_processFrozen(t *testing.T) {
	s := newShopfront(t)
	s.furnish()
	s.start(0)
	s.charge("1250", "a-sale-before-the-freeze")
	link := s.unused()[0]
	s.signal(syscall.SIGSTOP)
	if err := s.gateway.Pay(link); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second) // longer than looks are apart; a lease's end is tested in virtual time
	s.signal(syscall.SIGCONT)
	s.until("paid and confirmed", func() bool { return s.shows("#side .strip.paid p", "confirmed") })
	if s.dead() {
		t.Error("it died of it")
	}
	s.stop()
	checkBooks(t, s)
}

// limitHandles bounds how many files and connections a process may have open.
func limitHandles(pid int, n uint64) error {
	limit := syscall.Rlimit{Cur: n, Max: n}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), syscall.RLIMIT_NOFILE, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// TestFault_F80_handlesExhausted gives the process sixty-four handles and takes them all with
// connections that say nothing. It does not die; what was paid meanwhile is not lost, and when the
// connections end it serves again. (An end by the kernel is signal 9: TestFault_F45_killedAfterEachCommit.)
func TestFault_F80_handlesExhausted(t *testing.T) {
	s := newShopfront(t)
	s.furnish()
	s.start(0)
	s.charge("1250", "a-sale-before-the-flood")
	link := s.unused()[0]
	if err := limitHandles(s.cmd.Process.Pid, 64); err != nil {
		t.Fatal(err)
	}
	var idle []net.Conn
	for range 120 {
		c, err := net.DialTimeout("tcp", s.addr, time.Second) //nolint:noctx // a test against this machine
		if err != nil {
			break // the queue of the system is full too
		}
		idle = append(idle, c)
	}
	waitHandles(t, s.cmd.Process.Pid, 60)
	if err := s.gateway.Pay(link); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second) // the gateway tells, and cannot
	for _, c := range idle {
		_ = c.Close()
	}
	s.until("paid and confirmed", func() bool { return s.shows("#side .strip.paid p", "confirmed") })
	if s.deaths > 0 || s.dead() {
		t.Error("it died of it")
	}
	s.stop()
	checkBooks(t, s)
}

// waitHandles waits until a process has so many handles open.
func waitHandles(t *testing.T, pid, n int) {
	t.Helper()
	for range 200 {
		open, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(pid), "fd"))
		if err == nil && len(open) >= n {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("the process never had %d handles open", n)
}
