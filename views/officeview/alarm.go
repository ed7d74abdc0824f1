package officeview

import (
	"slices"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// officeAlarm is one alarm in words: what happened and whether money moved, what comes next, and
// where it can be dealt with.
type officeAlarm struct {
	look, title, text, next string
	path, page              string // "" where no page of the office helps
}

// alarmPages are where alarms are dealt with: an address and the words of its link.
var alarmPages = map[kiosk.AlarmKind]section{
	kiosk.AlarmKey:        {key: "house", path: PathOfficeSettings + "#key"},
	kiosk.AlarmUnmatched:  {key: "payouts", path: PathPayouts + "#unmatched"},
	kiosk.AlarmQuarantine: {key: "payouts", path: PathPayouts + "#held"},
	kiosk.AlarmAudit:      {key: "payouts", path: PathPayouts + "#audit"},
	kiosk.AlarmRestored:   {key: "payouts", path: PathPayouts},
}

// officeAlarms are the alarms that a clerk hears, what keeps tills from selling first, those of sales
// together at the end: the wall tells them by register.
func officeAlarms(p views.Page, by kiosk.OfficeActor, all []kiosk.Alarm, now int64) (list []officeAlarm) {
	own := slices.DeleteFunc(slices.Clone(all), func(a kiosk.Alarm) bool { return !by.Receives(a) })
	var sales []*kiosk.Sale
	for _, a := range own {
		if a.Sale != nil {
			sales = append(sales, a.Sale)
			continue
		}
		list = append(list, houseAlarm(p, by, a, now))
	}
	if len(sales) > 0 {
		list = append(list, saleAlarm(p, sales))
	}
	return list
}

func houseAlarm(p views.Page, by kiosk.OfficeActor, a kiosk.Alarm, now int64) officeAlarm {
	gaps := append([]string{"time", p.When(a.Since, now)}, p.AlarmGaps(a)[2:]...)
	key := "alarm." + string(a.Kind)
	one := officeAlarm{look: "quiet", title: p.T(key+".title", gaps...), text: p.T(key+".text", gaps...), next: p.T(key+".next", gaps...)}
	switch a.Kind {
	case kiosk.AlarmStore, kiosk.AlarmKey, kiosk.AlarmGateway:
		one.look = "loud"
	default:
	}
	page, there := alarmPages[a.Kind]
	switch {
	case a.AccountID != "": // of a stall's own account
		one.title = accountText(a.Account) + ": " + one.title
		one.path, one.page = StallPath(a.Account.Stall, ""), a.Account.Name
		if by.Role.Organizes() {
			one.path, one.page = StallPath(a.Account.Stall, "/account"), p.T("office.tab.account")
		}
	case there && by.Role.Organizes():
		one.path, one.page = page.path, p.T("office.nav."+page.key)
	}
	return one
}

// saleAlarm tells of all sales that wait for a person, by their numbers.
func saleAlarm(p views.Page, sales []*kiosk.Sale) officeAlarm {
	const named = 6
	var numbers []string
	for _, s := range sales {
		if n := views.Unbroken(s.Number); !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	count := len(numbers)
	if count > named {
		numbers = append(numbers[:named], "…")
	}
	return officeAlarm{
		look: "quiet", title: p.N("office.alarm.sales", count), text: p.T("office.alarm.sales.text", "numbers", strings.Join(numbers, ", ")),
		next: p.T("office.alarm.sales.next"), path: PathWall, page: p.T("office.nav.wall"),
	}
}
