package sandbox

import (
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// checkoutPage is what the payer sees of a link.
type checkoutPage struct {
	LinkID   string // as in the address
	Number   int64
	Merchant string
	Amount   string
	Note     string
	Bank     bool
	Cancel   bool
	Declined bool
	State    string // "open", "used", "cancelled", "promised"
}

// checkout is the hosted pages: what the payer sees and presses, and the list of open links.
type checkout struct {
	keeper *keeper
	faults *faults
	bank   *bank
	log    *slog.Logger
}

// linkOf reads the link_id of a pay link: standard base64 of the decimal id. Padding may be
// missing and a plus may have become a space on the way.
func linkOf(r *http.Request) (id int64, text string) {
	text = r.URL.Query().Get("link_id")
	raw := strings.TrimRight(strings.ReplaceAll(text, " ", "+"), "=")
	plain, err := base64.RawStdEncoding.DecodeString(raw)
	if err != nil {
		return 0, text
	}
	id, err = strconv.ParseInt(string(plain), 10, 64)
	if err != nil {
		return 0, text
	}
	return id, text
}

// find returns what the checkout shows of a link, nil for one that is unknown or deleted.
func (c *checkout) find(id int64) (page *checkoutPage, k *link) {
	c.keeper.read(func(l *ledger) {
		k = l.links[id]
		if k == nil || k.Status == Deleted || !k.there(c.keeper.nowLocked()) {
			k = nil
			return
		}
		page = &checkoutPage{
			Number: id, Amount: k.Amount.String(), Note: k.Note,
			Bank: k.Bank, Cancel: k.Cancellable, State: stateWord(k),
		}
		if a := l.byUser[k.User]; a != nil {
			page.Merchant = a.publicName()
		}
	})
	return page, k
}

func stateWord(k *link) string {
	switch {
	case k.Status == Used:
		return "used"
	case k.Status == Cancelled:
		return "cancelled"
	case k.Pending:
		return "promised"
	}
	return "open"
}

// pay shows the hosted payment page: 404 for a deleted or unknown link, as the vendor says, and a
// notice for one that is used or cancelled, of which it says nothing.
func (c *checkout) pay(w http.ResponseWriter, r *http.Request) {
	id, text := linkOf(r)
	page, k := c.find(id)
	if k == nil {
		show(c.log, w, r, http.StatusNotFound, gonePage())
		return
	}
	page.LinkID = text
	page.Declined = r.URL.Query().Get("declined") != ""
	show(c.log, w, r, http.StatusOK, payPage(*page))
}

// press carries out what a button of the checkout says.
func (c *checkout) press(w http.ResponseWriter, r *http.Request) {
	id, text := linkOf(r)
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	if _, k := c.find(id); k == nil {
		show(c.log, w, r, http.StatusNotFound, gonePage())
		return
	}
	switch action := r.PostFormValue("action"); action {
	case "card":
		c.finish(w, r, id, text, c.bank.pay(id), "success")
	case "bank":
		c.finish(w, r, id, text, c.bank.promiseTransfer(id), "success")
	case "cancel":
		c.finish(w, r, id, text, c.bank.cancelByPayer(id), "cancel")
	case "decline":
		if err := c.bank.decline(id); err != nil {
			c.finish(w, r, id, text, err, "")
			return
		}
		http.Redirect(w, r, selfLink(text)+"&declined=1", http.StatusSeeOther)
	default:
		http.Error(w, "no such button", http.StatusBadRequest)
	}
}

func selfLink(text string) string {
	return "/payment?link_id=" + templ.EscapeString(strings.ReplaceAll(text, "&", "%26"))
}

// finish sends the payer back to the merchant, or to the gateway's own page where the merchant
// named none. A button pressed too late shows the link as it is.
func (c *checkout) finish(w http.ResponseWriter, r *http.Request, id int64, text string, err error, status string) {
	switch {
	case errors.Is(err, ErrNoLink), errors.Is(err, ErrNotPayable), errors.Is(err, ErrNoCancel), errors.Is(err, ErrNoBank):
		http.Redirect(w, r, selfLink(text), http.StatusSeeOther)
		return
	case err != nil:
		c.log.Error("checkout", "link", id, "err", err)
		http.Error(w, "The sandbox could not write to its book.", http.StatusInternalServerError)
		return
	}
	target := c.callback(id, status)
	if target == "" {
		http.Redirect(w, r, selfLink(text), http.StatusSeeOther)
		return
	}
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusFound)
}

// callback is the address the browser is sent to: the first of the link's callback URLs with the
// parameters simply appended, even where there is a query already.
func (c *checkout) callback(id int64, status string) string {
	_, k := c.find(id)
	if k == nil || k.Callback == "" || c.faults.strikes(CallbackOff, k) {
		return ""
	}
	first, _, _ := strings.Cut(k.Callback, ",")
	target := first + "?pay_id=" + strconv.FormatInt(id, 10)
	if c.faults.strikes(CallbackCapital, k) {
		return target + "&status=" + strings.ToUpper(status[:1]) + status[1:]
	}
	and := "&"
	if c.faults.strikes(CallbackEntities, k) {
		and = "&amp;"
	}
	return target + and + "user_id=" + k.User + and + "status=" + status
}

// show renders a page of the sandbox.
func show(log *slog.Logger, w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := page.Render(r.Context(), w); err != nil {
		log.Debug("page not delivered", "err", err)
	}
}

// openLink is one line of the list of open links.
type openLink struct {
	Number  int64
	LinkID  string
	Amount  string
	Note    string
	Account string
	Age     string
}

// openLinks lists what can be paid at this moment, with a button each, because a phone cannot scan
// a code that leads to a loopback address.
func (c *checkout) openLinks(w http.ResponseWriter, r *http.Request) {
	const most = 100
	var list []openLink
	more := 0
	c.keeper.read(func(l *ledger) {
		now := c.keeper.nowLocked()
		for i := len(l.order) - 1; i >= 0; i-- {
			k := l.links[l.order[i]]
			if k.Status != Unused || k.Pending || !k.there(now) {
				continue
			}
			if len(list) == most {
				more++
				continue
			}
			id := base64.StdEncoding.EncodeToString([]byte(strconv.FormatInt(k.ID, 10)))
			list = append(list, openLink{
				Number: k.ID, LinkID: id, Amount: k.Amount.String(), Note: k.Note, Account: l.nameOf(k.User),
				Age: age(now.Sub(k.Created)),
			})
		}
	})
	show(c.log, w, r, http.StatusOK, listPage(list, more))
}
