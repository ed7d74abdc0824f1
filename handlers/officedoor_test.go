package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
)

func TestOffice_setupOnce(t *testing.T) {
	b := kiosktest.NewBureau(t)
	first, err := b.Shop.Office.Users.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code, err := b.Shop.Office.Users.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g := b.Desktop()
	g.Get("/setup/you").Want(t, "without a code", 303, "/setup")
	g.Get("/setup/factor").Want(t, "without a password", 303, "/setup")
	g.Get("/office").Want(t, "the office", 303, "/office/signin")
	for _, wrong := range []string{"", "AAAA", "AAAAAAAAAAAA", strings.Repeat("A", 4000), "=1+1", first} {
		if a := g.Post("/setup", "code", wrong); a.Status != http.StatusGone || a.To != "" {
			t.Errorf("code %.20q: %d", wrong, a.Status)
		}
	}
	b.Later(time.Minute)
	typed := strings.ToLower(code[:4] + "-" + code[4:8] + " " + code[8:])
	g.Post("/setup", "code", typed).Want(t, "as people type it", 303, "/setup/you")
	for _, c := range []struct{ name, password, again, key string }{
		{"", kiosktest.BureauPassword, kiosktest.BureauPassword, "name"},
		{strings.Repeat("x", 81), kiosktest.BureauPassword, kiosktest.BureauPassword, "name"},
		{"a\x01b", kiosktest.BureauPassword, kiosktest.BureauPassword, "name"},
		{"olivia", "short", "short", "password"},
		{"olivia", kiosktest.BureauPassword, kiosktest.BureauPassword + "!", "again"},
		{"olivia", "Password2026!", "Password2026!", "password"},
		{"olivia", "qwertyuiop", "qwertyuiop", "password"},
		{"olivia", "1234567890", "1234567890", "password"},
		{"olivia", "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "password"},
		{"olivia@example.org", "olivia@example.org1", "olivia@example.org1", "password"},
		{"olivia", strings.Repeat("ü", 129), strings.Repeat("ü", 129), "password"},
	} {
		a := g.Post("/setup/you", "name", c.name, "password", c.password, "again", c.again)
		page := a.Page(t)
		if a.Status != http.StatusUnprocessableEntity || !page.Has("#wrong-"+c.key) || page.Count("[id^=wrong-]") != 1 {
			t.Errorf("%.20q with %.20q: %d, field %s not named in %.300s", c.name, c.password, a.Status, c.key, page)
		}
		if page.Count("input[type=password]") != 2 || page.Count("input[type=password][value='']") != 2 {
			t.Errorf("the page holds the password %q", c.password)
		}
		b.Later(10 * time.Second)
	}
	if all, err := b.Shop.Office.Users.All(t.Context()); err != nil || len(all) != 0 {
		t.Fatalf("%d people after refusals, %v", len(all), err)
	}
	codes := g.Arrive("olivia", code)
	if strings.Contains(g.Get("/office").Body, codes[0]) {
		t.Error("recovery codes are shown again")
	}
	late := b.Desktop()
	if a := late.Post("/setup", "code", code); a.Status != http.StatusGone {
		t.Errorf("the code a second time: %d", a.Status)
	}
	if again, err := b.Shop.Office.Users.SetupCode(t.Context()); again != "" || err != nil {
		t.Errorf("another code is made although somebody is there: %q, %v", again, err)
	}
}

func TestOffice_codeExpires(t *testing.T) {
	b := kiosktest.NewBureau(t)
	code, err := b.Shop.Office.Users.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g := b.Desktop()
	g.Post("/setup", "code", code).Want(t, "in time", 303, "/setup/you")
	b.Later(24 * time.Hour)
	if a := g.Post("/setup/you", "name", "olivia", "password", kiosktest.BureauPassword, "again", kiosktest.BureauPassword); a.Status != http.StatusGone {
		t.Errorf("a day later: %d to %q", a.Status, a.To)
	}
}

// A password of 256 bytes with blanks and umlauts is taken as it is; nothing is cut off (B051).
func TestOffice_longPassword(t *testing.T) {
	b := kiosktest.NewBureau(t)
	code, err := b.Shop.Office.Users.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("Grün ", 42) + " Ende" // 42 × 6 bytes and 5
	g := b.Desktop()
	g.Post("/setup", "code", code)
	g.Post("/setup/you", "name", "olivia", "password", long[:256], "again", long[:256]).Want(t, "256 bytes", 303, "/setup/factor")
	for _, other := range []string{long[:255], long[:72], strings.ToLower(long[:256])} {
		a := b.Desktop().Post("/office/signin", "name", "olivia", "password", other)
		if a.Status != http.StatusUnauthorized {
			t.Errorf("%d bytes of it: %d", len(other), a.Status)
		}
	}
}

func TestOffice_signIn(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	g.Get("/office").Want(t, "after the set-up", 200, "")
	used := g.Code()
	n := b.Desktop()
	n.Name, n.Secret = g.Name, g.Secret
	n.Get("/office/code").Want(t, "a code before the password", 303, "/office/signin")
	n.Post("/office/signin", "name", " OLIVIA@example.org ", "password", kiosktest.BureauPassword).Want(t, "the password", 303, "/office/code")
	n.Get("/office").Want(t, "with the password alone", 303, "/office/signin")
	n.Post("/office/signin", "name", g.Name, "password", kiosktest.BureauPassword).Want(t, "the password", 303, "/office/code")
	if a := n.Post("/office/code", "code", used); a.Status != http.StatusUnauthorized {
		t.Errorf("a code that was used: %d", a.Status)
	}
	b.Later(6 * time.Minute)
	n.Post("/office/code", "code", n.Code()).Want(t, "too long after the password", 303, "/office/signin")
	n.SignIn()
	n.Get("/office").Want(t, "signed in", 200, "")
	n.Post("/office/out").Want(t, "out", 303, "/office/signin")
	n.Get("/office").Want(t, "afterwards", 303, "/office/signin")
}

// An unknown name and a wrong password have the same answer, and the first tells nothing about the
// second (B048, B054).
func TestOffice_namesAreNotTold(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	answers := map[string]bool{}
	for _, name := range []string{g.Name, "nobody@example.org", "'; DROP TABLE login; --", "a\x00b"} {
		a := b.Desktop().Post("/office/signin", "name", name, "password", "wrong "+kiosktest.BureauPassword)
		if a.Status != http.StatusUnauthorized {
			t.Errorf("%q: %d", name, a.Status)
		}
		answers[a.Page(t).Text("main")] = true
	}
	if len(answers) != 1 {
		t.Errorf("%d different answers: %v", len(answers), answers)
	}
}

// Wrong passwords wait and are locked like wrong PINs (B044 to B046); a browser that signed in
// before keeps its own count, so that a stranger cannot lock its owner out.
func TestOffice_tries(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	stranger := b.Desktop()
	wrong := func() kiosktest.Answer {
		b.Later(7 * time.Second)
		return stranger.Post("/office/signin", "name", g.Name, "password", "no "+kiosktest.BureauPassword)
	}
	for i := range 5 {
		if a := wrong(); a.Status != http.StatusUnauthorized {
			t.Fatalf("try %d: %d", i+1, a.Status)
		}
	}
	a := wrong()
	if a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") != "60" {
		t.Fatalf("the sixth: %d, wait %q", a.Status, a.Header.Get("Retry-After"))
	}
	if a := stranger.Post("/office/signin", "name", g.Name, "password", kiosktest.BureauPassword); a.Status != http.StatusTooManyRequests {
		t.Errorf("the right one during the wait: %d", a.Status)
	}
	g.Post("/office/out")
	g.SignIn() // in her own browser
	waits := []string{"300", "900", "3600", "3600"}
	for i, want := range waits {
		b.Later(61 * time.Minute)
		if a := wrong(); a.Header.Get("Retry-After") != want {
			t.Errorf("wrong try %d waits %q, want %q", 7+i, a.Header.Get("Retry-After"), want)
		}
	}
	for range 10 {
		b.Later(61 * time.Minute)
		wrong()
	}
	b.Later(61 * time.Minute)
	if a := wrong(); a.Status != http.StatusTooManyRequests && a.Status != http.StatusUnauthorized {
		t.Errorf("in the night: %d", a.Status)
	}
	g.Post("/office/out")
	g.SignIn()
}

