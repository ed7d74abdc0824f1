package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// newBroker starts a broker and connects to it, as another process of the house would.
func newBroker(t *testing.T) (*server.Server, *nats.Conn) {
	t.Helper()
	broker, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	broker.Start()
	t.Cleanup(broker.Shutdown)
	if !broker.ReadyForConnections(patience) {
		t.Fatal("the broker does not start")
	}
	other, err := nats.Connect(broker.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	return broker, other
}

// TestProgram_ringsDuringTheStart starts a process while another one of its house is selling: rings
// arrive before there is a screen that could be told of them.
func TestProgram_ringsDuringTheStart(t *testing.T) {
	broker, other := newBroker(t)
	dir := t.TempDir()
	address := filepath.Join(dir, "nats")
	if err := os.WriteFile(address, []byte(broker.ClientURL()), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"serve", "--sandbox", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", dir, "--nats-url-file", address}
	rings, err := other.SubscribeSync("qrkiosk.*.ring")
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, args...)
	till := newDevice(t, origin(p.address("till")))
	till.enrol(p.address("till"))
	m, err := rings.NextMsg(patience)
	if err != nil {
		t.Fatal(err)
	}
	p.end()
	selling, closing := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(closing)
		for n := 0; ; n++ {
			select {
			case <-selling:
				return
			default:
				_ = other.Publish(m.Subject, []byte("7 register-of-somebody"))
				if n%100 == 0 {
					_ = other.FlushTimeout(patience)
				}
			}
		}
	}()
	start(t, append(args, "--new-links")...).end()
	close(selling)
	<-closing
}

// TestProgram_ringsOverNATS hears, as another process of the same house would, that a sale was
// made, and nothing that is worth stealing.
func TestProgram_ringsOverNATS(t *testing.T) {
	broker, other := newBroker(t)
	rings, err := other.SubscribeSync("qrkiosk.*.ring")
	if err != nil {
		t.Fatal(err)
	}
	if err := other.FlushTimeout(patience); err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	address := filepath.Join(dir, "nats")
	if err := os.WriteFile(address, []byte(broker.ClientURL()), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "serve", "--sandbox", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", dir, "--nats-url-file", address)
	defer p.end()
	base := origin(p.address("till"))
	till := newDevice(t, base)
	till.signIn(till.enrol(p.address("till")), "Manager", p.address("PIN"))
	till.charge("420", "one-command-key-of-this-test")
	registers := map[string]bool{}
	for deadline := time.Now().Add(patience); len(registers) < 2; { // the office's stream and the register's
		m, err := rings.NextMsg(time.Until(deadline))
		if err != nil {
			t.Fatalf("rings of %v only: %v", registers, err)
		}
		_, stream, ok := strings.Cut(string(m.Data), " ")
		if !ok || strings.ContainsAny(stream, " {") {
			t.Fatalf("not a ring: %q", m.Data)
		}
		registers[stream] = true
	}
}
