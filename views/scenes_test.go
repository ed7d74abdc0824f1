package views

import (
	"github.com/a-h/templ"

	"qrkiosk/kiosk"
	counter "qrkiosk/kiosk/till"
)

// The scenes are every state of every screen, for the tests that draw them all and for the
// gallery.
func tillScene(p Page, state string) templ.Component {
	s, x := tillOf(state)
	if state == "wrong" {
		x.Error = p.For(lind).Explain(plainAmount)
	}
	return TillPage(p, s, x)
}

var displayStates = []string{
	"idle", "pictures", "cart", "tip", "tip-small", "moment", "code", "code-large", "checking", "paid", "paid-no-receipt",
}

// others are the pages that have no states of a sale.
func others(p Page) map[string]templ.Component {
	people := []kiosk.Staff{
		{ID: "ada", Name: "Ada", Role: kiosk.Cashier},
		{ID: "ben", Name: "Benedikta Maximiliane", Role: kiosk.Manager},
		{ID: "cy", Name: "Cyrus", Role: kiosk.Cashier},
	}
	match := kiosk.Match{Colour: "teal", Animal: "otter"}
	wrong := p.Explain(&kiosk.Error{Code: kiosk.Unauthorized, Key: counter.KeyPINWrong})
	sale := saleOf("B2-0037", 1980, late)
	insecure := p
	insecure.Insecure, insecure.Mode = true, kiosk.Sandbox
	all := map[string]templ.Component{
		"offline":       OfflinePage(p),
		"help":          HelpPage(p, "https://shop.example/till", "https://shop.example/display"),
		"signin":        SignInPage(p, SignIn{Stall: lind, Register: till2, Staff: people}),
		"signin-wrong":  SignInPage(insecure, SignIn{Stall: lind, Register: till2, Staff: people, Chosen: "ada", Error: wrong}),
		"signin-wait":   SignInPage(p, SignIn{Stall: lind, Register: till2, Staff: people, Chosen: "ada", Wait: 300_000}),
		"enrol-tablet":  EnrolPage(p, kiosk.Tablet, "ticket"),
		"enrol-display": EnrolPage(p, kiosk.Display, "ticket"),
		"stranger-till": NotEnrolledPage(p, kiosk.Tablet),
		"stranger-disp": NotEnrolledPage(p, kiosk.Display),
		"pairing":       PairingPage(p, "K7M2QX4D", match, qrOrNew(QRCode{}, "https://shop.example/till/pair?code=K7M2QX4D")),
		"pair-form":     TillPairForm(p, TillPair{Stall: lind}),
		"pair-wrong":    TillPairForm(p, TillPair{Stall: lind, Code: "K7M2", Error: p.Explain(&kiosk.Error{Code: kiosk.Invalid, Key: counter.KeyCodeUnknown})}),
		"pair-found":    TillPairForm(p, TillPair{Stall: lind, Code: "K7M2QX4D", Match: &match}),
		"error-404":     ErrorPage(p, 404, p.Explain(&kiosk.Error{Code: kiosk.NotFound, Key: "not-found"}), ""),
		"error-500":     ErrorPage(p, 500, p.Explain(&kiosk.Error{Code: kiosk.Internal, Key: kiosk.KeyInternal}), "7QK2-M4"),
		"sale-late":     SaleDetail(p, SaleView{Stall: lind, Sale: sale, Now: noon, Names: map[string]string{"ada": "Ada"}, May: []string{"attach", "close"}}),
		"sale-closed":   SaleDetail(p, SaleView{Stall: lind, Sale: closedSale(), Now: noon, Names: map[string]string{"ada": "Ada"}}),
		"sale-paid":     SaleDetail(p, SaleView{Stall: lind, Sale: saleOf("B2-0041", 1250, confirmed), Now: noon, Names: map[string]string{"ada": "Ada"}, Receipt: "https://kiosk.example/r/x"}),
		"sale-none":     SaleDetail(p, SaleView{Stall: lind, Now: noon, Typed: "B2-9999", Error: p.Explain(&kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyNoSuchSale})}),
	}
	for _, stage := range refundStages {
		all["sale-refund-"+string(stage)] = SaleDetail(p, refundOf(stage))
	}
	busy := xView()
	busy.Error = p.Explain(&kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyShiftBusy, Args: []string{"B2-0042"}})
	all["report-x"], all["report-z"], all["report-busy"] = ShiftPage(p, xView()), ShiftPage(p, zView()), ShiftPage(p, busy)
	all["report-first"] = ShiftPage(p, ShiftView{Stall: lind, Register: till2, Now: noon, Report: kiosk.Report{At: noon}})
	open := refundOf("")
	open.Refund = RefundForm{Part: true, Amount: "1250", Reason: "cold soup"}
	open.Error = p.Explain(&kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyAmountPlain, Amounts: []kiosk.Money{1250, 125000}})
	all["sale-refund-form"] = SaleDetail(p, open)
	return all
}

var refundStages = []kiosk.RefundStage{
	kiosk.RefundAsked, kiosk.RefundFiled, kiosk.RefundUnsure, kiosk.RefundSeen, kiosk.RefundDeclined, kiosk.RefundRejected,
}

// refundOf is a sale whose refund has come so far; "" has none and may be refunded.
func refundOf(stage kiosk.RefundStage) SaleView {
	v := SaleView{Stall: lind, Now: noon, Names: map[string]string{"ada": "Ada"}}
	v.Sale = saleOf("B2-0040", 1250, confirmed)
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
	sale := saleOf("B2-0037", 1980, late)
	out, err := sale.Take(kiosk.Step{Kind: kiosk.StepClose, Actor: "ada", At: noon - 60_000, Reason: "the customer came back and took the cake"})
	if err != nil {
		panic(err)
	}
	return out.Sale
}
