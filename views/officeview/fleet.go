package officeview

import (
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// Registers is the list of a stall's registers.
type Registers struct {
	Stall     kiosk.Stall
	Registers []kiosk.RegisterOverview
	Name      string // typed
	Prefix    string
	Move      []kiosk.Stall   // where a register may be moved to; none for who may not
	Online    map[string]bool // devices that are connected
	Address   string          // what is opened on a tablet that is to be a till
	Code      string          // typed
}

// StallStaff is the list of a stall's people.
type StallStaff struct {
	Stall  kiosk.Stall
	People []kiosk.Staff // who works there
	Name   string        // typed
	Role   string
	Wrong  string // ID of the person whose form was refused, "" is the new one
}

// lives are the lifetimes of one-time links to choose from, in hours.
var lives = []int{1, 12, 24, 72, 168}

func lifeChoices(p views.Page) (all []Choice) {
	for _, h := range lives {
		text := p.N("office.cards.hours", h)
		if h > 24 {
			text = p.N("office.cards.days", h/24)
		}
		all = append(all, Choice{views.Text64(int64(h)), text})
	}
	return all
}

// lifeField is a field for the lifetime of one-time links; a day is offered first.
func lifeField(p views.Page) Field {
	return Field{Label: p.T("office.cards.life"), Name: "life", Value: "24", Hint: p.T("office.cards.life.hint")}
}

func roleChoices(p views.Page) (all []Choice) {
	for _, role := range kiosk.StaffRoles() {
		all = append(all, Choice{string(role), p.T("role." + string(role))})
	}
	return all
}

func stallChoices(stalls []kiosk.Stall, except string) (all []Choice) {
	for _, s := range stalls {
		if s.ID != except {
			all = append(all, Choice{s.ID, s.Name})
		}
	}
	return all
}

// browserName tells devices apart by what their browsers call themselves: system and browser.
func browserName(agent string) string {
	system, browser := "", ""
	for _, s := range []string{"iPad", "iPhone", "Android", "Windows", "CrOS", "Macintosh", "Linux"} {
		if strings.Contains(agent, s) {
			system = s
			break
		}
	}
	for _, b := range [][2]string{{"Edg/", "Edge"}, {"Firefox/", "Firefox"}, {"SamsungBrowser/", "Samsung"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, b[0]) {
			browser = b[1]
			break
		}
	}
	switch {
	case system == "" && browser == "":
		return ""
	case system == "":
		return browser
	}
	return strings.TrimSpace(system + " " + browser)
}

// lastSeen says when a device was heard of last.
func lastSeen(p views.Page, d kiosk.Device, h kiosk.DeviceHealth, online bool) string {
	switch {
	case online:
		return p.T("office.device.online")
	case h.Seen > 0:
		return p.T("office.device.seen", "time", p.Day(h.Seen))
	}
	return p.T("office.device.never", "time", p.Day(d.Created))
}

// whatEnds says what works no more once a tablet was connected.
func whatEnds(p views.Page, g kiosk.RegisterOverview) string {
	for _, d := range g.Devices {
		if d.Kind == kiosk.Tablet {
			return p.T("office.pair.replaces")
		}
	}
	for _, t := range g.Tickets {
		if t.Kind == kiosk.Tablet {
			return p.T("office.pair.ends")
		}
	}
	return ""
}

// deviceSigns says in words what a device told of itself.
func deviceSigns(p views.Page, h kiosk.DeviceHealth) string {
	var all []string
	if h.Awake != "" {
		all = append(all, p.T("office.device.awake."+h.Awake))
	}
	if h.Sound != "" {
		all = append(all, p.T("office.device.sound."+h.Sound))
	}
	if h.Seen > 0 && h.Battery >= 0 {
		all = append(all, p.T("office.wall.level", "n", views.Text64(int64(h.Battery))))
	}
	return strings.Join(all, " · ")
}

// Import is the page on which a file is chosen, and its preview.
type Import struct {
	Plan  *kiosk.FleetPlan // nil before a file was chosen
	Draft string           // imports the file of the preview, "" if it cannot be imported
}

// fleetColumnKeys are the columns of the file, in the order of their description; the words of one
// are "office.import.column." and it.
var fleetColumnKeys = []string{
	"stall", "register", "prefix", "staff", "role", "pin", "town", "tagline", "colour", "languages", "seller",
	"vat_number", "vat", "tip", "share_to", "share",
}

// faultWhere says in which line and column a file is wrong.
func faultWhere(p views.Page, f kiosk.LineFault) string {
	if f.Column == "" {
		return p.T("office.import.line", "n", views.Text64(int64(f.Line)))
	}
	return p.T("office.import.cell", "n", views.Text64(int64(f.Line)), "column", f.Column)
}

// mostFaults is how many faults of a file are listed.
const mostFaults = 100

func firstFaults(all []kiosk.LineFault) []kiosk.LineFault { return all[:min(len(all), mostFaults)] }

func plannedWord(p views.Page, known, stays bool) string {
	switch {
	case stays:
		return p.T("office.import.stays")
	case known:
		return p.T("office.import.known")
	}
	return p.T("office.import.new")
}

func plannedClass(known bool) string {
	if known {
		return "soft"
	}
	return "new"
}

// CardChoice is the page on which cards are chosen.
type CardChoice struct {
	Stalls []CardStall
}

// CardStall is a stall with what can be printed for it.
type CardStall struct {
	Stall     kiosk.Stall
	Registers []kiosk.Register
	People    []kiosk.Staff
}

// Card is one printed card of A6.
type Card struct {
	Kind     string // "tablet", "display" or "pin"
	Stall    string
	Register string
	Code     views.QRCode
	Address  string // what the code holds
	Until    int64  // Unix milliseconds when the link ends
	Person   string
	Role     kiosk.Role
	PIN      string
}

// Cards are pages to print.
type Cards struct {
	Cards []Card
	Said  string // what was made before, in words
	Back  string // where to go on
}

// sheets are the cards in fours, as they fit on A4.
func (c Cards) sheets() (all [][]Card) {
	for rest := c.Cards; len(rest) > 0; {
		n := min(4, len(rest))
		all, rest = append(all, rest[:n]), rest[n:]
	}
	return all
}

func halves(pin string) string {
	if len(pin) < 6 {
		return pin
	}
	return pin[:len(pin)/2] + views.NoBreak + pin[len(pin)/2:]
}

func typedOr(typed, stored string) string {
	if typed != "" {
		return typed
	}
	return stored
}

func personName(who kiosk.Staff, c StallStaff) string {
	if c.Wrong == who.ID {
		return typedOr(c.Name, who.Name)
	}
	return who.Name
}

func ownFault(t *views.Problem, own bool) *views.Problem {
	if own {
		return t
	}
	return nil
}

// importSum says what a file would make, in one sentence.
func importSum(p views.Page, plan kiosk.FleetPlan) string {
	stalls, registers, people := plan.Fresh()
	if stalls+registers+people == 0 {
		return p.T("office.import.nothing")
	}
	return p.T("office.import.sum", fleetCounts(p, stalls, registers, people)...)
}

func fleetCounts(p views.Page, stalls, registers, people int) []string {
	return []string{
		"stalls", p.N("office.import.stalls", stalls), "registers", p.N("office.registers", registers),
		"people", p.N("office.import.people", people),
	}
}

// MadeSum says what an import has made.
func MadeSum(p views.Page, made kiosk.MadeFleet) string {
	if len(made.Stalls)+len(made.Registers)+len(made.Staff) == 0 {
		return p.T("office.import.nothing")
	}
	return p.T("office.import.made", fleetCounts(p, len(made.Stalls), len(made.Registers), len(made.Staff))...)
}

// fleetFrame gives the pages of registers, people and cards their own style.
func fleetFrame(f Frame) Frame {
	f.Styles = append(f.Styles, "css/fleet.css")
	return f
}
