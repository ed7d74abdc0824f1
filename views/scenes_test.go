package views_test

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"qrkiosk/kiosk"
	counter "qrkiosk/kiosk/till"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// What the scenes are made of: the bakery of the samples, and how its sales stand.
var (
	lind, till2, noon = counterview.SampleStall, counterview.SampleRegister, counterview.SampleNow
	confirmed, late   = counterview.SampleFacts["confirmed"], counterview.SampleFacts["late"]
)

// The scenes are every state of every screen, for the tests that draw them all and for the
// gallery.
func tillScene(p views.Page, state string) templ.Component {
	s, x := counterview.SampleTill(state)
	if state == "wrong" {
		x.Error = p.For(lind).Explain(&kiosk.Error{
			Code: kiosk.Invalid, Key: kiosk.KeyAmountPlain, Field: "amount", Amounts: []kiosk.Money{1250, 125000},
		})
	}
	return counterview.TillPage(p, s, x)
}

// longNames are what people do call things: sixty characters, one word of 45, letters that go the
// other way, and families of four in one sign.
var longNames = []string{
	"Mountain cheese of the Sonnenscheinhof, matured for 24 months",
	"Donaudampfschifffahrtselektrizitätenhauptwerk",
	"خبز الزعتر بالجبنة البيضاء والزيتون الأسود والطماطم المجففة",
	"👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦 Family breakfast 👩‍👩‍👦‍👦👨‍👨‍👧‍👧 with everything that is on the table",
	"Tea",
}

// longLines rings one of each up, the dearest first.
func longLines() []kiosk.Line {
	var all []kiosk.Line
	for n, name := range longNames {
		all = append(all, kiosk.Line{Item: "i" + views.Text64(int64(n+1)), Name: name, Qty: int64(n + 1), Unit: 123456, VAT: 700})
	}
	return all
}

// tillOfNames is a till of a stall whose things have such names.
func tillOfNames(p views.Page) templ.Component {
	s, x := counterview.SampleTill("ready")
	x.Items = slices.Clone(x.Items)
	for n := range x.Items {
		x.Items[n].Name, x.Items[n].Price = longNames[n%len(longNames)], 123456
	}
	s.Cart.Lines = longLines()
	for n := range s.Cart.Lines {
		s.Cart.Lines[n].Name = "" // a cart of items keeps none
	}
	return counterview.TillPage(p, s, x)
}

// tillOfMany is a till of a stall that sells a great many things.
func tillOfMany(p views.Page) templ.Component {
	s, x := counterview.SampleTill("cart")
	for _, i := range slices.Clone(x.Items) {
		i.ID += "b"
		x.Items = append(x.Items, i)
	}
	return counterview.TillPage(p, s, x)
}

// displayOfNames is a customer's screen of such a cart.
func displayOfNames(p views.Page) templ.Component {
	d := counterview.SampleDisplay("cart")
	d.Cart.Lines = append(longLines(), longLines()...)
	return counterview.DisplayPage(p, d, counterview.DisplayExtras{})
}

// receiptOfNames is the receipt of such a sale.
func receiptOfNames(p views.Page) templ.Component {
	r := counterview.SampleReceipt("confirmed")
	r.Sale.Lines = longLines()
	return counterview.ReceiptPage(p, r)
}

// faceStates are what a till shows that is turned to the customer.
var faceStates = []string{"cart", "tip", "moment", "code", "checking", "paid"}

var displayStates = []string{
	"idle", "pictures", "cart", "tip", "tip-small", "moment", "away", "code", "code-large", "checking", "paid", "paid-no-receipt",
	"short", "pending",
}

