package handlers

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
)

func officeRoutes() []Route {
	return []Route{
		{Method: "GET", Path: views.PathSetup, Who: Anybody, Way: wayOffice, do: (*Server).setupForm},
		{Method: "POST", Path: views.PathSetup, Who: Anybody, Way: wayOffice, do: (*Server).setup},
		{Method: "GET", Path: views.PathSetupYou, Who: Anybody, Way: wayOffice, do: (*Server).setupYouForm},
		{Method: "POST", Path: views.PathSetupYou, Who: Anybody, Way: wayOffice, do: (*Server).setupYou},
		{Method: "GET", Path: views.PathSetupFactor, Who: Anybody, Way: wayOffice, do: (*Server).setupFactorForm},
		{Method: "POST", Path: views.PathSetupFactor, Who: Anybody, Way: wayOffice, do: (*Server).setupFactor},

		{Method: "GET", Path: views.PathOfficeSignIn, Who: Anybody, Way: wayOffice, do: (*Server).officeSignInForm},
		{Method: "POST", Path: views.PathOfficeSignIn, Who: Anybody, Way: wayOffice, do: (*Server).officeSignIn},
		{Method: "GET", Path: views.PathOfficeCode, Who: Anybody, Way: wayOffice, do: (*Server).officeCodeForm},
		{Method: "POST", Path: views.PathOfficeCode, Who: Anybody, Way: wayOffice, do: (*Server).officeCode},
		{Method: "GET", Path: views.PathOfficeAgain, Who: Office, Way: wayOffice, do: (*Server).officeAgainForm},
		{Method: "POST", Path: views.PathOfficeAgain, Who: Office, Way: wayOffice, do: (*Server).officeAgain},
		{Method: "POST", Path: views.PathOfficeOut, Who: Office, Way: wayOffice, do: (*Server).officeOut},
		{Method: "POST", Path: views.PathOfficeEverywhere, Who: Office, Way: wayOffice, do: (*Server).officeEverywhere},
		{Method: "GET", Path: views.PathOfficeYou, Who: Office, Way: wayOffice, do: (*Server).officeYou},
		{Method: "POST", Path: views.PathOfficeRecovery, Who: Office, Fresh: true, Way: wayOffice, do: (*Server).officeRecovery},

		{Method: "GET", Path: views.PathOffice, Who: Office, Way: wayOffice, do: (*Server).officeHome},
		{Method: "POST", Path: views.PathStalls, Who: Organizer, Way: wayOffice, do: (*Server).stallAdd},
	}
}

func (s *Server) officeSignInForm(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.inOffice(r.Context()); err == nil {
		http.Redirect(w, r, views.PathOffice, http.StatusSeeOther)
		return nil
	}
	s.render(w, r, http.StatusOK, views.OfficeSignIn(s.view(r), "", nil))
	return nil
}

// officeSignIn takes name and password. What follows from a right one is only that the code may be
// asked for.
func (s *Server) officeSignIn(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Has("password") {
		return &statusError{http.StatusBadRequest, "password in the address"}
	}
	name := r.PostForm.Get("name")
	login, err := s.password(r, name)
	if err != nil {
		return s.again(w, r, err, func(p views.Page, t *views.Problem) {
			s.render(w, r, statusOf(err), views.OfficeSignIn(p, cut(name), t))
		})
	}
	ctx := r.Context()
	if err := s.office.RenewToken(ctx); err != nil {
		return err
	}
	s.office.Remove(ctx, officeLogin)
	s.office.Put(ctx, officePending, login.ID)
	s.office.Put(ctx, officeSince, s.clock().UnixMilli())
	if len(login.Factor) == 0 {
		return s.takeCode(w, r, login.ID, views.PathOffice)
	}
	return s.goTo(w, r, views.PathOfficeCode)
}

func (s *Server) password(r *http.Request, name string) (kiosk.User, error) {
	if err := s.limitSignIns(r); err != nil {
		return kiosk.User{}, err
	}
	return s.shop.Office.CheckPassword(r.Context(), name, r.PostForm.Get("password"), s.signInOrigin(r))
}

// cut keeps what was typed from filling a page.
func cut(text string) string { return text[:min(len(text), 200)] }

// again shows a form anew with what was wrong, and lets pass what is no matter of the form.
func (s *Server) again(w http.ResponseWriter, r *http.Request, cause error, show func(views.Page, *views.Problem)) error {
	if wantsJSON(r) || !isFormError(cause) {
		return cause
	}
	retryAfter(w, cause)
	s.log.Info("office form refused", "path", routeOf(r), "request", requestID(r), "err", cause)
	p := s.view(r)
	show(p, p.Explain(withWords(cause)))
	return nil
}

// passwordGiven is the login whose password was right a moment ago, "" for none.
func (s *Server) passwordGiven(r *http.Request) string {
	age := s.clock().UnixMilli() - s.office.GetInt64(r.Context(), officeSince)
	if age < 0 || age > officeHalf.Milliseconds() {
		return ""
	}
	return s.office.GetString(r.Context(), officePending)
}

