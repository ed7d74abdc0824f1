package sandbox

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

// rig is a sandbox behind a real HTTP server, with one merchant and two recipients.
type rig struct {
	t *testing.T
	*Server
	url    string
	client *http.Client
}

func merchants() []Account {
	return []Account{
		{Name: "Stall", Key: "test-key-stall", RecipientToken: "stall-token", UserID: "user-stall"},
		{Name: "A", Key: "test-key-a", RecipientToken: "recipient_a", UserID: "user-a", ServiceFee: "2.0"},
		{Name: "B", Key: "test-key-b", RecipientToken: "recipient_b", UserID: "user-b"},
	}
}

func newRig(t *testing.T, change ...func(*Config)) *rig {
	t.Helper()
	cfg := Config{Accounts: merchants(), Limit: -1}
	for _, c := range change {
		c(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	if cfg.URL == "" {
		s.SetURL(web.URL)
	}
	client := web.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &rig{t, s, web.URL, client}
}

type answer struct {
	status int
	header http.Header
	body   string
}

// post sends a raw body and returns what came back.
func (r *rig) post(path, key, contentType, body string) answer {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("token", key)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		r.t.Fatalf("%s: %v", path, err)
	}
	return readAnswer(r.t, resp)
}

func readAnswer(t *testing.T, resp *http.Response) answer {
	t.Helper()
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(raw)}
}

func (r *rig) call(name, body string) answer {
	r.t.Helper()
	return r.post("/api/v2/"+name, "test-key-stall", "application/json", body)
}

func (r *rig) get(path string) answer {
	r.t.Helper()
	resp, err := r.client.Get(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	return readAnswer(r.t, resp)
}

// envelope is an answer read loosely, as a careful client would.
type envelope struct {
	Data         json.RawMessage
	ResponseCode int
	ResponseMsg  string
	Result       string
	TotalRecords *int `json:"totalRecords"`
	Error        string
	ErrorMessage string
}

func (a answer) read(t *testing.T) (e envelope) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		t.Fatalf("answer %q: %v", a.body, err)
	}
	return e
}

func (a answer) rows(t *testing.T) []map[string]any {
	t.Helper()
	e := a.read(t)
	var rows []map[string]any
	if err := json.Unmarshal(e.Data, &rows); err != nil || e.ResponseCode != 1 {
		t.Fatalf("no list in %s: %v", a.body, err)
	}
	return rows
}

// makeLink makes a link and returns its id and pay link.
func (r *rig) makeLink(body string) (id int64, payLink string) {
	r.t.Helper()
	name := "createLink"
	if strings.Contains(body, "recipients") {
		name = "createSplitLink"
	}
	e := r.call(name, body).read(r.t)
	var data struct {
		ID      int64  `json:"id"`
		PayLink string `json:"pay_link"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil || e.ResponseCode != 1 {
		r.t.Fatalf("no link: %+v %v", e, err)
	}
	return data.ID, data.PayLink
}

func (r *rig) link(id int64) LinkView {
	r.t.Helper()
	for _, v := range r.Links() {
		if v.ID == id {
			return v
		}
	}
	r.t.Fatalf("no link %d", id)
	return LinkView{}
}

// pipes is a network in memory, for tests in which time is simulated.
type pipes struct {
	mu    sync.Mutex
	hosts map[string]chan net.Conn
}

func newPipes() *pipes { return &pipes{hosts: map[string]chan net.Conn{}} }

func (p *pipes) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	p.mu.Lock()
	queue := p.hosts[addr]
	p.mu.Unlock()
	if queue == nil {
		return nil, &net.OpError{Op: "dial", Err: net.ErrClosed}
	}
	here, there := net.Pipe()
	select {
	case queue <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// listen serves handler under a name until stop is called.
func (p *pipes) listen(addr string, handler http.Handler) (stop func()) {
	queue := make(chan net.Conn)
	p.mu.Lock()
	p.hosts[addr] = queue
	p.mu.Unlock()
	done := make(chan struct{})
	server := &http.Server{Handler: handler}
	var wg sync.WaitGroup
	wg.Go(func() { server.Serve(&pipeListener{queue, done}) })
	return sync.OnceFunc(func() { close(done); server.Close(); wg.Wait() })
}

type pipeListener struct {
	queue chan net.Conn
	done  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.queue:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

// inbox collects webhooks.
type inbox struct {
	mu     sync.Mutex
	got    []string
	header []http.Header
	times  []time.Time
	answer func(n int) int // status of the n-th answer, from 1
}

func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	b.mu.Lock()
	b.got = append(b.got, string(raw))
	b.header = append(b.header, r.Header)
	b.times = append(b.times, time.Now())
	n := len(b.got)
	b.mu.Unlock()
	if b.answer != nil {
		w.WriteHeader(b.answer(n))
	}
}

func (b *inbox) bodies() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.got...)
}

func mustMoney(t *testing.T, text string) kiosk.Money {
	t.Helper()
	m, err := kiosk.ParseDecimal(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// serve starts a server on a free loopback port.
func serve(t *testing.T, server *http.Server) (addr string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	return listener.Addr().String()
}
