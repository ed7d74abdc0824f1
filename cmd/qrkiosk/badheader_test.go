package main

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"qrkiosk/handlers"
	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// contentPolicy is what every answer must carry, letter by letter: nothing inline, nothing foreign.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types qrkiosk"

// TestBadHeader_origins is the matrix of who may change anything: site, origin, cookie, method.
func TestBadHeader_origins(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g, stranger := h.cashier(), h.guest()
		before := h.rows()
		charge := form("cents", "1250", "key", freshKey())
		for _, c := range []struct{ b, site, origin string }{
			{"B112 cross-site", "cross-site", "https://elsewhere.test"},
			{"B112 cross-site that lies", "cross-site", shopURL},
			{"B113 same-site", "same-site", ""},
			{"B114 neither", "", ""},
			{"B115 null", "", "null"},
			{"a foreign origin", "", "https://elsewhere.test"},
			{"another port", "", "http://127.0.0.1:8099"},
			{"a host that begins alike", "", shopURL + ".elsewhere.test"},
			{"no address", "", "127.0.0.1:8090"},
		} {
			clearNo{403, "forbidden"}.check(t, c.b, func(change ...func(*http.Request)) response {
				return g.send(http.MethodPost, counterview.PathCharge, charge, append(change, header("Origin", c.origin), header("Sec-Fetch-Site", c.site))...)
			})
			r := stranger.send(http.MethodPost, counterview.PathLanguage, "lang=de", header("Origin", c.origin), header("Sec-Fetch-Site", c.site))
			if want := map[bool]int{true: http.StatusSeeOther, false: http.StatusForbidden}[c.origin+c.site == ""]; r.status != want {
				t.Errorf("%s, without a cookie: answered %d, want %d", c.b, r.status, want)
			}
		}
		h.unchanged("foreign origins", before)
		for _, c := range []struct{ site, origin string }{{"same-origin", ""}, {"none", ""}, {"", shopURL}, {"same-origin", shopURL}} {
			r := g.send(http.MethodPost, counterview.PathShiftOpen, "", header("Origin", c.origin), header("Sec-Fetch-Site", c.site))
			if r.status != http.StatusSeeOther && r.status != http.StatusConflict {
				t.Errorf("our own page (%q, %q) is answered %d", c.site, c.origin, r.status)
			}
		}
	})
}

func TestBadHeader_hosts(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		before := h.rows()
		for _, path := range []string{views.PathTill, views.PathDisplay, "/", "/r/x", counterview.PathTillLive} {
			clearNo{421, "not-found"}.check(t, "B111 "+path, func(change ...func(*http.Request)) response {
				return g.get(path, append(change, func(r *http.Request) { r.Host = "elsewhere.test" })...)
			})
		}
		for _, c := range []struct {
			what, text string
			status     int
		}{
			{"no Host", "GET /till HTTP/1.1\r\n\r\n", 400},
			{"an empty Host", "GET /till HTTP/1.1\r\nHost:\r\n\r\n", 421},
			{"two Hosts", "GET /till HTTP/1.1\r\nHost: " + shopAddr + "\r\nHost: elsewhere.test\r\n\r\n", 400},
			{"an address of elsewhere", "GET http://elsewhere.test/till HTTP/1.1\r\nHost: " + shopAddr + "\r\n\r\n", 421},
		} {
			if r := h.guest().raw(c.text); r.status != c.status {
				t.Errorf("B111 %s: answered %d, want %d", c.what, r.status, c.status)
			}
		}
		if r := g.get(views.PathTill, header("X-Forwarded-Host", "elsewhere.test"), header("X-Forwarded-Proto", "https")); r.status != http.StatusOK ||
			strings.Contains(r.body, "elsewhere") || r.header.Get("Strict-Transport-Security") != "" {
			t.Errorf("B122: headers of a proxy that is none were believed: %d", r.status)
		}
		h.unchanged("hosts", before)
	})
}

