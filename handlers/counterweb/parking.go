package counterweb

import (
	"net/http"
	"strings"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views/counterview"
)

// park keeps what is being rung up for later, under the name that was typed, if any was; or to be split
// at once.
func (t *Till) park(w http.ResponseWriter, r *http.Request) error {
	c, err := readCart(r.PostForm)
	if err != nil {
		return err
	}
	c.Typing = ""
	by, key := front.TillActorOf(r).Actor, r.PostForm.Get("key")
	id, err := t.rooms.Till.Parking.Park(r.Context(), by, key, strings.TrimSpace(r.PostForm.Get("name")), c)
	if err != nil {
		return err
	}
	if r.PostForm.Get("then") == "split" {
		return t.front.GoTo(w, r, counterview.BillPath(id))
	}
	return t.counter.answer(w, r, newKey())
}

// parked lists what waits.
func (t *Till) parked(w http.ResponseWriter, r *http.Request) error {
	screen, err := t.rooms.Till.TillScreen(r.Context(), front.TillActorOf(r).Register)
	if err != nil {
		return err
	}
	p := t.front.View(r)
	p.Lang = t.front.StaffLang(r, screen.Stall)
	t.front.Render(w, r, http.StatusOK, counterview.ParkedPage(p, screen))
	return nil
}

// openParked opens a cart that was kept, or takes it over from the till that has it.
func (t *Till) openParked(w http.ResponseWriter, r *http.Request) error {
	total, err := kiosk.ParseCents(r.PostForm.Get("total"))
	if err != nil {
		return err
	}
	o := till.Opening{ID: front.PlainID(r.PostForm.Get("parked")), Total: total, Holder: front.PlainID(r.PostForm.Get("holder"))}
	if err := t.rooms.Till.Parking.Open(r.Context(), front.TillActorOf(r).Actor, o); err != nil {
		return err
	}
	return t.counter.answer(w, r, "")
}

// parkedSeen takes note that somebody has read which carts were emptied at the end of their day.
func (t *Till) parkedSeen(w http.ResponseWriter, r *http.Request) error {
	if err := t.rooms.Till.Parking.Seen(r.Context(), front.TillActorOf(r).Actor); err != nil {
		return err
	}
	return t.counter.answer(w, r, "")
}
