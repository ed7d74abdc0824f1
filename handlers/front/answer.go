package front

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/a-h/templ"
)

// WantsJSON tells a script of ours from a plain form or link.
func WantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// Render draws a page whole before the first byte leaves, so that an error cannot cut it.
func (f *Front) Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		f.Log.Error("a page cannot be drawn", "path", RouteOf(r), "request", RequestID(r), "err", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// GoTo sends a plain form to a page, and tells a script where to go.
func (f *Front) GoTo(w http.ResponseWriter, r *http.Request, path string) error {
	if WantsJSON(r) {
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(map[string]string{"go": path})
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// SendFrame answers with a frame. Its ETag covers what is to be seen, not the clock.
func (f *Front) SendFrame(w http.ResponseWriter, r *http.Request, frame Frame) error {
	sum := sha256.Sum256([]byte(frame.Epoch + "\x00" + frame.HTML))
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	w.Header().Set("ETag", tag)
	if safeMethod(r.Method) && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	raw, err := frame.bytes()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(raw)
	return err
}
