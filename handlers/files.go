package handlers

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"qrkiosk/static"
	"qrkiosk/views"
)

const forever = "public, max-age=31536000, immutable"

// static serves the files whose addresses change with their content.
func (s *Server) static(w http.ResponseWriter, r *http.Request) {
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
	h.Set("Cache-Control", forever)
	h.Set("Content-Type", kind)
	h.Set("Vary", "Accept-Encoding")
	_, _ = w.Write(raw)
}

// brand serves a stall's colours as a style sheet; its name is a hash of what it holds.
func (s *Server) brand(w http.ResponseWriter, r *http.Request) error {
	hash, css := strings.CutSuffix(chi.URLParam(r, "name"), ".css")
	sheet, ok := s.brands.Load(hash)
	if !ok && css {
		if err := s.readBrands(r); err != nil {
			return err
		}
		sheet, ok = s.brands.Load(hash)
	}
	if !ok {
		return errNoPage
	}
	w.Header().Set("Cache-Control", forever)
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, err := w.Write([]byte(sheet.(string)))
	return err
}

func (s *Server) readBrands(r *http.Request) error {
	stalls, _, err := s.shop.Office.Stalls(r.Context())
	for _, stall := range stalls {
		css, hash := views.BrandCSS(stall)
		s.brands.Store(hash, css)
	}
	return err
}
