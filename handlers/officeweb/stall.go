package officeweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

// uploadBody is what a form with a picture may have: the file and what is around it.
const uploadBody = pictureLimit + 64<<10

func (o *Office) stallRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: officeview.PathStall, Who: front.StallManager, Way: front.WayOffice, Do: o.stalls.stallLook},
		{Method: "POST", Path: officeview.PathStallLook, Who: front.StallManager, Way: front.WayOffice, Do: o.stalls.stallLookSave},
		{Method: "POST", Path: officeview.PathStallLogo, Who: front.StallManager, Body: uploadBody, Way: front.WayOffice, Do: o.stalls.stallLogo},
		{Method: "POST", Path: officeview.PathStallShow, Who: front.StallManager, Body: uploadBody, Way: front.WayOffice, Do: o.stalls.stallShow},
		{Method: "POST", Path: officeview.PathStallUnshow, Who: front.StallManager, Way: front.WayOffice, Do: o.stalls.stallUnshow},
		{Method: "GET", Path: officeview.PathStallSelling, Who: front.StallManager, Way: front.WayOffice, Do: o.stalls.stallSelling},
		{Method: "POST", Path: officeview.PathStallSelling, Who: front.StallManager, Way: front.WayOffice, Do: o.stalls.stallSellingSave},
		{Method: "GET", Path: officeview.PathStallItems, Who: front.StallManager, Way: front.WayOffice, Do: o.stalls.stallItems},
		{Method: "POST", Path: officeview.PathStallItems, Who: front.StallManager, Way: front.WayOffice, Do: o.stalls.stallItemSave},
		{Method: "POST", Path: officeview.PathStallItem, Who: front.StallManager, Way: front.WayOffice, Do: o.stalls.stallItemGone},
		{Method: "GET", Path: officeview.PathStallTerms, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.stalls.stallTerms},
		{Method: "POST", Path: officeview.PathStallTerms, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.stalls.stallTermsSave},
	}
}

// stallTab is what one of the settings pages of a stall is drawn with.
func (st *Stalls) stallTab(r *http.Request, stall kiosk.Stall, tab string, t *views.Problem) (views.Page, officeview.Frame) {
	p, f := st.office.officePage(r, "stalls", "")
	f.Title, f.Stall, f.Tab, f.Error = p.T("office.tab."+tab), &stall, tab, t
	return p, f
}

// typedForm is what a form has sent, each field cut to a length that a page can bear.
func typedForm(r *http.Request) officeview.Typed {
	all := officeview.Typed{}
	for name, values := range r.PostForm {
		all[name] = cut(values[0])
	}
	return all
}

func (st *Stalls) stallLook(w http.ResponseWriter, r *http.Request) error {
	return st.stallLookPage(w, r, http.StatusOK, nil, nil)
}

func (st *Stalls) stallLookPage(w http.ResponseWriter, r *http.Request, status int, typed officeview.Typed, t *views.Problem) error {
	stall, err := st.front.StallHere(r)
	if err != nil {
		return err
	}
	pictures, err := st.rooms.Office.Pictures.Of(r.Context(), stall.ID)
	if err != nil {
		return err
	}
	p, f := st.stallTab(r, stall, "look", t)
	st.front.Render(w, r, status, officeview.StallLookPage(p, f, officeview.StallLook{Stall: stall, Pictures: pictures, Typed: typed}))
	return nil
}

// changeStall changes the stall of the address and goes back to a page of it.
func (st *Stalls) changeStall(w http.ResponseWriter, r *http.Request, back string, edit func(*kiosk.Stall)) error {
	stall, err := st.rooms.Office.Stalls.Change(r.Context(), front.OfficeActorOf(r).OfficeActor, front.PlainID(chi.URLParam(r, "stall")), edit)
	if err != nil {
		return err
	}
	return st.office.redirectDone(w, r, "saved", officeview.StallPath(stall.ID, back))
}

