package counterweb

import (
	"net/http"
	"net/url"
	"strings"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// bill shows what is left of a bill and the portion that its address chooses.
func (t *Till) bill(w http.ResponseWriter, r *http.Request) error {
	return t.billPage(w, r, http.StatusOK, r.URL.Query(), nil)
}

func (t *Till) billPage(w http.ResponseWriter, r *http.Request, status int, form url.Values, cause error) error {
	register := front.TillActorOf(r).Register
	stall, err := t.rooms.Kernel.StallOf(r.Context(), register)
	if err != nil {
		return err
	}
	order, err := readPortion(form)
	if err != nil {
		return err
	}
	v := counterview.BillView{Stall: stall, Key: newKey(), Order: counterview.PortionChoice{Equal: order.Equal, Counts: order.Counts}}
	if v.Bill, err = t.rooms.Till.Bills.Bill(r.Context(), register, order.Bill); err != nil {
		return err
	}
	p := t.front.View(r)
	p.Lang = t.front.StaffLang(r, stall)
	v.Error = p.For(stall).Explain(front.WithWords(cause))
	t.front.Render(w, r, status, counterview.BillPage(p, v))
	return nil
}

// readPortion reads which portion of which bill is meant.
func readPortion(form url.Values) (till.PortionOrder, error) {
	o := till.PortionOrder{Bill: front.PlainID(form.Get("parked")), Key: form.Get("key")}
	var err error
	if text := form.Get("equal"); text != "" {
		if o.Equal, err = readCount(text); err != nil {
			return o, err
		}
		if o.Equal > kiosk.PortionsMost {
			return o, errLines
		}
	}
	if text := form.Get("take"); text != "" && len(text) < 2000 {
		for field := range strings.SplitSeq(text, ",") {
			n, err := readCount(field)
			if err != nil {
				return o, err
			}
			o.Counts = append(o.Counts, n)
		}
	}
	return o, nil
}

// chargePortion charges the portion that was chosen, for the amount that was shown.
func (t *Till) chargePortion(w http.ResponseWriter, r *http.Request) error {
	by := front.TillActorOf(r).Actor
	o, err := readPortion(r.PostForm)
	if err != nil {
		return err
	}
	if o.Amount, err = kiosk.ParseCents(r.PostForm.Get("amount")); err != nil {
		return err
	}
	o.NoTip = t.front.Hub.Displays(by.Register) == 0
	sale, err := t.rooms.Till.Bills.Charge(r.Context(), by, o)
	if err != nil {
		return t.billRefused(w, r, o.Bill, err)
	}
	t.awaitLink(r.Context(), sale)
	return t.front.GoTo(w, r, views.PathTill)
}

// endBill ends a bill whose rest is settled in another way.
func (t *Till) endBill(w http.ResponseWriter, r *http.Request) error {
	id := front.PlainID(r.PostForm.Get("parked"))
	if err := t.rooms.Till.Bills.End(r.Context(), front.TillActorOf(r).Actor, id); err != nil {
		return t.billRefused(w, r, id, err)
	}
	return t.front.GoTo(w, r, views.PathTill)
}

// billRefused says on the bill's page why something was refused, as long as there is one.
func (t *Till) billRefused(w http.ResponseWriter, r *http.Request, id string, cause error) error {
	if front.WantsJSON(r) || front.StatusOf(cause) >= http.StatusInternalServerError || kiosk.KeyOf(cause) == kiosk.KeyParkedGone {
		return cause
	}
	return t.billPage(w, r, front.StatusOf(cause), url.Values{"parked": {id}}, cause)
}
