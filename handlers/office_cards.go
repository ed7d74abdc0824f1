package handlers

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
)

// tillAddress is where tablets and displays reach this server: as it was told, else as the browser
// that asks has reached it.
func (s *Server) tillAddress(r *http.Request) string {
	if s.tillURL != "" {
		return s.tillURL
	}
	scheme := "http://"
	if s.secure {
		scheme = "https://"
	}
	return scheme + r.Host
}

// deviceCard makes a one-time link and the card that holds it. The link is told this one time.
func (s *Server) deviceCard(r *http.Request, stall kiosk.Stall, g kiosk.Register, kind kiosk.DeviceKind, life int64) (views.Card, error) {
	until := s.clock().UnixMilli() + life
	secret, err := s.shop.Office.NewTicketFor(r.Context(), officeActorOf(r).OfficeActor, g.ID, kind, life)
	if err != nil {
		return views.Card{}, err
	}
	path := views.PathTillEnrol
	if kind == kiosk.Display {
		path = views.PathDisplayEnrol
	}
	card := views.Card{
		Kind: string(kind), Stall: stall.Name, Register: g.Name, Until: until,
		Address: s.tillAddress(r) + path + "/" + secret,
	}
	card.Code, err = views.QR(card.Address)
	return card, err
}

func slipOf(stall string, made kiosk.StaffWithPIN) views.Card {
	return views.Card{Kind: "pin", Stall: stall, Person: made.Staff.Name, Role: made.Staff.Role, PIN: made.PIN}
}

func (s *Server) cardPage(w http.ResponseWriter, r *http.Request, c views.Cards) {
	s.render(w, r, http.StatusOK, views.CardsPage(s.view(r), c))
}

// slip answers with the printable PIN of one person.
func (s *Server) slip(w http.ResponseWriter, r *http.Request, made kiosk.StaffWithPIN) error {
	stall, err := s.shop.Kernel.Stall(r.Context(), made.Staff.Stall)
	if err != nil {
		return err
	}
	s.cardPage(w, r, views.Cards{Cards: []views.Card{slipOf(stall.Name, made)}, Back: views.StaffPath(stall.ID)})
	return nil
}

// registerCard answers with the printable link of one device.
func (s *Server) registerCard(w http.ResponseWriter, r *http.Request) error {
	g, stall, err := s.shop.Office.RegisterOverview(r.Context(), officeActorOf(r).OfficeActor, pathID(r, "register"))
	if err == nil && stall.ID != pathID(r, "stall") {
		err = errNoPage
	}
	if err != nil {
		return err
	}
	kind := kiosk.DeviceKind(r.PostForm.Get("kind"))
	if kind != kiosk.Tablet && kind != kiosk.Display {
		return &kiosk.Error{Code: kiosk.Invalid, Key: till.KeyDeviceWrong}
	}
	card, err := s.deviceCard(r, stall, g.Register, kind, hours(r))
	if err != nil {
		return s.registerAgain(w, r, "", err)
	}
	s.cardPage(w, r, views.Cards{Cards: []views.Card{card}, Back: here(r)})
	return nil
}

func (s *Server) cardsForm(w http.ResponseWriter, r *http.Request) error {
	return s.cardsChoice(w, r, http.StatusOK, nil)
}

func (s *Server) cardsChoice(w http.ResponseWriter, r *http.Request, status int, t *views.Problem) error {
	stalls, err := s.cardStalls(r)
	if err != nil {
		return err
	}
	p, f := s.officePage(r, "cards", "")
	f.Title, f.Error = p.T("office.cards.title"), t
	s.render(w, r, status, views.CardChoicePage(p, f, views.CardChoice{Stalls: stalls}))
	return nil
}

// cardStalls lists what cards can be printed for.
func (s *Server) cardStalls(r *http.Request) ([]views.CardStall, error) {
	stalls, registers, err := s.shop.Office.StallsOf(r.Context(), officeActorOf(r).OfficeActor)
	if err != nil {
		return nil, err
	}
	var all []views.CardStall
	for _, stall := range stalls {
		people, err := s.shop.Office.StaffOfStall(r.Context(), stall.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, views.CardStall{Stall: stall, Registers: registers[stall.ID], People: people})
	}
	return all, nil
}

