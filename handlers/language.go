package handlers

import (
	"net/http"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

const (
	// languageLife is how long a customer's choice of language lasts: the next customer starts anew.
	languageLife = 3 * time.Minute

	langCookie      = "qk-lang"
	staffLangCookie = "qk-till-lang"
)

// displayLang is the customer's choice, else the stall's own language: a display in a shop does
// not follow the browser it happens to run in.
func (s *Server) displayLang(r *http.Request, stall kiosk.Stall) string {
	return views.Choose(stall.Languages, s.cookie(r, langCookie))
}

// staffLang is what was chosen on this tablet, else what its browser asks for, else the stall's own
// language.
func (s *Server) staffLang(r *http.Request, stall kiosk.Stall) string {
	return views.ChooseForStaff(stall.Languages, s.cookie(r, staffLangCookie), r.Header.Get("Accept-Language"))
}

// receiptLang is what a link on the receipt says, else what the customer's browser asks for.
func receiptLang(r *http.Request, stall kiosk.Stall) string {
	return views.Choose(stall.Languages, r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
}

// language remembers the customer's choice for a few minutes.
func (s *Server) language(w http.ResponseWriter, r *http.Request) error {
	if lang := r.PostForm.Get("lang"); views.Known(lang) {
		s.setCookie(w, langCookie, lang, languageLife)
	}
	http.Redirect(w, r, views.PathDisplay, http.StatusSeeOther)
	return nil
}

// staffLanguage remembers the language of a tablet.
func (s *Server) staffLanguage(w http.ResponseWriter, r *http.Request) error {
	if lang := r.PostForm.Get("lang"); views.Known(lang) {
		s.setCookie(w, staffLangCookie, lang, deviceLife)
	}
	http.Redirect(w, r, views.PathTill, http.StatusSeeOther)
	return nil
}