// Many tries at once count like single ones, and one address asks ten times a minute (B049).
func TestOffice_triesFromOneAddress(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Desktop()
	count := map[int]int{}
	for i := range 14 {
		count[g.Post("/office/signin", "name", strings.Repeat("n", i+1), "password", kiosktest.BureauPassword).Status]++
	}
	if count[http.StatusUnauthorized] != 10 || count[http.StatusTooManyRequests] != 4 {
		t.Errorf("answers %v", count)
	}
}

func TestOffice_recoveryCodes(t *testing.T) {
	b := kiosktest.NewBureau(t)
	code, err := b.Shop.Office.Users.SetupCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g := b.Desktop()
	codes := g.Arrive("olivia", code)
	enter := func(code string) kiosktest.Answer {
		b.Later(time.Minute)
		n := b.Desktop()
		n.Post("/office/signin", "name", "olivia", "password", kiosktest.BureauPassword).Want(t, "the password", 303, "/office/code")
		return n.Post("/office/code", "code", code)
	}
	enter(strings.ToLower(codes[3])).Want(t, "a recovery code", 303, "/office")
	if a := enter(codes[3]); a.Status != http.StatusUnauthorized {
		t.Errorf("the same again: %d", a.Status)
	}
	if a := enter("4" + codes[7][1:]); a.Status != http.StatusUnauthorized {
		t.Errorf("under another number: %d", a.Status)
	}
	enter(codes[7]).Want(t, "another", 303, "/office")
	if page := g.Get("/office/you").Page(t); !page.Says("[aria-labelledby=codes] p", "8 recovery codes are left") {
		t.Errorf("left: %.300s", page)
	}
	b.Later(30 * time.Minute)
	g.Post("/office/recovery").Want(t, "new ones without proof", 303, "/office/again")
	g.Post("/office/again", "password", kiosktest.BureauPassword, "code", g.Code()).Want(t, "the proof", 303, "/office")
	if a := g.Post("/office/recovery"); a.Status != 200 || a.Page(t).Count(".codes li") != 10 || strings.Contains(a.Body, codes[0]) {
		t.Errorf("new ones: %d", a.Status)
	}
	if a := enter(codes[0]); a.Status != http.StatusUnauthorized {
		t.Errorf("an old one: %d", a.Status)
	}
}

