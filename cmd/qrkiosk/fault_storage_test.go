//go:build linux

package main

import (
	"bytes"
	"context"
	database "database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// storeAlarm is where a till says that nothing can be saved: without a sale in hand, and with one.
const storeAlarm = "#side .strip h2, #side .aside-alarm"

// onTmpfs gives the data of a shopfront a file system of its own in memory, of so many megabytes.
func (s *shopfront) onTmpfs(megabytes int) {
	s.t.Helper()
	needsRoot(s.t)
	if err := syscall.Mount("tmpfs", s.data, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		s.t.Skipf("no file system of its own: %v", err)
	}
	s.t.Cleanup(func() { unmount(s.t, s.data) })
}

func needsRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("file systems are mounted by root")
	}
}

// unmount waits for a program that is ending.
func unmount(t *testing.T, dir string) {
	t.Helper()
	for range 100 {
		err := syscall.Unmount(dir, 0)
		if err == nil || !errors.Is(err, syscall.EBUSY) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%s stays mounted", dir)
}

// fill writes until there is no room left, and returns how to make room again.
func (s *shopfront) fill() (room func()) {
	s.t.Helper()
	path := filepath.Join(s.data, "ballast")
	f, err := os.Create(path)
	if err != nil {
		s.t.Fatal(err)
	}
	for size := 1 << 20; size >= 1; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			s.t.Fatal(err)
		}
	}
	_ = f.Close()
	return func() {
		if err := os.Remove(path); err != nil {
			s.t.Fatal(err)
		}
	}
}

// awaiting charges one sale and returns its link, and the path of its webhook.
func (s *shopfront) awaiting() (link int64, hook string) {
	s.t.Helper()
	status, err := s.post("/till/charge", url.Values{"cents": {"1250"}, "lines": {"1250"}, "key": {kiosktest.FreshKey()}})
	if err != nil || status != http.StatusOK {
		s.t.Fatalf("the charge: %d %v", status, err)
	}
	s.until("one link to pay", func() bool {
		return len(s.unused()) == 1 && s.shows("#side[data-now-state=awaiting]", "")
	})
	for _, l := range s.gateway.Links() {
		if l.ID == s.unused()[0] {
			hook = strings.TrimPrefix(l.Endpoint, "http://"+s.addr)
		}
	}
	return s.unused()[0], hook
}

// knock sends a body to a webhook address.
func (s *shopfront) knock(hook string, body []byte) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+s.addr+hook, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(resp.Body)
	if len(answer) != 0 {
		s.t.Errorf("the webhook is answered %d with a body: %s", resp.StatusCode, answer)
	}
	return resp.StatusCode
}

// inbox counts deliveries that are kept, past the program.
func (s *shopfront) inbox() (n int) {
	s.t.Helper()
	s.lookInto(`SELECT COALESCE(SUM(copies), 0) FROM inbox`, &n)
	return n
}

func (s *shopfront) lookInto(query string, into ...any) {
	s.t.Helper()
	db, err := database.Open("sqlite", "file:"+filepath.Join(s.data, "qrkiosk.db")+"?mode=ro")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(context.Background(), query).Scan(into...); err != nil {
		s.t.Fatal(err)
	}
}

// toldTwice wants the till to say in words that nothing can be saved, on its page and to who charges.
func (s *shopfront) toldTwice() {
	s.t.Helper()
	s.until("the till says so", func() bool { return s.shows(storeAlarm, "Nothing can be saved") })
	resp, err := s.client.Get("http://" + s.addr + "/till") //nolint:noctx // the client has a timeout
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		s.t.Errorf("the till's page is answered %d", resp.StatusCode)
	}
	status, err := s.post("/till/charge", url.Values{"cents": {"700"}, "lines": {"700"}, "key": {kiosktest.FreshKey()}})
	if err != nil || status != http.StatusServiceUnavailable && status != http.StatusConflict {
		s.t.Errorf("a charge is answered %d, %v", status, err)
	}
}