func TestBadHeader_methods(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		before := h.rows()
		for _, method := range []string{http.MethodTrace, http.MethodPut, http.MethodDelete, "FROBNICATE"} {
			for _, path := range []string{views.PathTill, counterview.PathCharge, "/healthz"} {
				if r := g.send(method, path, ""); r.status != http.StatusMethodNotAllowed || strings.Contains(r.body, "qk-") {
					t.Errorf("B119 %s %s: answered %d", method, path, r.status)
				}
			}
		}
		if r := g.get(counterview.PathCharge); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != http.MethodPost {
			t.Errorf("a charge by GET: answered %d, Allow %q", r.status, r.header.Get("Allow"))
		}
		g.get(views.PathTill, header("X-HTTP-Method-Override", "POST"))
		g.get(views.PathTill+"?_method=POST&cents=100", header("X-Method-Override", "POST"))
		h.unchanged("methods", before)
	})
}

func TestBadHeader_languagesAndRanges(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		for _, lang := range []string{strings.Repeat("a-", 2000), strings.Repeat("de;q=0.1,", 500), "!!!", ";;;=,", "zz", "de\u0000"} {
			if strings.ContainsRune(lang, 0) {
				continue // no client can send it
			}
			if r := g.get(views.PathTill, header("Accept-Language", lang)); r.status != http.StatusOK || !strings.Contains(r.body, `<html lang="`) {
				t.Errorf("B121: %s: answered %d", short(lang), r.status)
			}
		}
		whole := g.get(views.PathTill)
		if r := g.get(views.PathTill, header("Range", "bytes=0-10")); r.status != http.StatusOK || len(r.body) < len(whole.body)/2 {
			t.Errorf("B120: a part of a page is answered %d with %d bytes", r.status, len(r.body))
		}
		if r := g.get(views.PathTill, header("If-None-Match", "*")); r.status != http.StatusOK {
			t.Errorf("B120: answered %d", r.status)
		}
	})
}

// everyRoute is what the house serves, with what it is asked by.
func everyRoute(h *house) (g *guest, paths []string) {
	g = h.cashier()
	d := h.customer()
	g.cookies["qk-display"] = d.cookies["qk-display"]
	sale := h.last()
	return g, []string{
		"/", views.PathTill, counterview.PathTillState, counterview.PathSignIn, counterview.PathPair, views.PathSale + "?number=" + sale.Number,
		views.PathSale + "?number=none", views.PathDisplay, counterview.PathDisplayState, counterview.PathPairState, "/r/" + sale.Receipt,
		"/r/nobody", counterview.PathTillEnrol + "/nobody", "/nowhere", "/static/nothing.css", "/brand/nothing.css", "/healthz", "/readyz", "/metrics",
		counterview.PathTillLive, counterview.PathDisplayLive, counterview.PathCharge, "/hooks/secpaid/x",
	}
}

func TestHeaders_everywhere(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.charge(1250)
		h.untilState(kiosk.Awaiting, 3*time.Second)
		g, paths := everyRoute(h)
		for _, path := range paths {
			for _, change := range []func(*http.Request){header("Accept", "text/html"), asScript} {
				r := g.get(path, change)
				want := map[string]string{
					"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff",
					"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
					"Cache-Control": "no-store", "Strict-Transport-Security": "", "Server": "", "X-Powered-By": "",
					"Access-Control-Allow-Origin": "",
				}
				for name, value := range want {
					if got := r.header.Get(name); got != value {
						t.Errorf("%s (%d): %s is %q, want %q", path, r.status, name, got, value)
					}
				}
				if r.header.Get("Referrer-Policy") == "" || r.header.Get("Permissions-Policy") == "" {
					t.Errorf("%s: headers are missing: %v", path, r.header)
				}
				checkNothingInline(t, path, r)
			}
		}
	})
}

var inline = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|<base|src="(?:https?:)?//|href="//`)

func checkNothingInline(t *testing.T, path string, r response) {
	t.Helper()
	if found := inline.FindString(r.body); found != "" {
		t.Errorf("%s: the page has %q in it", path, found)
	}
}

