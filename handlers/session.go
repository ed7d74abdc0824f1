package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
)

const (
	shiftLong  = 12 * time.Hour  // a session's life, whatever happens
	idleLong   = 5 * time.Minute // without a command, while no payment is pending
	touchEvery = time.Minute     // a session is written at most so often for being used
	deviceLife = 400 * 24 * time.Hour

	sessionCookie = "qk-session"
	tillCookie    = "qk-till"
	displayCookie = "qk-display"

	sessionStaff = "staff"
	sessionSeen  = "seen" // Unix milliseconds
)

func (s *Server) newSessions(store scs.Store) *scs.SessionManager {
	// Not scs.New: it starts a store in memory with a goroutine that nobody could end.
	m := &scs.SessionManager{Store: store, Codec: scs.GobCodec{}, Lifetime: shiftLong, HashTokenInStore: true}
	m.Cookie.Name = s.cookieName(sessionCookie)
	m.Cookie.Secure = s.secure
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteStrictMode
	m.Cookie.Path = "/"
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		s.fail(w, r, &kiosk.Error{Code: kiosk.Unavailable, Key: string(kiosk.Unavailable), Err: err})
	}
	return m
}

// cookieName prefixes a name so that browsers bind it to https and this host. Over plain http in
// a shop's own network the prefix would make them refuse it.
func (s *Server) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

// setCookie sets a cookie of a device. It is lax: a display that is opened by a link from elsewhere
// has to be known, or it would be given a new cookie in place of its own. What changes anything is
// kept from other sites by its origin.
func (s *Server) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(life.Seconds()),
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// cookie returns the value of a cookie; one that came twice counts as none.
func (s *Server) cookie(r *http.Request, name string) string {
	found := r.CookiesNamed(s.cookieName(name))
	if len(found) != 1 || len(found[0].Value) > 128 {
		return ""
	}
	return found[0].Value
}

func (s *Server) hasCookie(r *http.Request) bool {
	return s.cookie(r, sessionCookie) != "" || s.cookie(r, tillCookie) != "" || s.cookie(r, displayCookie) != "" ||
		s.cookie(r, officeCookie) != ""
}

// oneSession hides session cookies that came twice or cannot be ours: nobody knows which one is
// meant, and the session manager would take the first. The browser is told to forget them.
func (s *Server) oneSession(cookie string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := s.cookieName(cookie)
		if s.cookie(r, cookie) == "" && len(r.CookiesNamed(name)) > 0 {
			http.SetCookie(w, &http.Cookie{Name: name, Path: "/", MaxAge: -1, Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteStrictMode})
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

// view is what a page is drawn with before its stall is known.
func (s *Server) view(r *http.Request) views.Page {
	return views.Page{
		Lang: s.staffLang(r, kiosk.Stall{}),
		Mode: s.shop.Kernel.Installation().Mode, Insecure: s.insecure(r),
	}
}

// viewHere is what an error is told with: in the languages and numbers of the stall, if the request
// came from a device of one.
func (s *Server) viewHere(r *http.Request) views.Page {
	p := s.view(r)
	register := visitOf(r).register
	if register == "" {
		return p
	}
	stall, err := s.shop.Kernel.StallOf(r.Context(), register)
	if err != nil {
		return p
	}
	if p.Lang = s.staffLang(r, stall); visitOf(r).customer {
		p.Lang = s.displayLang(r, stall)
	}
	return p.For(stall)
}

// insecure tells whether a browser will withhold wake lock and the like: plain http from anywhere
// but this machine.
func (s *Server) insecure(r *http.Request) bool {
	return !s.secure && !s.clientIP(r).IsLoopback()
}

type tabletKey struct{}

type actorKey struct{}

// tillActor is who stands at a tablet.
type tillActor struct {
	kiosk.Actor
	staff kiosk.Staff
}

func tabletOf(r *http.Request) kiosk.Device {
	d, _ := r.Context().Value(tabletKey{}).(kiosk.Device)
	return d
}

func tillActorOf(r *http.Request) tillActor {
	p, _ := r.Context().Value(actorKey{}).(tillActor)
	return p
}

// requireTablet lets only enrolled tablets through.
func (s *Server) requireTablet(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		device, err := s.deviceOf(r, tillCookie, kiosk.Tablet)
		if err != nil {
			return s.unknownDevice(w, r, kiosk.Tablet, err)
		}
		visitOf(r).register = device.Register
		return next(w, r.WithContext(context.WithValue(r.Context(), tabletKey{}, device)))
	}
}

// deviceOf finds the device of a cookie. Without one it is [kiosk.Unauthorized].
func (s *Server) deviceOf(r *http.Request, name string, kind kiosk.DeviceKind) (kiosk.Device, error) {
	return s.deviceBy(r.Context(), s.cookie(r, name), kind)
}

func (s *Server) deviceBy(ctx context.Context, secret string, kind kiosk.DeviceKind) (kiosk.Device, error) {
	if secret == "" {
		return kiosk.Device{}, &kiosk.Error{Code: kiosk.Unauthorized, Key: kiosk.KeyDeviceUnknown}
	}
	d, err := s.shop.Till.Device(ctx, secret)
	if err == nil && d.Kind != kind {
		err = &kiosk.Error{Code: kiosk.Forbidden, Key: till.KeyDeviceWrong}
	}
	return d, err
}

// unknownDevice answers a browser that is no device of ours.
func (s *Server) unknownDevice(w http.ResponseWriter, r *http.Request, kind kiosk.DeviceKind, err error) error {
	if wantsJSON(r) || kiosk.CodeOf(err) != kiosk.Unauthorized || !safeMethod(r.Method) {
		return err
	}
	s.render(w, r, http.StatusUnauthorized, views.NotEnrolledPage(s.view(r), kind))
	return nil
}

// requireStaff lets only people through who are signed in on an enrolled tablet.
func (s *Server) requireStaff(next handler) handler {
	return s.requireTablet(func(w http.ResponseWriter, r *http.Request) error {
		device := tabletOf(r)
		staff, err := s.signedIn(r.Context(), device.Register, !safeMethod(r.Method))
		if err != nil {
			s.signOff(r, err)
			if wantsJSON(r) || kiosk.CodeOf(err) != kiosk.Unauthorized {
				return err
			}
			http.Redirect(w, r, views.PathSignIn, http.StatusSeeOther)
			return nil
		}
		p := tillActor{staff: staff, Actor: kiosk.Actor{
			Staff: staff.ID, Role: staff.Role, Device: device.ID, Register: device.Register,
		}}
		return next(w, r.WithContext(context.WithValue(r.Context(), actorKey{}, p)))
	})
}

// signOff ends a session that is worth nothing any more, and takes its cookie back.
func (s *Server) signOff(r *http.Request, why error) {
	if kiosk.CodeOf(why) != kiosk.Unauthorized || len(r.CookiesNamed(s.cookieName(sessionCookie))) == 0 {
		return
	}
	if err := s.sessions.Destroy(r.Context()); err != nil {
		s.log.Warn("a session cannot be ended", "request", requestID(r), "err", err)
	}
}

// signedIn reads who is signed in at a register, and notes a command as a sign of life. Somebody
// idle for too long is signed out, unless a payment is pending: nobody is locked out in front of a
// customer.
func (s *Server) signedIn(ctx context.Context, register string, command bool) (kiosk.Staff, error) {
	id := s.sessions.GetString(ctx, sessionStaff)
	if id == "" {
		return kiosk.Staff{}, errSignedOut
	}
	now := s.clock().UnixMilli()
	seen := s.sessions.GetInt64(ctx, sessionSeen)
	if now-seen > idleLong.Milliseconds() && !s.pending(ctx, register) {
		return kiosk.Staff{}, errSignedOut
	}
	if command && now-seen > touchEvery.Milliseconds() {
		s.sessions.Put(ctx, sessionSeen, now)
	}
	staff, err := s.shop.Till.WorkingStaff(ctx, id)
	if err == nil {
		err = s.worksHere(ctx, staff, register)
	}
	return staff, err
}

// standsAt tells which tablet a live connection comes from. It is asked when the connection is
// made and now and then afterwards, so that it ends with the trust in tablet or person.
func (s *Server) standsAt(ctx context.Context, tablet, session string) (kiosk.Device, error) {
	device, err := s.deviceBy(ctx, tablet, kiosk.Tablet)
	if err != nil {
		return device, err
	}
	if ctx, err = s.sessions.Load(ctx, session); err != nil {
		return device, err
	}
	_, err = s.signedIn(ctx, device.Register, false)
	return device, err
}

func (s *Server) worksHere(ctx context.Context, staff kiosk.Staff, register string) error {
	people, err := s.shop.Till.StaffOfRegister(ctx, register)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.ID == staff.ID {
			return nil
		}
	}
	return errSignedOut
}

