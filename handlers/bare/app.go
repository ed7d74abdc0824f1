package bare

import (
	"cmp"
	"net/http"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/static"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// worker serves the service worker. Browsers ask for it anew, so that a new build replaces it.
func (b *Bare) worker(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, err := w.Write([]byte(static.Worker()))
	return err
}

func (b *Bare) tillManifest(w http.ResponseWriter, r *http.Request) error {
	return sendManifest(w, b.front.View(r), views.TillManifest)
}

func (b *Bare) displayManifest(w http.ResponseWriter, r *http.Request) error {
	return sendManifest(w, b.front.View(r), views.DisplayManifest)
}

func sendManifest(w http.ResponseWriter, p views.Page, draw func(views.Page) ([]byte, error)) error {
	raw, err := draw(p)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	_, err = w.Write(raw)
	return err
}

// offline is the page that the service worker keeps. It is the same for everybody.
func (b *Bare) offline(w http.ResponseWriter, r *http.Request) error {
	b.front.Render(w, r, http.StatusOK, views.OfflinePage(b.front.View(r)))
	return nil
}

// help tells how devices become kiosks.
func (b *Bare) help(w http.ResponseWriter, r *http.Request) error {
	b.front.Render(w, r, http.StatusOK, counterview.HelpPage(b.front.View(r), b.front.TillURL+views.PathTill, b.front.TillURL+views.PathDisplay))
	return nil
}

// guide shows every component; a house with real money has no such page.
func (b *Bare) guide(w http.ResponseWriter, r *http.Request) error {
	if b.rooms.Kernel.Installation().Mode != kiosk.Sandbox {
		return front.ErrNoPage
	}
	part := front.OneOf(r.URL.Query().Get("part"), counterview.GuideParts...)
	p := b.front.View(r)
	p.Lang = "en"
	b.front.Render(w, r, http.StatusOK, counterview.GuidePage(p, cmp.Or(part, counterview.GuideParts[0])))
	return nil
}
