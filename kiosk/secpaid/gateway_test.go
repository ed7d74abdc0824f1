package secpaid

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"qrkiosk/kiosk"
)

const testToken = "CanaryKey0123456789abcdefCANARY0"

// fake is a gateway of the tests: it records what arrives and answers what it is told.
type fake struct {
	mu       sync.Mutex
	requests []recorded
	answer   http.HandlerFunc
}

type recorded struct {
	path   string
	header http.Header
	body   []byte
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	f.requests = append(f.requests, recorded{r.URL.Path, r.Header.Clone(), body})
	f.mu.Unlock()
	f.answer(w, r)
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.requests)
}

func (f *fake) last(t *testing.T) recorded {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.requests) == 0 {
		t.Fatal("no request arrived")
	}
	return f.requests[len(f.requests)-1]
}

// says answers every request alike.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// done is the shortest successful answer around data.
func done(data string) string {
	return `{"data":` + data + `,"ResponseCode":1,"ResponseMsg":"ok","Result":"True","ServerTime":"CEST"}`
}

// connect starts a gateway on loopback and a client of it.
func connect(t *testing.T, answer http.HandlerFunc, change ...func(*Config)) (*Client, *fake) {
	t.Helper()
	f := &fake{answer: answer}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	config := Config{URL: server.URL, Token: testToken, LinkHost: "app.secpaid.com"}
	for _, c := range change {
		c(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client, f
}

// pipes is a network of one server without sockets, so that it lives in a bubble of virtual time.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes {
	return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// connectPipes is connect inside a bubble. The returned function ends everything it started.
func connectPipes(t *testing.T, answer http.HandlerFunc, change ...func(*Config)) (*Client, *fake, func()) {
	t.Helper()
	f := &fake{answer: answer}
	network := newPipes()
	var wg sync.WaitGroup
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wg.Add(1)
		defer wg.Done()
		f.ServeHTTP(w, r)
	})}
	wg.Go(func() { server.Serve(network) })
	config := Config{URL: "http://127.0.0.1:1", Token: testToken, LinkHost: "app.secpaid.com", Dial: network.dial}
	for _, c := range change {
		c(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client, f, func() {
		client.Close()
		server.Close()
		wg.Wait()
	}
}

// logInto sends the log of a client into a buffer, every level of it.
func logInto(b *bytes.Buffer) func(*Config) {
	return func(c *Config) {
		c.Log = slog.New(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

func wantError(t *testing.T, err error, code kiosk.Code, key string) {
	t.Helper()
	if kiosk.CodeOf(err) != code || kiosk.KeyOf(err) != key {
		t.Errorf("error is %v, want %s with %s", err, code, key)
	}
}

// order is what the tests ask for where nothing else matters.
func order() kiosk.Order {
	return kiosk.Order{
		Ref: "AB12", Note: "AB12 Café", Amount: 1250,
		PaymentEndpoint: "https://kiosk.example/hooks/secpaid/tok",
		CallbackURL:     "https://kiosk.example/r/abc",
		Key:             testKey,
	}
}

const testKey = "0123456789abcdef0123456789ABCDEF"

// echo is the answer to order.
const echo = `{"is_cancellation":"Yes","user_id":"usr-1","amount":12.5,"recipient_note":"AB12 Café",` +
	`"status":"Unused","paymentEndpoint":"https://kiosk.example/hooks/secpaid/tok",` +
	`"callback_url":"https://kiosk.example/r/abc","servicefee":"1.0","recipients":null,` +
	`"is_split_link":"false","split_type":"normal","bank_transfer":"false","is_qr_link":"false",` +
	`"id":99290,"pay_link":"https://app.secpaid.com/payment?link_id=OTkyOTA=","transaction_type":"Basic"}`

const echoURL = "https://app.secpaid.com/payment?link_id=OTkyOTA="
