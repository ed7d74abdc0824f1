package officeweb

import (
	"cmp"
	"context"
	"net/http"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
	"qrkiosk/views/officeview"
)

// tillAddress is where tablets and displays reach this server: as it was told, else as the browser
// that asks has reached it.
func (fl *Fleet) tillAddress(r *http.Request) string {
	return cmp.Or(fl.front.TillURL, fl.front.Origin(r))
}

// deviceCard makes a one-time link and the card that holds it. The link is told this one time.
func (fl *Fleet) deviceCard(r *http.Request, stall kiosk.Stall, g kiosk.Register, kind kiosk.DeviceKind, life int64) (officeview.Card, error) {
	until := fl.clock().UnixMilli() + life
	secret, err := fl.rooms.Office.Registers.NewTicketFor(r.Context(), front.OfficeActorOf(r).OfficeActor, g.ID, kind, life)
	if err != nil {
		return officeview.Card{}, err
	}
	path := counterview.PathTillEnrol
	if kind == kiosk.Display {
		path = counterview.PathDisplayEnrol
	}
	card := officeview.Card{
		Kind: string(kind), Stall: stall.Name, Register: g.Name, Until: until,
		Address: fl.tillAddress(r) + path + "/" + secret,
	}
	card.Code, err = views.QR(card.Address)
	return card, err
}

// registerCard answers with the printable link of one device.
func (fl *Fleet) registerCard(w http.ResponseWriter, r *http.Request) error {
	g, stall, err := fl.rooms.Office.Registers.Overview(r.Context(), front.OfficeActorOf(r).OfficeActor, pathID(r, "register"))
	if err == nil && stall.ID != pathID(r, "stall") {
		err = front.ErrNoPage
	}
	if err != nil {
		return err
	}
	kind := kiosk.DeviceKind(r.PostForm.Get("kind"))
	if kind != kiosk.Tablet && kind != kiosk.Display {
		return &kiosk.Error{Code: kiosk.Invalid, Key: till.KeyDeviceWrong}
	}
	card, err := fl.deviceCard(r, stall, g.Register, kind, hours(r))
	if err != nil {
		return fl.registerAgain(w, r, err)
	}
	fl.office.cardPage(w, r, officeview.Cards{Cards: []officeview.Card{card}, Back: here(r)})
	return nil
}

func (fl *Fleet) cardsForm(w http.ResponseWriter, r *http.Request) error {
	return fl.cardsChoice(w, r, http.StatusOK, nil)
}

func (fl *Fleet) cardsChoice(w http.ResponseWriter, r *http.Request, status int, t *views.Problem) error {
	stalls, err := fl.cardStalls(r)
	if err != nil {
		return err
	}
	p, f := fl.office.officePage(r, "cards", "")
	f.Title, f.Error = p.T("office.cards.title"), t
	fl.front.Render(w, r, status, officeview.CardChoicePage(p, f, officeview.CardChoice{Stalls: stalls}))
	return nil
}

// cardStalls lists what cards can be printed for.
func (fl *Fleet) cardStalls(r *http.Request) ([]officeview.CardStall, error) {
	stalls, registers, err := fl.rooms.Office.Stalls.Of(r.Context(), front.OfficeActorOf(r).OfficeActor)
	if err != nil {
		return nil, err
	}
	var all []officeview.CardStall
	for _, stall := range stalls {
		people, err := fl.rooms.Office.Staff.OfStall(r.Context(), stall.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, officeview.CardStall{Stall: stall, Registers: registers[stall.ID], People: people})
	}
	return all, nil
}

// cardsPrint makes the cards that were chosen. Links and PINs of before end with it.
func (fl *Fleet) cardsPrint(w http.ResponseWriter, r *http.Request) error {
	stalls, err := fl.cardStalls(r)
	if err != nil {
		return err
	}
	var cards []officeview.Card
	for _, one := range stalls {
		made, err := fl.chosenCards(r, one)
		if err != nil {
			return fl.office.again(w, r, err, func(_ views.Page, t *views.Problem) { _ = fl.cardsChoice(w, r, front.StatusOf(err), t) })
		}
		cards = append(cards, made...)
	}
	if len(cards) == 0 {
		err := &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyOfficeCards}
		return fl.office.again(w, r, err, func(_ views.Page, t *views.Problem) { _ = fl.cardsChoice(w, r, front.StatusOf(err), t) })
	}
	fl.office.cardPage(w, r, officeview.Cards{Cards: cards, Back: officeview.PathCards})
	return nil
}

func (fl *Fleet) chosenCards(r *http.Request, one officeview.CardStall) ([]officeview.Card, error) {
	var cards []officeview.Card
	for _, g := range one.Registers {
		for _, kind := range []kiosk.DeviceKind{kiosk.Tablet, kiosk.Display} {
			if r.PostForm.Get(string(kind)+"-"+g.ID) != "yes" {
				continue
			}
			card, err := fl.deviceCard(r, one.Stall, g, kind, hours(r))
			if err != nil {
				return nil, err
			}
			cards = append(cards, card)
		}
	}
	for _, who := range one.People {
		if r.PostForm.Get("pin-"+who.ID) != "yes" {
			continue
		}
		made, err := fl.rooms.Office.Staff.ResetPIN(r.Context(), front.OfficeActorOf(r).OfficeActor, one.Stall.ID, who.ID, "")
		if err != nil {
			return nil, err
		}
		cards = append(cards, slipOf(one.Stall.Name, made))
	}
	return cards, nil
}

// madeCards are the cards of a new fleet: for each register one for its tablet and one for its
// display, and a slip for each person.
func (fl *Fleet) madeCards(r *http.Request, made kiosk.MadeFleet) ([]officeview.Card, error) {
	var cards []officeview.Card
	names, err := fl.stallNames(r.Context())
	if err != nil {
		return nil, err
	}
	for _, g := range made.Registers {
		for _, kind := range []kiosk.DeviceKind{kiosk.Tablet, kiosk.Display} {
			card, err := fl.deviceCard(r, kiosk.Stall{Name: names[g.Stall]}, g, kind, hours(r))
			if err != nil {
				return nil, err
			}
			cards = append(cards, card)
		}
	}
	for _, who := range made.Staff {
		cards = append(cards, slipOf(names[who.Staff.Stall], who))
	}
	return cards, nil
}

func (fl *Fleet) stallNames(ctx context.Context) (map[string]string, error) {
	stalls, _, err := fl.rooms.Office.Stalls.All(ctx)
	names := map[string]string{}
	for _, stall := range stalls {
		names[stall.ID] = stall.Name
	}
	return names, err
}
