//go:build linux

package bench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"syscall"
	"testing"
	"time"
)

// roleVariable makes this test binary one of the servers under test instead.
const roleVariable = "QRKIOSK_BENCH_ROLE"

// opened is what a server under test begins with.
type opened struct {
	Role    string // "shop" or "floor"
	Dir     string
	Gateway string // host:port
}

func init() {
	text := os.Getenv(roleVariable)
	if text == "" {
		return
	}
	var o opened
	err := json.Unmarshal([]byte(text), &o)
	if err == nil {
		err = manyFiles()
	}
	switch {
	case err != nil:
	case o.Role == "floor":
		err = floorProcess(o)
	default:
		err = shopProcess(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchmark server:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// manyFiles lets a process have as many connections as the machine allows.
func manyFiles() error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return err
	}
	l.Cur = l.Max
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l)
}

// task is something a server under test does when it is told to.
type task func(json.RawMessage) (any, error)

// wish is a line of a server's input, reply the line it answers with.
type wish struct {
	Do   string
	With json.RawMessage
}

type reply struct {
	Err    string
	Answer json.RawMessage
}

// obey tells the address and does what the input asks for until it ends, which is also what
// happens when the benchmark dies.
func obey(address string, tasks map[string]task) error {
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(address); err != nil {
		return err
	}
	in := json.NewDecoder(os.Stdin)
	for {
		var w wish
		if err := in.Decode(&w); err != nil {
			return ignoreEnd(err)
		}
		if err := out.Encode(fulfil(tasks[w.Do], w.With)); err != nil {
			return err
		}
	}
}

func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func fulfil(t task, with json.RawMessage) reply {
	if t == nil {
		return reply{Err: "no such task"}
	}
	answer, err := t(with)
	if err != nil {
		return reply{Err: err.Error()}
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return reply{Err: err.Error()}
	}
	return reply{Answer: raw}
}

// served is a server under test, seen from the benchmark.
type served struct {
	b       *testing.B
	address string
	pid     int
	in      *json.Encoder
	out     *json.Decoder
}

// serveApart starts a server in a process of its own, which ends with the benchmark.
func serveApart(b *testing.B, o opened) *served {
	b.Helper()
	o.Dir = b.TempDir()
	role, err := json.Marshal(o)
	must(b, err)
	self, err := os.Executable()
	must(b, err)
	cmd := exec.CommandContext(b.Context(), self)
	cmd.Env = append(os.Environ(), roleVariable+"="+string(role))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(b, err)
	out, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	s := &served{b: b, pid: cmd.Process.Pid, in: json.NewEncoder(in), out: json.NewDecoder(bufio.NewReader(out))}
	b.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	must(b, s.out.Decode(&s.address))
	return s
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Helper()
		b.Fatal(err)
	}
}

// do has the server do something.
func (s *served) do(what string, with, answer any) {
	s.b.Helper()
	raw, err := json.Marshal(with)
	must(s.b, err)
	must(s.b, s.in.Encode(wish{what, raw}))
	var r reply
	must(s.b, s.out.Decode(&r))
	if r.Err != "" {
		s.b.Fatalf("%s: %s", what, r.Err)
	}
	if answer != nil {
		must(s.b, json.Unmarshal(r.Answer, answer))
	}
}

// giveBack returns to the system what is not in use.
func giveBack() {
	for range 3 {
		runtime.GC()
	}
	debug.FreeOSMemory()
}

// ownProcessor is the time that this process has had of the processors.
func ownProcessor() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}
