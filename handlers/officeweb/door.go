package officeweb

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func (o *Office) officeRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: officeview.PathSetup, Who: front.Anybody, Way: front.WayOffice, Do: o.door.setupForm},
		{Method: "POST", Path: officeview.PathSetup, Who: front.Anybody, Way: front.WayOffice, Do: o.door.setup},
		{Method: "GET", Path: officeview.PathSetupYou, Who: front.Anybody, Way: front.WayOffice, Do: o.door.setupYouForm},
		{Method: "POST", Path: officeview.PathSetupYou, Who: front.Anybody, Way: front.WayOffice, Do: o.door.setupYou},
		{Method: "GET", Path: officeview.PathSetupFactor, Who: front.Anybody, Way: front.WayOffice, Do: o.door.setupFactorForm},
		{Method: "POST", Path: officeview.PathSetupFactor, Who: front.Anybody, Way: front.WayOffice, Do: o.door.setupFactor},

		{Method: "GET", Path: officeview.PathOfficeSignIn, Who: front.Anybody, Way: front.WayOffice, Do: o.door.officeSignInForm},
		{Method: "POST", Path: officeview.PathOfficeSignIn, Who: front.Anybody, Way: front.WayOffice, Do: o.door.officeSignIn},
		{Method: "GET", Path: officeview.PathOfficeCode, Who: front.Anybody, Way: front.WayOffice, Do: o.door.officeCodeForm},
		{Method: "POST", Path: officeview.PathOfficeCode, Who: front.Anybody, Way: front.WayOffice, Do: o.door.officeCode},
		{Method: "GET", Path: officeview.PathOfficeAgain, Who: front.Office, Way: front.WayOffice, Do: o.door.officeAgainForm},
		{Method: "POST", Path: officeview.PathOfficeAgain, Who: front.Office, Way: front.WayOffice, Do: o.door.officeAgain},
		{Method: "POST", Path: officeview.PathOfficeOut, Who: front.Office, Way: front.WayOffice, Do: o.door.officeOut},
		{Method: "POST", Path: officeview.PathOfficeEverywhere, Who: front.Office, Way: front.WayOffice, Do: o.door.officeEverywhere},
		{Method: "GET", Path: officeview.PathOfficeYou, Who: front.Office, Way: front.WayOffice, Do: o.door.officeYou},
		{Method: "POST", Path: officeview.PathOfficeRecovery, Who: front.Office, Fresh: true, Way: front.WayOffice, Do: o.door.officeRecovery},

		{Method: "GET", Path: views.PathOffice, Who: front.Office, Way: front.WayOffice, Do: o.officeHome},
		{Method: "POST", Path: officeview.PathStalls, Who: front.Organizer, Way: front.WayOffice, Do: o.stallAdd},
	}
}

func (d *Door) officeSignInForm(w http.ResponseWriter, r *http.Request) error {
	if _, err := d.front.InOffice(r.Context()); err == nil {
		http.Redirect(w, r, views.PathOffice, http.StatusSeeOther)
		return nil
	}
	d.front.Render(w, r, http.StatusOK, officeview.SignInPage(d.front.View(r), "", nil))
	return nil
}

// officeSignIn takes name and password. What follows from a right one is only that the code may be
// asked for.
func (d *Door) officeSignIn(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Has("password") {
		return front.Refuse(http.StatusBadRequest, "password in the address")
	}
	name := r.PostForm.Get("name")
	login, err := d.password(r, name)
	if err != nil {
		return d.office.again(w, r, err, func(p views.Page, t *views.Problem) {
			d.front.Render(w, r, front.StatusOf(err), officeview.SignInPage(p, cut(name), t))
		})
	}
	ctx := r.Context()
	if err := d.front.OfficeSessions.RenewToken(ctx); err != nil {
		return err
	}
	d.front.OfficeSessions.Remove(ctx, front.OfficeLogin)
	d.front.OfficeSessions.Put(ctx, officePending, login.ID)
	d.front.OfficeSessions.Put(ctx, officeSince, d.clock().UnixMilli())
	if len(login.Factor) == 0 {
		return d.takeCode(w, r, login.ID, views.PathOffice)
	}
	return d.front.GoTo(w, r, officeview.PathOfficeCode)
}