// full plays a sale whose payment comes while nothing can be stored.
func (s *shopfront) full(stop func(hook string) (room func())) {
	s.t.Helper()
	link, hook := s.awaiting()
	room := stop(hook)
	kept := s.inbox()
	for range 3 {
		if status := s.knock(hook, []byte(`{"data":"x"}`)); status != http.StatusServiceUnavailable {
			s.t.Errorf("a webhook is answered %d", status)
		}
	}
	if err := s.gateway.Pay(link); err != nil {
		s.t.Fatal(err)
	}
	s.toldTwice()
	s.until("the gateway was told to come again", func() bool {
		w := s.gateway.Webhooks()
		return len(w) > 0 && len(w[0].Attempts) > 0 && w[0].Attempts[0].Status == http.StatusServiceUnavailable
	})
	if n := s.inbox(); n != kept {
		s.t.Errorf("%d deliveries are kept, and %d were acknowledged", n, kept)
	}
	if s.dead() {
		s.t.Fatal("the program ended")
	}
	room()
	s.until("paid and confirmed", func() bool { return s.shows("#side .strip.paid p", "confirmed") })
	if err := s.gateway.Resend(s.gateway.Webhooks()[0].ID); err != nil {
		s.t.Fatal(err)
	}
	s.until("the webhook is kept", func() bool { return s.inbox() > kept })
	s.until("no alarm", func() bool { return s.shows("#side", "") && !s.shows(storeAlarm, "Nothing can be saved") })
	s.stop()
	if code, out := command(s.t, "verify", "--data", s.data); code != 0 {
		s.t.Errorf("verify: %d\n%s", code, out)
	}
}

// TestFault_F47_diskFull: the disk fills up bit by bit. Webhooks are refused with 503, nothing is
// acknowledged that is not kept, the till says what is wrong and can be read, and everything goes on
// by itself when there is room again. How it is when the disk is full at once, F33 shows.
func TestFault_F47_diskFull(t *testing.T) {
	s := newShopfront(t)
	s.onTmpfs(24)
	s.furnish()
	s.start(0)
	s.full(func(hook string) func() {
		room := s.fill()
		if err := os.Truncate(filepath.Join(s.data, "ballast"), 0); err != nil {
			t.Fatal(err)
		}
		if err := s.refill(400 << 10); err != nil {
			t.Fatal(err)
		}
		s.crowd(hook)
		return room
	})
}

