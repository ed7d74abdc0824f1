package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
)

func TestOffice_setupOnce(t *testing.T) {
	b := newBureau(t)
	first, err := b.shop.Office.Users.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code, err := b.shop.Office.Users.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g := b.desktop()
	g.get("/setup/you").want(t, "without a code", 303, "/setup")
	g.get("/setup/factor").want(t, "without a password", 303, "/setup")
	g.get("/office").want(t, "the office", 303, "/office/signin")
	for _, wrong := range []string{"", "AAAA", "AAAAAAAAAAAA", strings.Repeat("A", 4000), "=1+1", first} {
		if a := g.post("/setup", "code", wrong); a.status != http.StatusGone || a.to != "" {
			t.Errorf("code %.20q: %d", wrong, a.status)
		}
	}
	b.later(time.Minute)
	typed := strings.ToLower(code[:4] + "-" + code[4:8] + " " + code[8:])
	g.post("/setup", "code", typed).want(t, "as people type it", 303, "/setup/you")
	for _, c := range []struct{ name, password, again, key string }{
		{"", bureauPassword, bureauPassword, "name"},
		{strings.Repeat("x", 81), bureauPassword, bureauPassword, "name"},
		{"a\x01b", bureauPassword, bureauPassword, "name"},
		{"olivia", "short", "short", "password"},
		{"olivia", bureauPassword, bureauPassword + "!", "again"},
		{"olivia", "Password2026!", "Password2026!", "password"},
		{"olivia", "qwertyuiop", "qwertyuiop", "password"},
		{"olivia", "1234567890", "1234567890", "password"},
		{"olivia", "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "password"},
		{"olivia@example.org", "olivia@example.org1", "olivia@example.org1", "password"},
		{"olivia", strings.Repeat("ü", 129), strings.Repeat("ü", 129), "password"},
	} {
		a := g.post("/setup/you", "name", c.name, "password", c.password, "again", c.again)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="wrong-`+c.key+`"`) {
			t.Errorf("%.20q with %.20q: %d, field %s not named in %.300s", c.name, c.password, a.status, c.key, visible(a.body))
		}
		if strings.Contains(a.body, `value="`+c.password) && c.password != "" && c.password != c.name {
			t.Errorf("the page holds the password %q", c.password)
		}
		b.later(10 * time.Second)
	}
	if all, err := b.shop.Office.Users.All(t.Context()); err != nil || len(all) != 0 {
		t.Fatalf("%d people after refusals, %v", len(all), err)
	}
	codes := g.arrive("olivia", code)
	if strings.Contains(g.get("/office").body, codes[0]) {
		t.Error("recovery codes are shown again")
	}
	late := b.desktop()
	if a := late.post("/setup", "code", code); a.status != http.StatusGone {
		t.Errorf("the code a second time: %d", a.status)
	}
	if again, err := b.shop.Office.Users.SetupCode(t.Context()); again != "" || err != nil {
		t.Errorf("another code is made although somebody is there: %q, %v", again, err)
	}
}

func TestOffice_codeExpires(t *testing.T) {
	b := newBureau(t)
	code, err := b.shop.Office.Users.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g := b.desktop()
	g.post("/setup", "code", code).want(t, "in time", 303, "/setup/you")
	b.later(24 * time.Hour)
	if a := g.post("/setup/you", "name", "olivia", "password", bureauPassword, "again", bureauPassword); a.status != http.StatusGone {
		t.Errorf("a day later: %d to %q", a.status, a.to)
	}
}

// A password of 256 bytes with blanks and umlauts is taken as it is; nothing is cut off (B051).
func TestOffice_longPassword(t *testing.T) {
	b := newBureau(t)
	code, err := b.shop.Office.Users.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("Grün ", 42) + " Ende" // 42 × 6 bytes and 5
	g := b.desktop()
	g.post("/setup", "code", code)
	g.post("/setup/you", "name", "olivia", "password", long[:256], "again", long[:256]).want(t, "256 bytes", 303, "/setup/factor")
	for _, other := range []string{long[:255], long[:72], strings.ToLower(long[:256])} {
		a := b.desktop().post("/office/signin", "name", "olivia", "password", other)
		if a.status != http.StatusUnauthorized {
			t.Errorf("%d bytes of it: %d", len(other), a.status)
		}
	}
}

