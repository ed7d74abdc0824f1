//go:build linux

package bench

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"
)

// BenchmarkCharge is the time from a cashier's POST to the answer that brings the code, with the
// sale and its link stored, compared with a POST that asks the gateway and flushes the disk once.
func BenchmarkCharge(b *testing.B) {
	gateway := newStub(b)
	at := gateway.Listener.Addr().String()
	shop := serveApart(b, opened{Role: "shop", Gateway: at})
	floor := serveApart(b, opened{Role: "floor", Gateway: at})
	shop.do("registers", 1, nil)
	till := signIn(b, shop)
	toShop, toFloor := shop.poster(), floor.poster()
	bare := request(floor.address, "/charge", []byte("cents=1000"))
	var ours, floors sample
	n := 0
	round := func() {
		n++
		time.Sleep(pause)
		took, err := toFloor.send(bare)
		must(b, err)
		floors.add(took)
		time.Sleep(pause)
		ours.add(till.charge(fmt.Sprintf("benchmark-charge-%06d", n)))
		paid, err := gateway.webhook(shop.address, amountOf(0))
		must(b, err)
		_, err = toShop.send(paid)
		must(b, err)
	}
	for range sized(50, 1) {
		round()
	}
	ours, floors = nil, nil
	floor.do("times", nil, nil)
	for b.Loop() {
		for range sized(500, 5) {
			round()
		}
	}
	var disk sample
	floor.do("times", nil, &disk)
	flushed(disk)
	b.ReportMetric(0, "ns/op")
	report(b, "charge", ours)
	report(b, "floor", floors)
	report(b, "fdatasync", disk)
	x := ratio(ours.p50(), floors.p50())
	b.ReportMetric(x, "x-floor")
	found(12, "charge to code, of POST + gateway + write + fdatasync, p50", "<= 2.0", "%.2f (%.0f µs)", x, micros(ours.p50()))
}

// cashier is a browser that is signed in at a till.
type cashier struct {
	b      *testing.B
	client *http.Client
	base   string
}

// signIn enrols a tablet and signs somebody in, as people do.
func signIn(b *testing.B, shop *served) *cashier {
	var t tablet
	shop.do("tablet", 0, &t)
	jar, err := cookiejar.New(nil)
	must(b, err)
	c := &cashier{b, &http.Client{Jar: jar, Timeout: answerTime}, "http://" + shop.address}
	c.post("/till/enrol", url.Values{"ticket": {t.Ticket}})
	c.post("/till/signin", url.Values{"staff": {t.Staff}, "pin": {t.PIN}})
	return c
}

func (c *cashier) post(path string, form url.Values) []byte {
	c.b.Helper()
	r, err := http.NewRequestWithContext(c.b.Context(), http.MethodPost, c.base+path, strings.NewReader(form.Encode()))
	must(c.b, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", c.base)
	r.Header.Set("Accept", "application/json")
	resp, err := c.client.Do(r)
	must(c.b, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(c.b, err)
	if resp.StatusCode != http.StatusOK {
		c.b.Fatalf("POST %s: %d\n%s", path, resp.StatusCode, body)
	}
	return body
}

// charge returns how long it took until the code was there.
func (c *cashier) charge(key string) time.Duration {
	c.b.Helper()
	start := time.Now()
	body := c.post("/till/charge", url.Values{"cents": {"1000"}, "key": {key}})
	took := time.Since(start)
	if !bytes.Contains(body, []byte("<path")) {
		c.b.Fatalf("a charge brought no code:\n%s", body)
	}
	return took
}
