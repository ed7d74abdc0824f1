package officeweb

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views/officeview"
)

// trail searches what was done in the office.
func (p *People) trail(w http.ResponseWriter, r *http.Request) error {
	page, f := p.office.officePage(r, "trail", "")
	f.Title = page.T("office.nav.trail")
	q := r.URL.Query()
	asked := officeview.Trail{Text: cut(q.Get("q")), From: cut(q.Get("from")), To: cut(q.Get("to"))}
	status := http.StatusOK
	ask, err := readTrailQuery(q)
	var next int64
	if err == nil {
		asked.Entries, next, err = p.rooms.Office.Trail.Search(r.Context(), front.OfficeActorOf(r).OfficeActor, ask)
	}
	if err == nil {
		asked.Names, err = p.rooms.Office.Trail.NamesByID(r.Context())
	}
	if err != nil {
		if !isFormError(err) {
			return err
		}
		status, f.Error = front.StatusOf(err), page.Explain(front.WithWords(err))
	}
	if next > 0 {
		q.Set("before", strconv.FormatInt(next, 10))
		asked.Next = officeview.PathTrail + "?" + q.Encode()
	}
	p.front.Render(w, r, status, officeview.TrailPage(page, f, asked))
	return nil
}

// readTrailQuery reads days as the machine's calendar counts them; the last one is included.
func readTrailQuery(q url.Values) (kiosk.TrailQuery, error) {
	ask := kiosk.TrailQuery{Text: q.Get("q")}
	wrong := func(field string) error {
		return &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyTrailDays, Field: field}
	}
	if text := q.Get("from"); text != "" {
		day, err := time.ParseInLocation(time.DateOnly, text, time.Local)
		if err != nil {
			return ask, wrong("from")
		}
		ask.From = day.UnixMilli()
	}
	if text := q.Get("to"); text != "" {
		day, err := time.ParseInLocation(time.DateOnly, text, time.Local)
		if err != nil || day.UnixMilli() < ask.From {
			return ask, wrong("to")
		}
		ask.To = day.AddDate(0, 0, 1).UnixMilli()
	}
	if text := q.Get("before"); text != "" {
		before, err := strconv.ParseInt(text, 10, 64)
		if err != nil || before < 1 {
			return ask, front.Refuse(http.StatusBadRequest, "no such page")
		}
		ask.Before = before
	}
	return ask, nil
}
