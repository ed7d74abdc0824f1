package officeview

import (
	"strings"
	"testing"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

var (
	lind = kiosk.Stall{ID: "s1", Name: "Bakery Lind"}
	quay = kiosk.Stall{ID: "s-quay", Name: "Fischbude am Kai"}
)

const noon = 1_795_185_182_000 // 20 November 2026

// houseAlarms are all that the house can have at once, with sales of a register.
func houseAlarms() []kiosk.Alarm {
	return []kiosk.Alarm{
		{Kind: kiosk.AlarmReview, Register: "r2", Since: noon, Sale: &kiosk.Sale{Number: "B2-0042", Stall: lind.ID}},
		{Kind: kiosk.AlarmOver, Register: "r2", Since: noon, Sale: &kiosk.Sale{Number: "B2-0043", Stall: lind.ID}},
		{Kind: kiosk.AlarmStore, Since: noon},
		{Kind: kiosk.AlarmKey, Since: noon},
		{Kind: kiosk.AlarmGateway, Since: noon - 90_000_000},
		{Kind: kiosk.AlarmKey, Since: noon, AccountID: "o-1", Account: kiosk.AccountName{Stall: lind.ID, Name: lind.Name, Last: "x4f2"}},
		{Kind: kiosk.AlarmClock, Since: noon, Text: "+1m30s"},
		{Kind: kiosk.AlarmUnmatched, Since: noon, Count: 3, Sum: 12_345},
		{Kind: kiosk.AlarmQuarantine, Since: noon, Count: 1, Sum: 1_250},
		{Kind: kiosk.AlarmAudit, Since: noon, Count: 2, Text: "2026-11-19"},
		{Kind: kiosk.AlarmRestored, Since: noon, Count: 1},
	}
}

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
		p, by := views.Page{Lang: "en"}, kiosk.OfficeActor{Role: role, Stall: c.stall}
		if role == "another" {
			by.Role = kiosk.Manager
		}
		var got []string
		for _, a := range officeAlarms(p, by, houseAlarms(), noon) {
			got = append(got, kindOf(p, a)+" "+a.path)
			if a.text == "" || a.next == "" || (a.path == "") != (a.page == "") {
				t.Errorf("%+v leaves something out", a)
			}
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s hears\n%s\nwant\n%s", role, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
	var page strings.Builder
	if err := Alarms(views.Page{Lang: "en"}, kiosk.OfficeActor{Role: kiosk.Organizer}, nil, noon).Render(t.Context(), &page); err != nil || page.Len() > 0 {
		t.Errorf("a quiet house says %q, %v", page.String(), err)
	}
}

// kindOf finds the kind of an alarm by its title.
func kindOf(p views.Page, a officeAlarm) string {
	for _, kind := range kiosk.AlarmKinds {
		title := p.T("alarm." + string(kind) + ".title")
		if before, _, _ := strings.Cut(title, "{"); len(before) > 6 && strings.Contains(a.title, before) {
			return string(kind)
		}
	}
	return "sales"
}
