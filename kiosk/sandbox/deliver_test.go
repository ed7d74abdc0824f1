package sandbox

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bubble is a sandbox in simulated time with receivers on a network in memory.
type bubble struct {
	t *testing.T
	*Server
	net *pipes
}

func inBubble(t *testing.T, test func(*bubble), change ...func(*Config)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cfg := Config{Accounts: merchants(), Limit: -1, URL: "http://sandbox.test"}
		network := newPipes()
		cfg.Dial = network.dial
		for _, c := range change {
			c(&cfg)
		}
		s, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		test(&bubble{t, s, network})
	})
}

// running delivers webhooks while during runs.
func (b *bubble) running(during func()) {
	ctx, cancel := context.WithCancel(b.t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.Run(ctx); err != nil {
			b.t.Error(err)
		}
	})
	during()
	synctest.Wait()
	cancel()
	wg.Wait()
}

// make makes a link through the API without a server in between.
func (b *bubble) make(body string) int64 {
	b.t.Helper()
	name := "createLink"
	if strings.Contains(body, "recipients") {
		name = "createSplitLink"
	}
	req := httptest.NewRequest(http.MethodPost, "/api/v2/"+name, strings.NewReader(body))
	req.Header.Set("token", "test-key-stall")
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, req)
	links := b.Links()
	if w.Code != 200 || len(links) == 0 {
		b.t.Fatalf("%d %s", w.Code, w.Body)
	}
	return links[len(links)-1].ID
}

const key32 = "0123456789abcdef0123456789ABCDEF"

// open decrypts the envelope of an encrypted webhook, written here on its own.
func open(t *testing.T, raw, key string) string {
	t.Helper()
	var envelope struct{ Data string }
	if err := json.Unmarshal([]byte(raw), &envelope); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	data, err := base64.StdEncoding.DecodeString(envelope.Data)
	if err != nil || len(data)%16 != 0 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	cipher.NewCBCDecrypter(block, []byte(key)[:16]).CryptBlocks(data, data)
	return string(data[:len(data)-int(data[len(data)-1])])
}

// TestWebhook_forms: what goes out, letter for letter, with the documented headers.
func TestWebhook_forms(t *testing.T) {
	const split = `,"recipients":[{"token":"recipient_a","share":10}]`
	const secret = `,"is_encryption":"true","encryption_key":"` + key32 + `"`
	nested := `{"ResponseCode":1,"data":{"pay_id":%d,"note":"N","amount":35.39,"user_id":"user-stall","status":"Success"}}`
	cases := []struct {
		name, order string
		fault       Fault
		encrypted   bool
		want        []string
	}{
		{"plain", "", "", false, []string{nested}},
		{"encrypted", secret, "", true, []string{nested}},
		{"split, plain", split, "", false, []string{nested}},
		{"split, encrypted", split + secret, "", true, []string{nested, `{"ResponseCode":1,"data":{"pay_id":%d,"note":"N","amount":35.39,"user_id":"user-stall","status":"Success","split_type":"normal","recipients":[{"token":"recipient_a","share":10,"amount":3.53}],"owner_amount":31.86}}`}},
		{"form B", "", WebhookFormB, false, []string{`{"ResponseCode":1,"data[pay_id]":%d,"data[amount]":35.39,"data[user_id]":"user-stall","data[status]":"success"}`}},
		{"form C", "", WebhookFormC, false, []string{"ResponseCode=1&data%%5Bpay_id%%5D=%d&data%%5Bamount%%5D=35.39&data%%5Buser_id%%5D=user-stall&data%%5Bstatus%%5D=Success"}},
		{"duplicate", "", WebhookDuplicate, false, []string{nested, nested, nested}},
		{"off", "", WebhookOff, false, nil},
		{"plain where encryption was ordered", secret, WebhookPlain, false, []string{nested}},
		{"another amount", "", WebhookWrongAmount, false, []string{strings.Replace(nested, "35.39", "36.39", 1)}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(b *bubble) {
				box := &inbox{}
				defer b.net.listen("shop.test:80", box)()
				id := b.make(`{"amount":35.39,"recipient_note":"N","payment_endpoint":"http://shop.test/w"` + c.order + `}`)
				if c.fault != "" {
					b.Set(c.fault, 1)
				}
				b.running(func() {
					if err := b.Pay(id); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Minute)
				})
				var want []string
				for _, w := range c.want {
					want = append(want, fmt.Sprintf(w, id))
				}
				got := box.bodies()
				for i := range got {
					if c.encrypted {
						got[i] = open(t, got[i], key32)
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				for _, h := range box.header {
					if h.Get("Accept") != "application/json" || h.Get("X-Secpaid-Signature") != "" {
						t.Errorf("headers %v", h)
					}
				}
			})
		})
	}
}

