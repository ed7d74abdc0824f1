package bare

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"qrkiosk/handlers/front"
	"qrkiosk/static"
	"qrkiosk/views"
)

const forever = "public, max-age=31536000, immutable"

// ofPages are headers that say something of a page or a worker and nothing of a style sheet, a module or a
// font. Half a kilobyte fifteen times is a tenth of what a till loads.
var ofPages = []string{"Content-Security-Policy", "Permissions-Policy", "Referrer-Policy", "Cross-Origin-Opener-Policy"}

// partsOfPages are the kinds of files that a browser never shows as a page of their own.
var partsOfPages = []string{".css", ".js", ".woff2"}

// static serves the files whose addresses change with their content.
func (b *Bare) static(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	raw, kind, ok := static.Open(r.URL.Path)
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if packed, _, some := static.OpenGzip(r.URL.Path); some {
			h.Set("Content-Encoding", "gzip")
			raw = packed
		}
	}
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if slices.Contains(partsOfPages, path.Ext(r.URL.Path)) {
		for _, name := range ofPages {
			h.Del(name)
		}
	}
	h.Set("Cache-Control", forever)
	h.Set("Content-Type", kind)
	h.Set("Vary", "Accept-Encoding")
	_, _ = w.Write(raw)
}

// brand serves a stall's colours as a style sheet; its name is a hash of what it holds.
func (b *Bare) brand(w http.ResponseWriter, r *http.Request) error {
	hash, css := strings.CutSuffix(chi.URLParam(r, "name"), ".css")
	sheet, ok := b.brands.Load(hash)
	if !ok && css {
		if err := b.readBrands(r); err != nil {
			return err
		}
		sheet, ok = b.brands.Load(hash)
	}
	if !ok {
		return front.ErrNoPage
	}
	w.Header().Set("Cache-Control", forever)
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, err := w.Write([]byte(sheet.(string)))
	return err
}

func (b *Bare) readBrands(r *http.Request) error {
	stalls, _, err := b.rooms.Office.Stalls.All(r.Context())
	for _, stall := range stalls {
		css, hash := views.BrandCSS(stall)
		b.brands.Store(hash, css)
	}
	return err
}

// picture serves a picture of a stall's displays; its address changes with what it holds.
func (b *Bare) picture(w http.ResponseWriter, r *http.Request) error {
	p, raw, err := b.rooms.Office.Pictures.Picture(r.Context(), front.PlainID(chi.URLParam(r, "id")))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", forever)
	w.Header().Set("Content-Type", p.Kind)
	_, err = w.Write(raw)
	return err
}