func (d *Door) password(r *http.Request, name string) (kiosk.User, error) {
	if err := d.office.limitSignIns(r); err != nil {
		return kiosk.User{}, err
	}
	return d.rooms.Office.SignIn.CheckPassword(r.Context(), name, r.PostForm.Get("password"), d.office.signInOrigin(r))
}

// cut keeps what was typed from filling a page.
func cut(text string) string { return text[:min(len(text), 200)] }

// passwordGiven is the login whose password was right a moment ago, "" for none.
func (d *Door) passwordGiven(r *http.Request) string {
	age := d.clock().UnixMilli() - d.front.OfficeSessions.GetInt64(r.Context(), officeSince)
	if age < 0 || age > officeHalf.Milliseconds() {
		return ""
	}
	return d.front.OfficeSessions.GetString(r.Context(), officePending)
}

func (d *Door) officeCodeForm(w http.ResponseWriter, r *http.Request) error {
	if d.passwordGiven(r) == "" {
		http.Redirect(w, r, officeview.PathOfficeSignIn, http.StatusSeeOther)
		return nil
	}
	d.front.Render(w, r, http.StatusOK, officeview.CodePage(d.front.View(r), nil))
	return nil
}

func (d *Door) officeCode(w http.ResponseWriter, r *http.Request) error {
	id := d.passwordGiven(r)
	if id == "" {
		return d.front.GoTo(w, r, officeview.PathOfficeSignIn)
	}
	err := d.office.limitSignIns(r)
	if err == nil {
		err = d.takeCode(w, r, id, views.PathOffice)
	}
	if err != nil {
		return d.office.again(w, r, err, func(p views.Page, t *views.Problem) {
			d.front.Render(w, r, front.StatusOf(err), officeview.CodePage(p, t))
		})
	}
	return nil
}

// takeCode signs in with the code of the form and goes on.
func (d *Door) takeCode(w http.ResponseWriter, r *http.Request, id, then string) error {
	login, browser, err := d.rooms.Office.SignIn.Complete(r.Context(), id, r.PostForm.Get("code"), d.office.signInOrigin(r))
	if err != nil {
		return err
	}
	if err := d.office.beginOfficeSession(w, r, login, browser); err != nil {
		return err
	}
	return d.front.GoTo(w, r, then)
}

func (d *Door) officeAgainForm(w http.ResponseWriter, r *http.Request) error {
	return d.againPage(w, r, http.StatusOK, nil)
}

func (d *Door) againPage(w http.ResponseWriter, r *http.Request, status int, t *views.Problem) error {
	p, f := d.office.officePage(r, "", "")
	f.Title, f.Error = p.T("office.again.title"), t
	d.front.Render(w, r, status, officeview.AgainPage(p, f, len(f.User.Factor) > 0))
	return nil
}

// officeAgain proves once more who sits there, and goes on to the page that asked for it.
func (d *Door) officeAgain(w http.ResponseWriter, r *http.Request) error {
	o := front.OfficeActorOf(r)
	login, err := d.password(r, o.Login.Name)
	if err == nil && login.ID != o.User {
		err = front.ErrSignedOut
	}
	then := d.target(r)
	if err == nil {
		err = d.takeCode(w, r, login.ID, then)
	}
	if err != nil {
		return d.office.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = d.againPage(w, r, front.StatusOf(err), t)
		})
	}
	return nil
}

// target is the page of ours to go on with.
func (d *Door) target(r *http.Request) string {
	then := d.front.OfficeSessions.GetString(r.Context(), front.OfficeTarget)
	if !strings.HasPrefix(then, views.PathOffice) {
		return views.PathOffice
	}
	return (&url.URL{Path: then}).EscapedPath()
}

