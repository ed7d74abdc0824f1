package officeweb

import (
	"net/http"
	"strconv"
	"strings"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views/officeview"
)

func (st *Stalls) stallTerms(w http.ResponseWriter, r *http.Request) error {
	stall, err := st.front.StallHere(r)
	if err != nil {
		return err
	}
	l := officeview.StallTerms{Terms: stall.SplitTerms, Amount: cut(r.URL.Query().Get("amount"))}
	l.Lines = officeview.TermsLines(st.front.View(r).For(stall), stall.SplitTerms)
	return st.termsPage(w, r, http.StatusOK, stall, l, nil)
}

// termsPage shows terms with what becomes of some amounts under them.
func (st *Stalls) termsPage(w http.ResponseWriter, r *http.Request, status int, stall kiosk.Stall, l officeview.StallTerms, cause error) error {
	amounts := []kiosk.Money{100, 1000, 10000}
	if l.Amount != "" {
		own, err := readEuros(l.Amount, "amount")
		switch {
		case err != nil && cause == nil:
			cause, status = err, front.StatusOf(err)
		case err == nil && own > 0:
			amounts = append([]kiosk.Money{own}, amounts...)
		}
	}
	for _, m := range amounts {
		l.Previews = append(l.Previews, kiosk.PreviewTerms(l.Terms, m))
	}
	l.Stall = stall
	p, f := st.stallTab(r, stall, "terms", nil)
	if cause != nil {
		f.Error = p.For(stall).Explain(front.WithWords(cause))
	}
	st.front.Render(w, r, status, officeview.StallTermsPage(p, f, l))
	return nil
}

// stallTermsSave previews terms, has SecPaid look at them, or puts them in force for sales to come.
func (st *Stalls) stallTermsSave(w http.ResponseWriter, r *http.Request) error {
	stall, err := st.front.StallHere(r)
	if err != nil {
		return err
	}
	lines := readLineTexts(r)
	l := officeview.StallTerms{Lines: append(lines, officeview.TermsLine{}), Amount: cut(r.PostForm.Get("amount")), Unsaved: true}
	l.Terms, err = readTerms(lines)
	if err == nil {
		err = kiosk.CheckTerms(l.Terms)
	}
	by := front.OfficeActorOf(r).OfficeActor
	switch do := r.PostForm.Get("do"); {
	case err != nil:
	case do == "save":
		if err = st.changeStall(w, r, "/terms", func(stall *kiosk.Stall) { stall.SplitTerms = l.Terms }); err == nil {
			return nil
		}
	case do == "check":
		err = st.rooms.Office.Stalls.TryTerms(r.Context(), by, stall.ID, l.Terms)
		l.Checked = err == nil
	}
	if err != nil {
		if !isFormError(err) && kiosk.CodeOf(err) != kiosk.Refused {
			return err
		}
		if kiosk.CodeOf(err) == kiosk.Invalid {
			l.Terms = nil
		}
		return st.termsPage(w, r, front.StatusOf(err), stall, l, err)
	}
	return st.termsPage(w, r, http.StatusOK, stall, l, nil)
}

// mostLines bounds the lines of a form; the domain allows ten recipients.
const mostLines = 20

// readLineTexts reads the lines of a form as they were typed, without empty ones.
func readLineTexts(r *http.Request) (lines []officeview.TermsLine) {
	get := func(field string, i int) string {
		return strings.TrimSpace(cut(r.PostForm.Get(field + "-" + strconv.Itoa(i))))
	}
	for i := 1; i <= mostLines; i++ {
		l := officeview.TermsLine{Name: get("name", i), Token: get("token", i), Percent: get("percent", i), Fixed: get("fixed", i)}
		if l != (officeview.TermsLine{}) {
			lines = append(lines, l)
		}
	}
	return lines
}

func readTerms(lines []officeview.TermsLine) (terms []kiosk.Share, err error) {
	for i, l := range lines {
		t := kiosk.Share{Name: l.Name, Token: l.Token}
		if t.Percent, err = readPercent(l.Percent, "percent-"+strconv.Itoa(i+1)); err != nil {
			return nil, err
		}
		if t.Fixed, err = readEuros(l.Fixed, "fixed-"+strconv.Itoa(i+1)); err != nil {
			return nil, err
		}
		terms = append(terms, t)
	}
	return terms, nil
}
