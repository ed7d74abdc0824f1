package front

import (
	"net/http"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// The cookies of a language that was chosen: by a customer, and on a tablet.
const (
	LangCookie      = "qk-lang"
	StaffLangCookie = "qk-till-lang"
)

// DisplayLang is the customer's choice, else the stall's own language: a display in a shop does
// not follow the browser it happens to run in.
func (f *Front) DisplayLang(r *http.Request, stall kiosk.Stall) string {
	return views.Choose(stall.Languages, f.Cookie(r, LangCookie))
}

// StaffLang is what was chosen on this tablet, else what its browser asks for, else the stall's own
// language.
func (f *Front) StaffLang(r *http.Request, stall kiosk.Stall) string {
	return views.ChooseForStaff(stall.Languages, f.Cookie(r, StaffLangCookie), r.Header.Get("Accept-Language"))
}
