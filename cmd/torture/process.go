//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// process is one program of the trial: it is started, frozen and killed, and what it says goes to
// a file.
type process struct {
	name  string
	path  string
	args  []string
	env   []string // beside our own
	ready string   // address that answers once it is up
	log   string

	mu     sync.Mutex
	cmd    *exec.Cmd
	ended  chan struct{}
	starts int
}

// build makes the program as a test build: with its crash points.
func build(ctx context.Context, root, dir string) (string, error) {
	path := filepath.Join(dir, "qrkiosk")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "crash", "-o", path, "./cmd/qrkiosk")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building: %w\n%s", err, out)
	}
	return path, nil
}

// launch starts the program with further variables; it does not wait until it is up.
func (p *process) launch(more ...string) error {
	if p.alive() {
		return fmt.Errorf("%s is running already", p.name)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command(p.path, p.args...) //nolint:noctx // ended by kill or stop
	cmd.Env = append(append(os.Environ(), p.env...), more...)
	said, err := os.OpenFile(p.log+".out", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	p.cmd, p.ended = cmd, ended
	p.starts++
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	return nil
}

// upTime is how long a program may take to answer.
const upTime = 2 * time.Minute

var errEnded = errors.New("it ended instead of coming up")

// up waits until the program answers. It may die meanwhile: that is errEnded.
func (p *process) up(ctx context.Context) error {
	client := &http.Client{Timeout: time.Second}
	defer client.CloseIdleConnections()
	for began := time.Now(); time.Since(began) < upTime; {
		resp, err := p.ask(ctx, client)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.over():
			return errEnded
		case <-time.After(3 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s does not come up within %v: see %s", p.name, upTime, p.log)
}

func (p *process) ask(ctx context.Context, client *http.Client) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.ready, http.NoBody)
	if err != nil {
		return nil, err
	}
	return client.Do(r)
}

func (p *process) over() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended == nil {
		gone := make(chan struct{})
		close(gone)
		return gone
	}
	return p.ended
}

// started says how often it was launched.
func (p *process) started() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.starts
}

func (p *process) alive() bool {
	select {
	case <-p.over():
		return false
	default:
		return true
	}
}

func (p *process) signal(s os.Signal) {
	p.mu.Lock()
	cmd := p.cmd
	p.mu.Unlock()
	if cmd != nil && cmd.Process != nil {
		_ = cmd.Process.Signal(s)
	}
}

// kill is kill -9; it tells whether there was anything to kill.
func (p *process) kill() bool {
	was := p.alive()
	p.signal(syscall.SIGKILL)
	<-p.over()
	return was
}

// stop asks for an orderly end and tells whether it was one.
func (p *process) stop(patience time.Duration) error {
	if !p.alive() {
		return nil
	}
	p.signal(syscall.SIGTERM)
	select {
	case <-p.over():
	case <-time.After(patience):
		p.kill()
		return fmt.Errorf("%s does not stop within %v", p.name, patience)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("%s ended with %d", p.name, code)
	}
	return nil
}

// freePort is one where nobody listens at this moment. It lies below those that the kernel gives to
// connections, so that nobody takes it while a server is being started again.
func freePort() (addr string, err error) {
	for range 100 {
		addr = fmt.Sprintf("127.0.0.1:%d", 15_000+rand.IntN(15_000))
		var l net.Listener
		if l, err = net.Listen("tcp", addr); err == nil { //nolint:noctx // closed at once
			return addr, l.Close()
		}
	}
	return "", err
}