// refill leaves so many bytes free.
func (s *shopfront) refill(free int64) error {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(s.data, &stat); err != nil {
		return err
	}
	size := int64(stat.Bavail)*stat.Bsize - free
	f, err := os.OpenFile(filepath.Join(s.data, "ballast"), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, zeros{}, size)
	return errors.Join(err, f.Close())
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// crowd sends large webhooks until one is not acknowledged, and then small ones. A link takes 32.
func (s *shopfront) crowd(hook string) {
	s.t.Helper()
	size := 60 << 10
	for i := range 30 {
		body := fmt.Appendf(nil, `{"data":"%d %s"}`, i, strings.Repeat("x", size))
		switch status := s.knock(hook, body); {
		case status == http.StatusServiceUnavailable && size == 1:
			return
		case status == http.StatusServiceUnavailable:
			size = 1
		case status != http.StatusOK:
			s.t.Fatalf("a webhook is answered %d", status)
		}
	}
	s.t.Fatal("the disk does not fill up")
}

// TestFault_F33_webhookWhileFull: the disk is full all at once, and a payment's own webhook comes.
func TestFault_F33_webhookWhileFull(t *testing.T) {
	s := newShopfront(t)
	s.onTmpfs(24)
	s.furnish()
	s.start(0)
	s.full(func(hook string) func() {
		room := s.fill()
		s.crowd(hook)
		return room
	})
}

// onLoop gives the data a disk of its own: an image behind a loop device.
func (s *shopfront) onLoop() (image string) {
	s.t.Helper()
	needsRoot(s.t)
	image = filepath.Join(s.t.TempDir(), "disk")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Truncate(image, 48<<20); err != nil {
		s.t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", image).CombinedOutput(); err != nil { //nolint:noctx // short
		s.t.Skipf("no disk can be made: %v %s", err, out)
	}
	s.mountLoop(image)
	s.t.Cleanup(func() { unmount(s.t, s.data) })
	return image
}

func (s *shopfront) mountLoop(image string) {
	s.t.Helper()
	if out, err := exec.Command("mount", "-o", "loop", image, s.data).CombinedOutput(); err != nil { //nolint:noctx // short
		s.t.Skipf("no loop device: %v %s", err, out)
	}
}

// TestFault_F52_readOnly: the disk turns read-only under the program, as one does that fails. It is
// told and survived like a full one; what was acknowledged is there when the disk is back.
func TestFault_F52_readOnly(t *testing.T) {
	s := newShopfront(t)
	image := s.onLoop()
	s.furnish()
	s.start(0)
	link, hook := s.awaiting()
	if status := s.knock(hook, []byte(`{"data":"before"}`)); status != http.StatusOK {
		t.Fatalf("a webhook is answered %d", status)
	}
	if out, err := exec.Command("mount", "-o", "remount,abort", s.data).CombinedOutput(); err != nil { //nolint:noctx // short
		t.Skipf("this kernel does not turn a disk read-only on request: %v %s", err, out)
	}
	for range 3 {
		if status := s.knock(hook, []byte(`{"data":"x"}`)); status != http.StatusServiceUnavailable {
			t.Errorf("a webhook is answered %d", status)
		}
	}
	if err := s.gateway.Pay(link); err != nil {
		t.Fatal(err)
	}
	s.toldTwice()
	if s.dead() {
		t.Fatal("the program ended")
	}
	_ = s.cmd.Process.Kill() // its last flush would fail
	<-s.ended
	unmount(t, s.data)
	if out, err := exec.Command("e2fsck", "-p", "-f", image).CombinedOutput(); err != nil && !strings.Contains(string(out), "recovering") { //nolint:noctx // short
		t.Logf("e2fsck: %v %s", err, out)
	}
	s.mountLoop(image)
	s.start(0)
	s.until("paid and confirmed", func() bool { return s.shows("#side .strip.paid p", "confirmed") })
	if n := s.inbox(); n < 1 {
		t.Error("what was acknowledged before is gone")
	}
	s.stop()
	checkBooks(t, s)
}

// TestFault_F49_lockedByAnother: another program holds the file. Whoever waits is answered with "try
// again" and never with an error of ours, and everything goes on when the file is free.
func TestFault_F49_lockedByAnother(t *testing.T) {
	if testing.Short() {
		t.Skip("short: it takes as long as SQLite waits")
	}
	s := newShopfront(t)
	s.furnish()
	s.start(0)
	link, hook := s.awaiting()
	free := s.hold()
	answers := make(chan int, 4)
	for i := range cap(answers) {
		go func() {
			time.Sleep(time.Duration(i) * 500 * time.Millisecond) // later ones wait no longer than the first
			answers <- s.knock(hook, []byte(`{"data":"x"}`))
		}()
	}
	if !s.shows("#side[data-now-state=awaiting]", "") {
		t.Error("the till cannot be read meanwhile")
	}
	for range cap(answers) {
		if status := <-answers; status != http.StatusServiceUnavailable {
			t.Errorf("a webhook is answered %d", status)
		}
	}
	s.until("the till says so", func() bool { return s.shows(storeAlarm, "Nothing can be saved") })
	if err := s.gateway.Pay(link); err != nil {
		t.Fatal(err)
	}
	free()
	s.until("paid and confirmed", func() bool { return s.shows("#side .strip.paid p", "confirmed") })
	s.stop()
	checkBooks(t, s)
}

// hold takes SQLite's write lock as a backup tool might.
func (s *shopfront) hold() (free func()) {
	s.t.Helper()
	db, err := database.Open("sqlite", "file:"+filepath.Join(s.data, "qrkiosk.db")+"?_txlock=immediate&_pragma=busy_timeout(5000)")
	if err != nil {
		s.t.Fatal(err)
	}
	held, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return func() {
		if err := errors.Join(held.Rollback(), db.Close()); err != nil {
			s.t.Fatal(err)
		}
	}
}

// refuses starts the program and wants it to end by itself, saying this.
func (s *shopfront) refuses(words ...string) {
	s.t.Helper()
	s.start(0)
	if !s.dead() {
		s.t.Fatalf("it has started, and should say %q", words)
	}
	for _, w := range words {
		if !strings.Contains(s.output.String(), w) {
			s.t.Errorf("it does not say %q:\n%s", w, s.output)
		}
	}
	if s.cmd.ProcessState.Success() {
		s.t.Error("it ended well")
	}
}

// TestFault_F51_damagedFile: a flipped byte, a page that is gone and a log that was removed are never
// taken for an empty till. Start is refused with the way back, and the way back works.
func TestFault_F51_damagedFile(t *testing.T) {
	s := newShopfront(t)
	s.furnish()
	file := filepath.Join(s.data, "qrkiosk.db")
	backup := filepath.Join(t.TempDir(), "day.db")
	if code, out := command(t, "backup", backup, "--data", s.data); code != 0 {
		t.Fatalf("backup: %d\n%s", code, out)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	damage := func(change func([]byte) []byte) {
		if err := os.WriteFile(file, change(bytes.Clone(whole)), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	damage(func(b []byte) []byte { b[0] ^= 1; return b })
	s.refuses("is damaged and nothing was changed", "qrkiosk restore FILE")
	damage(func(b []byte) []byte { return b[:len(b)-4096] })
	s.refuses("is damaged and nothing was changed", "its end is missing")

	damage(func(b []byte) []byte { return b })
	s.start(0)
	_ = s.cmd.Process.Kill() // a log is left: the next start looks through the file
	<-s.ended
	unclean, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for page := 4; page < len(unclean)/4096; page++ { // those that the log holds too are healed by it
		copy(unclean[page*4096:], bytes.Repeat([]byte{0xff}, 16))
	}
	if err := os.WriteFile(file, unclean, 0o600); err != nil {
		t.Fatal(err)
	}
	if log, err := os.Stat(file + "-wal"); err != nil || log.Size() == 0 {
		if err := os.WriteFile(file+"-wal", []byte("a log that was left"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.refuses("is damaged and nothing was changed")

	for _, gone := range []string{file, file + "-wal", file + "-shm"} {
		_ = os.Remove(gone)
	}
	s.refuses("is empty", "bring back a backup")
	_ = os.Remove(file)
	if code, out := command(t, "restore", backup, "--data", s.data); code != 0 {
		t.Fatalf("restore: %d\n%s", code, out)
	}
	s.start(0)
	s.signIn()
	if !s.shows("#side[data-now-state=ready]", "") {
		t.Errorf("after the restore the till says %s", s.state())
	}
}

// TestFault_F50_restore brings a backup back with the program's own commands: what was paid since is
// found and told, what is open since is put aside, and a running kiosk is not disturbed.
func TestFault_F50_restore(t *testing.T) {
	s := newShopfront(t)
	s.furnish()
	s.start(0)
	backup := filepath.Join(t.TempDir(), "day.db")
	if code, out := command(t, "backup", backup, "--data", s.data); code != 0 {
		t.Fatalf("backup: %d\n%s", code, out)
	}
	link, _ := s.awaiting()
	if err := s.gateway.Pay(link); err != nil {
		t.Fatal(err)
	}
	s.until("paid", func() bool { return s.shows("#side .strip.paid p", "confirmed") })
	open, _ := s.awaiting()
	if code, out := command(t, "restore", backup, "--force", "--data", s.data); code != exitUsage || !strings.Contains(out, "another qrkiosk is running") {
		t.Errorf("while it runs: %d\n%s", code, out)
	}
	s.stop()
	if code, out := command(t, "restore", backup, "--force", "--data", s.data); code != 0 {
		t.Fatalf("restore: %d\n%s", code, out)
	}
	s.start(0)
	s.furnishAgain()
	s.until("what happened since", func() bool {
		return s.shows("#side .strip h2", "Payments without a sale: 1") && s.shows("#side .strip h2", "Open payment links nobody knows: 1")
	})
	if unused := s.unused(); len(unused) != 1 || unused[0] != open {
		t.Errorf("open links %v, want %d: nobody has seen it", unused, open)
	}
	s.stop()
	if code, out := command(t, "verify", "--data", s.data); code != 0 || !strings.Contains(out, `"restored":1`) {
		t.Errorf("verify: %d\n%s", code, out)
	}
}

// furnishAgain signs in once more: a restore ends every session, and keeps the tablet.
func (s *shopfront) furnishAgain() {
	s.t.Helper()
	if s.shows("#side", "") {
		s.t.Error("a session has outlived the restore")
	}
	s.signIn()
}
