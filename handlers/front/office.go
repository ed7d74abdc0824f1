package front

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"

	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

// The office has its own session with its own cookie and its own keys in the store: a till can
// never be taken for a person of the office, nor the reverse. Its times are longer than those of a
// till, because nobody stands in front of it, and shorter than a day, because it moves money.
const (
	officeLong  = 12 * time.Hour   // a session's life, whatever happens
	officeIdle  = 60 * time.Minute // without any page
	officeFresh = 10 * time.Minute // after which pages about money and people ask again
	officeGrace = 20 * time.Minute // the same for forms, which somebody may be filling in

	OfficeCookie = "qk-office"

	OfficeLogin  = "login"
	OfficeGen    = "generation"
	OfficeSeen   = "seen"  // Unix milliseconds
	OfficeProved = "fresh" // Unix milliseconds of the last password and code
	OfficeTarget = "then"  // one of our own pages, to go on with after signing in again
)

func (f *Front) newOfficeSessions(store scs.Store) *scs.SessionManager {
	m := f.newSessions(prefixedSessions(store, "office:"))
	m.Lifetime = officeLong
	m.Cookie.Name = f.cookieName(OfficeCookie)
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

// OfficeActor is who is signed in to the office.
type OfficeActor struct {
	kiosk.OfficeActor
	Login kiosk.User
}

// OfficeActorOf is who asks, nobody for a route that anybody may use.
func OfficeActorOf(r *http.Request) OfficeActor {
	o, _ := r.Context().Value(officeActorKey{}).(OfficeActor)
	return o
}

// requireOffice lets only those through who are signed in to the office and may use the route. What
// belongs to a stall that is not theirs does not exist for them.
func (f *Front) requireOffice(route Route, next Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		login, err := f.InOffice(r.Context())
		if err != nil {
			return f.notInOffice(w, r, err)
		}
		o := OfficeActor{Login: login, OfficeActor: login.Acting(f.ClientIP(r).String())}
		stall := PlainID(chi.URLParam(r, "stall"))
		switch {
		case route.Who == Organizer && !login.Role.Organizes():
			return &kiosk.Error{Code: kiosk.Forbidden, Key: kiosk.KeyOfficeOrganizer}
		case route.OfStall() && !o.MayRead(stall):
			return ErrNoPage
		case route.OfStall() && !safeMethod(r.Method) && !o.MayChange(stall):
			return o.CheckMayChange(stall)
		case route.Fresh && !f.fresh(r):
			return f.askAgain(w, r)
		case route.OfStall() && !f.isStall(r):
			return ErrNoPage
		}
		return next(w, r.WithContext(context.WithValue(r.Context(), officeActorKey{}, o)))
	}
}

// isStall tells whether the stall of the address is there: an organizer may name any.
func (f *Front) isStall(r *http.Request) bool {
	_, err := f.StallHere(r)
	return err == nil
}

// InOffice reads who is signed in, and notes the visit as a sign of life.
func (f *Front) InOffice(ctx context.Context) (kiosk.User, error) {
	id := f.OfficeSessions.GetString(ctx, OfficeLogin)
	now := f.Clock().UnixMilli()
	seen := f.OfficeSessions.GetInt64(ctx, OfficeSeen)
	if id == "" || now-seen > officeIdle.Milliseconds() || now < seen {
		return kiosk.User{}, ErrSignedOut
	}
	if now-seen > touchEvery.Milliseconds() {
		f.OfficeSessions.Put(ctx, OfficeSeen, now)
	}
	return f.Rooms.Office.SignIn.ActiveUser(ctx, id, f.OfficeSessions.GetInt64(ctx, OfficeGen))
}

// notInOffice sends people to the door and takes back a cookie that is worth nothing any more.
func (f *Front) notInOffice(w http.ResponseWriter, r *http.Request, err error) error {
	if kiosk.CodeOf(err) != kiosk.Unauthorized {
		return err
	}
	if len(r.CookiesNamed(f.cookieName(OfficeCookie))) > 0 {
		if err := f.OfficeSessions.Destroy(r.Context()); err != nil {
			f.Log.Warn("a session cannot be ended", "request", RequestID(r), "err", err)
		}
	}
	if WantsJSON(r) {
		return err
	}
	http.Redirect(w, r, officeview.PathOfficeSignIn, http.StatusSeeOther)
	return nil
}

func (f *Front) fresh(r *http.Request) bool {
	limit := officeFresh
	if !safeMethod(r.Method) {
		limit = officeGrace
	}
	age := f.Clock().UnixMilli() - f.OfficeSessions.GetInt64(r.Context(), OfficeProved)
	return age >= 0 && age <= limit.Milliseconds()
}

// askAgain has password and code entered once more. A page is gone on with afterwards; its address
// is one of the table's, because only those get here.
func (f *Front) askAgain(w http.ResponseWriter, r *http.Request) error {
	then := views.PathOffice
	if safeMethod(r.Method) {
		then = r.URL.Path
	}
	f.OfficeSessions.Put(r.Context(), OfficeTarget, then)
	if WantsJSON(r) {
		return &kiosk.Error{Code: kiosk.Forbidden, Key: string(kiosk.Forbidden)}
	}
	http.Redirect(w, r, officeview.PathOfficeAgain, http.StatusSeeOther)
	return nil
}

// StallHere is the stall of the address.
func (f *Front) StallHere(r *http.Request) (kiosk.Stall, error) {
	return f.Rooms.Kernel.Stall(r.Context(), PlainID(chi.URLParam(r, "stall")))
}