func (st *Stalls) stallLookSave(w http.ResponseWriter, r *http.Request) error {
	form := r.PostForm
	err := st.changeStall(w, r, "", func(stall *kiosk.Stall) {
		stall.Name, stall.Town, stall.Tagline = form.Get("name"), strings.TrimSpace(form.Get("place")), strings.TrimSpace(form.Get("tagline"))
		stall.Accent = strings.ToLower(strings.TrimSpace(form.Get("accent")))
	})
	if err != nil {
		return st.office.refuse(w, r, err, st.stallLookPage)
	}
	return nil
}

func (st *Stalls) stallLogo(w http.ResponseWriter, r *http.Request) error {
	var raw []byte
	var err error
	if r.MultipartForm != nil {
		if raw, err = readPictureUpload(r, "logo"); err == nil {
			raw, err = readPicture(raw, logoSide, false)
		}
	}
	if err == nil {
		err = st.rooms.Office.Pictures.SetLogo(r.Context(), front.OfficeActorOf(r).OfficeActor, front.PlainID(chi.URLParam(r, "stall")), raw)
	}
	return st.afterUpload(w, r, "logo", err)
}

// afterUpload goes back to the stall, or says beside the field what is wrong with the file.
func (st *Stalls) afterUpload(w http.ResponseWriter, r *http.Request, field string, err error) error {
	if err == nil {
		return st.office.redirectDone(w, r, "saved", officeview.StallPath(chi.URLParam(r, "stall"), ""))
	}
	return st.office.again(w, r, err, func(_ views.Page, t *views.Problem) {
		if t.Field == "picture" {
			t.Field = field
		}
		if err := st.stallLookPage(w, r, front.StatusOf(err), nil, t); err != nil {
			st.front.Fail(w, r, err)
		}
	})
}

func (st *Stalls) stallShow(w http.ResponseWriter, r *http.Request) error {
	raw, err := readPictureUpload(r, "picture")
	if err == nil {
		raw, err = readPicture(raw, photoSide, true)
	}
	if err == nil {
		stall, about := front.PlainID(chi.URLParam(r, "stall")), strings.TrimSpace(r.PostForm.Get("about"))
		_, err = st.rooms.Office.Pictures.Add(r.Context(), front.OfficeActorOf(r).OfficeActor, stall, about, raw)
	}
	return st.afterUpload(w, r, "picture", err)
}

func (st *Stalls) stallUnshow(w http.ResponseWriter, r *http.Request) error {
	stall := front.PlainID(chi.URLParam(r, "stall"))
	if err := st.rooms.Office.Pictures.Remove(r.Context(), front.OfficeActorOf(r).OfficeActor, stall, front.PlainID(r.PostForm.Get("id"))); err != nil {
		return err
	}
	return st.office.redirectDone(w, r, "saved", officeview.StallPath(stall, ""))
}

func (st *Stalls) stallSelling(w http.ResponseWriter, r *http.Request) error {
	return st.stallSellingPage(w, r, http.StatusOK, nil, nil)
}

func (st *Stalls) stallSellingPage(w http.ResponseWriter, r *http.Request, status int, typed officeview.Typed, t *views.Problem) error {
	stall, err := st.front.StallHere(r)
	if err != nil {
		return err
	}
	p, f := st.stallTab(r, stall, "selling", t)
	st.front.Render(w, r, status, officeview.StallSellingPage(p, f, officeview.StallSelling{Stall: stall, Typed: typed}))
	return nil
}

func (st *Stalls) stallSellingSave(w http.ResponseWriter, r *http.Request) error {
	settings, err := readSelling(r)
	if err == nil {
		err = st.changeStall(w, r, "/selling", settings)
	}
	if err != nil {
		return st.office.refuse(w, r, err, st.stallSellingPage)
	}
	return nil
}

