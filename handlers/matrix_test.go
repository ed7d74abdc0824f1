package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/handlers/front"
	"qrkiosk/views/counterview"
	"qrkiosk/views/officeview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/handlers"
	"qrkiosk/kiosk"
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
	*kiosktest.Bureau
	people map[string]func() *kiosktest.Desktop // each signs in anew
	inside map[string]*kiosktest.Desktop        // who is signed in
	since  map[string]int64
	staff  kiosk.Staff
	asked  int
}

// person is somebody of a kind, signed in anew now and then and whenever the last request may have
// ended that.
func (m *matrix) person(who string) *kiosktest.Desktop {
	if m.inside[who] == nil || m.Now.Load()-m.since[who] > 3*time.Minute.Milliseconds() {
		m.inside[who], m.since[who] = m.people[who](), m.Now.Load()
	}
	return m.inside[who]
}

func newMatrix(t *testing.T) *matrix {
	b := kiosktest.NewBureau(t)
	m := &matrix{Bureau: b, inside: map[string]*kiosktest.Desktop{}, since: map[string]int64{}}
	var err error
	if m.staff, err = b.Shop.Till.AddStaff(t.Context(), b.Stalls[0].ID, "Ada", kiosk.Cashier, "739164"); err != nil {
		t.Fatal(err)
	}
	organizer := b.Organizer()
	managers, viewer := []*kiosktest.Desktop{b.Manager(0), b.Manager(1)}, b.Viewer()
	m.people = map[string]func() *kiosktest.Desktop{
		"nobody":       b.Desktop,
		"tablet":       func() *kiosktest.Desktop { return m.device("/till/enrol", kiosk.Tablet, 1) }, // a register has one tablet
		"staff":        m.cashier,
		"display":      func() *kiosktest.Desktop { return m.device("/display/enrol", kiosk.Display, 0) },
		"organizer":    func() *kiosktest.Desktop { return m.again(organizer, 0) },
		"organizer-11": func() *kiosktest.Desktop { return m.again(organizer, 11*time.Minute) },
		"organizer-21": func() *kiosktest.Desktop { return m.again(organizer, 21*time.Minute) },
		"manager":      func() *kiosktest.Desktop { return m.again(managers[0], 0) },
		"manager-21":   func() *kiosktest.Desktop { return m.again(managers[0], 21*time.Minute) },
		"foreigner":    func() *kiosktest.Desktop { return m.again(managers[1], 0) },
		"viewer":       func() *kiosktest.Desktop { return m.again(viewer, 0) },
	}
	return m
}

// again is the same person in a new browser, some time after signing in.
func (m *matrix) again(g *kiosktest.Desktop, after time.Duration) *kiosktest.Desktop {
	n := m.Desktop()
	n.Name, n.Secret = g.Name, g.Secret
	n.SignIn()
	m.Later(after)
	return n
}

func (m *matrix) device(path string, kind kiosk.DeviceKind, stall int) *kiosktest.Desktop {
	m.T.Helper()
	secret, err := m.Shop.Till.Ticket(m.T.Context(), m.Tills[stall].ID, kind)
	if err != nil {
		m.T.Fatal(err)
	}
	g := m.Desktop()
	m.Later(time.Minute) // tries are limited by the minute
	g.Post(path, "ticket", secret).Want(m.T, "enrolment", 303, map[kiosk.DeviceKind]string{kiosk.Tablet: "/till", kiosk.Display: "/display"}[kind])
	return g
}

func (m *matrix) cashier() *kiosktest.Desktop {
	m.T.Helper()
	g := m.device("/till/enrol", kiosk.Tablet, 0)
	g.Post("/till/signin", "staff", m.staff.ID, "pin", "739164").Want(m.T, "a PIN", 303, "/till")
	return g
}

