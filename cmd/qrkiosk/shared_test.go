package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"qrkiosk/cmd/qrkiosk/kiosktest"
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
	if !broker.ReadyForConnections(kiosktest.Patience) {
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
	till := kiosktest.NewDevice(t, kiosktest.Origin(p.Address("till")))
	till.Enrol(p.Address("till"))
	m, err := rings.NextMsg(kiosktest.Patience)
	if err != nil {
		t.Fatal(err)
	}
	p.End()
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
					_ = other.FlushTimeout(kiosktest.Patience)
				}
			}
		}
	}()
	start(t, append(args, "--new-links")...).End()
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
	if err := other.FlushTimeout(kiosktest.Patience); err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	address := filepath.Join(dir, "nats")
	if err := os.WriteFile(address, []byte(broker.ClientURL()), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "serve", "--sandbox", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", dir, "--nats-url-file", address)
	defer p.End()
	base := kiosktest.Origin(p.Address("till"))
	till := kiosktest.NewDevice(t, base)
	till.SignIn(till.Enrol(p.Address("till")), "Manager", p.Address("PIN"))
	till.Charge("420", "one-command-key-of-this-test")
	registers := map[string]bool{}
	for deadline := time.Now().Add(kiosktest.Patience); len(registers) < 2; { // the office's stream and the register's
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
