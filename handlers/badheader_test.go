package handlers_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/static"
	"qrkiosk/views"
)

// contentPolicy is what every answer must carry, letter by letter: nothing inline, nothing foreign.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types qrkiosk"

// TestBadHeader_origins is the matrix of who may change anything: site, origin, cookie, method.
func TestBadHeader_origins(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g, stranger := h.Cashier(), h.Guest()
		before := h.Records.Rows()
		charge := kiosktest.Form("cents", "1250", "key", kiosktest.FreshKey())
		for _, c := range []struct{ b, site, origin string }{
			{"B112 cross-site", "cross-site", "https://elsewhere.test"},
			{"B112 cross-site that lies", "cross-site", kiosktest.ShopURL},
			{"B113 same-site", "same-site", ""},
			{"B114 neither", "", ""},
			{"B115 null", "", "null"},
			{"a foreign origin", "", "https://elsewhere.test"},
			{"another port", "", "http://127.0.0.1:8099"},
			{"a host that begins alike", "", kiosktest.ShopURL + ".elsewhere.test"},
			{"no address", "", "127.0.0.1:8090"},
		} {
			kiosktest.ClearNo{Status: 403, Key: "forbidden"}.Check(t, c.b, func(change ...func(*http.Request)) kiosktest.Response {
				return g.Send(http.MethodPost, counterview.PathCharge, charge, append(change, kiosktest.Header("Origin", c.origin), kiosktest.Header("Sec-Fetch-Site", c.site))...)
			})
			r := stranger.Send(http.MethodPost, counterview.PathLanguage, "lang=de", kiosktest.Header("Origin", c.origin), kiosktest.Header("Sec-Fetch-Site", c.site))
			if want := map[bool]int{true: http.StatusSeeOther, false: http.StatusForbidden}[c.origin+c.site == ""]; r.Status != want {
				t.Errorf("%s, without a cookie: answered %d, want %d", c.b, r.Status, want)
			}
		}
		h.Records.Unchanged("foreign origins", before)
		for _, c := range []struct{ site, origin string }{{"same-origin", ""}, {"none", ""}, {"", kiosktest.ShopURL}, {"same-origin", kiosktest.ShopURL}} {
			r := g.Send(http.MethodPost, counterview.PathShiftOpen, "", kiosktest.Header("Origin", c.origin), kiosktest.Header("Sec-Fetch-Site", c.site))
			if r.Status != http.StatusSeeOther && r.Status != http.StatusConflict {
				t.Errorf("our own page (%q, %q) is answered %d", c.site, c.origin, r.Status)
			}
		}
	})
}

func TestBadHeader_hosts(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		before := h.Records.Rows()
		for _, path := range []string{views.PathTill, views.PathDisplay, "/", "/r/x", counterview.PathTillLive} {
			kiosktest.ClearNo{Status: 421, Key: "not-found"}.Check(t, "B111 "+path, func(change ...func(*http.Request)) kiosktest.Response {
				return g.Get(path, append(change, func(r *http.Request) { r.Host = "elsewhere.test" })...)
			})
		}
		for _, c := range []struct {
			what, text string
			status     int
		}{
			{"no Host", "GET /till HTTP/1.1\r\n\r\n", 400},
			{"an empty Host", "GET /till HTTP/1.1\r\nHost:\r\n\r\n", 421},
			{"two Hosts", "GET /till HTTP/1.1\r\nHost: " + kiosktest.ShopAddr + "\r\nHost: elsewhere.test\r\n\r\n", 400},
			{"an address of elsewhere", "GET http://elsewhere.test/till HTTP/1.1\r\nHost: " + kiosktest.ShopAddr + "\r\n\r\n", 421},
		} {
			if r := h.Guest().Raw(c.text); r.Status != c.status {
				t.Errorf("B111 %s: answered %d, want %d", c.what, r.Status, c.status)
			}
		}
		if r := g.Get(views.PathTill, kiosktest.Header("X-Forwarded-Host", "elsewhere.test"), kiosktest.Header("X-Forwarded-Proto", "https")); r.Status != http.StatusOK ||
			strings.Contains(r.Body, "elsewhere") || r.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("B122: headers of a proxy that is none were believed: %d", r.Status)
		}
		h.Records.Unchanged("hosts", before)
	})
}