// TestWebhook_wrongKey: the body is encrypted, but not with the key of the link.
func TestWebhook_wrongKey(t *testing.T) {
	inBubble(t, func(b *bubble) {
		box := &inbox{}
		defer b.net.listen("shop.test:80", box)()
		id := b.make(`{"amount":5,"payment_endpoint":"http://shop.test/w","is_encryption":"true","encryption_key":"` + key32 + `"}`)
		b.Set(WebhookWrongKey, 1)
		b.running(func() {
			if err := b.Pay(id); err != nil {
				t.Fatal(err)
			}
		})
		if got := box.bodies(); len(got) != 1 || !strings.HasPrefix(got[0], `{"data":"`) || strings.Contains(got[0], seal("", key32)) {
			t.Errorf("%q", got)
		}
		if fmt.Sprint(box.bodies()[0]) == seal(`{"ResponseCode":1,"data":{"pay_id":`+fmt.Sprint(id)+`,"note":"","amount":5,"user_id":"user-stall","status":"Success"}}`, key32) {
			t.Error("the right key was used")
		}
	})
}

// TestWebhook_retries: 1 s, 4 s and 16 s after the tries before, then never again; a try that gets
// no answer within ten seconds counts as failed; other endpoints do not wait for this one.
func TestWebhook_retries(t *testing.T) {
	inBubble(t, func(b *bubble) {
		bad := &inbox{answer: func(int) int { return 503 }}
		good := &inbox{answer: func(int) int { return 204 }}
		defer b.net.listen("bad.test:80", bad)()
		defer b.net.listen("good.test:80", good)()
		id := b.make(`{"amount":5,"payment_endpoint":"http://bad.test/w,http://good.test/w,http://nowhere.test/w"}`)
		began := time.Now()
		b.running(func() {
			if err := b.Pay(id); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		})
		var after []time.Duration
		for _, at := range bad.times {
			after = append(after, at.Sub(began))
		}
		if want := []time.Duration{0, time.Second, 5 * time.Second, 21 * time.Second}; !slices.Equal(after, want) {
			t.Errorf("tries after %v, not %v", after, want)
		}
		if len(good.bodies()) != 1 {
			t.Errorf("the good endpoint got %d", len(good.bodies()))
		}
		log := b.Webhooks()
		for i, want := range []struct {
			state    string
			attempts int
		}{{stateFailed, 4}, {stateDelivered, 1}, {stateFailed, 4}} {
			if log[i].State != want.state || len(log[i].Attempts) != want.attempts {
				t.Errorf("webhook %d: %s after %d tries", i+1, log[i].State, len(log[i].Attempts))
			}
		}
	})
}

// TestWebhook_slowReceiver: ten seconds without an answer end a try.
func TestWebhook_slowReceiver(t *testing.T) {
	inBubble(t, func(b *bubble) {
		tries := 0
		defer b.net.listen("slow.test:80", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			tries++
			if tries == 1 {
				io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
			}
		}))()
		id := b.make(`{"amount":5,"payment_endpoint":"http://slow.test/w"}`)
		b.running(func() {
			if err := b.Pay(id); err != nil {
				t.Fatal(err)
			}
			time.Sleep(deliveryTimeout + 2*time.Second)
		})
		log := b.Webhooks()[0]
		if log.State != stateDelivered || len(log.Attempts) != 2 || log.Attempts[0].Error == "" {
			t.Errorf("%+v", log)
		}
	})
}