// others are the pages that have no states of a sale.
func others(p views.Page) map[string]templ.Component {
	people := []kiosk.Staff{
		{ID: "ada", Name: "Ada", Role: kiosk.Cashier},
		{ID: "ben", Name: "Benedikta Maximiliane", Role: kiosk.Manager},
		{ID: "cy", Name: "Cyrus", Role: kiosk.Cashier},
	}
	match := kiosk.Match{Colour: "teal", Animal: "otter"}
	wrong := p.Explain(&kiosk.Error{Code: kiosk.Unauthorized, Key: counter.KeyPINWrong})
	sale := counterview.SampleSale("B2-0037", 1980, late)
	insecure := p
	insecure.Insecure, insecure.Mode = true, kiosk.Sandbox
	play := p
	play.Mode = kiosk.Sandbox
	all := map[string]templ.Component{
		"offline":       views.OfflinePage(p),
		"help":          counterview.HelpPage(p, "https://shop.example/till", "https://shop.example/display"),
		"signin":        counterview.SignInPage(p, counterview.SignIn{Stall: lind, Register: till2, Staff: people}),
		"signin-many":   counterview.SignInPage(play, counterview.SignIn{Stall: lind, Register: till2, Staff: crowd(), Chosen: "lea", Error: wrong}),
		"signin-wrong":  counterview.SignInPage(insecure, counterview.SignIn{Stall: lind, Register: till2, Staff: people, Chosen: "ada", Error: wrong}),
		"signin-wait":   counterview.SignInPage(p, counterview.SignIn{Stall: lind, Register: till2, Staff: people, Chosen: "ada", Wait: 300_000}),
		"enrol-tablet":  counterview.EnrolPage(p, kiosk.Tablet, "ticket"),
		"enrol-display": counterview.EnrolPage(p, kiosk.Display, "ticket"),
		"pairing":       counterview.PairingPage(p, counterview.Pairing{Kind: kiosk.Display, Code: "K7M2QX4D", Match: match, QR: codeOf("https://shop.example/till/pair?code=K7M2QX4D")}),
		"connect":       counterview.PairingPage(p, counterview.Pairing{Kind: kiosk.Tablet, Code: "K7M2QX4D", Match: match, QR: codeOf("https://shop.example/office"), Address: "https://shop.example/office"}),
		"pair-form":     counterview.TillPairForm(p, counterview.TillPair{Stall: lind, Address: "https://shop.example/display"}),
		"pair-wrong":    counterview.TillPairForm(p, counterview.TillPair{Stall: lind, Address: "https://shop.example/display", Code: "K7M2", Error: p.Explain(&kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyCodeUnknown})}),
		"pair-found":    counterview.TillPairForm(p, counterview.TillPair{Stall: lind, Code: "K7M2QX4D", Match: &match}),
		"error-404":     views.ErrorPage(p, p.Explain(&kiosk.Error{Code: kiosk.NotFound, Key: "not-found"}), ""),
		"error-500":     views.ErrorPage(p, p.Explain(&kiosk.Error{Code: kiosk.Internal, Key: kiosk.KeyInternal}), "7QK2-M4"),
		"sale-late":     counterview.SaleDetail(p, counterview.SaleView{Stall: lind, Sale: sale, Now: noon, Names: map[string]string{"ada": "Ada"}, May: []string{"attach", "close"}, Twin: counterview.SampleSale("B2-0042", 1980, nil)}),
		"sale-closed":   counterview.SaleDetail(p, counterview.SaleView{Stall: lind, Sale: closedSale(), Now: noon, Names: map[string]string{"ada": "Ada"}}),
		"sale-paid":     counterview.SaleDetail(p, counterview.SaleView{Stall: lind, Sale: counterview.SampleSale("B2-0041", 1250, confirmed), Now: noon, Names: map[string]string{"ada": "Ada"}, Receipt: "https://kiosk.example/r/x"}),
		"sale-none":     counterview.SaleDetail(p, counterview.SaleView{Stall: lind, Now: noon, Typed: "B2-9999", Error: p.Explain(&kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyNoSuchSale})}),
	}
	waiting, _ := counterview.SampleTill("parked")
	all["parked"], all["bill"] = counterview.ParkedPage(p, waiting), counterview.BillPage(p, counterview.SampleBill())
	for _, stage := range refundStages {
		all["sale-refund-"+string(stage)] = counterview.SaleDetail(p, refundOf(stage))
	}
	busy := xView()
	busy.Error = p.Explain(&kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyShiftBusy, Args: []string{"B2-0042"}})
	all["report-x"], all["report-z"], all["report-busy"] = views.ShiftPage(p, xView()), views.ShiftPage(p, zView()), views.ShiftPage(p, busy)
	all["report-first"] = views.ShiftPage(p, views.ShiftView{Stall: lind, Register: till2, Now: noon, Report: kiosk.Report{At: noon}})
	open := refundOf("")
	open.Refund = counterview.RefundForm{Part: true, Amount: "1250", Reason: "cold soup"}
	open.Error = p.Explain(&kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyAmountPlain, Amounts: []kiosk.Money{1250, 125000}})
	all["sale-refund-form"] = counterview.SaleDetail(p, open)
	return all
}

// crowd are more people than a low screen has room for; one has a long name.
func crowd() []kiosk.Staff {
	all := []kiosk.Staff{{ID: "long", Name: "Maximiliane von Donaudampfschifffahrtsgesellschaft-Oberstein", Role: kiosk.Manager}}
	for _, name := range strings.Fields("Ada Ben Cem Dora Emil Fritz Gül Hanna Ivo Jan Kim Lea") {
		all = append(all, kiosk.Staff{ID: strings.ToLower(name), Name: name, Role: kiosk.Cashier})
	}
	return all
}

func codeOf(address string) views.QRCode {
	q, err := views.QR(address)
	if err != nil {
		panic(err)
	}
	return q
}

var refundStages = []kiosk.RefundStage{
	kiosk.RefundAsked, kiosk.RefundFiled, kiosk.RefundUnsure, kiosk.RefundSeen, kiosk.RefundDeclined, kiosk.RefundRejected,
}

// refundOf is a sale whose refund has come so far; "" has none and may be refunded.
func refundOf(stage kiosk.RefundStage) counterview.SaleView {
	v := counterview.SaleView{Stall: lind, Now: noon, Names: map[string]string{"ada": "Ada"}}
	v.Sale = counterview.SampleSale("B2-0040", 1250, confirmed)
	r := kiosk.Refund{Link: 1, Amount: 1250, Staff: "ada", At: noon - 60_000, Why: "cold soup"}
	switch stage {
	case kiosk.RefundAsked:
	case kiosk.RefundFiled:
		r.Filed, r.At = true, noon-15*24*3_600_000
		v.May = []string{"rejected"}
	case kiosk.RefundUnsure:
		r.Unsure, v.May = true, []string{"rejected", "again"}
	case kiosk.RefundSeen:
		l := &v.Sale.Links[0]
		l.Rows = append(l.Rows, kiosk.Row{Key: "b", Kind: kiosk.RowRefund, Amount: -1250})
	case kiosk.RefundDeclined:
		r.Declined, r.Reason, r.Said = true, "gateway-refused", "Invalid refund amount"
	case kiosk.RefundRejected:
		r.Rejected, r.Reason = true, "the payer asked the bank first"
	default:
		v.May = []string{"refund"}
		return v
	}
	v.Sale.Refunds = []kiosk.Refund{r}
	return v
}

// closedSale is late money that a person has looked into.
func closedSale() *kiosk.Sale {
	sale := counterview.SampleSale("B2-0037", 1980, late)
	out, err := sale.Take(kiosk.Step{Kind: kiosk.StepClose, Actor: "ada", At: noon - 60_000, Reason: "the customer came back and took the cake"})
	if err != nil {
		panic(err)
	}
	return out.Sale
}