// cardsPrint makes the cards that were chosen. Links and PINs of before end with it.
func (s *Server) cardsPrint(w http.ResponseWriter, r *http.Request) error {
	stalls, err := s.cardStalls(r)
	if err != nil {
		return err
	}
	var cards []views.Card
	for _, one := range stalls {
		made, err := s.chosenCards(r, one)
		if err != nil {
			return s.again(w, r, err, func(_ views.Page, t *views.Problem) { _ = s.cardsChoice(w, r, statusOf(err), t) })
		}
		cards = append(cards, made...)
	}
	if len(cards) == 0 {
		err := &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyOfficeCards}
		return s.again(w, r, err, func(_ views.Page, t *views.Problem) { _ = s.cardsChoice(w, r, statusOf(err), t) })
	}
	s.cardPage(w, r, views.Cards{Cards: cards, Back: views.PathCards})
	return nil
}

func (s *Server) chosenCards(r *http.Request, one views.CardStall) ([]views.Card, error) {
	var cards []views.Card
	for _, g := range one.Registers {
		for _, kind := range []kiosk.DeviceKind{kiosk.Tablet, kiosk.Display} {
			if r.PostForm.Get(string(kind)+"-"+g.ID) != "yes" {
				continue
			}
			card, err := s.deviceCard(r, one.Stall, g, kind, hours(r))
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
		made, err := s.shop.Office.ResetPIN(r.Context(), officeActorOf(r).OfficeActor, one.Stall.ID, who.ID, "")
		if err != nil {
			return nil, err
		}
		cards = append(cards, slipOf(one.Stall.Name, made))
	}
	return cards, nil
}

func (s *Server) importForm(w http.ResponseWriter, r *http.Request) error {
	return s.importPage(w, r, http.StatusOK, views.Import{}, nil)
}

func (s *Server) importPage(w http.ResponseWriter, r *http.Request, status int, i views.Import, t *views.Problem) error {
	p, f := s.officePage(r, "import", "")
	f.Title, f.Error = p.T("office.import.title"), t
	s.render(w, r, status, views.ImportPage(p, f, i))
	return nil
}

// importPreview reads a file and says what it would make, or what is wrong with it, line by line.
func (s *Server) importPreview(w http.ResponseWriter, r *http.Request) error {
	raw, err := readUpload(r, "file")
	if err != nil {
		return s.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = s.importPage(w, r, statusOf(err), views.Import{}, t)
		})
	}
	plan, draft, err := s.shop.Office.PreviewFleet(r.Context(), officeActorOf(r).OfficeActor, raw)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(plan.Faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.importPage(w, r, status, views.Import{Plan: &plan, Draft: draft}, nil)
}

// readUpload reads a file of a form. Its name is never looked at. Archives are no text.
func readUpload(r *http.Request, field string) ([]byte, error) {
	file, _, err := r.FormFile(field)
	if err != nil {
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyOfficeFile, Field: field}
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, office.SheetLimit+1))
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(raw, []byte("PK\x03\x04")) || bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		return nil, &statusError{http.StatusUnsupportedMediaType, "an archive"}
	}
	return raw, nil
}

// importApply makes what was previewed, all of it or nothing, and answers with the cards of what is
// new: the only page that shows its PINs.
func (s *Server) importApply(w http.ResponseWriter, r *http.Request) error {
	if life := hours(r); life == 0 {
		return &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyTicketLife}
	}
	made, err := s.shop.Office.ImportFleet(r.Context(), officeActorOf(r).OfficeActor, r.PostForm.Get("draft"))
	if err != nil {
		return s.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = s.importPage(w, r, statusOf(err), views.Import{}, t)
		})
	}
	cards, err := s.madeCards(r, made)
	if err != nil {
		return err
	}
	s.log.Info("fleet imported", "stalls", len(made.Stalls), "registers", len(made.Registers), "people", len(made.Staff), "by", officeActorOf(r).User)
	for _, g := range made.Registers {
		s.wall.touch(g.ID)
	}
	s.cardPage(w, r, views.Cards{Cards: cards, Said: s.view(r).MadeSum(made), Back: views.PathOffice})
	return nil
}

// madeCards are the cards of a new fleet: for each register one for its tablet and one for its
// display, and a slip for each person.
func (s *Server) madeCards(r *http.Request, made kiosk.MadeFleet) ([]views.Card, error) {
	var cards []views.Card
	names, err := s.stallNames(r.Context())
	if err != nil {
		return nil, err
	}
	for _, g := range made.Registers {
		for _, kind := range []kiosk.DeviceKind{kiosk.Tablet, kiosk.Display} {
			card, err := s.deviceCard(r, kiosk.Stall{Name: names[g.Stall]}, g, kind, hours(r))
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

func (s *Server) stallNames(ctx context.Context) (map[string]string, error) {
	stalls, _, err := s.shop.Office.Stalls(ctx)
	names := map[string]string{}
	for _, stall := range stalls {
		names[stall.ID] = stall.Name
	}
	return names, err
}
