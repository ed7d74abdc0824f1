package counterweb

import (
	"net/http"
	"time"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
)

const (
	// languageLife is how long a customer's choice of language lasts: the next customer starts anew.
	languageLife = 3 * time.Minute
)

// receiptLang is what a link on the receipt says, else what the customer's browser asks for.
func receiptLang(r *http.Request, stall kiosk.Stall) string {
	return views.Choose(stall.Languages, r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
}

// language remembers the customer's choice for a few minutes.
func (c *Counter) language(w http.ResponseWriter, r *http.Request) error {
	if lang := r.PostForm.Get("lang"); views.Known(lang) {
		c.front.SetCookie(w, front.LangCookie, lang, languageLife)
	}
	http.Redirect(w, r, views.PathDisplay, http.StatusSeeOther)
	return nil
}

// staffLanguage remembers the language of a tablet.
func (c *Counter) staffLanguage(w http.ResponseWriter, r *http.Request) error {
	if lang := r.PostForm.Get("lang"); views.Known(lang) {
		c.front.SetCookie(w, front.StaffLangCookie, lang, front.DeviceLife)
	}
	http.Redirect(w, r, views.PathTill, http.StatusSeeOther)
	return nil
}
