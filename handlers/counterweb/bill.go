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
		if front.WantsJSON(r) || front.StatusOf(err) >= http.StatusInternalServerError || kiosk.KeyOf(err) == kiosk.KeyParkedGone {
			return err
		}
		return t.billPage(w, r, front.StatusOf(err), url.Values{"parked": {o.Bill}}, err)
	}
	t.awaitLink(r.Context(), sale)
	return t.front.GoTo(w, r, views.PathTill)
}
