package counterview

import (
	"cmp"
	"slices"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// otherAlarms are the alarms a till shows beside those of its sales, what keeps it from selling first. That
// the gateway is silent has a strip of its own, which comes sooner; of oddities the newest of a kind
// is enough.
func (t till) otherAlarms() []kiosk.Alarm {
	seen := map[kiosk.AlarmKind]bool{}
	all := slices.DeleteFunc(slices.Clone(t.s.OtherAlarms), func(a kiosk.Alarm) bool {
		again := seen[a.Kind] && a.Kind != kiosk.AlarmRefund
		seen[a.Kind] = true
		return again || a.Kind == kiosk.AlarmGateway
	})
	slices.SortStableFunc(all, func(a, b kiosk.Alarm) int { return cmp.Compare(rank(a), rank(b)) })
	return all
}

// rank puts first what keeps a till from selling.
func rank(a kiosk.Alarm) int {
	switch a.Kind {
	case kiosk.AlarmStore:
		return 0
	case kiosk.AlarmKey:
		return 1
	default:
		return 2
	}
}

// urgent are those that keep the till from selling, or will.
func (t till) urgent() []kiosk.Alarm {
	return slices.DeleteFunc(t.otherAlarms(), func(a kiosk.Alarm) bool {
		return rank(a) == 2
	})
}

// alarmStrip says what happened, whether money moved, and what comes next.
func (t till) alarmStrip(a kiosk.Alarm) strip {
	gaps := t.AlarmGaps(a)
	key := "alarm." + string(a.Kind)
	look := "quiet"
	if a.Kind == kiosk.AlarmStore || a.Kind == kiosk.AlarmKey || a.Kind == kiosk.AlarmRefund ||
		a.Kind == kiosk.AlarmOver {
		look = "alarm"
	}
	return strip{look, "alert", t.T(key+".title", gaps...), t.T(key+".text", gaps...), t.T(key+".next", gaps...)}
}

// alarmPath leads to the sale of an alarm, "" if it is about none.
func alarmPath(a kiosk.Alarm) string {
	if a.Sale == nil {
		return ""
	}
	return views.SalePath(a.Sale.Number)
}
