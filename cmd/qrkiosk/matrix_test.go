package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/handlers"
	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views/counterview"
	"qrkiosk/views/officeview"
)

// TestMatrix plays every line of the table of routes against every kind of person, with a stall of
// one's own, a foreign one and one that does not exist, and every method that is not declared. What
// a guard must answer follows from the line alone.
func TestMatrix(t *testing.T) {
	m := newMatrix(t)
	methods := map[string][]string{}
	for _, r := range handlers.Routes() {
		methods[r.Path] = append(methods[r.Path], r.Method)
		for who := range m.people {
			m.play(r, who)
		}
	}
	for path, declared := range methods {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"} {
			if !slices.Contains(declared, method) {
				m.undeclared(method, path)
			}
		}
	}
	t.Logf("%d routes, %d requests", len(handlers.Routes()), m.asked)
}

type matrix struct {
	*bureau
	people map[string]func() *desktop // each signs in anew
	inside map[string]*desktop        // who is signed in
	since  map[string]int64
	staff  kiosk.Staff
	asked  int
}

// person is somebody of a kind, signed in anew now and then and whenever the last request may have
// ended that.
func (m *matrix) person(who string) *desktop {
	if m.inside[who] == nil || m.now.Load()-m.since[who] > 3*time.Minute.Milliseconds() {
		m.inside[who], m.since[who] = m.people[who](), m.now.Load()
	}
	return m.inside[who]
}

func newMatrix(t *testing.T) *matrix {
	b := newBureau(t)
	m := &matrix{bureau: b, inside: map[string]*desktop{}, since: map[string]int64{}}
	var err error
	if m.staff, err = b.shop.Till.AddStaff(t.Context(), b.stalls[0].ID, "Ada", kiosk.Cashier, "739164"); err != nil {
		t.Fatal(err)
	}
	organizer := b.organizer()
	managers := []*desktop{b.manager(0), b.manager(1)}
	m.people = map[string]func() *desktop{
		"nobody":       b.desktop,
		"tablet":       func() *desktop { return m.device("/till/enrol", kiosk.Tablet, 1) }, // a register has one tablet
		"staff":        m.cashier,
		"display":      func() *desktop { return m.device("/display/enrol", kiosk.Display, 0) },
		"organizer":    func() *desktop { return m.again(organizer, 0) },
		"organizer-11": func() *desktop { return m.again(organizer, 11*time.Minute) },
		"organizer-21": func() *desktop { return m.again(organizer, 21*time.Minute) },
		"manager":      func() *desktop { return m.again(managers[0], 0) },
		"manager-21":   func() *desktop { return m.again(managers[0], 21*time.Minute) },
		"foreigner":    func() *desktop { return m.again(managers[1], 0) },
	}
	return m
}

// again is the same person in a new browser, some time after signing in.
func (m *matrix) again(g *desktop, after time.Duration) *desktop {
	n := m.desktop()
	n.name, n.secret = g.name, g.secret
	n.signIn()
	m.later(after)
	return n
}

func (m *matrix) device(path string, kind kiosk.DeviceKind, stall int) *desktop {
	m.t.Helper()
	secret, err := m.shop.Till.Ticket(m.t.Context(), m.tills[stall].ID, kind)
	if err != nil {
		m.t.Fatal(err)
	}
	g := m.desktop()
	m.later(time.Minute) // tries are limited by the minute
	g.post(path, "ticket", secret).want(m.t, "enrolment", 303, map[kiosk.DeviceKind]string{kiosk.Tablet: "/till", kiosk.Display: "/display"}[kind])
	return g
}

func (m *matrix) cashier() *desktop {
	m.t.Helper()
	g := m.device("/till/enrol", kiosk.Tablet, 0)
	g.post("/till/signin", "staff", m.staff.ID, "pin", "739164").want(m.t, "a PIN", 303, "/till")
	return g
}

// fill replaces the gaps of a path by things of a stall; known tells whether all of them are there.
func (m *matrix) fill(path string, stall int) (filled string, known bool) {
	id, till := "0123456789ABCDEFGHJKMNPQRS", "0123456789ABCDEFGHJKMNPQRT"
	if stall < len(m.stalls) {
		id, till = m.stalls[stall].ID, m.tills[stall].ID
	}
	path = strings.NewReplacer("{stall}", id, "{register}", till).Replace(path)
	known = !strings.ContainsAny(path, "{*")
	for strings.Contains(path, "{") {
		from, to := strings.IndexByte(path, '{'), strings.IndexByte(path, '}')
		path = path[:from] + "unknown" + path[to+1:]
	}
	return strings.ReplaceAll(path, "*", "unknown"), known
}