// Sessions end by idleness, by time, by leaving, by help and by removal; their ids change with every
// proof, and a till's is none of theirs (B126 to B133).
func TestOffice_sessions(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	at, _ := url.Parse(b.Web.URL)
	session := func(g *kiosktest.Desktop) string {
		for _, c := range g.Client.Jar.Cookies(at) {
			if c.Name == "qk-office" {
				return c.Value
			}
		}
		return ""
	}
	b.Later(61 * time.Minute)
	g.Get("/office").Want(t, "idle", 303, "/office/signin")
	planted := session(g)
	g.Get("/office/signin")
	g.Client.Jar.SetCookies(at, []*http.Cookie{{Name: "qk-office", Value: "planted-by-somebody-else-00000000000000000", Path: "/"}})
	g.SignIn()
	if now := session(g); now == "" || now == planted || strings.HasPrefix(now, "planted") {
		t.Errorf("the session after signing in is %q", now)
	}
	other := b.Desktop()
	other.Name, other.Secret = g.Name, g.Secret
	other.SignIn()
	g.Post("/office/everywhere").Want(t, "out everywhere", 303, "/office/signin")
	other.Get("/office").Want(t, "elsewhere", 303, "/office/signin")

	g.SignIn()
	m := b.Manager(0)
	m.Get("/office").Want(t, "the manager", 200, "")
	id := b.LoginOf(m.Name)
	if err := b.Shop.Office.Users.EndSessions(t.Context(), b.Clerk(), id); err != nil {
		t.Fatal(err)
	}
	m.Get("/office").Want(t, "whose sessions were ended", 303, "/office/signin")
	m.SignIn()
	if err := b.Shop.Office.Users.Remove(t.Context(), b.Clerk(), id); err != nil {
		t.Fatal(err)
	}
	m.Get("/office").Want(t, "who was removed", 303, "/office/signin")
	b.Later(time.Minute)
	if a := m.Post("/office/signin", "name", m.Name, "password", kiosktest.BureauPassword); a.Status != http.StatusUnauthorized {
		t.Errorf("who was removed signs in: %d", a.Status)
	}
	for _, l := range kiosktest.Sure(b.Shop.Office.Users.All(t.Context()))(t) {
		if l.ID == id && (l.Name != office.Pseudonym(id) || l.PasswordHash != "" || len(l.Factor)+len(l.Recovery)+len(l.Browsers) > 0) {
			t.Errorf("of who was removed is left: %+v", l)
		}
	}
}