// TestHeaders_static: what a page loads may be kept for ever, and comes packed where that is liked.
func TestHeaders_static(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		page := g.get(views.PathTill).body
		refs := regexp.MustCompile(`(?:src|href)="(/(?:static|brand)/[^"]+)"`).FindAllStringSubmatch(page, -1)
		if len(refs) < 4 {
			t.Fatalf("the till loads %v", refs)
		}
		brands := 0
		for _, ref := range refs {
			plain := g.get(ref[1])
			if plain.status != http.StatusOK || plain.header.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
				plain.header.Get("X-Content-Type-Options") != "nosniff" || plain.header.Get("Content-Type") == "" {
				t.Errorf("%s: %d %v", ref[1], plain.status, plain.header)
			}
			if len(plain.header["Set-Cookie"]) > 0 {
				t.Errorf("%s sets a cookie", ref[1])
			}
			if strings.HasPrefix(ref[1], "/brand/") {
				brands++
				continue
			}
			packed := g.get(ref[1], header("Accept-Encoding", "gzip"))
			if packed.header.Get("Content-Encoding") == "gzip" && unpack(t, packed.body) != plain.body {
				t.Errorf("%s is another file when packed", ref[1])
			}
			if got := g.get(ref[1], header("Range", "bytes=0-3")); got.status != http.StatusOK || got.body != plain.body {
				t.Errorf("B120: a part of %s is answered %d", ref[1], got.status)
			}
		}
		if brands != 1 {
			t.Errorf("%d sheets of colours", brands)
		}
		for _, path := range []string{"/static/", "/static/../go.mod", "/static/%2e%2e/%2e%2e/etc/passwd", "/brand/", "/brand/x.css", "/brand/../x"} {
			if r := g.get(path); r.status != http.StatusNotFound {
				t.Errorf("%s: answered %d", path, r.status)
			}
		}
	})
}

func unpack(t *testing.T, body string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestHeaders_pagesArePacked: pages come packed, and say the same.
func TestHeaders_pagesArePacked(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		d := h.customer()
		plain, packed := d.get(views.PathDisplay), d.get(views.PathDisplay, header("Accept-Encoding", "gzip"))
		if packed.header.Get("Content-Encoding") != "gzip" || len(packed.body) >= len(plain.body)/2 {
			t.Fatalf("%d bytes, %d packed, %v", len(plain.body), len(packed.body), packed.header)
		}
		if got := unpack(t, packed.body); got != plain.body {
			t.Error("packed it is another page")
		}
	})
}

// TestHeaders_states: who polls is told that nothing changed, until something does.
func TestHeaders_states(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g, d := h.cashier(), h.customer()
		for _, c := range []struct {
			who  *guest
			path string
		}{{g, counterview.PathTillState}, {d, counterview.PathDisplayState}} {
			first := c.who.get(c.path, asScript)
			tag := first.header.Get("ETag")
			if first.status != http.StatusOK || tag == "" || first.header.Get("Content-Type") != "application/json" {
				t.Fatalf("%s: %d %v", c.path, first.status, first.header)
			}
			time.Sleep(7 * time.Second)
			if r := c.who.get(c.path, asScript, header("If-None-Match", tag)); r.status != http.StatusNotModified || r.body != "" {
				t.Errorf("%s: answered %d with %d bytes though nothing changed", c.path, r.status, len(r.body))
			}
			h.charge(1250)
			h.untilState(kiosk.Awaiting, 3*time.Second)
			r := c.who.get(c.path, asScript, header("If-None-Match", tag))
			if r.status != http.StatusOK || r.header.Get("ETag") == tag {
				t.Errorf("%s: answered %d though a sale began", c.path, r.status)
			}
			h.free()
			h.forgetKey()
		}
	})
}

// forgetKey lets the next charge of a test be another one.
func (h *house) forgetKey() { h.actor.Device = freshKey() }