func (m *matrix) ask(g *desktop, method, path string, header ...string) answer {
	m.t.Helper()
	m.asked++
	m.later(time.Second) // nobody is so quick that limits by the minute matter here
	var form url.Values
	if method == http.MethodPost {
		form = url.Values{}
	}
	return g.ask(method, path, form, header...)
}

// play asks a route as one kind of person, for each stall that its address may name.
func (m *matrix) play(r front.Route, who string) {
	m.t.Helper()
	stalls := []int{0}
	if r.OfStall() {
		stalls = []int{0, 1, 2} // the person's own, a foreign one, none at all
	}
	for _, stall := range stalls {
		path, known := m.fill(r.Path, stall)
		mayMiss := !known || !r.OfStall() || r.Method != http.MethodGet // the handler looks for something that is not there
		for _, accept := range []string{"text/html", "application/json"} {
			a := m.ask(m.person(who), r.Method, path, "Accept", accept)
			if r.Method != http.MethodGet {
				clear(m.inside) // somebody may be signed out now
			}
			want, got := promised(r, who, stall, accept == "application/json"), given(a)
			if want == "let in" && (got == ownAnswers[r.Path] || (got == "missing" && mayMiss)) {
				continue
			}
			if want == "anything" && got != "unknown" && got != "forbidden" {
				continue
			}
			if got != want && want != "whatever" {
				m.t.Errorf("%s %s (%s) as %s, stall %d, %s: %s (%d to %q), want %s",
					r.Method, r.Path, r.Who, who, stall, accept, got, a.status, a.to, want)
			}
		}
	}
}

// promised is what the line of a route promises.
func promised(r front.Route, who string, stall int, script bool) string {
	name, age, _ := strings.Cut(who, "-")
	door := map[bool]string{false: "to the door", true: "unknown"}[script]
	switch r.Who {
	case front.Anybody:
		if r.Path == officeview.PathOfficeSignIn || r.Path == officeview.PathOfficeCode {
			return "whatever" // it is the door itself
		}
		return "anything"
	case front.Tablet:
		if name == "tablet" || name == "staff" {
			return "let in"
		}
		return "unknown"
	case front.Staff:
		switch {
		case name == "staff":
			return "let in"
		case name == "tablet" && r.Way != "socket":
			return map[bool]string{false: "to the PIN", true: "unknown"}[script]
		}
		return "unknown"
	case front.Display:
		if name == "display" {
			return "let in"
		}
		return "unknown"
	}
	office := name == "organizer" || name == "manager" || name == "foreigner"
	late := r.Fresh && (age == "21" || (age == "11" && r.Method == http.MethodGet))
	switch {
	case !office:
		return door
	case r.Who == front.Organizer && name != "organizer":
		return "forbidden"
	case r.OfStall() && ((name == "manager" && stall != 0) || (name == "foreigner" && stall != 1)):
		return "missing"
	case late && script:
		return "forbidden"
	case late:
		return "to proof"
	case r.OfStall() && stall == 2:
		return "missing"
	}
	return "let in"
}

// ownAnswers are what handlers say that would be a guard's word elsewhere: a wrong password is
// unknown, and whoever leaves stands before the door.
var ownAnswers = map[string]string{
	officeview.PathOfficeAgain: "unknown", officeview.PathOfficeOut: "to the door", officeview.PathOfficeEverywhere: "to the door",
	counterview.PathLock: "to the PIN",
}

// given is what an answer says about the guard.
func given(a answer) string {
	switch {
	case a.status == http.StatusUnauthorized:
		return "unknown"
	case a.status == http.StatusForbidden:
		return "forbidden"
	case a.status == http.StatusNotFound:
		return "missing"
	case a.status == http.StatusSeeOther && a.to == officeview.PathOfficeSignIn:
		return "to the door"
	case a.status == http.StatusSeeOther && a.to == officeview.PathOfficeAgain:
		return "to proof"
	case a.status == http.StatusSeeOther && a.to == counterview.PathSignIn:
		return "to the PIN"
	}
	return "let in"
}

// undeclared wants a method that the table does not name to be refused, whoever asks.
func (m *matrix) undeclared(method, path string) {
	m.t.Helper()
	filled, _ := m.fill(path, 0)
	for _, who := range []string{"nobody", "organizer"} {
		if a := m.ask(m.person(who), method, filled); a.status != http.StatusMethodNotAllowed {
			m.t.Errorf("%s %s as %s: %d, want %d", method, path, who, a.status, http.StatusMethodNotAllowed)
		}
	}
}
