//go:build linux

package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

const (
	floorPage = 16 << 10 // bytes a commit writes at least
	floorSize = 16 << 20 // of a file that has its place already
)

// floorServer is what no kiosk can beat: the standard library's server, and what must be done in
// any case.
type floorServer struct {
	file    *os.File
	at      atomic.Int64
	gateway string // address of a gateway, for /charge
	flushes chan time.Duration
}

func newFloorServer(dir, gateway string) (*floorServer, error) {
	file, err := os.Create(filepath.Join(dir, "floor"))
	if err != nil {
		return nil, err
	}
	if _, err := file.Write(make([]byte, floorSize)); err != nil {
		return nil, err
	}
	return &floorServer{file: file, gateway: gateway, flushes: make(chan time.Duration, 1<<16)}, file.Sync()
}

func (f *floorServer) handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("POST /null", func(_ http.ResponseWriter, r *http.Request) { drain(r) })
	m.HandleFunc("POST /flush", func(w http.ResponseWriter, r *http.Request) {
		drain(r)
		f.answer(w, f.flush())
	})
	m.HandleFunc("POST /charge", func(w http.ResponseWriter, r *http.Request) {
		drain(r)
		err := f.create()
		if err == nil {
			err = f.flush()
		}
		f.answer(w, err)
	})
	bare := websocket.Upgrader{
		ReadBufferSize: 128, WriteBufferSize: 8192, CheckOrigin: func(*http.Request) bool { return true },
	}
	m.HandleFunc("GET /live", func(w http.ResponseWriter, r *http.Request) {
		if c, err := bare.Upgrade(w, r, nil); err == nil {
			go waitForEnd(c)
		}
	})
	return m
}

func waitForEnd(c *websocket.Conn) {
	for {
		if _, _, err := c.NextReader(); err != nil {
			c.Close()
			return
		}
	}
}

func drain(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }

func (f *floorServer) answer(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// flush writes a page where there is room already, and has the disk keep it.
func (f *floorServer) flush() error {
	start := time.Now()
	at := (f.at.Add(floorPage) - floorPage) % floorSize
	if _, err := f.file.WriteAt(make([]byte, floorPage), at); err != nil {
		return err
	}
	if err := syscall.Fdatasync(int(f.file.Fd())); err != nil {
		return err
	}
	select {
	case f.flushes <- time.Since(start):
	default:
	}
	return nil
}

// create asks the gateway for a link and reads the answer, no more.
func (f *floorServer) create() error {
	resp, err := http.Post("http://"+f.gateway+"/api/v2/createLink", "application/json",
		strings.NewReader(`{"amount":1,"recipient_note":"floor"}`))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// times returns how long the flushes since the last call took.
func (f *floorServer) times() sample {
	var s sample
	for {
		select {
		case d := <-f.flushes:
			s.add(d)
		default:
			return s
		}
	}
}

// floorProcess serves until its input ends.
func floorProcess(o opened) error {
	f, err := newFloorServer(o.Dir, o.Gateway)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() { _ = http.Serve(l, f.handler()) }()
	return obey(l.Addr().String(), map[string]task{
		"times": func(json.RawMessage) (any, error) { return f.times(), nil },
	})
}

// footprint is the memory of a process in bytes once nothing is left that could go: what the
// kernel counts, which has in it what SQLite keeps for its next question, and what the runtime
// holds for values and stacks alone.
type footprint struct{ Resident, Live int64 }

func measured() (f footprint, err error) {
	giveBack()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	f.Live = int64(m.HeapAlloc + m.StackInuse)
	f.Resident, err = resident("self")
	return f, err
}

// resident reads the memory of a process from the kernel, in bytes.
func resident(pid string) (int64, error) {
	raw, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			return kib << 10, nil
		}
	}
	return 0, fmt.Errorf("no VmRSS in the status of %s", pid)
}
