package evening

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
)

// eveningTill is one till: over plain HTTP, or in a real browser with a display beside it.
type eveningTill struct {
	stall   string
	plain   *kiosktest.Device
	screen  *kiosktest.Page
	display *kiosktest.Page
	sales   int
	last    int64 // the gateway's number of its last link
}

// openAccounts gives every seller an account at the sandbox.
func (e *evening) openAccounts() {
	e.t.Helper()
	for i, name := range kiosktest.EveningStalls {
		e.gateway.Control("accounts", map[string]any{"name": name, "key": fmt.Sprintf("key-of-seller-%d", i), "recipient_token": fmt.Sprintf("seller-%d", i)})
	}
}

// card finds the card of a stall's first register.
func (e *evening) card(stall, kind string) string {
	e.t.Helper()
	for _, c := range e.cards {
		if c.stall == stall && c.kind == kind && c.register == "Register 1" {
			return c.address
		}
	}
	e.t.Fatalf("no card for the %s of %s", kind, stall)
	return ""
}

// openTills enrols a tablet of each stall with its printed code and signs its lead in with the PIN
// of the slip; the first two are real browsers, each with a display.
func (e *evening) openTills() {
	e.t.Helper()
	for i, stall := range kiosktest.EveningStalls {
		lead := fmt.Sprintf("Lead %d", i+1)
		till := &eveningTill{stall: stall}
		if i < 2 {
			e.openScreens(till, lead)
		} else {
			till.plain = kiosktest.NewDevice(e.t, e.base)
			till.plain.SignIn(till.plain.Enrol(e.card(stall, "tablet")), lead, e.pins[lead])
		}
		e.tills = append(e.tills, till)
	}
}

func (e *evening) openScreens(till *eveningTill, lead string) {
	e.t.Helper()
	till.screen = kiosktest.NewPage(e.t, e.browser, "till of "+till.stall, chromedp.WithNewBrowserContext())
	till.display = kiosktest.NewPage(e.t, e.browser, "display of "+till.stall, chromedp.WithNewBrowserContext())
	for p, kind := range map[*kiosktest.Page]string{till.screen: "tablet", till.display: "display"} {
		p.Size(1280, 800)
		p.Open(e.card(till.stall, kind)) // the page agrees by itself where scripts run
	}
	till.display.Wait("idle", `location.pathname == '/display' && document.querySelector('#screen')`, kiosktest.Patience)
	till.screen.Wait("sign in", `document.querySelector('#pin') && location.pathname == '/till/signin'`, kiosktest.Patience)
	till.screen.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('input[name=staff]').click()`))
	till.screen.Do(chromedp.SendKeys(`#pin-field`, e.pins[lead]))
	till.screen.Wait("the till", kiosktest.TillReady, kiosktest.Patience)
}

// sell rings up so many sales, every till in turn, and has each paid at the gateway.
func (e *evening) sell(n int) {
	e.t.Helper()
	for i := range n {
		till := e.tills[i%len(e.tills)]
		if till.screen != nil && till.sales >= 3 { // the rest of the sales are plain HTTP
			till = e.tills[2+i%(len(e.tills)-2)]
		}
		e.charge(till, 199+i*37)
		e.gateway.Control("pay", map[string]any{"link_id": till.last})
		e.paid(till)
	}
}

// charge rings up a sale and finds its link at the gateway.
func (e *evening) charge(till *eveningTill, cents int) {
	e.t.Helper()
	till.sales++
	if till.screen == nil {
		till.plain.Charge(fmt.Sprint(cents), fmt.Sprintf("one-command-key-of-evening-%d", cents))
	} else {
		till.screen.Do(chromedp.KeyEvent(fmt.Sprint(cents)), chromedp.KeyEvent("\r"))
		till.display.Wait("a code on the display", kiosktest.DisplayCode, kiosktest.Patience)
	}
	for deadline := time.Now().Add(kiosktest.Patience); ; time.Sleep(5 * time.Millisecond) {
		if id := e.payable(cents); id != 0 {
			till.last = id
			return
		}
		if time.Now().After(deadline) {
			e.t.Fatalf("%s: no link of %d cents", till.stall, cents)
		}
	}
}