// pending tells whether the register waits for a customer's money.
func (s *Server) pending(ctx context.Context, register string) bool {
	t, err := s.shop.Till.TillScreen(ctx, register)
	return err == nil && t.Current != nil
}

func (s *Server) signInForm(w http.ResponseWriter, r *http.Request) error {
	page, err := s.signInPage(r)
	if err != nil {
		return err
	}
	s.render(w, r, http.StatusOK, views.SignInPage(s.view(r), page))
	return nil
}

func (s *Server) signInPage(r *http.Request) (views.SignIn, error) {
	register := tabletOf(r).Register
	t, err := s.shop.Till.TillScreen(r.Context(), register)
	if err != nil {
		return views.SignIn{}, err
	}
	people, err := s.shop.Till.StaffOfRegister(r.Context(), register)
	return views.SignIn{Stall: t.Stall, Register: t.Register, Staff: people}, err
}

// signIn takes a PIN. A right one begins a new session, so that an id that somebody planted
// before is worth nothing.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Has("pin") {
		return &statusError{http.StatusBadRequest, "PIN in the address"}
	}
	chosen := plainID(r.PostForm.Get("staff"))
	staff, err := s.shop.Till.SignIn(r.Context(), tabletOf(r), chosen, r.PostForm.Get("pin"))
	if err != nil {
		return s.signInAgain(w, r, chosen, err)
	}
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), sessionStaff, staff.ID)
	s.sessions.Put(r.Context(), sessionSeen, s.clock().UnixMilli())
	s.log.Info("signed in", "register", tabletOf(r).Register, "staff", staff.ID)
	return s.goTo(w, r, views.PathTill)
}

func (s *Server) signInAgain(w http.ResponseWriter, r *http.Request, chosen string, cause error) error {
	if wantsJSON(r) || statusOf(cause) >= http.StatusInternalServerError {
		return cause
	}
	page, err := s.signInPage(r)
	if err != nil {
		return err
	}
	p := s.view(r)
	page.Chosen, page.Error, page.Wait = chosen, p.Explain(withWords(cause)), waitOf(cause)
	retryAfter(w, cause)
	s.log.Info("sign-in refused", "register", tabletOf(r).Register, "err", cause)
	s.render(w, r, statusOf(cause), views.SignInPage(p, page))
	return nil
}

func (s *Server) lock(w http.ResponseWriter, r *http.Request) error {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	device := tabletOf(r).ID
	s.hub.end(func(c *client) bool { return c.device == device }, closeRevoked)
	return s.goTo(w, r, views.PathSignIn)
}
