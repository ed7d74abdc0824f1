package counterview

import (
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// initial is the first letter of a name, for its tile.
func initial(name string) string {
	for _, r := range name {
		return strings.ToUpper(string(r))
	}
	return ""
}

// chosen tells whether a person is chosen already: the one of the last try, or who works here alone.
func (s SignIn) chosen(one kiosk.Staff) bool { return one.ID == s.Chosen || len(s.Staff) == 1 }

func enrolPath(kind kiosk.DeviceKind) string {
	if kind == kiosk.Display {
		return PathDisplayEnrol
	}
	return PathTillEnrol
}

// word is a sentence of the page for its kind of device.
func (d Pairing) word(p views.Page, key string) string {
	return p.T("pairing." + string(d.Kind) + "." + key)
}

// app is what the page becomes.
func (d Pairing) app() string {
	if d.Kind == kiosk.Tablet {
		return "till"
	}
	return "display"
}

func (d Pairing) statePath() string {
	if d.Kind == kiosk.Tablet {
		return PathConnectState
	}
	return PathPairState
}

// grouped writes a code in two halves, "ABCD EFGH", as people read it aloud.
func grouped(code string) string {
	if len(code) < 6 {
		return code
	}
	return code[:len(code)/2] + views.NoBreak + code[len(code)/2:]
}

// spelled writes a code letter by letter for screen readers.
func spelled(code string) string { return strings.Join(strings.Split(code, ""), " ") }