func TestBadHeader_methods(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		before := h.Records.Rows()
		for _, method := range []string{http.MethodTrace, http.MethodPut, http.MethodDelete, "FROBNICATE"} {
			for _, path := range []string{views.PathTill, counterview.PathCharge, "/healthz"} {
				if r := g.Send(method, path, ""); r.Status != http.StatusMethodNotAllowed || strings.Contains(r.Body, "qk-") {
					t.Errorf("B119 %s %s: answered %d", method, path, r.Status)
				}
			}
		}
		if r := g.Get(counterview.PathCharge); r.Status != http.StatusMethodNotAllowed || r.Header.Get("Allow") != http.MethodPost {
			t.Errorf("a charge by GET: answered %d, Allow %q", r.Status, r.Header.Get("Allow"))
		}
		g.Get(views.PathTill, kiosktest.Header("X-HTTP-Method-Override", "POST"))
		g.Get(views.PathTill+"?_method=POST&cents=100", kiosktest.Header("X-Method-Override", "POST"))
		h.Records.Unchanged("methods", before)
	})
}

func TestBadHeader_languagesAndRanges(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		for _, lang := range []string{strings.Repeat("a-", 2000), strings.Repeat("de;q=0.1,", 500), "!!!", ";;;=,", "zz", "de\u0000"} {
			if strings.ContainsRune(lang, 0) {
				continue // no client can send it
			}
			if r := g.Get(views.PathTill, kiosktest.Header("Accept-Language", lang)); r.Status != http.StatusOK || r.Page(t).Attr("html", "lang") == "" {
				t.Errorf("B121: %s: answered %d", short(lang), r.Status)
			}
		}
		whole := g.Get(views.PathTill)
		if r := g.Get(views.PathTill, kiosktest.Header("Range", "bytes=0-10")); r.Status != http.StatusOK || len(r.Body) < len(whole.Body)/2 {
			t.Errorf("B120: a part of a page is answered %d with %d bytes", r.Status, len(r.Body))
		}
		if r := g.Get(views.PathTill, kiosktest.Header("If-None-Match", "*")); r.Status != http.StatusOK {
			t.Errorf("B120: answered %d", r.Status)
		}
	})
}

// everyRoute is what the house serves, with what it is asked by.
func everyRoute(h *kiosktest.Installation) (g *kiosktest.Guest, paths []string) {
	g = h.Cashier()
	d := h.Customer()
	g.Cookies["qk-display"] = d.Cookies["qk-display"]
	sale := h.Last()
	return g, []string{
		"/", views.PathTill, counterview.PathTillState, counterview.PathSignIn, counterview.PathPair, views.PathSale + "?number=" + sale.Number,
		views.PathSale + "?number=none", views.PathDisplay, counterview.PathDisplayState, counterview.PathPairState, "/r/" + sale.Receipt,
		"/r/nobody", counterview.PathTillEnrol + "/nobody", "/nowhere", "/static/nothing.css", "/brand/nothing.css", "/healthz", "/readyz", "/metrics",
		counterview.PathTillLive, counterview.PathDisplayLive, counterview.PathCharge, "/hooks/secpaid/x",
	}
}

func TestHeaders_everywhere(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 3*time.Second)
		g, paths := everyRoute(h)
		for _, path := range paths {
			for _, change := range []func(*http.Request){kiosktest.Header("Accept", "text/html"), kiosktest.AsScript} {
				r := g.Get(path, change)
				want := map[string]string{
					"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff",
					"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
					"Cache-Control": "no-store", "Strict-Transport-Security": "", "Server": "", "X-Powered-By": "",
					"Access-Control-Allow-Origin": "",
				}
				for name, value := range want {
					if got := r.Header.Get(name); got != value {
						t.Errorf("%s (%d): %s is %q, want %q", path, r.Status, name, got, value)
					}
				}
				if r.Header.Get("Referrer-Policy") == "" || r.Header.Get("Permissions-Policy") == "" {
					t.Errorf("%s: headers are missing: %v", path, r.Header)
				}
				checkNothingInline(t, path, r)
			}
		}
	})
}

