package counterweb

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"qrkiosk/handlers/front"
	"qrkiosk/views/counterview"
)

// receipt is the customer's page. A browser that comes back from the gateway brings parameters
// that prove nothing: at most they make the gateway's lists be read sooner.
func (d *Display) receipt(w http.ResponseWriter, r *http.Request) error {
	secret := front.PlainID(chi.URLParam(r, "receipt"))
	page, err := d.rooms.Till.ReceiptScreen(r.Context(), secret)
	if err != nil {
		return err
	}
	if r.URL.RawQuery != "" && !r.URL.Query().Has("lang") {
		d.rooms.Kernel.LookAsked(secret)
	}
	p := d.front.View(r)
	p.Lang = receiptLang(r, page.Stall)
	d.front.Render(w, r, http.StatusOK, counterview.ReceiptPage(p, page))
	return nil
}
