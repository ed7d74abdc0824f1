package officeview

import (
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// Frame is what every page of the office shows around its own matter.
type Frame struct {
	User    kiosk.User
	Section string       // key of the entry in the navigation the page belongs to
	Title   string       // heading and title of the window
	Stall   *kiosk.Stall // the stall the page is about, nil for none
	Tab     string       // key of the stall's page, "" for none
	Said    string       // key of a sentence about what was just done, "" for none
	Error   *views.Problem
	Styles  []string // besides those of every page
	Script  string   // the page's own module, "" none
	Again   string   // seconds after which a browser without script loads the page anew, "" never
}

// reads tells whether the page is for somebody who changes nothing in the office but their own sign-in.
func (f Frame) reads() bool { return f.User.ID != "" && !f.User.Role.Changes() && f.Section != "you" }

// section is an entry of the navigation.
type section struct {
	key, path, icon string
	organizer       bool // nobody else sees it
}

// sections is the navigation of the office, in order. The words of an entry are "office.nav." and
// its key.
var sections = []section{
	{key: "wall", path: PathWall, icon: "wall"},
	{key: "stalls", path: views.PathOffice, icon: "stall"},
	{key: "import", path: PathImport, icon: "import", organizer: true},
	{key: "cards", path: PathCards, icon: "card"},
	{key: "takings", path: PathTakings, icon: "test"},
	{key: "shifts", path: PathShifts, icon: "note"},
	{key: "payouts", path: PathPayouts, icon: "return", organizer: true},
	{key: "exports", path: PathExports, icon: "print"},
	{key: "people", path: PathPeople, icon: "people", organizer: true},
	{key: "trail", path: PathTrail, icon: "trail", organizer: true},
	{key: "house", path: PathOfficeSettings, icon: "house", organizer: true},
}

// tabs is the navigation within a stall; the words of an entry are "office.tab." and its key.
var tabs = []section{
	{key: "look", path: ""},
	{key: "selling", path: "/selling"},
	{key: "items", path: "/items"},
	{key: "terms", path: "/terms", organizer: true},
	{key: "account", path: "/account", organizer: true},
	{key: "registers", path: "/registers"},
	{key: "staff", path: "/staff"},
	{key: "statement", path: "/statement"},
}

// tabsFor are the pages of a stall that somebody may open.
func tabsFor(l kiosk.User) (own []section) {
	for _, s := range tabs {
		if !s.organizer || l.Role.Organizes() {
			own = append(own, s)
		}
	}
	return own
}

func sectionsFor(l kiosk.User) (own []section) {
	for _, s := range sections {
		if !s.organizer || l.Role.Organizes() {
			own = append(own, s)
		}
	}
	return own
}

// Field is one line of a form of the office.
type Field struct {
	Label string
	Name  string
	Value string
	Hint  string
	Kind  string // type of the input, "" is text
	Mode  string // inputmode
	Auto  string // autocomplete, "" is off
	Max   int    // characters, 0 is unlimited
	Long  bool   // a text that is longer than a line
	Must  bool
	Focus bool
	Code  bool // wide letters, for codes that are read off
}

func (f Field) kind() string {
	if f.Kind == "" {
		return "text"
	}
	return f.Kind
}

func (f Field) auto() string {
	if f.Auto == "" {
		return "off"
	}
	return f.Auto
}

// described names what explains a field: its hint and what is wrong with it.
func (f Field) described(t *views.Problem) string {
	ids := ""
	if f.Hint != "" {
		ids = "hint-" + f.Name
	}
	if t.About(f.Name) {
		if ids != "" {
			ids += " "
		}
		ids += "wrong-" + f.Name
	}
	return ids
}

// loose returns the trouble if no field of the form shows it.
func loose(t *views.Problem, fields ...string) *views.Problem {
	for _, f := range fields {
		if t.About(f) {
			return nil
		}
	}
	return t
}

// fours writes a long code in groups of four.
func fours(text string) string {
	var b strings.Builder
	for i, r := range text {
		if i > 0 && i%4 == 0 {
			b.WriteString(" ")
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Choice is one entry of a list to choose from.
type Choice struct{ Value, Label string }