// TestHeaders_metrics: figures are for this machine alone.
func TestHeaders_metrics(t *testing.T) {
	ctx := context.Background()
	inBubble(t, func(t *testing.T, h *house) {
		if r := h.guest().get("/metrics"); r.status != http.StatusNotFound {
			t.Errorf("a peer without an address is answered %d", r.status)
		}
		for _, c := range []struct {
			from, passedOn string
			status         int
		}{
			{"127.0.0.1:999", "", 200},
			{"[::1]:999", "", 200},
			{"192.0.2.7:999", "", 404},
			{"[::ffff:192.0.2.7]:999", "", 404},
			{"127.0.0.1:999", "192.0.2.7", 404},
			{"192.0.2.7:999", "127.0.0.1", 404},
		} {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, shopURL+"/metrics", http.NoBody)
			h.must(err)
			r.RemoteAddr = c.from
			if c.passedOn != "" {
				r.Header.Set("X-Forwarded-For", c.passedOn)
			}
			w := newRecorder()
			h.front.Handler().ServeHTTP(w, r)
			if w.status != c.status {
				t.Errorf("from %s for %q: answered %d, want %d", c.from, c.passedOn, w.status, c.status)
			}
			if w.status == http.StatusOK && !strings.Contains(w.body.String(), "qrkiosk_requests_total") {
				t.Error("no figures")
			}
		}
	})
}

// recorder is the answer to a request that came over no wire.
type recorder struct {
	head   http.Header
	status int
	body   strings.Builder
}

func newRecorder() *recorder { return &recorder{head: http.Header{}, status: http.StatusOK} }

func (r *recorder) Header() http.Header         { return r.head }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// TestHeaders_secure: over https cookies are bound to this host and browsers are told to stay.
func TestHeaders_secure(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		front, err := handlers.New(front.Config{
			Shop: h.shop, Sessions: h.store.Sessions(), PublicURL: "https://shop.test", Secure: true,
		})
		h.must(err)
		defer h.serve("shop.test:80", front.Handler())()
		ticket, err := h.shop.Till.Ticket(context.Background(), h.actor.Register, kiosk.Tablet)
		h.must(err)
		g := h.guest()
		g.base = "http://shop.test" // what ends TLS before us speaks http to us
		own := header("Origin", "https://shop.test")
		r := g.send(http.MethodPost, counterview.PathTillEnrol, form("ticket", ticket), own)
		checkCookie(t, r, "__Host-qk-till", "SameSite=Lax", "Max-Age=")
		if r.header.Get("Strict-Transport-Security") == "" {
			t.Error("browsers are not told to stay with https")
		}
		r = g.send(http.MethodPost, counterview.PathSignIn, form("staff", h.actor.Staff, "pin", rightPIN), own)
		checkCookie(t, r, "__Host-qk-session", "SameSite=Strict")
		if r := g.get(views.PathTill); r.status != http.StatusOK {
			t.Fatalf("signed in, the till is answered %d", r.status)
		}
		bare := h.guest()
		bare.base = g.base
		for name, value := range g.cookies {
			bare.cookies[strings.TrimPrefix(name, "__Host-")] = value
		}
		if r := bare.get(views.PathTill); r.status != http.StatusUnauthorized {
			t.Errorf("B129: cookies that a sister host may have set are answered %d", r.status)
		}
	})
}

func checkCookie(t *testing.T, r response, name string, parts ...string) {
	t.Helper()
	for _, line := range r.header["Set-Cookie"] {
		if !strings.HasPrefix(line, name+"=") {
			continue
		}
		for _, part := range append(parts, "HttpOnly", "Path=/", "Secure") {
			if !strings.Contains(line, part) {
				t.Errorf("the cookie %s has no %s: %s", name, part, line)
			}
		}
		if strings.Contains(line, "Domain") {
			t.Errorf("the cookie is for other hosts too: %s", line)
		}
		return
	}
	t.Errorf("no cookie %s: %d %v", name, r.status, r.header)
}
