package counterview

import (
	"qrkiosk/views"
)

// platform is how one kind of device becomes a kiosk.
type platform struct{ name, text, command string }

func helpOf(p views.Page, display string) []platform {
	return []platform{
		{"Android", p.T("help.android"), ""},
		{"iPad", p.T("help.ipad"), ""},
		{"Windows", p.T("help.windows"), "msedge --kiosk " + display + " --edge-kiosk-type=fullscreen"},
		{"Linux", p.T("help.linux"), "chromium --kiosk --noerrdialogs --disable-session-crashed-bubble " + display},
		{"ChromeOS", p.T("help.chromeos"), ""},
	}
}