func (s *Server) officeCodeForm(w http.ResponseWriter, r *http.Request) error {
	if s.passwordGiven(r) == "" {
		http.Redirect(w, r, views.PathOfficeSignIn, http.StatusSeeOther)
		return nil
	}
	s.render(w, r, http.StatusOK, views.OfficeCode(s.view(r), nil))
	return nil
}

func (s *Server) officeCode(w http.ResponseWriter, r *http.Request) error {
	id := s.passwordGiven(r)
	if id == "" {
		return s.goTo(w, r, views.PathOfficeSignIn)
	}
	err := s.limitSignIns(r)
	if err == nil {
		err = s.takeCode(w, r, id, views.PathOffice)
	}
	if err != nil {
		return s.again(w, r, err, func(p views.Page, t *views.Problem) {
			s.render(w, r, statusOf(err), views.OfficeCode(p, t))
		})
	}
	return nil
}

// takeCode signs in with the code of the form and goes on.
func (s *Server) takeCode(w http.ResponseWriter, r *http.Request, id, then string) error {
	login, browser, err := s.shop.Office.CompleteSignIn(r.Context(), id, r.PostForm.Get("code"), s.signInOrigin(r))
	if err != nil {
		return err
	}
	if err := s.beginOfficeSession(w, r, login, browser); err != nil {
		return err
	}
	return s.goTo(w, r, then)
}

func (s *Server) officeAgainForm(w http.ResponseWriter, r *http.Request) error {
	return s.againPage(w, r, http.StatusOK, nil)
}

func (s *Server) againPage(w http.ResponseWriter, r *http.Request, status int, t *views.Problem) error {
	p, f := s.officePage(r, "", "")
	f.Title, f.Error = p.T("office.again.title"), t
	s.render(w, r, status, views.OfficeAgain(p, f, len(f.User.Factor) > 0))
	return nil
}

// officeAgain proves once more who sits there, and goes on to the page that asked for it.
func (s *Server) officeAgain(w http.ResponseWriter, r *http.Request) error {
	o := officeActorOf(r)
	login, err := s.password(r, o.user.Name)
	if err == nil && login.ID != o.User {
		err = errSignedOut
	}
	then := s.target(r)
	if err == nil {
		err = s.takeCode(w, r, login.ID, then)
	}
	if err != nil {
		return s.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = s.againPage(w, r, statusOf(err), t)
		})
	}
	return nil
}

// target is the page of ours to go on with.
func (s *Server) target(r *http.Request) string {
	then := s.office.GetString(r.Context(), officeTarget)
	if !strings.HasPrefix(then, views.PathOffice) {
		return views.PathOffice
	}
	return (&url.URL{Path: then}).EscapedPath()
}

func (s *Server) officeOut(w http.ResponseWriter, r *http.Request) error {
	return s.leaveOffice(w, r, false)
}

func (s *Server) officeEverywhere(w http.ResponseWriter, r *http.Request) error {
	return s.leaveOffice(w, r, true)
}

func (s *Server) leaveOffice(w http.ResponseWriter, r *http.Request, everywhere bool) error {
	if err := s.shop.Office.SignOutOfOffice(r.Context(), officeActorOf(r).OfficeActor, everywhere); err != nil {
		return err
	}
	if err := s.office.Destroy(r.Context()); err != nil {
		return err
	}
	return s.goTo(w, r, views.PathOfficeSignIn)
}

func (s *Server) officeYou(w http.ResponseWriter, r *http.Request) error {
	p, f := s.officePage(r, "you", "")
	f.Title = p.T("office.own.title")
	s.render(w, r, http.StatusOK, views.OfficeYouPage(p, f))
	return nil
}

func (s *Server) officeRecovery(w http.ResponseWriter, r *http.Request) error {
	codes, err := s.shop.Office.NewRecovery(r.Context(), officeActorOf(r).OfficeActor)
	if err != nil {
		return err
	}
	s.render(w, r, http.StatusOK, views.RecoveryCodes(s.view(r), codes))
	return nil
}

func (s *Server) setupForm(w http.ResponseWriter, r *http.Request) error {
	s.render(w, r, http.StatusOK, views.SetupCode(s.view(r), "", nil))
	return nil
}

// setup takes a one-time code. It is used up only when its person is through.
func (s *Server) setup(w http.ResponseWriter, r *http.Request) error {
	typed := r.PostForm.Get("code")
	err := s.limitSignIns(r)
	var once kiosk.OneTimeCode
	if err == nil {
		once, _, err = s.shop.Office.NewOneTimeCode(r.Context(), typed)
	}
	if err != nil {
		return s.again(w, r, err, func(p views.Page, t *views.Problem) {
			s.render(w, r, statusOf(err), views.SetupCode(p, cut(typed), t))
		})
	}
	if err := s.office.Clear(r.Context()); err != nil {
		return err
	}
	if err := s.office.RenewToken(r.Context()); err != nil {
		return err
	}
	s.office.Put(r.Context(), officeOnce, once.Hash)
	return s.goTo(w, r, views.PathSetupYou)
}

