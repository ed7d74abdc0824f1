package handlers_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/views"
)

const rawAddr = "127.0.0.1:8093"

// raw is a connection on which a test writes whatever it wants.
type raw struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func openRaw(h *kiosktest.Installation) *raw {
	h.T.Helper()
	c, err := h.Wires.Dial(context.Background(), "tcp", rawAddr)
	h.Must(err)
	h.Must(c.SetDeadline(time.Now().Add(time.Minute)))
	return &raw{h.T, c, bufio.NewReader(c)}
}

// says writes in the background: the server may hang up in the middle.
func (r *raw) says(text string) {
	go io.WriteString(r.conn, text) //nolint:errcheck // that is what the tests are about
}

// answer reads the next answer to its end and returns its status, 0 if there is none.
func (r *raw) answer() int {
	resp, err := http.ReadResponse(r.in, nil)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// onTheWire plays with the server that the program really starts.
func onTheWire(t *testing.T, test func(t *testing.T, h *kiosktest.Installation)) {
	t.Helper()
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		defer h.Beside(h.ProgramSettings(), rawAddr)()
		test(t, h)
	})
}

// TestBadWire_heads: a head that is too large is refused before anything is done (B116), one that
// says its length twice is no way past us (B118), and a refused body is not even asked for (B125).
func TestBadWire_heads(t *testing.T) {
	onTheWire(t, func(t *testing.T, h *kiosktest.Installation) {
		sale := h.OnShow(1250)
		before := h.Records.Rows()
		head := "GET " + views.PathTill + " HTTP/1.1\r\nHost: " + kiosktest.ShopAddr + "\r\n"
		hook := "POST " + h.Sandbox.HookPath(h.Now(sale)) + " HTTP/1.1\r\nHost: " + kiosktest.ShopAddr + "\r\nContent-Type: application/json\r\n"
		guess := "POST /hooks/secpaid/" + strings.Repeat("0", 32) + " HTTP/1.1\r\nHost: " + kiosktest.ShopAddr + "\r\n"
		for _, c := range []struct {
			name, text string
			want       int
		}{
			{"B116 17 KiB", head + "X-Long: " + strings.Repeat("a", 17<<10) + "\r\n\r\n", http.StatusRequestHeaderFieldsTooLarge},
			{"B116 500 lines", head + strings.Repeat("X-Line: "+strings.Repeat("b", 40)+"\r\n", 500) + "\r\n", http.StatusRequestHeaderFieldsTooLarge},
			{"B116 just fits", head + "X-Long: " + strings.Repeat("a", 12<<10) + "\r\n\r\n", http.StatusSeeOther},
			{"B118 two lengths", hook + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", http.StatusBadRequest},
			{"B118 a length that is none", hook + "Content-Length: -2\r\n\r\n{}", http.StatusBadRequest},
			{"B118 an unknown coding", hook + "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", http.StatusNotImplemented},
			{"B125", guess + "Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n", http.StatusNotFound},
		} {
			r := openRaw(h)
			r.says(c.text)
			if got := r.answer(); got != c.want {
				t.Errorf("%s: %d, want %d", c.name, got, c.want)
			}
			r.conn.Close()
		}
		h.Records.Unchanged("a bad head", before)
		h.Records.Passed(sale, "opening awaiting")
	})
}

// TestBadWire_bothFramings (B118): read as chunks, as the standard demands, and nothing behind them is
// taken for a second request.
func TestBadWire_bothFramings(t *testing.T) {
	onTheWire(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		sale := h.OnShow(1250)
		before := h.Records.Rows()
		r := openRaw(h)
		hidden := "GET /healthz HTTP/1.1\r\nHost: " + kiosktest.ShopAddr + "\r\n\r\n"
		r.says(fmt.Sprintf("POST /hooks/secpaid/%032d HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n%s", 0, kiosktest.ShopAddr, 5+len(hidden), hidden))
		if got := r.answer(); got != http.StatusNotFound && got != http.StatusBadRequest {
			t.Errorf("answered %d", got)
		}
		if got := r.answer(); got != 0 {
			t.Errorf("what was hidden behind it was answered with %d", got)
		}
		h.Records.Unchanged("two framings", before)
		h.Records.Passed(sale, "opening awaiting")
	})
}

// TestBadWire_slow (B124): a byte a second brings nobody a connection for longer than a head may take.
func TestBadWire_slow(t *testing.T) {
	onTheWire(t, func(t *testing.T, h *kiosktest.Installation) {
		r := openRaw(h)
		began := time.Now()
		go func() {
			for _, b := range []byte("GET " + views.PathTill + " HTTP/1.1\r\nHost: " + kiosktest.ShopAddr + "\r\nX: " + strings.Repeat("a", 100)) {
				if _, err := r.conn.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
		_, _ = io.Copy(io.Discard, r.conn)
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("the connection was held for %v", took)
		}
	})
}