// readSelling reads how a stall is to sell. Every number is read before anything is changed.
func readSelling(r *http.Request) (func(*kiosk.Stall), error) {
	form := r.PostForm
	vat, err := readPercent(form.Get("vat"), "vat")
	if err != nil {
		return nil, err
	}
	limit, err := readEuros(form.Get("limit"), "limit")
	if err != nil {
		return nil, err
	}
	above, err := readEuros(form.Get("strictabove"), "strictabove")
	if err != nil {
		return nil, err
	}
	lapse, err := strconv.ParseInt(form.Get("lapse"), 10, 32)
	if err != nil || lapse <= 0 {
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyStallLapse, Field: "lapse"}
	}
	languages, err := readLanguages(r)
	if err != nil {
		return nil, err
	}
	percents, sums, err := readTips(form)
	if err != nil {
		return nil, err
	}
	counter, err := readCounter(form)
	if err != nil {
		return nil, err
	}
	return func(st *kiosk.Stall) {
		st.VAT, st.Limit, st.StrictAbove, st.LapseAfter = vat, limit, above, lapse*60_000
		st.Languages, st.Region, st.Zone = languages, form.Get("region"), form.Get("zone")
		for _, t := range kiosk.StallTexts {
			*t.Of(st) = strings.Join(strings.Fields(form.Get(t.Name)), " ")
		}
		st.AsksTip, st.Strict = form.Get("tip") == "yes", form.Get("strict") == "yes"
		st.TipPercents, st.TipSums = percents, sums
		counter(st)
	}, nil
}

// readCounter reads how people work at a stall's counter: length of PINs, order numbers, and the reasons
// for discounts, one a line. A form that has no such field leaves it as it is.
func readCounter(form url.Values) (func(*kiosk.Stall), error) {
	if !form.Has("pinlength") {
		return func(*kiosk.Stall) {}, nil
	}
	length, err := strconv.ParseInt(form.Get("pinlength"), 10, 16)
	if err != nil || length <= 0 {
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyStallPIN, Field: "pinlength"}
	}
	var reasons []string
	for line := range strings.Lines(form.Get("reasons")) {
		if reason := strings.Join(strings.Fields(line), " "); reason != "" {
			reasons = append(reasons, reason)
		}
	}
	return func(st *kiosk.Stall) {
		st.PINLength, st.CallsUp, st.Reasons = length, form.Get("callsup") == "yes", reasons
	}, nil
}

// readTips reads what a display suggests: values with spaces or semicolons between them. Nothing is
// the usual.
func readTips(form url.Values) (percents []int64, sums []kiosk.Money, err error) {
	apart := func(r rune) bool { return r == ' ' || r == ';' || r == '%' }
	for _, text := range strings.FieldsFunc(form.Get("tippercents"), apart) {
		n, err := strconv.ParseInt(text, 10, 16)
		if err != nil {
			return nil, nil, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyStallTips, Field: "tippercents"}
		}
		percents = append(percents, n)
	}
	for _, text := range strings.FieldsFunc(form.Get("tipsums"), apart) {
		sum, err := readEuros(text, "tipsums")
		if err != nil {
			return nil, nil, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyStallTips, Field: "tipsums"}
		}
		sums = append(sums, sum)
	}
	return percents, sums, nil
}

// readLanguages puts the first language before the others that were ticked.
func readLanguages(r *http.Request) ([]string, error) {
	first := r.PostForm.Get("first")
	if !views.Known(first) || len(first) != 2 {
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyStallWords, Field: "first"}
	}
	all := []string{first}
	for _, l := range views.Languages() {
		if l.Tag != first && r.PostForm.Get("lang-"+l.Tag) == "yes" {
			all = append(all, l.Tag)
		}
	}
	return all, nil
}

// readPercent reads a rate; nothing is none.
func readPercent(text, field string) (int64, error) {
	if strings.TrimSpace(text) == "" {
		return 0, nil
	}
	n, err := office.ParsePercent(text)
	if err != nil {
		return 0, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyStallVAT, Field: field}
	}
	return n, nil
}

// readEuros reads a sum that somebody sets at leisure, where a whole number means euros; nothing is
// none.
func readEuros(text, field string) (kiosk.Money, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	if len(text) <= 6 && strings.Trim(text, "0123456789") == "" {
		text += ".00"
	}
	m, err := kiosk.ParseMoney(text)
	if err != nil {
		return 0, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyStallLimit, Field: field}
	}
	return m, nil
}