// typedCodeHash returns the hash of the one-time code that this browser has typed, "" for none.
func (s *Server) typedCodeHash(r *http.Request) string {
	return s.office.GetString(r.Context(), officeOnce)
}

func (s *Server) setupYouForm(w http.ResponseWriter, r *http.Request) error {
	return s.setupYouPage(w, r, http.StatusOK, "", nil)
}

func (s *Server) setupYouPage(w http.ResponseWriter, r *http.Request, status int, typed string, cause error) error {
	once, login, err := s.shop.Office.OneTimeCodeByHash(r.Context(), s.typedCodeHash(r))
	if err != nil {
		return s.backToSetup(w, r, err)
	}
	p := s.view(r)
	y := views.SetupYou{Name: cut(typed), Reason: p.Explain(withWords(cause))}
	if cause == nil {
		y.Reason = nil
	}
	if once.Kind != kiosk.CodeForSetup {
		y.Name, y.Known = login.Name, true
	}
	y.Keeps = once.Kind == kiosk.CodeForPassword
	s.render(w, r, status, views.SetupYouPage(p, y))
	return nil
}

// backToSetup is for a browser that has no code, or one whose time is over meanwhile.
func (s *Server) backToSetup(w http.ResponseWriter, r *http.Request, cause error) error {
	if s.typedCodeHash(r) == "" && kiosk.CodeOf(cause) == kiosk.Gone {
		return s.goTo(w, r, views.PathSetup)
	}
	return s.again(w, r, cause, func(p views.Page, t *views.Problem) {
		s.render(w, r, statusOf(cause), views.SetupCode(p, "", t))
	})
}

func (s *Server) setupYou(w http.ResponseWriter, r *http.Request) error {
	name, password := r.PostForm.Get("name"), r.PostForm.Get("password")
	err := s.limitSignIns(r)
	if err == nil && password != r.PostForm.Get("again") {
		err = &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyPasswordTwice, Field: "again"}
	}
	var a office.SignUp
	if err == nil {
		a, err = s.shop.Office.BeginSignUp(r.Context(), s.typedCodeHash(r), name, password)
	}
	if err == nil && len(a.Factor) == 0 {
		if err = s.completeSignUp(w, r, a); err == nil {
			return nil
		}
	}
	if kiosk.CodeOf(err) == kiosk.Gone {
		return s.backToSetup(w, r, err)
	}
	if err != nil {
		return s.again(w, r, err, func(views.Page, *views.Problem) {
			_ = s.setupYouPage(w, r, statusOf(err), name, err)
		})
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return err
	}
	s.office.Put(r.Context(), officeSignUp, string(raw))
	return s.goTo(w, r, views.PathSetupFactor)
}

func (s *Server) pendingSignUp(r *http.Request) (a office.SignUp, ok bool) {
	text := s.office.GetString(r.Context(), officeSignUp)
	return a, text != "" && json.Unmarshal([]byte(text), &a) == nil
}

func (s *Server) setupFactorForm(w http.ResponseWriter, r *http.Request) error {
	return s.setupFactorPage(w, r, http.StatusOK, nil)
}

func (s *Server) setupFactorPage(w http.ResponseWriter, r *http.Request, status int, t *views.Problem) error {
	a, ok := s.pendingSignUp(r)
	if !ok {
		return s.goTo(w, r, views.PathSetup)
	}
	text, err := s.shop.Office.FactorText(a)
	if err != nil {
		return err
	}
	q, err := views.QR(factorAddress(a.Name, r.Host, text))
	if err != nil {
		return err
	}
	s.render(w, r, status, views.SetupFactor(s.view(r), q, text, t))
	return nil
}

// factorAddress is what authenticator apps read from a code.
func factorAddress(name, host, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {"qrkiosk"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/qrkiosk " + host + ":" + name, RawQuery: q.Encode()}
	return u.String()
}

func (s *Server) setupFactor(w http.ResponseWriter, r *http.Request) error {
	a, ok := s.pendingSignUp(r)
	if !ok {
		return s.goTo(w, r, views.PathSetup)
	}
	err := s.limitSignIns(r)
	if err == nil {
		err = s.completeSignUp(w, r, a)
	}
	if kiosk.CodeOf(err) == kiosk.Gone {
		return s.backToSetup(w, r, err)
	}
	if err != nil {
		return s.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = s.setupFactorPage(w, r, statusOf(err), t)
		})
	}
	return nil
}

// completeSignUp admits an arrival, signs it in and shows its recovery codes, once.
func (s *Server) completeSignUp(w http.ResponseWriter, r *http.Request, a office.SignUp) error {
	in, err := s.shop.Office.EnrolDevice(r.Context(), a, r.PostForm.Get("code"), s.signInOrigin(r))
	if err != nil {
		return err
	}
	if err := s.beginOfficeSession(w, r, in.User, in.Browser); err != nil {
		return err
	}
	if len(in.Codes) == 0 {
		return s.goTo(w, r, views.PathOffice)
	}
	s.render(w, r, http.StatusOK, views.RecoveryCodes(s.view(r), in.Codes))
	return nil
}