func (d *Door) officeOut(w http.ResponseWriter, r *http.Request) error {
	return d.leaveOffice(w, r, false)
}

func (d *Door) officeEverywhere(w http.ResponseWriter, r *http.Request) error {
	return d.leaveOffice(w, r, true)
}

func (d *Door) leaveOffice(w http.ResponseWriter, r *http.Request, everywhere bool) error {
	if err := d.rooms.Office.SignIn.SignOut(r.Context(), front.OfficeActorOf(r).OfficeActor, everywhere); err != nil {
		return err
	}
	if err := d.front.OfficeSessions.Destroy(r.Context()); err != nil {
		return err
	}
	return d.front.GoTo(w, r, officeview.PathOfficeSignIn)
}

func (d *Door) officeYou(w http.ResponseWriter, r *http.Request) error {
	p, f := d.office.officePage(r, "you", "")
	f.Title = p.T("office.own.title")
	d.front.Render(w, r, http.StatusOK, officeview.YouPage(p, f))
	return nil
}

func (d *Door) officeRecovery(w http.ResponseWriter, r *http.Request) error {
	codes, err := d.rooms.Office.Users.NewRecovery(r.Context(), front.OfficeActorOf(r).OfficeActor)
	if err != nil {
		return err
	}
	d.front.Render(w, r, http.StatusOK, officeview.RecoveryCodes(d.front.View(r), codes))
	return nil
}

func (d *Door) setupForm(w http.ResponseWriter, r *http.Request) error {
	d.front.Render(w, r, http.StatusOK, officeview.SetupCode(d.front.View(r), "", nil))
	return nil
}

// setup takes a one-time code. It is used up only when its person is through.
func (d *Door) setup(w http.ResponseWriter, r *http.Request) error {
	typed := r.PostForm.Get("code")
	err := d.office.limitSignIns(r)
	var once kiosk.OneTimeCode
	if err == nil {
		once, _, err = d.rooms.Office.Users.NewOneTimeCode(r.Context(), typed)
	}
	if err != nil {
		return d.office.again(w, r, err, func(p views.Page, t *views.Problem) {
			d.front.Render(w, r, front.StatusOf(err), officeview.SetupCode(p, cut(typed), t))
		})
	}
	if err := d.front.OfficeSessions.Clear(r.Context()); err != nil {
		return err
	}
	if err := d.front.OfficeSessions.RenewToken(r.Context()); err != nil {
		return err
	}
	d.front.OfficeSessions.Put(r.Context(), officeOnce, once.Hash)
	return d.front.GoTo(w, r, officeview.PathSetupYou)
}

// typedCodeHash returns the hash of the one-time code that this browser has typed, "" for none.
func (d *Door) typedCodeHash(r *http.Request) string {
	return d.front.OfficeSessions.GetString(r.Context(), officeOnce)
}

func (d *Door) setupYouForm(w http.ResponseWriter, r *http.Request) error {
	return d.setupYouPage(w, r, http.StatusOK, "", nil)
}

func (d *Door) setupYouPage(w http.ResponseWriter, r *http.Request, status int, typed string, cause error) error {
	once, login, err := d.rooms.Office.Users.OneTimeCodeByHash(r.Context(), d.typedCodeHash(r))
	if err != nil {
		return d.backToSetup(w, r, err)
	}
	p := d.front.View(r)
	y := officeview.SetupYou{Name: cut(typed), Reason: p.Explain(front.WithWords(cause))}
	if cause == nil {
		y.Reason = nil
	}
	if once.Kind != kiosk.CodeForSetup {
		y.Name, y.Known = login.Name, true
	}
	y.Keeps = once.Kind == kiosk.CodeForPassword
	d.front.Render(w, r, status, officeview.SetupYouPage(p, y))
	return nil
}

