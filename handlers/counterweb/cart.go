package counterweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views/counterview"
)

// itemField begins the names of the fields in which a plain form counts items.
const itemField = "item."

// readCharge reads a charge from the keypad (cents and lines), from one of the two readings of a
// plain number, or from the amount field and the counts of items.
func readCharge(r *http.Request) (till.Charge, error) {
	form := r.PostForm
	c := till.Charge{Note: strings.TrimSpace(form.Get("note")), Key: form.Get("key"), Parked: front.PlainID(form.Get("parked"))}
	var err error
	if c.Discount, err = readDiscount(form); err != nil {
		return c, err
	}
	switch {
	case form.Has("cents"):
		if c.Amount, err = kiosk.ParseCents(form.Get("cents")); err == nil {
			c.Lines, err = readLines(form.Get("lines"))
		}
		return c, err
	case form.Has("reading"):
		c.Amount, err = kiosk.ParseMoney(form.Get("reading"))
	default:
		c.Amount, err = readAmount(form)
	}
	if err == nil {
		err = readCounts(&c, form)
	}
	return c, err
}

// readAmount reads the amount field, which may stay empty beside items.
func readAmount(form url.Values) (kiosk.Money, error) {
	text := form.Get("amount")
	if strings.TrimSpace(text) == "" && len(countFields(form)) > 0 {
		return 0, nil
	}
	return kiosk.ParseMoney(text)
}

// countFields lists the fields that count items and are not empty, in order of their names.
func countFields(form url.Values) []string {
	var names []string
	for name := range form {
		count := strings.TrimSpace(form.Get(name))
		if strings.HasPrefix(name, itemField) && count != "" && count != "0" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// readCounts makes lines of the items that a plain form counts, and of the amount beside them.
func readCounts(c *till.Charge, form url.Values) error {
	names := countFields(form)
	if len(names) == 0 {
		return nil
	}
	for _, name := range names {
		n, err := readCount(form.Get(name))
		if err != nil {
			return err
		}
		id := front.PlainID(strings.TrimPrefix(name, itemField))
		if id == "" {
			return errLines
		}
		c.Lines = append(c.Lines, kiosk.Line{Item: id, Qty: n})
	}
	c.Counted = true
	if c.Amount > 0 {
		c.Lines = append(c.Lines, kiosk.Line{Qty: 1, Unit: c.Amount})
		c.Amount = 0 // only the catalogue knows what it comes to
	}
	return nil
}

// readCount reads how many. One with a part, as "0,5", is told that counts are whole.
func readCount(text string) (int64, error) {
	text = strings.TrimSpace(text)
	n, err := strconv.ParseUint(text, 10, 16)
	if _, parted := kiosk.ParseMoney(text); err != nil && parted == nil && strings.ContainsAny(text, ".,") {
		return 0, errCount
	}
	if err != nil {
		return 0, errLines
	}
	return int64(n), nil //nolint:gosec // parsed with 16 bits
}

func readDiscount(form url.Values) (kiosk.Discount, error) {
	text := strings.TrimSpace(form.Get("discount"))
	if form.Get("unit") == "%" && text != "" && !strings.HasSuffix(text, "%") {
		text += "%"
	}
	d, err := kiosk.ParseDiscount(text)
	if err == nil && !d.IsZero() {
		d.Reason = strings.TrimSpace(form.Get("reason"))
	}
	return d, err
}

var (
	errLines = &kiosk.Error{Code: kiosk.Invalid, Key: till.KeyLinesWrong, Field: "lines"}
	errCount = &kiosk.Error{Code: kiosk.Invalid, Key: till.KeyCountWhole, Field: "lines"}
)

// readLines reads what the keypad added up: "350 2x400 120 2x350@item".
func readLines(text string) ([]kiosk.Line, error) {
	if len(text) > 16<<10 {
		return nil, errLines
	}
	var lines []kiosk.Line
	for field := range strings.FieldsSeq(text) {
		l, err := readLine(field)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func readLine(field string) (kiosk.Line, error) {
	price, item, isItem := strings.Cut(field, "@")
	if isItem && front.PlainID(item) == "" {
		return kiosk.Line{}, errLines
	}
	qty, unit, times := strings.Cut(price, "x")
	if !times {
		qty, unit = "1", qty
	}
	n, err := readCount(qty)
	if err != nil {
		return kiosk.Line{}, err
	}
	m, err := kiosk.ParseCents(unit)
	if err != nil {
		return kiosk.Line{}, errLines
	}
	return kiosk.Line{Item: item, Qty: n, Unit: m}, nil
}

// readCart reads what is being rung up.
func readCart(form url.Values) (kiosk.Cart, error) {
	lines, err := readLines(form.Get("lines"))
	if err != nil {
		return kiosk.Cart{}, err
	}
	off, err := readDiscount(form)
	emptied, _ := strconv.ParseInt(form.Get("emptied"), 10, 64) // 0 for a register whose cart never was
	return kiosk.Cart{
		Lines: lines, Discount: off, Note: strings.TrimSpace(form.Get("note")), Typing: form.Get("typing"),
		Parked: front.PlainID(form.Get("parked")), Emptied: emptied,
	}, err
}

// cart takes what is being rung up, to be mirrored on the displays. There is nothing to answer.
func (t *Till) cart(w http.ResponseWriter, r *http.Request) error {
	c, err := readCart(r.PostForm)
	if err != nil {
		return err
	}
	if err := t.rooms.Till.SetCart(r.Context(), front.TillActorOf(r).Actor, r.PostForm.Get("key"), c); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// soldOut marks an item as sold out for today, or as there again.
func (t *Till) soldOut(w http.ResponseWriter, r *http.Request) error {
	item := front.PlainID(r.PostForm.Get("item"))
	if err := t.rooms.Till.Shelf.SetSoldOut(r.Context(), front.TillActorOf(r).Actor, item, r.PostForm.Get("out") == "yes"); err != nil {
		return err
	}
	return t.counter.answer(w, r, "")
}

// items draws the tiles anew, for a till whose catalogue has changed under its hands.
func (t *Till) items(w http.ResponseWriter, r *http.Request) error {
	tillScreen, err := t.rooms.Till.TillScreen(r.Context(), front.TillActorOf(r).Register)
	if err != nil {
		return err
	}
	items, err := t.rooms.Office.Catalogue.Items(r.Context(), tillScreen.Stall.ID)
	if err != nil {
		return err
	}
	p := t.front.View(r)
	p.Lang = t.front.StaffLang(r, tillScreen.Stall)
	t.front.Render(w, r, http.StatusOK, counterview.TillItems(p.For(tillScreen.Stall), tillScreen, items))
	return nil
}
