package front

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// How long things of a till last, and what its cookies and its session are called. Names of cookies get
// a prefix with https.
const (
	shiftLong  = 12 * time.Hour  // a session's life, whatever happens
	idleLong   = 5 * time.Minute // without a command, while no payment is pending
	touchEvery = time.Minute     // a session is written at most so often for being used

	// DeviceLife is how long a browser keeps the cookie of a device.
	DeviceLife = 400 * 24 * time.Hour

	// The cookies of a till's session, and of tills and displays themselves, before their prefix.
	SessionCookie = "qk-session"
	TillCookie    = "qk-till"
	DisplayCookie = "qk-display"

	// LastCookie names who signed in last on a tablet: an ID that is worth nothing without a PIN.
	LastCookie = "qk-last"

	// What a till's session holds: who is signed in, and the Unix milliseconds of the last command.
	SessionStaff = "staff"
	SessionSeen  = "seen"
)

func (f *Front) newSessions(store scs.Store) *scs.SessionManager {
	// Not scs.New: it starts a store in memory with a goroutine that nobody could end.
	m := &scs.SessionManager{Store: store, Codec: scs.GobCodec{}, Lifetime: shiftLong, HashTokenInStore: true}
	m.Cookie.Name = f.cookieName(SessionCookie)
	m.Cookie.Secure = f.secure
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteStrictMode
	m.Cookie.Path = "/"
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		f.Fail(w, r, &kiosk.Error{Code: kiosk.Unavailable, Key: string(kiosk.Unavailable), Err: err})
	}
	return m
}

// cookieName prefixes a name so that browsers bind it to https and this host. Over plain http in
// a shop's own network the prefix would make them refuse it.
func (f *Front) cookieName(name string) string {
	if f.secure {
		return "__Host-" + name
	}
	return name
}

// SetCookie sets a cookie of a device. It is lax: a display that is opened by a link from elsewhere
// has to be known, or it would be given a new cookie in place of its own. What changes anything is
// kept from other sites by its origin.
func (f *Front) SetCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: f.cookieName(name), Value: value, Path: "/", MaxAge: int(life.Seconds()),
		Secure: f.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Cookie returns the value of a cookie; one that came twice counts as none.
func (f *Front) Cookie(r *http.Request, name string) string {
	found := r.CookiesNamed(f.cookieName(name))
	if len(found) != 1 || len(found[0].Value) > 128 {
		return ""
	}
	return found[0].Value
}

func (f *Front) hasCookie(r *http.Request) bool {
	return f.Cookie(r, SessionCookie) != "" || f.Cookie(r, TillCookie) != "" || f.Cookie(r, DisplayCookie) != "" ||
		f.Cookie(r, OfficeCookie) != ""
}