// Parts of pages carry what protects parts, and their weight is that of what is in them; a picture can be
// opened as a page.
func TestHeaders_ofParts(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		for name, page := range map[string]bool{"css/till.css": false, "js/till.js": false, "fonts/inter.woff2": false, "icons/icon.svg": true} {
			r := g.Get(static.Path(name))
			if r.Status != http.StatusOK || r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Errorf("%s (%d): %v", name, r.Status, r.Header)
			}
			if got := r.Header.Get("Content-Security-Policy") != ""; got != page {
				t.Errorf("%s has the headers of a page: %v", name, got)
			}
		}
	})
}

// inline finds what the policy of our pages forbids, in their bytes: no selector asks for a name that
// begins with "on".
var inline = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|<base|src="(?:https?:)?//|href="//`)

func checkNothingInline(t *testing.T, path string, r kiosktest.Response) {
	t.Helper()
	if found := inline.FindString(r.Body); found != "" {
		t.Errorf("%s: the page has %q in it", path, found)
	}
}

// TestHeaders_static: what a page loads may be kept for ever, and comes packed where that is liked.
func TestHeaders_static(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		page := g.Get(views.PathTill).Page(t)
		refs := append(page.Attrs("link[href^='/static/'], link[href^='/brand/']", "href"), page.Attrs("script, img", "src")...)
		if len(refs) < 4 {
			t.Fatalf("the till loads %v", refs)
		}
		brands := 0
		for _, ref := range refs {
			plain := g.Get(ref)
			if plain.Status != http.StatusOK || plain.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
				plain.Header.Get("X-Content-Type-Options") != "nosniff" || plain.Header.Get("Content-Type") == "" {
				t.Errorf("%s: %d %v", ref, plain.Status, plain.Header)
			}
			if len(plain.Header["Set-Cookie"]) > 0 {
				t.Errorf("%s sets a cookie", ref)
			}
			if strings.HasPrefix(ref, "/brand/") {
				brands++
				continue
			}
			packed := g.Get(ref, kiosktest.Header("Accept-Encoding", "gzip"))
			if packed.Header.Get("Content-Encoding") == "gzip" && unpack(t, packed.Body) != plain.Body {
				t.Errorf("%s is another file when packed", ref)
			}
			if got := g.Get(ref, kiosktest.Header("Range", "bytes=0-3")); got.Status != http.StatusOK || got.Body != plain.Body {
				t.Errorf("B120: a part of %s is answered %d", ref, got.Status)
			}
		}
		if brands != 1 {
			t.Errorf("%d sheets of colours", brands)
		}
		for _, path := range []string{"/static/", "/static/../go.mod", "/static/%2e%2e/%2e%2e/etc/passwd", "/brand/", "/brand/x.css", "/brand/../x"} {
			if r := g.Get(path); r.Status != http.StatusNotFound {
				t.Errorf("%s: answered %d", path, r.Status)
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
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		d := h.Customer()
		plain, packed := d.Get(views.PathDisplay), d.Get(views.PathDisplay, kiosktest.Header("Accept-Encoding", "gzip"))
		if packed.Header.Get("Content-Encoding") != "gzip" || len(packed.Body) >= len(plain.Body)/2 {
			t.Fatalf("%d bytes, %d packed, %v", len(plain.Body), len(packed.Body), packed.Header)
		}
		if got := unpack(t, packed.Body); got != plain.Body {
			t.Error("packed it is another page")
		}
	})
}

