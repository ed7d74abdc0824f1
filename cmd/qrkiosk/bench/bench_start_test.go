//go:build linux

package bench

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// emptyProgram is the least that answers 200 over HTTP.
const emptyProgram = `package main

import (
	"net/http"
	"os"
)

func main() {
	panic(http.ListenAndServe(os.Args[1], http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
}
`

const mebi = 1 << 20

// BenchmarkStart is the time from the start of the built program to its first 200, on a database
// that is there and on none, compared with a program that does nothing else; and the size of
// program and idle process.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	must(b, os.WriteFile(filepath.Join(dir, "main.go"), []byte(emptyProgram), 0o600))
	must(b, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module empty\n\ngo 1.26\n"), 0o600))
	compile(b, dir, "empty", ".")
	bin := filepath.Join(dir, "qrkiosk")
	here, err := os.Getwd()
	must(b, err)
	compile(b, filepath.Dir(here), bin, ".")

	gateway := newStub(b)
	born := b.TempDir()
	startKiosk(b, bin, born, gateway.URL).stop()
	var bare, again, first sample
	var memory []float64
	for b.Loop() {
		for range sized(12, 1) {
			bare.add(startEmpty(b, filepath.Join(dir, "empty")).stop())
			again.add(startKiosk(b, bin, born, gateway.URL).stop())
			first.add(startKiosk(b, bin, b.TempDir(), gateway.URL).stop())
		}
		memory = append(memory, idleProcess(b, bin, born, gateway.URL))
	}
	size, err := os.Stat(bin)
	must(b, err)
	b.ReportMetric(0, "ns/op")
	report(b, "start", again)
	report(b, "first-start", first)
	report(b, "empty", bare)
	b.ReportMetric(ratio(again.p50(), bare.p50()), "x-empty")
	b.ReportMetric(ratio(first.p50(), bare.p50()), "x-empty-first")
	b.ReportMetric(float64(size.Size())/1e6, "MB")
	b.ReportMetric(median(memory), "MiB-idle")
	found(17, "start to first 200, of an empty program, p50", "<= 2", "%.1f (%.1f ms); the very first start: %.1f (%.1f ms)",
		ratio(again.p50(), bare.p50()), micros(again.p50())/1000, ratio(first.p50(), bare.p50()), micros(first.p50())/1000)
	found(18, "size of the program / of the idle process", "<= 20 MB / <= 20 MiB", "%.1f MB / %.1f MiB",
		float64(size.Size())/1e6, median(memory))
}

// process under test, and how long it took to answer.
type begun struct {
	b    *testing.B
	cmd  *exec.Cmd
	took time.Duration
}

func startEmpty(b *testing.B, bin string) *begun {
	at, err := freeAddress()
	must(b, err)
	return start200(b, exec.CommandContext(b.Context(), bin, at), at)
}

// startKiosk runs serve, whose gateway is the stub: nothing here reaches the internet.
func startKiosk(b *testing.B, bin, data, gateway string) *begun {
	at, err := freeAddress()
	must(b, err)
	cmd := exec.CommandContext(b.Context(), bin, "serve", "--listen", at, "--data", data)
	cmd.Env = append(os.Environ(), "SECPAID_URL="+gateway, "SECPAID_TOKEN="+stubToken)
	return start200(b, cmd, at)
}

// start200 starts a program and asks it over and over, from the moment somebody listens.
func start200(b *testing.B, cmd *exec.Cmd, address string) *begun {
	b.Helper()
	begin := time.Now()
	must(b, cmd.Start())
	for time.Since(begin) < answerTime {
		if answers(address) {
			return &begun{b, cmd, time.Since(begin)}
		}
		time.Sleep(50 * time.Microsecond)
	}
	b.Fatalf("%s does not answer", cmd.Path)
	return nil
}

func answers(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(answerTime))
	if _, err := fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", address); err != nil {
		return false
	}
	var head [12]byte
	_, err = conn.Read(head[:])
	return err == nil && string(head[:]) == "HTTP/1.1 200"
}

// stop ends the program as a service manager does.
func (p *begun) stop() time.Duration {
	p.b.Helper()
	must(p.b, p.cmd.Process.Signal(syscall.SIGTERM))
	_ = p.cmd.Wait() // the empty program knows no clean end
	return p.took
}

// idleProcess is the memory of a program that has answered and then had nothing to do, in MiB.
func idleProcess(b *testing.B, bin, data, gateway string) float64 {
	p := startKiosk(b, bin, data, gateway)
	defer p.stop()
	time.Sleep(2 * time.Second)
	bytes, err := resident(strconv.Itoa(p.cmd.Process.Pid))
	must(b, err)
	return float64(bytes) / mebi
}
