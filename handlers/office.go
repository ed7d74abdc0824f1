package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
)

// The office has its own session with its own cookie and its own keys in the store: a till can
// never be taken for a person of the office, nor the reverse. Its times are longer than those of a
// till, because nobody stands in front of it, and shorter than a day, because it moves money.
const (
	officeLong  = 12 * time.Hour   // a session's life, whatever happens
	officeIdle  = 60 * time.Minute // without any page
	officeHalf  = 5 * time.Minute  // between password and code
	officeFresh = 10 * time.Minute // after which pages about money and people ask again
	officeGrace = 20 * time.Minute // the same for forms, which somebody may be filling in

	officeCookie  = "qk-office"
	browserCookie = "qk-browser" // of a browser that signed in to the office before

	officeLogin   = "login"
	officeGen     = "generation"
	officeSeen    = "seen"  // Unix milliseconds
	officeProved  = "fresh" // Unix milliseconds of the last password and code
	officePending = "half"  // login whose password was right
	officeSince   = "half-at"
	officeTarget  = "then" // one of our own pages, to go on with after signing in again
	officeOnce    = "once" // hash of the one-time code
	officeSignUp  = "arrival"
)

func (s *Server) newOfficeSessions(store scs.Store) *scs.SessionManager {
	m := s.newSessions(prefixedSessions(store, "office:"))
	m.Lifetime = officeLong
	m.Cookie.Name = s.cookieName(officeCookie)
	// A link from a mail or a bookmark may open the office; what changes anything is kept from
	// other sites by its origin.
	m.Cookie.SameSite = http.SameSiteLaxMode
	return m
}

// prefixedStore is a store of sessions whose keys begin with a word of their own.
type prefixedStore struct {
	scs.CtxStore
	word string
}

// prefixedSessions keeps the sessions of one manager apart from those of another in the same store.
func prefixedSessions(store scs.Store, word string) scs.Store {
	if c, ok := store.(scs.CtxStore); ok {
		return prefixedStore{c, word}
	}
	return store
}

func (k prefixedStore) Find(token string) ([]byte, bool, error) {
	return k.FindCtx(context.Background(), token)
}

func (k prefixedStore) Commit(token string, b []byte, expiry time.Time) error {
	return k.CommitCtx(context.Background(), token, b, expiry)
}

func (k prefixedStore) Delete(token string) error { return k.DeleteCtx(context.Background(), token) }

func (k prefixedStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return k.CtxStore.FindCtx(ctx, k.word+token)
}

func (k prefixedStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	return k.CtxStore.CommitCtx(ctx, k.word+token, b, expiry)
}

func (k prefixedStore) DeleteCtx(ctx context.Context, token string) error {
	return k.CtxStore.DeleteCtx(ctx, k.word+token)
}

type officeActorKey struct{}

// officeActor is who is signed in to the office.
type officeActor struct {
	kiosk.OfficeActor
	user kiosk.User
}

func officeActorOf(r *http.Request) officeActor {
	o, _ := r.Context().Value(officeActorKey{}).(officeActor)
	return o
}

// requireOffice lets only those through who are signed in to the office and may use the route. What
// belongs to a stall that is not theirs does not exist for them.
func (s *Server) requireOffice(route Route, next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		login, err := s.inOffice(r.Context())
		if err != nil {
			return s.notInOffice(w, r, err)
		}
		o := officeActor{user: login, OfficeActor: kiosk.OfficeActor{
			User: login.ID, Role: login.Role, Stall: login.Stall, From: s.clientIP(r).String(),
		}}
		switch {
		case route.Who == Organizer && login.Role != kiosk.Organizer:
			return &kiosk.Error{Code: kiosk.Forbidden, Key: kiosk.KeyOfficeOrganizer}
		case route.OfStall() && !o.CheckMayChange(plainID(chi.URLParam(r, "stall"))):
			return errNoPage
		case route.Fresh && !s.fresh(r):
			return s.askAgain(w, r)
		case route.OfStall() && !s.isStall(r):
			return errNoPage
		}
		return next(w, r.WithContext(context.WithValue(r.Context(), officeActorKey{}, o)))
	}
}

// isStall tells whether the stall of the address is there: an organizer may name any.
func (s *Server) isStall(r *http.Request) bool {
	_, err := s.stallHere(r)
	return err == nil
}

