package assembly_test

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestFault_F82_certificateIsReadAgain changes the files under a running server: new connections get the
// new certificate, the old connection lives on, and a broken pair changes nothing.
func TestFault_F82_certificateIsReadAgain(t *testing.T) {
	dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	began := time.Now().Truncate(time.Second)
	kiosktest.WritePair(t, cert, key, 1, began)
	pair, err := assembly.LoadCertificate(cert, key, log)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := assembly.NewWebServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "here") }), log)
	web.TLSConfig = pair.Config()
	go web.ServeTLS(l, "", "")
	t.Cleanup(func() { web.Close() })

	old := &tlsClient{t: t, url: "https://" + l.Addr().String()}
	if n := old.serial(); n != 1 {
		t.Fatalf("certificate %d, want 1", n)
	}
	kiosktest.WritePair(t, cert, key, 2, began.Add(time.Second))
	if n := (&tlsClient{t: t, url: old.url}).serial(); n != 2 {
		t.Errorf("a new connection gets certificate %d, want 2", n)
	}
	if n := old.serial(); n != 1 {
		t.Errorf("the old connection was replaced: certificate %d", n)
	}
	if err := os.WriteFile(key, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := (&tlsClient{t: t, url: old.url}).serial(); n != 2 {
		t.Errorf("with a broken key file a new connection gets certificate %d, want 2", n)
	}
	kiosktest.WritePair(t, cert, key, 3, began.Add(2*time.Second))
	if n := (&tlsClient{t: t, url: old.url}).serial(); n != 3 {
		t.Errorf("after the repair a new connection gets certificate %d, want 3", n)
	}
}

// tlsClient is one client with one connection that it keeps.
type tlsClient struct {
	t      *testing.T
	url    string
	client *http.Client
}

// serial makes a request and returns the number of the certificate it came over.
func (c *tlsClient) serial() int64 {
	c.t.Helper()
	if c.client == nil {
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
		c.client = &http.Client{Transport: transport, Timeout: kiosktest.Patience}
		c.t.Cleanup(transport.CloseIdleConnections)
	}
	resp, err := c.client.Get(c.url)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		c.t.Fatal(err)
	}
	if resp.TLS.Version < tls.VersionTLS12 || resp.ProtoMajor != 2 {
		c.t.Errorf("TLS %x with HTTP/%d", resp.TLS.Version, resp.ProtoMajor)
	}
	return resp.TLS.PeerCertificates[0].SerialNumber.Int64()
}

// TestFault_F82_certificateEnds: two weeks before its end the certificate is complained about, once
// a day; a renewed one ends that. (That a reload drops no socket: TestFault_F82_certificateIsReadAgain.)
func TestFault_F82_certificateEnds(t *testing.T) {
	dir, said := t.TempDir(), &kiosktest.SafeBuffer{}
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	kiosktest.WritePair(t, cert, key, 1, time.Now()) // it is valid for an hour
	pair, err := assembly.LoadCertificate(cert, key, slog.New(slog.NewTextHandler(said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	complaints := func() int { return strings.Count(said.String(), "level=ERROR") }
	if complaints() != 1 || !strings.Contains(said.String(), "ends soon") {
		t.Errorf("an hour before its end: %s", said)
	}
	ends := pair.Current.Leaf.NotAfter
	pair.Warned = time.Time{}
	for _, c := range []struct {
		before time.Duration
		want   int
	}{{15 * 24 * time.Hour, 1}, {14*24*time.Hour + time.Second, 1}, {14*24*time.Hour - time.Second, 2}, {14*24*time.Hour - time.Hour, 2}, {12 * 24 * time.Hour, 3}, {-time.Hour, 4}} {
		pair.Warn(ends.Add(-c.before))
		if complaints() != c.want {
			t.Errorf("%v before its end: %d complaints, want %d", c.before, complaints(), c.want)
		}
	}
}