func TestOffice_signIn(t *testing.T) {
	b := newBureau(t)
	g := b.organizer()
	g.get("/office").want(t, "after the set-up", 200, "")
	used := g.code()
	n := b.desktop()
	n.name, n.secret = g.name, g.secret
	n.get("/office/code").want(t, "a code before the password", 303, "/office/signin")
	n.post("/office/signin", "name", " OLIVIA@example.org ", "password", bureauPassword).want(t, "the password", 303, "/office/code")
	n.get("/office").want(t, "with the password alone", 303, "/office/signin")
	n.post("/office/signin", "name", g.name, "password", bureauPassword).want(t, "the password", 303, "/office/code")
	if a := n.post("/office/code", "code", used); a.status != http.StatusUnauthorized {
		t.Errorf("a code that was used: %d", a.status)
	}
	b.later(6 * time.Minute)
	n.post("/office/code", "code", n.code()).want(t, "too long after the password", 303, "/office/signin")
	n.signIn()
	n.get("/office").want(t, "signed in", 200, "")
	n.post("/office/out").want(t, "out", 303, "/office/signin")
	n.get("/office").want(t, "afterwards", 303, "/office/signin")
}

// An unknown name and a wrong password have the same answer, and the first tells nothing about the
// second (B048, B054).
func TestOffice_namesAreNotTold(t *testing.T) {
	b := newBureau(t)
	g := b.organizer()
	answers := map[string]bool{}
	for _, name := range []string{g.name, "nobody@example.org", "'; DROP TABLE login; --", "a\x00b"} {
		a := b.desktop().post("/office/signin", "name", name, "password", "wrong "+bureauPassword)
		if a.status != http.StatusUnauthorized {
			t.Errorf("%q: %d", name, a.status)
		}
		answers[strings.Join(strings.Split(visible(a.body), "Sign in")[1:], "")] = true
	}
	if len(answers) != 1 {
		t.Errorf("%d different answers: %v", len(answers), answers)
	}
}

// Wrong passwords wait and are locked like wrong PINs (B044 to B046); a browser that signed in
// before keeps its own count, so that a stranger cannot lock its owner out.
func TestOffice_tries(t *testing.T) {
	b := newBureau(t)
	g := b.organizer()
	stranger := b.desktop()
	wrong := func() answer {
		b.later(7 * time.Second)
		return stranger.post("/office/signin", "name", g.name, "password", "no "+bureauPassword)
	}
	for i := range 5 {
		if a := wrong(); a.status != http.StatusUnauthorized {
			t.Fatalf("try %d: %d", i+1, a.status)
		}
	}
	a := wrong()
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "60" {
		t.Fatalf("the sixth: %d, wait %q", a.status, a.header.Get("Retry-After"))
	}
	if a := stranger.post("/office/signin", "name", g.name, "password", bureauPassword); a.status != http.StatusTooManyRequests {
		t.Errorf("the right one during the wait: %d", a.status)
	}
	g.post("/office/out")
	g.signIn() // in her own browser
	waits := []string{"300", "900", "3600", "3600"}
	for i, want := range waits {
		b.later(61 * time.Minute)
		if a := wrong(); a.header.Get("Retry-After") != want {
			t.Errorf("wrong try %d waits %q, want %q", 7+i, a.header.Get("Retry-After"), want)
		}
	}
	for range 10 {
		b.later(61 * time.Minute)
		wrong()
	}
	b.later(61 * time.Minute)
	if a := wrong(); a.status != http.StatusTooManyRequests && a.status != http.StatusUnauthorized {
		t.Errorf("in the night: %d", a.status)
	}
	g.post("/office/out")
	g.signIn()
}

