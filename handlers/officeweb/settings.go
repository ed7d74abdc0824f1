package officeweb

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

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func (o *Office) officeSettingsRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: pathProbe + "{nonce}", Who: front.Anybody, Way: front.WayBare, Do: o.answerProbe},
		{Method: "GET", Path: officeview.PathOfficeSettings, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.officeSettings},
		{Method: "POST", Path: officeview.PathOfficeSettingsKey, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.officeSettingsKey},
		{Method: "POST", Path: officeview.PathOfficeSettingsAddress, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.officeSettingsAddress},
		{Method: "POST", Path: officeview.PathOfficeSettingsDays, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.officeSettingsDays},
		{Method: "POST", Path: officeview.PathOfficeSettingsConfirm, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.officeSettingsConfirm},
		{Method: "GET", Path: officeview.PathPeople, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.people.users},
		{Method: "POST", Path: officeview.PathPeople, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.people.userAdd},
		{Method: "POST", Path: officeview.PathPeopleHelp, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.people.userReset},
		{Method: "POST", Path: officeview.PathPeopleEnd, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.people.userEndSessions},
		{Method: "POST", Path: officeview.PathPeopleRemove, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.people.userRemove},
		{Method: "GET", Path: officeview.PathTrail, Who: front.Organizer, Way: front.WayOffice, Do: o.people.trail},
	}
}

func (o *Office) officeSettings(w http.ResponseWriter, r *http.Request) error {
	return o.officeSettingsPage(w, r, http.StatusOK, nil, nil)
}

func (o *Office) officeSettingsPage(w http.ResponseWriter, r *http.Request, status int, typed officeview.Typed, t *views.Problem) error {
	h, err := o.rooms.Kernel.OfficeSettings(r.Context())
	if err != nil {
		return err
	}
	names, err := o.rooms.Office.Trail.NamesByID(r.Context())
	if err != nil {
		return err
	}
	p, f := o.officePage(r, "house", "")
	f.Title, f.Error = p.T("office.nav.house"), t
	o.front.Render(w, r, status, officeview.SettingsPage(p, f, officeview.Settings{
		Settings: h, Mode: o.rooms.Kernel.Installation().Mode, TakesKey: o.rooms.Office.Settings.SetsKey(), SetBy: names[h.Key.SetBy],
		InForce: o.rooms.Kernel.PublicURL(), Typed: typed,
	}))
	return nil
}

// officeSettingsDone goes back to the page, or shows it again with what is wrong. A key is never shown again.
func (o *Office) officeSettingsDone(w http.ResponseWriter, r *http.Request, err error) error {
	if err != nil {
		r.PostForm.Del("key")
		return o.refuse(w, r, err, o.officeSettingsPage)
	}
	return o.redirectDone(w, r, "saved", officeview.PathOfficeSettings)
}

func (o *Office) officeSettingsKey(w http.ResponseWriter, r *http.Request) error {
	set, err := o.rooms.Office.Settings.SetGatewayKey(r.Context(), front.OfficeActorOf(r).OfficeActor, r.PostForm.Get("key"))
	if err == nil {
		o.log.Info("the gateway's key was set", "login", set.SetBy, "account", set.AccountNumber)
	}
	if kiosk.CodeOf(err) == kiosk.Unclear || kiosk.CodeOf(err) == kiosk.NotSent {
		err = &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyKeyAway, Field: "key", Err: err}
	}
	return o.officeSettingsDone(w, r, err)
}

// officeSettingsAddress stores the public address once our own server was reached by it.
func (o *Office) officeSettingsAddress(w http.ResponseWriter, r *http.Request) error {
	address, err := office.CheckAddress(r.PostForm.Get("address"))
	if err == nil && address != "" {
		err = o.probe(r.Context(), address)
	}
	if err == nil {
		err = o.rooms.Office.Settings.SetPublicURL(r.Context(), front.OfficeActorOf(r).OfficeActor, address)
	}
	return o.officeSettingsDone(w, r, err)
}

func (o *Office) officeSettingsDays(w http.ResponseWriter, r *http.Request) error {
	var days [3]int
	for i, field := range []string{"inbox", "notes", "keys"} {
		n, err := strconv.Atoi(strings.TrimSpace(r.PostForm.Get(field)))
		if err != nil || n < 1 {
			return o.officeSettingsDone(w, r, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyKeepDays, Field: field})
		}
		days[i] = n
	}
	return o.officeSettingsDone(w, r, o.rooms.Office.Settings.SetRetention(r.Context(), front.OfficeActorOf(r).OfficeActor, kiosk.Retention{Inbox: days[0], Notes: days[1], Keys: days[2]}))
}

func (o *Office) officeSettingsConfirm(w http.ResponseWriter, r *http.Request) error {
	return o.officeSettingsDone(w, r, o.rooms.Office.Settings.ConfirmDisclaimer(r.Context(), front.OfficeActorOf(r).OfficeActor))
}

const (
	pathProbe     = "/probe/"
	probePatience = 5 * time.Second
	probeBytes    = 256
)

// probe asks an address for a secret that only this process knows: whoever answers it right is us.
// It follows no redirect, and nothing of a wrong answer is shown to anybody.
func (o *Office) probe(ctx context.Context, address string) error {
	nonce, secret := randomText(), randomText()
	o.probes.Store(nonce, secret)
	defer o.probes.Delete(nonce)
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	away := &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyAddressAway, Field: "address"}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+pathProbe+nonce, nil)
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
func (o *Office) answerProbe(w http.ResponseWriter, r *http.Request) error {
	secret, ok := o.probes.Load(chi.URLParam(r, "nonce"))
	if !ok {
		return front.ErrNoPage
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
