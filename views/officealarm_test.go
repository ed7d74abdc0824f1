package views

import (
	"strings"
	"testing"

	"qrkiosk/kiosk"
)

// TestOfficeAlarms: who hears of what, in which order, and where it leads.
func TestOfficeAlarms(t *testing.T) {
	for role, c := range map[kiosk.Role]struct {
		stall string
		want  []string
	}{
		kiosk.Organizer: {"", []string{
			"store ", "key " + PathOfficeSettings + "#key", "gateway ", "key /office/stalls/" + lind.ID + "/account", "clock ",
			"unmatched " + PathPayouts + "#unmatched", "quarantine " + PathPayouts + "#held", "audit " + PathPayouts + "#audit",
			"restored " + PathPayouts, "sales " + PathWall,
		}},
		kiosk.Manager: {lind.ID, []string{"store ", "key ", "gateway ", "key /office/stalls/" + lind.ID, "clock ", "restored ", "sales " + PathWall}},
		"another":     {quay.ID, []string{"store ", "key ", "gateway ", "clock ", "restored "}},
	} {
		p, by := Page{Lang: "en"}, kiosk.OfficeActor{Role: role, Stall: c.stall}
		if role == "another" {
			by.Role = kiosk.Manager
		}
		var got []string
		for _, a := range p.officeAlarms(by, houseAlarms(), noon) {
			got = append(got, kindOf(p, a)+" "+a.path)
			if a.text == "" || a.next == "" || (a.path == "") != (a.page == "") {
				t.Errorf("%+v leaves something out", a)
			}
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s hears\n%s\nwant\n%s", role, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
	if page := render(t, OfficeAlarms(Page{Lang: "en"}, kiosk.OfficeActor{Role: kiosk.Organizer}, nil, noon)); page != "" {
		t.Errorf("a quiet house says %q", page)
	}
}

// kindOf finds the kind of an alarm by its title.
func kindOf(p Page, a officeAlarm) string {
	for _, kind := range kiosk.AlarmKinds {
		title := p.T("alarm." + string(kind) + ".title")
		if before, _, _ := strings.Cut(title, "{"); len(before) > 6 && strings.Contains(a.title, before) {
			return string(kind)
		}
	}
	return "sales"
}
