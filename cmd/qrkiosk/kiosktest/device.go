package kiosktest

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"testing"
)

// Upload posts a file as a browser does.
func (d *Device) Upload(path, field, name string, raw []byte) (status int, body string) {
	d.T.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write(raw)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		d.T.Fatal(err)
	}
	r, err := http.NewRequestWithContext(d.T.Context(), http.MethodPost, d.Base+path, &b)
	if err != nil {
		d.T.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Origin", d.Base)
	r.Header.Set("Accept", "text/html")
	resp, err := d.Client.Do(r)
	if err != nil {
		d.T.Fatal(err)
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		d.T.Fatal(err)
	}
	return resp.StatusCode, text.String()
}

// Count is how many stalls, registers and people there are.
func (f *Fairground) Count(t *testing.T) string {
	t.Helper()
	stalls, registers, err := f.Shop.Office.Stalls.All(t.Context())
	f.Must(err)
	n := 0
	for _, all := range registers {
		n += len(all)
	}
	return fmt.Sprint(len(stalls), " stalls, ", n, " registers")
}