// TestHeaders_states: who polls is told that nothing changed, until something does.
func TestHeaders_states(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g, d := h.Cashier(), h.Customer()
		for _, c := range []struct {
			who  *kiosktest.Guest
			path string
		}{{g, counterview.PathTillState}, {d, counterview.PathDisplayState}} {
			first := c.who.Get(c.path, kiosktest.AsScript)
			tag := first.Header.Get("ETag")
			if first.Status != http.StatusOK || tag == "" || first.Header.Get("Content-Type") != "application/json" {
				t.Fatalf("%s: %d %v", c.path, first.Status, first.Header)
			}
			time.Sleep(7 * time.Second)
			if r := c.who.Get(c.path, kiosktest.AsScript, kiosktest.Header("If-None-Match", tag)); r.Status != http.StatusNotModified || r.Body != "" {
				t.Errorf("%s: answered %d with %d bytes though nothing changed", c.path, r.Status, len(r.Body))
			}
			h.Charge(1250)
			h.UntilState(kiosk.Awaiting, 3*time.Second)
			r := c.who.Get(c.path, kiosktest.AsScript, kiosktest.Header("If-None-Match", tag))
			if r.Status != http.StatusOK || r.Header.Get("ETag") == tag {
				t.Errorf("%s: answered %d though a sale began", c.path, r.Status)
			}
			h.Free()
			forgetKey(h)
		}
	})
}

// forgetKey lets the next charge of a test be another one.
func forgetKey(h *kiosktest.Installation) { h.Actor.Device = kiosktest.FreshKey() }

// TestHeaders_metrics: figures are for this machine alone.
func TestHeaders_metrics(t *testing.T) {
	ctx := context.Background()
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		if r := h.Guest().Get("/metrics"); r.Status != http.StatusNotFound {
			t.Errorf("a peer without an address is answered %d", r.Status)
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
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, kiosktest.ShopURL+"/metrics", http.NoBody)
			h.Must(err)
			r.RemoteAddr = c.from
			if c.passedOn != "" {
				r.Header.Set("X-Forwarded-For", c.passedOn)
			}
			w := newRecorder()
			h.Front.Handler().ServeHTTP(w, r)
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
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		secure := h.ProgramSettings()
		secure.PublicURL, secure.TillURL = "https://shop.test", "https://shop.test"
		defer h.Beside(secure, "shop.test:80")()
		ticket, err := h.Shop.Till.Ticket(context.Background(), h.Actor.Register, kiosk.Tablet)
		h.Must(err)
		g := h.Guest()
		g.Base = "http://shop.test" // what ends TLS before us speaks http to us
		own := kiosktest.Header("Origin", "https://shop.test")
		r := g.Send(http.MethodPost, counterview.PathTillEnrol, kiosktest.Form("ticket", ticket), own)
		checkCookie(t, r, "__Host-qk-till", "SameSite=Lax", "Max-Age=")
		if r.Header.Get("Strict-Transport-Security") == "" {
			t.Error("browsers are not told to stay with https")
		}
		r = g.Send(http.MethodPost, counterview.PathSignIn, kiosktest.Form("staff", h.Actor.Staff, "pin", kiosktest.RightPIN), own)
		checkCookie(t, r, "__Host-qk-session", "SameSite=Strict")
		if r := g.Get(views.PathTill); r.Status != http.StatusOK {
			t.Fatalf("signed in, the till is answered %d", r.Status)
		}
		bare := h.Guest()
		bare.Base = g.Base
		for name, value := range g.Cookies {
			bare.Cookies[strings.TrimPrefix(name, "__Host-")] = value
		}
		if r := bare.Get(views.PathTill); r.Status != http.StatusSeeOther || r.Header.Get("Location") != counterview.PathConnect {
			t.Errorf("B129: cookies that a sister host may have set are answered %d", r.Status)
		}
	})
}

func checkCookie(t *testing.T, r kiosktest.Response, name string, parts ...string) {
	t.Helper()
	for _, line := range r.Header["Set-Cookie"] {
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
	t.Errorf("no cookie %s: %d %v", name, r.Status, r.Header)
}
