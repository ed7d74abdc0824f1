package officeweb

import (
	"context"
	"errors"
	"net/http"
	"time"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

// The office has its own session with its own cookie and its own keys in the store: a till can
// never be taken for a person of the office, nor the reverse. Its times are longer than those of a
// till, because nobody stands in front of it, and shorter than a day, because it moves money.
const (
	officeHalf    = 5 * time.Minute // between password and code
	browserCookie = "qk-browser"    // of a browser that signed in to the office before
	officePending = "half"          // login whose password was right
	officeSince   = "half-at"
	officeOnce    = "once" // hash of the one-time code
	officeSignUp  = "arrival"
)

// signInOrigin is where a request knocks.
func (o *Office) signInOrigin(r *http.Request) office.SignInOrigin {
	return office.SignInOrigin{From: o.front.ClientIP(r).String(), Browser: o.front.Cookie(r, browserCookie)}
}

// limitSignIns bounds what one address may try in a minute, whoever it says it is.
func (o *Office) limitSignIns(r *http.Request) error {
	if wait := o.front.Limits.Wait("office "+o.front.ClientIP(r).String(), o.clock()); wait > 0 {
		return &kiosk.Error{Code: kiosk.TooMany, Key: kiosk.KeySignInWait, Wait: wait}
	}
	return nil
}

// beginOfficeSession begins a new session for somebody who has proved to be who they are. The id of before
// is worth nothing afterwards.
func (o *Office) beginOfficeSession(w http.ResponseWriter, r *http.Request, login kiosk.User, browser string) error {
	ctx := r.Context()
	if err := o.front.OfficeSessions.Clear(ctx); err != nil {
		return err
	}
	if err := o.front.OfficeSessions.RenewToken(ctx); err != nil {
		return err
	}
	now := o.clock().UnixMilli()
	o.front.OfficeSessions.Put(ctx, front.OfficeLogin, login.ID)
	o.front.OfficeSessions.Put(ctx, front.OfficeGen, login.Sessions)
	o.front.OfficeSessions.Put(ctx, front.OfficeSeen, now)
	o.front.OfficeSessions.Put(ctx, front.OfficeProved, now)
	if browser != "" {
		o.front.SetCookie(w, browserCookie, browser, front.DeviceLife)
	}
	o.log.Info("signed in to the office", "login", login.ID, "from", o.front.ClientIP(r))
	return nil
}

// officePage is what a page of the office is drawn with.
func (o *Office) officePage(r *http.Request, section, title string) (views.Page, officeview.Frame) {
	p := o.front.View(r).In("")
	said := o.front.OfficeSessions.PopString(r.Context(), "said")
	return p, officeview.Frame{User: front.OfficeActorOf(r).Login, Section: section, Title: title, Said: said}
}

// redirectDone sends people to a page that says what was done.
func (o *Office) redirectDone(w http.ResponseWriter, r *http.Request, said, path string) error {
	o.front.OfficeSessions.Put(r.Context(), "said", said)
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// isFormError tells whether a form is shown again with what was wrong; anything else is no matter of
// the form. What is not there is one if it was typed into a field.
func isFormError(err error) bool {
	status := front.StatusOf(err)
	var e *kiosk.Error
	if status == http.StatusNotFound && errors.As(err, &e) && e.Field != "" {
		return true
	}
	return status < http.StatusInternalServerError && status != http.StatusNotFound && status != http.StatusForbidden
}

// accountNames are the names of stalls' accounts, by their IDs and by the names of their books.
func (o *Office) accountNames(ctx context.Context) (officeview.AccountNames, error) {
	names, err := o.rooms.Kernel.Accounts.Names(ctx)
	all := officeview.AccountNames{}
	for id, n := range names {
		all[id], all[o.rooms.Kernel.Accounts.Qualified(id)] = n, n
	}
	return all, err
}

// again shows a form anew with what was wrong, and lets pass what is no matter of the form.
func (o *Office) again(w http.ResponseWriter, r *http.Request, cause error, show func(views.Page, *views.Problem)) error {
	if front.WantsJSON(r) || !isFormError(cause) {
		return cause
	}
	front.RetryAfter(w, cause)
	o.log.Info("office form refused", "path", front.RouteOf(r), "request", front.RequestID(r), "err", cause)
	p := o.front.View(r)
	show(p, p.Explain(front.WithWords(cause)))
	return nil
}

// refuse shows a page of a stall again with what was typed and what is wrong with it.
func (o *Office) refuse(w http.ResponseWriter, r *http.Request, cause error, page func(http.ResponseWriter, *http.Request, int, officeview.Typed, *views.Problem) error) error {
	return o.again(w, r, cause, func(_ views.Page, t *views.Problem) {
		if err := page(w, r, front.StatusOf(cause), typedForm(r), t); err != nil {
			o.front.Fail(w, r, err)
		}
	})
}