// backToSetup is for a browser that has no code, or one whose time is over meanwhile.
func (d *Door) backToSetup(w http.ResponseWriter, r *http.Request, cause error) error {
	if d.typedCodeHash(r) == "" && kiosk.CodeOf(cause) == kiosk.Gone {
		return d.front.GoTo(w, r, officeview.PathSetup)
	}
	return d.office.again(w, r, cause, func(p views.Page, t *views.Problem) {
		d.front.Render(w, r, front.StatusOf(cause), officeview.SetupCode(p, "", t))
	})
}

func (d *Door) setupYou(w http.ResponseWriter, r *http.Request) error {
	name, password := r.PostForm.Get("name"), r.PostForm.Get("password")
	err := d.office.limitSignIns(r)
	if err == nil && password != r.PostForm.Get("again") {
		err = &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyPasswordTwice, Field: "again"}
	}
	var a office.SignUp
	if err == nil {
		a, err = d.rooms.Office.Users.BeginSignUp(r.Context(), d.typedCodeHash(r), name, password)
	}
	if err == nil && len(a.Factor) == 0 {
		if err = d.completeSignUp(w, r, a); err == nil {
			return nil
		}
	}
	if kiosk.CodeOf(err) == kiosk.Gone {
		return d.backToSetup(w, r, err)
	}
	if err != nil {
		return d.office.again(w, r, err, func(views.Page, *views.Problem) {
			_ = d.setupYouPage(w, r, front.StatusOf(err), name, err)
		})
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return err
	}
	d.front.OfficeSessions.Put(r.Context(), officeSignUp, string(raw))
	return d.front.GoTo(w, r, officeview.PathSetupFactor)
}

func (d *Door) pendingSignUp(r *http.Request) (a office.SignUp, ok bool) {
	text := d.front.OfficeSessions.GetString(r.Context(), officeSignUp)
	return a, text != "" && json.Unmarshal([]byte(text), &a) == nil
}

func (d *Door) setupFactorForm(w http.ResponseWriter, r *http.Request) error {
	return d.setupFactorPage(w, r, http.StatusOK, nil)
}

func (d *Door) setupFactorPage(w http.ResponseWriter, r *http.Request, status int, t *views.Problem) error {
	a, ok := d.pendingSignUp(r)
	if !ok {
		return d.front.GoTo(w, r, officeview.PathSetup)
	}
	text, err := d.rooms.Office.Users.FactorText(a)
	if err != nil {
		return err
	}
	q, err := views.QR(factorAddress(a.Name, r.Host, text))
	if err != nil {
		return err
	}
	d.front.Render(w, r, status, officeview.SetupFactor(d.front.View(r), q, text, t))
	return nil
}

// factorAddress is what authenticator apps read from a code.
func factorAddress(name, host, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {"qrkiosk"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/qrkiosk " + host + ":" + name, RawQuery: q.Encode()}
	return u.String()
}

func (d *Door) setupFactor(w http.ResponseWriter, r *http.Request) error {
	a, ok := d.pendingSignUp(r)
	if !ok {
		return d.front.GoTo(w, r, officeview.PathSetup)
	}
	err := d.office.limitSignIns(r)
	if err == nil {
		err = d.completeSignUp(w, r, a)
	}
	if kiosk.CodeOf(err) == kiosk.Gone {
		return d.backToSetup(w, r, err)
	}
	if err != nil {
		return d.office.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = d.setupFactorPage(w, r, front.StatusOf(err), t)
		})
	}
	return nil
}

// completeSignUp admits an arrival, signs it in and shows its recovery codes, once.
func (d *Door) completeSignUp(w http.ResponseWriter, r *http.Request, a office.SignUp) error {
	in, err := d.rooms.Office.Users.EnrolDevice(r.Context(), a, r.PostForm.Get("code"), d.office.signInOrigin(r))
	if err != nil {
		return err
	}
	if err := d.office.beginOfficeSession(w, r, in.User, in.Browser); err != nil {
		return err
	}
	if len(in.Codes) == 0 {
		return d.front.GoTo(w, r, views.PathOffice)
	}
	d.front.Render(w, r, http.StatusOK, officeview.RecoveryCodes(d.front.View(r), in.Codes))
	return nil
}
