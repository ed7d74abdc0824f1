package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// wantsJSON tells a script of ours from a plain form or link.
func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// render draws a page whole before the first byte leaves, so that an error cannot cut it.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		s.log.Error("a page cannot be drawn", "path", routeOf(r), "request", requestID(r), "err", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// goTo sends a plain form to a page, and tells a script where to go.
func (s *Server) goTo(w http.ResponseWriter, r *http.Request, path string) error {
	if wantsJSON(r) {
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(map[string]string{"go": path})
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// sendFrame answers with a frame. Its ETag covers what is to be seen, not the clock.
func (s *Server) sendFrame(w http.ResponseWriter, r *http.Request, f frame) error {
	sum := sha256.Sum256([]byte(f.Epoch + "\x00" + f.HTML))
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	w.Header().Set("ETag", tag)
	if safeMethod(r.Method) && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	raw, err := f.bytes()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(raw)
	return err
}

func waitOf(err error) int64 {
	var e *kiosk.Error
	if errors.As(err, &e) {
		return e.Wait
	}
	return 0
}

// code draws the QR code of an address once and keeps it while it may be on show.
func (s *Server) code(address string) views.QRCode {
	if address == "" {
		return views.QRCode{}
	}
	if q, ok := s.codes.Load(address); ok {
		return q.(views.QRCode)
	}
	q, err := views.QR(address)
	if err != nil {
		s.log.Error("a code cannot be drawn", "err", err)
		return views.QRCode{}
	}
	if s.kept.Add(1) > codesKept {
		s.codes.Clear()
		s.kept.Store(1)
	}
	s.codes.Store(address, q)
	return q
}

// codesKept bounds the memory of drawn codes: 2 KB each.
const codesKept = 2000