// What the operator's command makes opens the password alone, once and for 20 minutes (B053).
func TestOffice_reset(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	if _, err := b.Shop.Office.Users.ResetOrganizer(t.Context(), "nobody", false); kiosk.CodeOf(err) != kiosk.NotFound {
		t.Errorf("somebody unknown: %v", err)
	}
	code := kiosktest.Sure(b.Shop.Office.Users.ResetOrganizer(t.Context(), g.Name, false))(t)
	n := b.Desktop()
	n.Post("/setup", "code", code).Want(t, "the code", 303, "/setup/you")
	const fresh = "seven loud geese"
	if a := n.Post("/setup/you", "password", fresh, "again", fresh, "code", "000000"); a.Status != http.StatusUnauthorized {
		t.Errorf("without the factor: %d", a.Status)
	}
	b.Later(time.Minute)
	n.Secret = g.Secret
	n.Post("/setup/you", "name", "somebody else", "password", fresh, "again", fresh, "code", n.Code()).Want(t, "with it", 303, "/office")
	n.Get("/office").Want(t, "inside", 200, "")
	g.Get("/office").Want(t, "the sessions of before", 303, "/office/signin")
	if a := b.Desktop().Post("/setup", "code", code); a.Status != http.StatusGone {
		t.Errorf("the code again: %d", a.Status)
	}
	b.Later(time.Minute)
	if a := b.Desktop().Post("/office/signin", "name", g.Name, "password", kiosktest.BureauPassword); a.Status != http.StatusUnauthorized {
		t.Errorf("the old password: %d", a.Status)
	}

	code = kiosktest.Sure(b.Shop.Office.Users.ResetOrganizer(t.Context(), "", true))(t)
	b.Later(20 * time.Minute)
	if a := b.Desktop().Post("/setup", "code", code); a.Status != http.StatusGone {
		t.Errorf("twenty minutes later: %d", a.Status)
	}
	code = kiosktest.Sure(b.Shop.Office.Users.ResetOrganizer(t.Context(), "", true))(t)
	lost := b.Desktop()
	b.Later(time.Minute)
	lost.Arrive(g.Name, code) // with a new factor
	if lost.Secret == g.Secret {
		t.Error("the factor is the old one")
	}
}

// No address carries a password or code (B050), and forms from elsewhere change nothing (B112 to B115).
func TestOffice_requests(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	if a := g.Post("/office/signin?password=x", "name", "n", "password", "p"); a.Status != http.StatusBadRequest {
		t.Errorf("a password in the address: %d", a.Status)
	}
	for name, header := range map[string][]string{
		"cross-site": {"Sec-Fetch-Site", "cross-site"},
		"same-site":  {"Sec-Fetch-Site", "same-site"},
		"null":       {"Sec-Fetch-Site", "", "Origin", "null"},
		"foreign":    {"Sec-Fetch-Site", "", "Origin", "http://evil.example"},
		"silent":     {"Sec-Fetch-Site", "", "Origin", ""},
	} {
		if a := g.Ask("POST", "/office/everywhere", url.Values{}, header...); a.Status != http.StatusForbidden {
			t.Errorf("%s: %d", name, a.Status)
		}
	}
	if a := g.Ask("POST", "/office/stalls", url.Values{"name": {"a", "b"}}); a.Status != http.StatusBadRequest {
		t.Errorf("a field twice: %d", a.Status)
	}
	if a := g.Ask("POST", "/office/stalls", nil, "Content-Type", "application/json"); a.Status != http.StatusUnsupportedMediaType {
		t.Errorf("json to a form: %d", a.Status)
	}
	g.Get("/office").Want(t, "still inside", 200, "")
}