// oneSession hides session cookies that came twice or cannot be ours: nobody knows which one is
// meant, and the session manager would take the first. The browser is told to forget them.
func (f *Front) oneSession(cookie string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := f.cookieName(cookie)
		if f.Cookie(r, cookie) == "" && len(r.CookiesNamed(name)) > 0 {
			http.SetCookie(w, &http.Cookie{Name: name, Path: "/", MaxAge: -1, Secure: f.secure, HttpOnly: true, SameSite: http.SameSiteStrictMode})
			all := r.Cookies()
			r = r.Clone(r.Context())
			r.Header.Del("Cookie")
			for _, c := range all {
				if c.Name != name {
					r.AddCookie(c)
				}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// View is what a page is drawn with before its stall is known.
func (f *Front) View(r *http.Request) views.Page {
	return views.Page{
		Lang: f.StaffLang(r, kiosk.Stall{}),
		Mode: f.Rooms.Kernel.Installation().Mode, Insecure: f.insecure(r),
	}
}

// viewHere is what an error is told with: in the languages and numbers of the stall, if the request
// came from a device of one.
func (f *Front) viewHere(r *http.Request) views.Page {
	p := f.View(r)
	register := visitOf(r).register
	if register == "" {
		return p
	}
	stall, err := f.Rooms.Kernel.StallOf(r.Context(), register)
	if err != nil {
		return p
	}
	if p.Lang = f.StaffLang(r, stall); visitOf(r).customer {
		p.Lang = f.DisplayLang(r, stall)
	}
	return p.For(stall)
}

// insecure tells whether a browser will withhold wake lock and the like: plain http from anywhere
// but this machine.
func (f *Front) insecure(r *http.Request) bool {
	return !f.secure && !f.ClientIP(r).IsLoopback()
}

type tabletKey struct{}

type actorKey struct{}

// TillActor is who stands at a tablet.
type TillActor struct {
	kiosk.Actor
	Staff kiosk.Staff
}

// TabletOf is the tablet that asks, as [Tablet] and [Staff] routes require one.
func TabletOf(r *http.Request) kiosk.Device {
	d, _ := r.Context().Value(tabletKey{}).(kiosk.Device)
	return d
}

// TillActorOf is who is signed in there, as [Staff] routes require somebody.
func TillActorOf(r *http.Request) TillActor {
	p, _ := r.Context().Value(actorKey{}).(TillActor)
	return p
}

// requireTablet lets only enrolled tablets through.
func (f *Front) requireTablet(next Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		device, err := f.DeviceOf(r, TillCookie, kiosk.Tablet)
		if err != nil {
			return unknownTablet(w, r, err)
		}
		visitOf(r).register = device.Register
		return next(w, r.WithContext(context.WithValue(r.Context(), tabletKey{}, device)))
	}
}

// DeviceOf finds the device of a cookie. Without one it is [kiosk.Unauthorized].
func (f *Front) DeviceOf(r *http.Request, name string, kind kiosk.DeviceKind) (kiosk.Device, error) {
	return f.DeviceBy(r.Context(), f.Cookie(r, name), kind)
}

// DeviceBy finds the device of a secret. Without one it is [kiosk.Unauthorized], with that of another kind [kiosk.Forbidden].
func (f *Front) DeviceBy(ctx context.Context, secret string, kind kiosk.DeviceKind) (kiosk.Device, error) {
	if secret == "" {
		return kiosk.Device{}, &kiosk.Error{Code: kiosk.Unauthorized, Key: kiosk.KeyDeviceUnknown}
	}
	d, err := f.Rooms.Till.Device(ctx, secret)
	if err == nil && d.Kind != kind {
		err = &kiosk.Error{Code: kiosk.Forbidden, Key: till.KeyDeviceWrong}
	}
	return d, err
}

// unknownTablet leads a browser that is no till to the page with its code, by which it becomes one.
func unknownTablet(w http.ResponseWriter, r *http.Request, err error) error {
	if WantsJSON(r) || kiosk.CodeOf(err) != kiosk.Unauthorized || !safeMethod(r.Method) {
		return err
	}
	http.Redirect(w, r, counterview.PathConnect, http.StatusSeeOther)
	return nil
}

// EndReplaced ends the sockets of tablets that a new one has replaced.
func (f *Front) EndReplaced(device kiosk.Device) {
	if device.Kind != kiosk.Tablet {
		return
	}
	f.Hub.End(func(client *Client) bool {
		return client.View.Kind != kiosk.Display && client.Room.Register == device.Register
	}, CloseRevoked)
}

// requireStaff lets only people through who are signed in on an enrolled tablet.
func (f *Front) requireStaff(next Handler) Handler {
	return f.requireTablet(func(w http.ResponseWriter, r *http.Request) error {
		device := TabletOf(r)
		staff, err := f.SignedIn(r.Context(), device.Register, !safeMethod(r.Method))
		if err != nil {
			f.signOff(r, err)
			if WantsJSON(r) || kiosk.CodeOf(err) != kiosk.Unauthorized {
				return err
			}
			http.Redirect(w, r, counterview.PathSignIn, http.StatusSeeOther)
			return nil
		}
		p := TillActor{Staff: staff, Actor: kiosk.Actor{
			Staff: staff.ID, Role: staff.Role, Device: device.ID, Register: device.Register,
		}}
		return next(w, r.WithContext(context.WithValue(r.Context(), actorKey{}, p)))
	})
}

// signOff ends a session that is worth nothing any more, and takes its cookie back.
func (f *Front) signOff(r *http.Request, why error) {
	if kiosk.CodeOf(why) != kiosk.Unauthorized || len(r.CookiesNamed(f.cookieName(SessionCookie))) == 0 {
		return
	}
	if err := f.TillSessions.Destroy(r.Context()); err != nil {
		f.Log.Warn("a session cannot be ended", "request", RequestID(r), "err", err)
	}
}

// SignedIn reads who is signed in at a register, and notes a command as a sign of life. Somebody
// idle for too long is signed out, unless a payment is pending: nobody is locked out in front of a
// customer.
func (f *Front) SignedIn(ctx context.Context, register string, command bool) (kiosk.Staff, error) {
	id := f.TillSessions.GetString(ctx, SessionStaff)
	if id == "" {
		return kiosk.Staff{}, ErrSignedOut
	}
	now := f.Clock().UnixMilli()
	seen := f.TillSessions.GetInt64(ctx, SessionSeen)
	if now-seen > idleLong.Milliseconds() && !f.pending(ctx, register) {
		return kiosk.Staff{}, ErrSignedOut
	}
	if command && now-seen > touchEvery.Milliseconds() {
		f.TillSessions.Put(ctx, SessionSeen, now)
	}
	staff, err := f.Rooms.Till.WorkingStaff(ctx, id)
	if err == nil {
		err = f.worksHere(ctx, staff, register)
	}
	return staff, err
}

func (f *Front) worksHere(ctx context.Context, staff kiosk.Staff, register string) error {
	people, err := f.Rooms.Till.StaffOfRegister(ctx, register)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.ID == staff.ID {
			return nil
		}
	}
	return ErrSignedOut
}

// pending tells whether the register waits for a customer's money.
func (f *Front) pending(ctx context.Context, register string) bool {
	t, err := f.Rooms.Till.TillScreen(ctx, register)
	return err == nil && t.Current != nil
}