// inOffice reads who is signed in, and notes the visit as a sign of life.
func (s *Server) inOffice(ctx context.Context) (kiosk.User, error) {
	id := s.office.GetString(ctx, officeLogin)
	now := s.clock().UnixMilli()
	seen := s.office.GetInt64(ctx, officeSeen)
	if id == "" || now-seen > officeIdle.Milliseconds() || now < seen {
		return kiosk.User{}, errSignedOut
	}
	if now-seen > touchEvery.Milliseconds() {
		s.office.Put(ctx, officeSeen, now)
	}
	return s.shop.Office.ActiveUser(ctx, id, s.office.GetInt64(ctx, officeGen))
}

// notInOffice sends people to the door and takes back a cookie that is worth nothing any more.
func (s *Server) notInOffice(w http.ResponseWriter, r *http.Request, err error) error {
	if kiosk.CodeOf(err) != kiosk.Unauthorized {
		return err
	}
	if len(r.CookiesNamed(s.cookieName(officeCookie))) > 0 {
		if err := s.office.Destroy(r.Context()); err != nil {
			s.log.Warn("a session cannot be ended", "request", requestID(r), "err", err)
		}
	}
	if wantsJSON(r) {
		return err
	}
	http.Redirect(w, r, views.PathOfficeSignIn, http.StatusSeeOther)
	return nil
}

func (s *Server) fresh(r *http.Request) bool {
	limit := officeFresh
	if !safeMethod(r.Method) {
		limit = officeGrace
	}
	age := s.clock().UnixMilli() - s.office.GetInt64(r.Context(), officeProved)
	return age >= 0 && age <= limit.Milliseconds()
}

// askAgain has password and code entered once more. A page is gone on with afterwards; its address
// is one of the table's, because only those get here.
func (s *Server) askAgain(w http.ResponseWriter, r *http.Request) error {
	then := views.PathOffice
	if safeMethod(r.Method) {
		then = r.URL.Path
	}
	s.office.Put(r.Context(), officeTarget, then)
	if wantsJSON(r) {
		return &kiosk.Error{Code: kiosk.Forbidden, Key: string(kiosk.Forbidden)}
	}
	http.Redirect(w, r, views.PathOfficeAgain, http.StatusSeeOther)
	return nil
}

// signInOrigin is where a request knocks.
func (s *Server) signInOrigin(r *http.Request) office.SignInOrigin {
	return office.SignInOrigin{From: s.clientIP(r).String(), Browser: s.cookie(r, browserCookie)}
}

// limitSignIns bounds what one address may try in a minute, whoever it says it is.
func (s *Server) limitSignIns(r *http.Request) error {
	if wait := s.limits.wait("office "+s.clientIP(r).String(), s.clock()); wait > 0 {
		return &kiosk.Error{Code: kiosk.TooMany, Key: kiosk.KeySignInWait, Wait: wait}
	}
	return nil
}

// beginOfficeSession begins a new session for somebody who has proved to be who they are. The id of before
// is worth nothing afterwards.
func (s *Server) beginOfficeSession(w http.ResponseWriter, r *http.Request, login kiosk.User, browser string) error {
	ctx := r.Context()
	if err := s.office.Clear(ctx); err != nil {
		return err
	}
	if err := s.office.RenewToken(ctx); err != nil {
		return err
	}
	now := s.clock().UnixMilli()
	s.office.Put(ctx, officeLogin, login.ID)
	s.office.Put(ctx, officeGen, login.Sessions)
	s.office.Put(ctx, officeSeen, now)
	s.office.Put(ctx, officeProved, now)
	if browser != "" {
		s.setCookie(w, browserCookie, browser, deviceLife)
	}
	s.log.Info("signed in to the office", "login", login.ID, "from", s.clientIP(r))
	return nil
}

// officePage is what a page of the office is drawn with.
func (s *Server) officePage(r *http.Request, section, title string) (views.Page, views.OfficeFrame) {
	p := s.view(r).In("")
	said := s.office.PopString(r.Context(), "said")
	return p, views.OfficeFrame{User: officeActorOf(r).user, Section: section, Title: title, Said: said}
}

// redirectDone sends people to a page that says what was done.
func (s *Server) redirectDone(w http.ResponseWriter, r *http.Request, said, path string) error {
	s.office.Put(r.Context(), "said", said)
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// isFormError tells whether a form is shown again with what was wrong; anything else is no matter of
// the form.
func isFormError(err error) bool {
	status := statusOf(err)
	return status < http.StatusInternalServerError && status != http.StatusNotFound && status != http.StatusForbidden
}
