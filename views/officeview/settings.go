package officeview

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// Pages about the whole installation.
const (
	PathOfficeSettings        = "/office/house"
	PathOfficeSettingsKey     = "/office/house/key"
	PathOfficeSettingsAddress = "/office/house/address"
	PathOfficeSettingsDays    = "/office/house/days"
	PathOfficeSettingsConfirm = "/office/house/told"

	PathPeople       = "/office/people"
	PathPeopleHelp   = "/office/people/help"     // POST id, lost
	PathPeopleEnd    = "/office/people/sessions" // POST id
	PathPeopleRemove = "/office/people/remove"   // POST id

	PathTrail = "/office/trail" // GET ?q=&from=&to=&before=
)

// Settings is what the page about the installation shows.
type Settings struct {
	Settings kiosk.OfficeSettings
	Mode     kiosk.Mode
	TakesKey bool
	SetBy    string // who set the key
	InForce  string // the public address in force
	Typed    Typed
}

// Users is who may enter the office.
type Users struct {
	Users   []kiosk.User
	Stalls  map[string]string // names by ID
	Order   []kiosk.Stall
	Code    string // a one-time code that was just made
	For     string // whose it is
	Address string // where it is entered
	Typed   Typed
}

// roles are those of the office, those of one stall for each: "manager <ID>".
func (o Users) roles(p views.Page) (all []Choice) {
	for _, role := range kiosk.UserRoles() {
		word := p.T("role." + string(role))
		if !role.OfStall() {
			all = append(all, Choice{string(role), word})
			continue
		}
		for _, s := range o.Order {
			all = append(all, Choice{string(role) + " " + s.ID, word + " · " + s.Name})
		}
	}
	return all
}

// onceText writes a one-time code in groups.
func onceText(code string) string {
	if len(code) != 12 {
		return code
	}
	return code[:4] + "-" + code[4:8] + "-" + code[8:]
}

func days(n int) string { return strconv.Itoa(n) }

// Trail is a page of the office's journal.
type Trail struct {
	Entries  []kiosk.Event
	Names    map[string]string
	Text     string
	From, To string
	Next     string // address of older entries, "" none
}

func (t Trail) name(id string) string {
	if name, ok := t.Names[id]; ok {
		return name
	}
	if len(id) > 12 {
		return "…" + id[len(id)-6:]
	}
	return id
}

// kinds are the kinds of entries that have words of their own; others show their kind.
var kinds = []string{
	"stall.add", "stall.change", "stall.account", "item.add", "item.change", "item.remove", "item.import", "item.out", "item.back", "picture.add", "picture.remove",
	"register.add", "register.rename", "register.move", "device.invite", "device.uninvite", "device.pair", "device.revoke", "staff.add", "staff.change", "staff.pin", "staff.leave",
	"login.add", "login.help", "login.sessions", "login.remove",
	"office.in", "office.out", "office.out-everywhere", "office.wrong", "office.code", "office.setup", "office.invite",
	"office.reset", "office.lost", "office.recovery",
	"house.key", "house.address", "house.told", "house.retention",
}

func eventWords(p views.Page, kind string) string {
	if slices.Contains(kinds, kind) {
		return p.T("office.did." + kind)
	}
	return kind
}

// doneBy says who it was, and from where.
func doneBy(p views.Page, t Trail, e kiosk.Event) string {
	who := p.T("office.trail.program")
	if e.Actor != "" {
		who = t.name(e.Actor)
	}
	if from := kiosk.ReadTrace(e.Data).From; from != "" {
		return p.T("office.trail.by.from", "who", who, "from", from)
	}
	return p.T("office.trail.by", "who", who)
}

func machineTime(p views.Page, ms int64) string { return p.At(ms).Format(time.RFC3339) }

// delta is one field that an entry has changed.
type delta struct{ Field, Before, After string }

func changesOf(e kiosk.Event) (all []delta) {
	t := kiosk.ReadTrace(e.Data)
	fields := map[string]bool{}
	for f := range t.Before {
		fields[f] = true
	}
	for f := range t.After {
		fields[f] = true
	}
	for f := range fields {
		all = append(all, delta{f, plainValue(t.Before[f]), plainValue(t.After[f])})
	}
	slices.SortFunc(all, func(a, b delta) int { return strings.Compare(a.Field, b.Field) })
	return all
}

// plainValue writes what JSON holds: whole numbers without exponent.
func plainValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return v
	}
	return fmt.Sprint(v)
}
