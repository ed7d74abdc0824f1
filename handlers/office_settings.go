package handlers

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
)

func officeSettingsRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/probe/{nonce}", Who: Anybody, Way: wayBare, do: (*Server).answerProbe},
		{Method: "GET", Path: views.PathOfficeSettings, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).officeSettings},
		{Method: "POST", Path: views.PathOfficeSettingsKey, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).officeSettingsKey},
		{Method: "POST", Path: views.PathOfficeSettingsAddress, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).officeSettingsAddress},
		{Method: "POST", Path: views.PathOfficeSettingsDays, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).officeSettingsDays},
		{Method: "POST", Path: views.PathOfficeSettingsConfirm, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).officeSettingsConfirm},
		{Method: "GET", Path: views.PathPeople, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).users},
		{Method: "POST", Path: views.PathPeople, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).userAdd},
		{Method: "POST", Path: views.PathPeopleHelp, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).userReset},
		{Method: "POST", Path: views.PathPeopleEnd, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).userEndSessions},
		{Method: "POST", Path: views.PathPeopleRemove, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).userRemove},
		{Method: "GET", Path: views.PathTrail, Who: Organizer, Way: wayOffice, do: (*Server).trail},
	}
}

func (s *Server) officeSettings(w http.ResponseWriter, r *http.Request) error {
	return s.officeSettingsPage(w, r, http.StatusOK, nil, nil)
}

func (s *Server) officeSettingsPage(w http.ResponseWriter, r *http.Request, status int, typed views.Typed, t *views.Problem) error {
	h, err := s.shop.Kernel.OfficeSettings(r.Context())
	if err != nil {
		return err
	}
	names, err := s.shop.Office.NamesByID(r.Context())
	if err != nil {
		return err
	}
	p, f := s.officePage(r, "house", "")
	f.Title, f.Error = p.T("office.nav.house"), t
	s.render(w, r, status, views.OfficeSettingsPage(p, f, views.OfficeSettings{
		Settings: h, Mode: s.shop.Kernel.Installation().Mode, TakesKey: s.shop.Office.OfficeSetsKey(), SetBy: names[h.Key.SetBy],
		InForce: s.shop.Kernel.PublicURL(), Typed: typed,
	}))
	return nil
}

// officeSettingsDone goes back to the page, or shows it again with what is wrong. A key is never shown again.
func (s *Server) officeSettingsDone(w http.ResponseWriter, r *http.Request, err error) error {
	if err != nil {
		r.PostForm.Del("key")
		return s.refuse(w, r, err, s.officeSettingsPage)
	}
	return s.redirectDone(w, r, "saved", views.PathOfficeSettings)
}

func (s *Server) officeSettingsKey(w http.ResponseWriter, r *http.Request) error {
	set, err := s.shop.Office.SetGatewayKey(r.Context(), officeActorOf(r).OfficeActor, r.PostForm.Get("key"))
	if err == nil {
		s.log.Info("the gateway's key was set", "login", set.SetBy, "account", set.AccountNumber)
	}
	if kiosk.CodeOf(err) == kiosk.Unclear || kiosk.CodeOf(err) == kiosk.NotSent {
		err = &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyKeyAway, Field: "key", Err: err}
	}
	return s.officeSettingsDone(w, r, err)
}

// officeSettingsAddress stores the public address once our own server was reached by it.
func (s *Server) officeSettingsAddress(w http.ResponseWriter, r *http.Request) error {
	address, err := office.CheckAddress(r.PostForm.Get("address"))
	if err == nil && address != "" {
		err = s.probe(r.Context(), address)
	}
	if err == nil {
		err = s.shop.Office.SetPublicURL(r.Context(), officeActorOf(r).OfficeActor, address)
	}
	return s.officeSettingsDone(w, r, err)
}

func (s *Server) officeSettingsDays(w http.ResponseWriter, r *http.Request) error {
	var days [3]int
	for i, field := range []string{"inbox", "notes", "keys"} {
		n, err := strconv.Atoi(strings.TrimSpace(r.PostForm.Get(field)))
		if err != nil || n < 1 {
			return s.officeSettingsDone(w, r, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyKeepDays, Field: field})
		}
		days[i] = n
	}
	return s.officeSettingsDone(w, r, s.shop.Office.SetRetention(r.Context(), officeActorOf(r).OfficeActor, kiosk.Retention{Inbox: days[0], Notes: days[1], Keys: days[2]}))
}

func (s *Server) officeSettingsConfirm(w http.ResponseWriter, r *http.Request) error {
	return s.officeSettingsDone(w, r, s.shop.Office.ConfirmDisclaimer(r.Context(), officeActorOf(r).OfficeActor))
}

const (
	probePatience = 5 * time.Second
	probeBytes    = 256
)

// probe asks an address for a secret that only this process knows: whoever answers it right is us.
// It follows no redirect, and nothing of a wrong answer is shown to anybody.
func (s *Server) probe(ctx context.Context, address string) error {
	nonce, secret := randomText(), randomText()
	s.probes.Store(nonce, secret)
	defer s.probes.Delete(nonce)
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	away := &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyAddressAway, Field: "address"}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/probe/"+nonce, nil)
	if err != nil {
		return away
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true, TLSHandshakeTimeout: probePatience},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(r)
	if err != nil {
		away.Err = err
		return away
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, probeBytes))
	if err != nil || answer.StatusCode != http.StatusOK || subtle.ConstantTimeCompare(body, []byte(secret)) != 1 {
		return away
	}
	return nil
}

// answerProbe answers a probe of ours while it runs, and nobody else ever.
func (s *Server) answerProbe(w http.ResponseWriter, r *http.Request) error {
	secret, ok := s.probes.Load(chi.URLParam(r, "nonce"))
	if !ok {
		return errNoPage
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := io.WriteString(w, secret.(string))
	return err
}

func randomText() string {
	var b [24]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