// payable finds the link of an amount that waits for money.
func (e *evening) payable(cents int) int64 {
	e.t.Helper()
	_, body := e.gateway.Ask(http.MethodGet, "/control/links", "application/json", nil)
	var all []struct {
		ID     int64
		Amount int64
		Status string
		Split  string
	}
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		e.t.Fatal(err)
	}
	for _, l := range all {
		if l.Status == "Unused" && l.Amount == int64(cents) {
			if l.Split == "" {
				e.t.Errorf("the link of %d cents is not split", cents)
			}
			return l.ID
		}
	}
	return 0
}

// paid waits until the till says so.
func (e *evening) paid(till *eveningTill) {
	e.t.Helper()
	if till.screen != nil {
		till.display.Wait("paid", `document.querySelector('#screen').dataset.shows === 'paid'`, kiosktest.Patience)
		return
	}
	number := fmt.Sprintf("%04d", till.sales)
	for deadline := time.Now().Add(kiosktest.Patience); ; time.Sleep(5 * time.Millisecond) {
		if regexp.MustCompile(`paid:[A-Z0-9]+-` + number).MatchString(till.plain.StatePage("/till/state").Attr("#side", "data-sound")) {
			return
		}
		if time.Now().After(deadline) {
			e.t.Fatalf("%s: sale %s is not paid", till.stall, number)
		}
	}
}

// salePage opens the page of a till's newest sale.
func (e *evening) salePage(till *eveningTill) *markup.Page {
	e.t.Helper()
	return till.plain.Page(till.plain.Page("/till").Attr("#side .sales a", "href"))
}

// refund sends one sale back in part and one whole; the gateway's people approve both.
func (e *evening) refund() {
	e.t.Helper()
	for i, part := range []string{"1", ""} {
		till := e.tills[4+i]
		page := e.salePage(till)
		for deadline := time.Now().Add(kiosktest.Patience); !page.Has("input[name=do][value=refund]"); page = e.salePage(till) {
			if time.Sleep(100 * time.Millisecond); time.Now().After(deadline) {
				e.t.Fatalf("%s: no refund is offered", till.stall)
			}
		}
		till.plain.Post("/till/sale/decide", url.Values{
			"sale": {page.Attr("input[name=sale]", "value")}, "do": {"refund"}, "part": {part}, "amount": {"1,50"},
			"reason": {"cold soup"}, "pin": {e.pins[fmt.Sprintf("Lead %d", 5+i)]},
		})
		e.gateway.Approve(till.last)
	}
}

// payLate has a customer pay a link that was cancelled a moment ago.
func (e *evening) payLate() {
	e.t.Helper()
	till := e.tills[6]
	e.charge(till, 77777)
	till.plain.Post("/till/cancel", url.Values{"sale": {till.plain.Page("/till").Attr("form[action='/till/cancel'] input[name=sale]", "value")}})
	for deadline := time.Now().Add(kiosktest.Patience); e.payable(77777) != 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			e.t.Fatal("the link is not deleted")
		}
	}
	e.gateway.Control("faults", map[string]any{"name": "pay-deleted", "times": 1})
	e.gateway.Control("pay", map[string]any{"link_id": till.last})
	for deadline := time.Now().Add(kiosktest.Patience); !till.plain.StatePage("/till/state").Has("#side[data-sound*='trouble:']"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			e.t.Fatalf("late money raises no alarm:\n%s", till.plain.State("/till/state"))
		}
	}
}