// Many tries at once count like single ones, and one address asks ten times a minute (B049).
func TestOffice_triesFromOneAddress(t *testing.T) {
	b := newBureau(t)
	g := b.desktop()
	count := map[int]int{}
	for i := range 14 {
		count[g.post("/office/signin", "name", strings.Repeat("n", i+1), "password", bureauPassword).status]++
	}
	if count[http.StatusUnauthorized] != 10 || count[http.StatusTooManyRequests] != 4 {
		t.Errorf("answers %v", count)
	}
}

func TestOffice_recoveryCodes(t *testing.T) {
	b := newBureau(t)
	code, err := b.shop.Office.Users.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g := b.desktop()
	codes := g.arrive("olivia", code)
	enter := func(code string) answer {
		b.later(time.Minute)
		n := b.desktop()
		n.post("/office/signin", "name", "olivia", "password", bureauPassword).want(t, "the password", 303, "/office/code")
		return n.post("/office/code", "code", code)
	}
	enter(strings.ToLower(codes[3])).want(t, "a recovery code", 303, "/office")
	if a := enter(codes[3]); a.status != http.StatusUnauthorized {
		t.Errorf("the same again: %d", a.status)
	}
	if a := enter("4" + codes[7][1:]); a.status != http.StatusUnauthorized {
		t.Errorf("under another number: %d", a.status)
	}
	enter(codes[7]).want(t, "another", 303, "/office")
	if page := g.get("/office/you"); !strings.Contains(page.body, "8 recovery codes are left") {
		t.Errorf("left: %.300s", visible(page.body))
	}
	b.later(30 * time.Minute)
	g.post("/office/recovery").want(t, "new ones without proof", 303, "/office/again")
	g.post("/office/again", "password", bureauPassword, "code", g.code()).want(t, "the proof", 303, "/office")
	if a := g.post("/office/recovery"); a.status != 200 || strings.Contains(a.body, codes[0]) {
		t.Errorf("new ones: %d", a.status)
	}
	if a := enter(codes[0]); a.status != http.StatusUnauthorized {
		t.Errorf("an old one: %d", a.status)
	}
}

// Sessions end by idleness, by time, by leaving, by help and by removal; their ids change with every
// proof, and a till's is none of theirs (B126 to B133).
func TestOffice_sessions(t *testing.T) {
	b := newBureau(t)
	g := b.organizer()
	at, _ := url.Parse(b.web.URL)
	session := func(g *desktop) string {
		for _, c := range g.client.Jar.Cookies(at) {
			if c.Name == "qk-office" {
				return c.Value
			}
		}
		return ""
	}
	b.later(61 * time.Minute)
	g.get("/office").want(t, "idle", 303, "/office/signin")
	planted := session(g)
	g.get("/office/signin")
	g.client.Jar.SetCookies(at, []*http.Cookie{{Name: "qk-office", Value: "planted-by-somebody-else-00000000000000000", Path: "/"}})
	g.signIn()
	if now := session(g); now == "" || now == planted || strings.HasPrefix(now, "planted") {
		t.Errorf("the session after signing in is %q", now)
	}
	other := b.desktop()
	other.name, other.secret = g.name, g.secret
	other.signIn()
	g.post("/office/everywhere").want(t, "out everywhere", 303, "/office/signin")
	other.get("/office").want(t, "elsewhere", 303, "/office/signin")

	g.signIn()
	m := b.manager(0)
	m.get("/office").want(t, "the manager", 200, "")
	id := b.loginOf(m.name)
	if err := b.shop.Office.Users.EndSessions(t.Context(), b.clerk(), id); err != nil {
		t.Fatal(err)
	}
	m.get("/office").want(t, "whose sessions were ended", 303, "/office/signin")
	m.signIn()
	if err := b.shop.Office.Users.Remove(t.Context(), b.clerk(), id); err != nil {
		t.Fatal(err)
	}
	m.get("/office").want(t, "who was removed", 303, "/office/signin")
	b.later(time.Minute)
	if a := m.post("/office/signin", "name", m.name, "password", bureauPassword); a.status != http.StatusUnauthorized {
		t.Errorf("who was removed signs in: %d", a.status)
	}
	for _, l := range sure(b.shop.Office.Users.All(t.Context()))(t) {
		if l.ID == id && (l.Name != office.Pseudonym(id) || l.PasswordHash != "" || len(l.Factor)+len(l.Recovery)+len(l.Browsers) > 0) {
			t.Errorf("of who was removed is left: %+v", l)
		}
	}
}

