package officeweb

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func (st *Stalls) stallItems(w http.ResponseWriter, r *http.Request) error {
	return st.stallItemsPage(w, r, http.StatusOK, nil, nil)
}

// stallItemsPage shows the catalogue and one item of it to be changed.
func (st *Stalls) stallItemsPage(w http.ResponseWriter, r *http.Request, status int, typed officeview.Typed, t *views.Problem) error {
	stall, err := st.front.StallHere(r)
	if err != nil {
		return err
	}
	items, err := st.rooms.Office.Catalogue.Items(r.Context(), stall.ID)
	if err != nil {
		return err
	}
	chosen := r.URL.Query().Get("item")
	if typed != nil {
		chosen = typed["id"]
	}
	page := officeview.StallItems{Stall: stall, Items: items, Typed: typed, Item: kiosk.Item{VAT: stall.VAT}}
	if i := slices.IndexFunc(items, func(i kiosk.Item) bool { return i.ID == chosen }); i >= 0 {
		page.Item = items[i]
	} else if len(items) > 0 {
		page.Item.Order = items[len(items)-1].Order + 10
	}
	p, f := st.stallTab(r, stall, "items", t)
	st.front.Render(w, r, status, officeview.StallItemsPage(p, f, page))
	return nil
}

func (st *Stalls) stallItemSave(w http.ResponseWriter, r *http.Request) error {
	stall := front.PlainID(chi.URLParam(r, "stall"))
	item, err := readItem(r)
	item.Stall = stall
	if err == nil {
		_, err = st.rooms.Office.Catalogue.Put(r.Context(), front.OfficeActorOf(r).OfficeActor, item)
	}
	if err != nil {
		return st.office.refuse(w, r, fieldOf(err, "cents", "amount"), st.stallItemsPage)
	}
	return st.office.redirectDone(w, r, "saved", officeview.StallPath(stall, "/items"))
}

// fieldOf names a field of an error as the form calls it.
func fieldOf(err error, was, is string) error {
	var e *kiosk.Error
	if errors.As(err, &e) && (e.Field == was || e.Field == "") && e.Code == kiosk.Invalid {
		named := *e
		named.Field = is
		return &named
	}
	return err
}

func readItem(r *http.Request) (kiosk.Item, error) {
	form := r.PostForm
	item := kiosk.Item{
		ID: front.PlainID(form.Get("id")), Name: form.Get("name"), Category: form.Get("category"), Colour: form.Get("colour"),
	}
	if form.Get("id") != item.ID {
		return item, &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyItemUnknown}
	}
	var err error
	if item.Price, err = kiosk.ParseMoney(form.Get("amount")); err != nil {
		return item, err
	}
	if item.VAT, err = readPercent(form.Get("vat"), "vat"); err != nil {
		return item, err
	}
	order := strings.TrimSpace(form.Get("order"))
	if item.Order, err = strconv.ParseInt("0"+order, 10, 32); err != nil || strings.Trim(order, "0123456789") != "" {
		return item, &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyItemOrder, Field: "order"}
	}
	return item, nil
}

func (st *Stalls) stallItemGone(w http.ResponseWriter, r *http.Request) error {
	stall := front.PlainID(chi.URLParam(r, "stall"))
	if err := st.rooms.Office.Catalogue.Remove(r.Context(), front.OfficeActorOf(r).OfficeActor, stall, front.PlainID(r.PostForm.Get("id"))); err != nil {
		return err
	}
	return st.office.redirectDone(w, r, "saved", officeview.StallPath(stall, "/items"))
}