// fill replaces the gaps of a path by things of a stall; known tells whether all of them are there.
func (m *matrix) fill(path string, stall int) (filled string, known bool) {
	id, till := "0123456789ABCDEFGHJKMNPQRS", "0123456789ABCDEFGHJKMNPQRT"
	if stall < len(m.Stalls) {
		id, till = m.Stalls[stall].ID, m.Tills[stall].ID
	}
	path = strings.NewReplacer("{stall}", id, "{register}", till).Replace(path)
	known = !strings.ContainsAny(path, "{*")
	for strings.Contains(path, "{") {
		from, to := strings.IndexByte(path, '{'), strings.IndexByte(path, '}')
		path = path[:from] + "unknown" + path[to+1:]
	}
	return strings.ReplaceAll(path, "*", "unknown"), known
}

func (m *matrix) ask(g *kiosktest.Desktop, method, path string, header ...string) kiosktest.Answer {
	m.T.Helper()
	m.asked++
	m.Later(time.Second) // nobody is so quick that limits by the minute matter here
	var form url.Values
	if method == http.MethodPost {
		form = url.Values{}
	}
	return g.Ask(method, path, form, header...)
}

// play asks a route as one kind of person, for each stall that its address may name.
func (m *matrix) play(r front.Route, who string) {
	m.T.Helper()
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
				m.T.Errorf("%s %s (%s) as %s, stall %d, %s: %s (%d to %q), want %s",
					r.Method, r.Path, r.Who, who, stall, accept, got, a.Status, a.To, want)
			}
		}
	}
}

// promised is what the line of a route promises.
func promised(r front.Route, who string, stall int, script bool) string {
	name, age, _ := strings.Cut(who, "-")
	door := map[bool]string{false: "to the door", true: "unknown"}[script]
	stranger := "unknown"
	if !script && r.Method == http.MethodGet && r.Way != front.WaySocket {
		stranger = "to its code"
	}
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
		return stranger
	case front.Staff:
		switch {
		case name == "staff":
			return "let in"
		case name == "tablet" && r.Way != "socket":
			return map[bool]string{false: "to the PIN", true: "unknown"}[script]
		}
		return stranger
	case front.Display:
		if name == "display" {
			return "let in"
		}
		return "unknown"
	}
	office := name == "organizer" || name == "manager" || name == "foreigner" || name == "viewer"
	late := r.Fresh && (age == "21" || (age == "11" && r.Method == http.MethodGet))
	switch {
	case !office:
		return door
	case r.Who == front.Organizer && name != "organizer":
		return "forbidden"
	case r.OfStall() && ((name == "manager" && stall != 0) || (name == "foreigner" && stall != 1)):
		return "missing"
	case r.OfStall() && name == "viewer" && r.Method != http.MethodGet:
		return "forbidden"
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
func given(a kiosktest.Answer) string {
	switch {
	case a.Status == http.StatusUnauthorized:
		return "unknown"
	case a.Status == http.StatusForbidden:
		return "forbidden"
	case a.Status == http.StatusNotFound:
		return "missing"
	case a.Status == http.StatusSeeOther && a.To == counterview.PathConnect:
		return "to its code"
	case a.Status == http.StatusSeeOther && a.To == officeview.PathOfficeSignIn:
		return "to the door"
	case a.Status == http.StatusSeeOther && a.To == officeview.PathOfficeAgain:
		return "to proof"
	case a.Status == http.StatusSeeOther && a.To == counterview.PathSignIn:
		return "to the PIN"
	}
	return "let in"
}

// undeclared wants a method that the table does not name to be refused, whoever asks.
func (m *matrix) undeclared(method, path string) {
	m.T.Helper()
	filled, _ := m.fill(path, 0)
	for _, who := range []string{"nobody", "organizer"} {
		if a := m.ask(m.person(who), method, filled); a.Status != http.StatusMethodNotAllowed {
			m.T.Errorf("%s %s as %s: %d, want %d", method, path, who, a.Status, http.StatusMethodNotAllowed)
		}
	}
}