// closeTills closes every register.
func (e *evening) closeTills() {
	e.t.Helper()
	for _, till := range e.tills {
		if till.screen == nil {
			till.plain.Post("/till/shift/close", url.Values{})
			continue
		}
		till.screen.Open(e.base + "/till/shift")
		till.screen.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('form.decide .go').focus()`), chromedp.KeyEvent("\r"))
		till.screen.Wait("the Z report", `location.pathname === '/till/shift/z'`, kiosktest.Patience)
	}
}

// bookSums are what the gateway's own book says, read without a line of the product.
type bookSums struct{ gross, refunds, others, fees kiosk.Money }

// compare adds up the statements of all stalls and wants the gateway's book, to the cent.
func (e *evening) compare() {
	e.t.Helper()
	want := e.bookSums()
	var got bookSums
	for deadline := time.Now().Add(kiosktest.Patience); ; time.Sleep(500 * time.Millisecond) {
		if got = e.statements(); got == want || time.Now().After(deadline) {
			break
		}
	}
	if got != want {
		e.t.Errorf("the statements say %+v, the gateway's book %+v", got, want)
	}
	e.t.Logf("12 statements: %+v", got)
}

// bookSums reads the file.
func (e *evening) bookSums() (sum bookSums) {
	e.t.Helper()
	files, err := filepath.Glob(filepath.Join(e.data, "*.book"))
	if err != nil || len(files) != 1 {
		e.t.Fatalf("books %v, %v", files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		e.t.Fatal(err)
	}
	type row struct {
		ID, User, Creator, Status string
		Amount, Fee, PSP          kiosk.Money
	}
	rows := map[string]row{}
	for line := range bytes.Lines(raw) {
		_, text, _ := bytes.Cut(line, []byte(" "))
		var entries []struct{ PayIn *row }
		if !bytes.HasPrefix(text, []byte("[")) || json.Unmarshal(text, &entries) != nil {
			continue
		}
		for _, one := range entries {
			if one.PayIn != nil && one.PayIn.Status == "Success" {
				rows[one.PayIn.ID] = *one.PayIn
			}
		}
	}
	for _, r := range rows {
		switch { // the row of the link's owner shows the whole sum, those of others their part of it
		case r.User != r.Creator:
			sum.others += max(0, r.Amount)
			continue
		case r.Amount < 0:
			sum.refunds -= r.Amount
		default:
			sum.gross += r.Amount
		}
		sum.fees += r.Fee + r.PSP
	}
	return sum
}

// statements adds up the statement of every stall, as its CSV file says it.
func (e *evening) statements() (sum bookSums) {
	e.t.Helper()
	e.office.Open(e.base + "/office")
	links := e.office.Word(`[...document.querySelectorAll('.stall a')].map(a => a.getAttribute('href')).join('\n')`)
	for _, path := range strings.Split(links, "\n") {
		text, err := chromedp.Run(e.office.Ctx, chromedp.Evaluate[string](
			fmt.Sprintf(`fetch(%q).then(r => r.ok ? r.text() : 'status ' + r.status)`, path+"/statement.csv"), chromedp.EvalAwaitPromise))
		if err != nil || strings.HasPrefix(text, "status") {
			e.t.Fatalf("%s: %v %s", path, err, text)
		}
		for name, field := range map[string]*kiosk.Money{
			"Paid by customers": &sum.gross, "Sent back to customers": &sum.refunds,
			"Went to other accounts at the moment of payment": &sum.others, "SecPaid's fees": &sum.fees,
		} {
			amount := e.statementLine(text, name)
			if name != "Paid by customers" {
				amount = -amount
			}
			*field += amount
		}
	}
	return sum
}

func (e *evening) statementLine(text, name string) kiosk.Money {
	e.t.Helper()
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.FieldsPerRecord = -1
	if line, _, _ := strings.Cut(text, "\n"); strings.Count(line, ";") > strings.Count(line, ",") {
		r.Comma = ';'
	}
	rows, err := r.ReadAll()
	if err != nil {
		e.t.Fatalf("%v in a statement:\n%s", err, text)
	}
	for _, row := range rows {
		if slices.Contains(row, name) {
			return cents(row[len(row)-1])
		}
	}
	return 0
}

// cents reads an amount as files write it: "-1234.50" or "-1234,50".
func cents(text string) kiosk.Money {
	minus := strings.HasPrefix(text, "-")
	digits := strings.NewReplacer("-", "", ".", "", ",", "").Replace(text)
	var sum kiosk.Money
	for _, c := range digits {
		sum = sum*10 + kiosk.Money(c-'0')
	}
	if minus {
		return -sum
	}
	return sum
}