func sure[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (b *bureau) loginOf(name string) string {
	b.t.Helper()
	all := sure(b.shop.Office.Users.All(b.t.Context()))(b.t)
	i := slices.IndexFunc(all, func(l kiosk.User) bool { return l.Name == name })
	if i < 0 {
		b.t.Fatalf("nobody is called %q", name)
	}
	return all[i].ID
}

// What the operator's command makes opens the password alone, once and for 20 minutes (B053).
func TestOffice_reset(t *testing.T) {
	b := newBureau(t)
	g := b.organizer()
	if _, err := b.shop.Office.Users.ResetOrganizer(t.Context(), "nobody", false); kiosk.CodeOf(err) != kiosk.NotFound {
		t.Errorf("somebody unknown: %v", err)
	}
	code := sure(b.shop.Office.Users.ResetOrganizer(t.Context(), g.name, false))(t)
	n := b.desktop()
	n.post("/setup", "code", code).want(t, "the code", 303, "/setup/you")
	const fresh = "seven loud geese"
	if a := n.post("/setup/you", "password", fresh, "again", fresh, "code", "000000"); a.status != http.StatusUnauthorized {
		t.Errorf("without the factor: %d", a.status)
	}
	b.later(time.Minute)
	n.secret = g.secret
	n.post("/setup/you", "name", "somebody else", "password", fresh, "again", fresh, "code", n.code()).want(t, "with it", 303, "/office")
	n.get("/office").want(t, "inside", 200, "")
	g.get("/office").want(t, "the sessions of before", 303, "/office/signin")
	if a := b.desktop().post("/setup", "code", code); a.status != http.StatusGone {
		t.Errorf("the code again: %d", a.status)
	}
	b.later(time.Minute)
	if a := b.desktop().post("/office/signin", "name", g.name, "password", bureauPassword); a.status != http.StatusUnauthorized {
		t.Errorf("the old password: %d", a.status)
	}

	code = sure(b.shop.Office.Users.ResetOrganizer(t.Context(), "", true))(t)
	b.later(20 * time.Minute)
	if a := b.desktop().post("/setup", "code", code); a.status != http.StatusGone {
		t.Errorf("twenty minutes later: %d", a.status)
	}
	code = sure(b.shop.Office.Users.ResetOrganizer(t.Context(), "", true))(t)
	lost := b.desktop()
	b.later(time.Minute)
	lost.arrive(g.name, code) // with a new factor
	if lost.secret == g.secret {
		t.Error("the factor is the old one")
	}
}

// No address carries a password or code (B050), and forms from elsewhere change nothing (B112 to B115).
func TestOffice_requests(t *testing.T) {
	b := newBureau(t)
	g := b.organizer()
	if a := g.post("/office/signin?password=x", "name", "n", "password", "p"); a.status != http.StatusBadRequest {
		t.Errorf("a password in the address: %d", a.status)
	}
	for name, header := range map[string][]string{
		"cross-site": {"Sec-Fetch-Site", "cross-site"},
		"same-site":  {"Sec-Fetch-Site", "same-site"},
		"null":       {"Sec-Fetch-Site", "", "Origin", "null"},
		"foreign":    {"Sec-Fetch-Site", "", "Origin", "http://evil.example"},
		"silent":     {"Sec-Fetch-Site", "", "Origin", ""},
	} {
		if a := g.ask("POST", "/office/everywhere", url.Values{}, header...); a.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := g.ask("POST", "/office/stalls", url.Values{"name": {"a", "b"}}); a.status != http.StatusBadRequest {
		t.Errorf("a field twice: %d", a.status)
	}
	if a := g.ask("POST", "/office/stalls", nil, "Content-Type", "application/json"); a.status != http.StatusUnsupportedMediaType {
		t.Errorf("json to a form: %d", a.status)
	}
	g.get("/office").want(t, "still inside", 200, "")
}
