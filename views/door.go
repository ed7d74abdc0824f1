package views

import (
	"strings"

	"qrkiosk/kiosk"
)

// initial is the first letter of a name, for its tile.
func initial(name string) string {
	for _, r := range name {
		return strings.ToUpper(string(r))
	}
	return ""
}

func enrolPath(kind kiosk.DeviceKind) string {
	if kind == kiosk.Display {
		return PathDisplayEnrol
	}
	return PathTillEnrol
}

// grouped writes a code in two halves, "ABCD EFGH", as people read it aloud.
func grouped(code string) string {
	if len(code) < 6 {
		return code
	}
	return code[:len(code)/2] + noBreak + code[len(code)/2:]
}

// spelled writes a code letter by letter for screen readers.
func spelled(code string) string { return strings.Join(strings.Split(code, ""), " ") }

func (p Page) errorTitle(status int) string {
	switch {
	case status == 404 || status == 410:
		return p.T("page.error.missing")
	case status == 401 || status == 403:
		return p.T("page.error.denied")
	case status == 429:
		return p.T("page.error.wait")
	case status < 500:
		return p.T("page.error.input")
	}
	return p.T("page.error.title")
}