// TestWebhook_survivesRestart: a webhook that was due when the sandbox died is delivered by the
// next one, and one that was delivered is not sent again.
func TestWebhook_survivesRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book")
	with := func(c *Config) { c.Book = path }
	box := &inbox{}
	inBubble(t, func(b *bubble) {
		if err := b.Pay(b.make(`{"amount":5,"payment_endpoint":"http://shop.test/w"}`)); err != nil {
			t.Fatal(err)
		}
	}, with)
	for range 2 {
		inBubble(t, func(b *bubble) {
			defer b.net.listen("shop.test:80", box)()
			b.running(func() { time.Sleep(time.Minute) })
		}, with)
	}
	if got := box.bodies(); len(got) != 1 {
		t.Errorf("delivered %d times", len(got))
	}
}

// TestWebhook_late: thirty seconds late, and second before first, when told so.
func TestWebhook_late(t *testing.T) {
	inBubble(t, func(b *bubble) {
		box := &inbox{}
		defer b.net.listen("shop.test:80", box)()
		id := b.make(`{"amount":100,"payment_endpoint":"http://shop.test/w","recipients":[{"token":"recipient_a","share":10}],"is_encryption":"true","encryption_key":"` + key32 + `"}`)
		b.Set(WebhookLate, 1)
		b.Set(WebhookReordered, 1)
		began := time.Now()
		b.running(func() {
			if err := b.Pay(id); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		})
		got := box.bodies()
		if len(got) != 2 || !strings.Contains(open(t, got[0], key32), "owner_amount") || strings.Contains(open(t, got[1], key32), "owner_amount") {
			t.Fatalf("%d webhooks", len(got))
		}
		if late := box.times[0].Sub(began); late != lateness {
			t.Errorf("after %v", late)
		}
	})
}

// TestForge: a forged success goes out although nothing was paid.
func TestForge(t *testing.T) {
	inBubble(t, func(b *bubble) {
		box := &inbox{}
		defer b.net.listen("shop.test:80", box)()
		id := b.make(`{"amount":5,"payment_endpoint":"http://shop.test/w","is_encryption":"true","encryption_key":"` + key32 + `"}`)
		b.running(func() {
			if err := b.Forge(id); err != nil {
				t.Fatal(err)
			}
		})
		want := fmt.Sprintf(`{"ResponseCode":1,"data":{"pay_id":%d,"note":"","amount":5,"user_id":"user-stall","status":"Success"}}`, id)
		if got := box.bodies(); len(got) != 1 || got[0] != want {
			t.Errorf("%q", got)
		}
		if v := b.Links()[0]; v.Status != Unused {
			t.Errorf("%+v", v)
		}
		if err := b.Forge(1); err != ErrNoLink {
			t.Errorf("%v", err)
		}
	})
}

// TestWebhook_multipart: the third spelling of a form.
func TestWebhook_multipart(t *testing.T) {
	inBubble(t, func(b *bubble) {
		got := map[string]string{}
		defer b.net.listen("shop.test:80", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			r.ParseMultipartForm(1 << 16)
			for name, values := range r.MultipartForm.Value {
				got[name] = values[0]
			}
		}))()
		id := b.make(`{"amount":5,"payment_endpoint":"http://shop.test/w"}`)
		b.Set(WebhookMultipart, 1)
		b.running(func() {
			if err := b.Pay(id); err != nil {
				t.Fatal(err)
			}
		})
		if got["data[pay_id]"] != fmt.Sprint(id) || got["data[status]"] != "Success" || got["data[amount]"] != "5" || len(got) != 5 {
			t.Errorf("%v", got)
		}
	})
}

// TestResend makes a delivered webhook arrive once more.
func TestResend(t *testing.T) {
	inBubble(t, func(b *bubble) {
		box := &inbox{}
		defer b.net.listen("shop.test:80", box)()
		id := b.make(`{"amount":5,"payment_endpoint":"http://shop.test/w"}`)
		b.running(func() {
			if err := b.Pay(id); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if err := b.Resend(1); err != nil {
				t.Fatal(err)
			}
			if err := b.Resend(9); err != ErrNoSuchEvent {
				t.Errorf("resend of nothing: %v", err)
			}
		})
		if got := box.bodies(); len(got) != 2 || got[0] != got[1] {
			t.Errorf("%q", got)
		}
	})
}

// TestGuard: only loopback and the allow-list are reached, whatever the address looks like.
func TestGuard(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
	for _, c := range []struct {
		host  string
		allow []string
		ok    bool
	}{
		{"127.0.0.1", nil, true},
		{"localhost", nil, true},
		{"2130706433", nil, false},
		{"0177.0.0.1", nil, false},
		{"0x7f000001", nil, false},
		{"0x7f.0.0.1", nil, false},
		{"127.1", nil, false},
		{"[::ffff:127.0.0.1]", nil, false},
		{"[::ffff:7f00:1]", nil, false},
		{"[fe80::1%25lo]", nil, false},
		{"0.0.0.0", nil, false},
		{"[::]", nil, false},
		{"10.0.0.1", nil, false},
		{"192.168.1.1", nil, false},
		{"169.254.169.254", nil, false},
		{"[fd00::1]", nil, false},
		{"[fe80::1]", nil, false},
		{"224.0.0.1", nil, false},
		{"8.8.8.8", nil, false},
		{"0.0.0.0", []string{"0.0.0.0/32"}, true},
	} {
		g, err := newGuard(c.allow)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := g.dial(func() string { return "" })(t.Context(), "tcp", strings.ReplaceAll(c.host, "%25", "%")+":"+port)
		if err == nil {
			conn.Close()
		}
		if (err == nil) != c.ok {
			t.Errorf("%s %v: %v", c.host, c.allow, err)
		}
		if !c.ok && !strings.Contains(err.Error(), errOutside.Error()) {
			t.Errorf("%s was refused for another reason: %v", c.host, err)
		}
	}
}

// TestGuard_rebinding: a name that is looked up twice and answers differently does not help: the
// address looked at is the one dialled.
func TestGuard_rebinding(t *testing.T) {
	g, err := newGuard(nil)
	if err != nil {
		t.Fatal(err)
	}
	for address, ok := range map[string]bool{
		"127.0.0.1:80": true, "[::1]:80": true, "[::ffff:127.0.0.1]:80": true,
		"10.1.2.3:80": false, "[::ffff:10.1.2.3]:80": false, "nonsense": false, "169.254.169.254:80": false,
	} {
		if got := g.allows(address); got != ok {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// TestGuard_self: a webhook cannot reach the sandbox's own control API.
func TestGuard_self(t *testing.T) {
	r := newRig(t)
	victim, _ := r.makeLink(`{"amount":7}`)
	id, _ := r.makeLink(fmt.Sprintf(`{"amount":5,"payment_endpoint":"%s/control/pay"}`, r.url))
	r.Set(WebhookNoRetry, 1)
	if err := r.Pay(id); err != nil {
		t.Fatal(err)
	}
	r.postman.deliverLink(id)
	if log := r.Webhooks()[0]; log.State != stateFailed || !strings.Contains(log.Attempts[0].Error, errOutside.Error()) {
		t.Errorf("%+v", log)
	}
	if v := r.link(victim); v.Status != Unused {
		t.Errorf("%+v", v)
	}
}

// TestWebhook_redirect: a redirect is an answer like any other that is not 2xx; it is not followed.
func TestWebhook_redirect(t *testing.T) {
	inBubble(t, func(b *bubble) {
		box := &inbox{}
		defer b.net.listen("inside.test:80", box)()
		defer b.net.listen("shop.test:80", http.RedirectHandler("http://inside.test/", http.StatusTemporaryRedirect))()
		b.Set(WebhookNoRetry, 1)
		id := b.make(`{"amount":5,"payment_endpoint":"http://shop.test/w"}`)
		b.running(func() {
			if err := b.Pay(id); err != nil {
				t.Fatal(err)
			}
		})
		if log := b.Webhooks()[0]; log.State != stateFailed || log.Attempts[0].Status != 307 || len(box.bodies()) != 0 {
			t.Errorf("%+v, %d inside", log, len(box.bodies()))
		}
	})
}
