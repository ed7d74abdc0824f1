package counterview

import (
	"slices"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// The samples are every state of every screen of a bakery, for the style guide and for tests.

// SamplePayURL is where the customers of the bakery pay.
const SamplePayURL = "https://app.secpaid.com/pay/link/1048577-c0ffee41"

// SampleNow is 14:33:02 UTC on 20 November 2026.
var SampleNow = time.Date(2026, 11, 20, 14, 33, 2, 0, time.UTC).UnixMilli()

// SampleStall is the bakery.
var SampleStall = kiosk.Stall{
	ID: "s1", Name: "Bakery Lind", Town: "Berlin", Tagline: "Fresh since six this morning.",
	Accent: "#12506B", Languages: []string{"de", "en"}, VAT: 700,
	Seller: "Lind Backwaren GmbH, Torstraße 1, 10119 Berlin", VATNumber: "DE123456789",
}

// SampleRegister is the second one of the bakery.
var SampleRegister = kiosk.Register{ID: "r2", Stall: "s1", Name: "Register 2", Prefix: "B2"}

// shelf is what the bakery sells.
var shelf = []kiosk.Item{
	{ID: "i1", Category: "Bread", Name: "Rye bread", Price: 350, VAT: 700, Colour: "brown"},
	{ID: "i2", Category: "Bread", Name: "Sourdough loaf", Price: 480, VAT: 700, Colour: "brown"},
	{ID: "i3", Category: "Bread", Name: "Poppy seed roll", Price: 70, VAT: 700, Colour: "brown"},
	{ID: "i4", Category: "Cakes", Name: "Apple cake", Price: 400, VAT: 700, Colour: "pink"},
	{ID: "i5", Category: "Cakes", Name: "Cheesecake with cherries and crumble", Price: 420, VAT: 700, Colour: "pink"},
	{ID: "i6", Category: "Cakes", Name: "Cinnamon bun", Price: 290, VAT: 700, Colour: "pink"},
	{ID: "i7", Category: "Drinks", Name: "Coffee", Price: 260, VAT: 1900, Colour: "teal"},
	{ID: "i8", Category: "Drinks", Name: "Cappuccino", Price: 340, VAT: 1900, Colour: "teal"},
	{ID: "i9", Category: "Drinks", Name: "Apple juice", Price: 280, VAT: 1900, Colour: "teal"},
	{ID: "i10", Name: "Bag", Price: 20, VAT: 1900},
}

// breakfast is what a customer of the bakery takes home.
func breakfast() []kiosk.Line {
	return []kiosk.Line{
		{Name: "Rye bread", Qty: 1, Unit: 350, VAT: 700},
		{Name: "Apple cake", Qty: 2, Unit: 400, VAT: 700},
		{Qty: 1, Unit: 120, VAT: 1900},
	}
}

// SampleSale makes a sale whose last link is what the facts say.
func SampleSale(number string, cents kiosk.Money, facts func(*kiosk.Sale, *kiosk.Link)) *kiosk.Sale {
	s := &kiosk.Sale{
		ID: "sale-" + number, Stall: "s1", Register: "r2", Number: number, Goods: cents,
		Match: kiosk.Match{Colour: "amber", Animal: "fox"}, Created: SampleNow - 14_000,
		Expires: SampleNow + 586_000, Staff: "ada", Receipt: "secret",
		Lines: []kiosk.Line{{Qty: 1, Unit: cents, VAT: 700}},
	}
	link := kiosk.Link{ID: "l-" + number, N: 1, Amount: cents, URL: SamplePayURL, Live: true, PayID: 1}
	if facts != nil {
		facts(s, &link)
	}
	if !s.AsksTip || s.TipChosen {
		s.Links = []kiosk.Link{link}
	}
	return s
}

func paidRow(cents kiosk.Money) kiosk.Row {
	return kiosk.Row{Key: "row", Kind: kiosk.RowPayment, Amount: cents}
}

func confirmed(s *kiosk.Sale, l *kiosk.Link) {
	l.Rows = []kiosk.Row{paidRow(l.Amount)}
	s.PaidAt = s.Created
	s.Released = true
}

func hollow(s *kiosk.Sale, l *kiosk.Link) { l.Noticed, s.PaidAt = true, s.Created }

func cancelled(s *kiosk.Sale, l *kiosk.Link) { l.Gone, s.Cancel = true, true }

func at(minutesAgo int64, s *kiosk.Sale) *kiosk.Sale {
	s.Created -= minutesAgo * 60_000
	if s.PaidAt > 0 {
		s.PaidAt = s.Created
	}
	return s
}

func late(s *kiosk.Sale, l *kiosk.Link) {
	l.Gone, s.Cancel = true, true
	l.Rows = []kiosk.Row{paidRow(l.Amount)}
}

// changing is a sale whose cart is open again.
func changing(s *kiosk.Sale, _ *kiosk.Link) { s.Cancel, s.Changed = true, true }

// history is the list of last sales of the pictures.
func history() []*kiosk.Sale {
	two := at(1, SampleSale("B2-0041", 1250, confirmed))
	two.Lines = []kiosk.Line{{Qty: 2, Unit: 625}}
	return []*kiosk.Sale{
		two,
		at(4, SampleSale("B2-0040", 420, confirmed)),
		at(8, SampleSale("B2-0039", 3100, cancelled)),
		at(12, SampleSale("B2-0038", 890, confirmed)),
		at(17, SampleSale("B2-0037", 1980, func(s *kiosk.Sale, l *kiosk.Link) {
			l.Rows = []kiosk.Row{paidRow(l.Amount)}
			s.PaidAt = s.Created
		})),
	}
}

// SampleFacts are what makes a sale be in each state, by the name of the state.
var SampleFacts = map[string]func(*kiosk.Sale, *kiosk.Link){
	"asking":  func(s *kiosk.Sale, _ *kiosk.Link) { s.AsksTip = true },
	"opening": func(_ *kiosk.Sale, l *kiosk.Link) { l.Live, l.URL, l.PayID, l.ShownAt = false, "", 0, 0 },
	"freeing": func(s *kiosk.Sale, l *kiosk.Link) {
		l.Live, l.URL, l.PayID, l.ShownAt = false, "", 0, 0
		s.Waits, s.From = true, "B2-0041"
	},
	"awaiting":    nil,
	"checking":    func(_ *kiosk.Sale, l *kiosk.Link) { l.Odd = 1 },
	"paid":        hollow,
	"confirmed":   confirmed,
	"over":        func(s *kiosk.Sale, l *kiosk.Link) { confirmed(s, l); l.Rows[0].Amount += 500 },
	"unconfirmed": func(s *kiosk.Sale, l *kiosk.Link) { hollow(s, l); s.PaidAt -= 120_000 },
	"retiring":    func(s *kiosk.Sale, _ *kiosk.Link) { s.Cancel = true },
	"cancelled":   cancelled,
	"changed":     func(s *kiosk.Sale, l *kiosk.Link) { cancelled(s, l); s.Changed, s.Into = true, "B2-0043" },
	"lapsed":      func(s *kiosk.Sale, l *kiosk.Link) { l.Gone, s.Lapse = true, true },
	"refused":     func(_ *kiosk.Sale, l *kiosk.Link) { l.Live, l.GivenUp, l.LastTry, l.URL = false, true, true, "" },
	"late":        late,
	"short":       func(_ *kiosk.Sale, l *kiosk.Link) { l.Rows = []kiosk.Row{paidRow(l.Amount - 200)} },
	"extra": func(s *kiosk.Sale, l *kiosk.Link) {
		confirmed(s, l)
		extra := paidRow(l.Amount)
		extra.Kind, extra.Key = kiosk.RowExtra, "row2"
		l.Rows = append(l.Rows, extra)
	},
	"claimed":   func(s *kiosk.Sale, l *kiosk.Link) { cancelled(s, l); l.Noticed = true },
	"used":      func(s *kiosk.Sale, l *kiosk.Link) { cancelled(s, l); l.Used = true },
	"24h":       func(s *kiosk.Sale, l *kiosk.Link) { hollow(s, l); l.Unconfirmed = true },
	"withdrawn": func(s *kiosk.Sale, l *kiosk.Link) { confirmed(s, l); l.Rows[0].Withdrawn = true },
	"dispute": func(s *kiosk.Sale, l *kiosk.Link) {
		confirmed(s, l)
		l.Rows = append(l.Rows, kiosk.Row{Key: "d", Kind: kiosk.RowDispute, Amount: -l.Amount})
	},
	"bank":  func(_ *kiosk.Sale, l *kiosk.Link) { l.Pending, l.BankLate = true, true },
	"aside": func(s *kiosk.Sale, _ *kiosk.Link) { s.Aside = true },
	"refunding": func(s *kiosk.Sale, l *kiosk.Link) {
		confirmed(s, l)
		s.Refunds = []kiosk.Refund{{Link: 1, Amount: l.Amount, Staff: "ada", At: SampleNow, Why: "cold soup", Filed: true}}
	},
	"refunded": func(s *kiosk.Sale, l *kiosk.Link) {
		confirmed(s, l)
		l.Rows = append(l.Rows, kiosk.Row{Key: "b", Kind: kiosk.RowRefund, Amount: -l.Amount})
	},
	"settled": func(s *kiosk.Sale, l *kiosk.Link) {
		cancelled(s, l)
		l.Noticed, l.Case = true, kiosk.Case{Closed: true, Claimed: true}
		s.Closed = []kiosk.Trouble{{Kind: kiosk.TroubleClaimed, N: 1}}
	},
}

var ambiguous = &kiosk.Error{
	Code: kiosk.Invalid, Key: kiosk.KeyAmountPlain, Field: "amount", Amounts: []kiosk.Money{1250, 125000},
}

// SampleTill is a till in a state: with nothing in hand, or with a sale of [SampleFacts].
func SampleTill(state string) (kiosk.TillScreen, TillExtras) {
	s := kiosk.TillScreen{
		Epoch: "e", Version: 7, Now: SampleNow, Mode: kiosk.Live, Stall: SampleStall, Register: SampleRegister,
		Shift: &kiosk.Shift{No: 3, Opened: SampleNow - 3*3_600_000}, Last: history(),
		Health: kiosk.Health{GatewaySeen: SampleNow - 4000, Webhooks: true, LastNotice: SampleNow - 60_000},
	}
	x := TillExtras{Staff: kiosk.Staff{ID: "ada", Name: "Ada", Role: kiosk.Cashier}, Key: "k-0123456789abcdef", Displays: 1, Items: shelf}
	switch state {
	case "keys":
		x.Items = nil
	case "tested":
		s.Test = &kiosk.SelfTest{
			ID: "t", Started: SampleNow - 60_000, Until: SampleNow - 50_000, Expects: 1, Hook: kiosk.HookCame, HookAt: SampleNow - 59_500,
			Screens: []kiosk.ScreenProof{
				{Device: "a", Kind: kiosk.Tablet, At: SampleNow - 59_400, Sound: "on", Awake: "on"},
				{Device: "b", Kind: kiosk.Display, At: SampleNow - 59_200, Sound: "on", Awake: "on", Clock: 700},
			},
		}
	case "testing":
		s.Test = &kiosk.SelfTest{ID: "t", Started: SampleNow - 1000, Until: SampleNow + 9000, Expects: 1}
	case "test-failed":
		s.Test = &kiosk.SelfTest{
			ID: "t", Started: SampleNow - 60_000, Until: SampleNow - 50_000, Expects: 2, Hook: kiosk.HookLost, HookAt: SampleNow - 55_000,
			Screens: []kiosk.ScreenProof{
				{Device: "a", Kind: kiosk.Tablet, At: SampleNow - 59_400, Sound: "off", Awake: "insecure", Clock: -240_000},
				{Device: "b", Kind: kiosk.Display, At: SampleNow - 59_200, Sound: "off", Awake: "off", Clock: 90_000},
			},
		}
	case "cart":
		s.Cart = kiosk.Cart{
			Lines:    []kiosk.Line{{Qty: 1, Unit: 350}, {Item: "i4", Qty: 2, Unit: 400}, {Item: "i8", Qty: 1, Unit: 340}},
			Discount: kiosk.Discount{Percent: 1000, Reason: "Regular customer"}, Updated: SampleNow,
		}
		x.Items = slices.Clone(shelf)
		x.Items[len(shelf)-1].SoldOut, _ = kiosk.LocalHour(s.Stall.Zone, s.Now)
	case "changing":
		s.Last = append([]*kiosk.Sale{SampleSale("B2-0042", 1270, changing)}, s.Last...)
		s.Cart = kiosk.Cart{Lines: []kiosk.Line{{Qty: 1, Unit: 1270}}, From: "B2-0042", Opened: SampleNow, Updated: SampleNow}
	case "after-all":
		s.Cart.AfterAll = s.Last[0].Number
	case "parked":
		s.Parked = SampleParked()
		s.Cart.Taken = &kiosk.TakenCart{Name: "Table 4", By: kiosk.Holder{Register: "r3", Name: "Register 3", Staff: "Ben", At: SampleNow - 120_000}}
	case "ready":
	case "closed":
		s.Shift, s.Last = nil, nil
	case "gateway-down":
		s.Health.GatewayDown = SampleNow - 90_000
	case "away":
		s.Current = SampleSale("B2-0042", 2934, SampleFacts["opening"])
		s.Health.GatewayDown = SampleNow - 41_000
		s.Away = kiosk.Away{Since: s.Health.GatewayDown, Next: SampleNow + 4000}
	case "unknown":
		s.Health = kiosk.Health{}
	case "display-offline":
		x.Displays = 0
	case "sandbox":
		s.Mode = kiosk.Sandbox
	case "alarm":
		s.AlarmSales = []*kiosk.Sale{at(9, SampleSale("B2-0036", 1980, late))}
	case "alerts":
		for _, kind := range kiosk.AlarmKinds[2:] {
			s.OtherAlarms = append(s.OtherAlarms, kiosk.Alarm{
				Kind: kind, Sale: SampleSale("B2-0036", 1980, late), Since: SampleNow - 90_000, Count: 2, Sum: 4380, Text: "2026-07-18",
			})
		}
	case "wrong":
		x.Error, x.Typed = views.Page{Lang: "en", Region: "de"}.Explain(ambiguous), "1250"
		x.Readings = []kiosk.Money{1250, 125000}
	default:
		sale := SampleSale("B2-0042", 1270, SampleFacts[state])
		if state == "checking" || state == "hollow" {
			sale.OrderNumber = "B2 117"
		}
		if sale.Current() && sale.State() != kiosk.Paid {
			s.Current = sale
			if l := sale.Shown(); l != nil {
				s.PayURL = l.URL
			}
		} else {
			s.Last = append([]*kiosk.Sale{sale}, s.Last...)
			if sale.State() == kiosk.Review || sale.Unconfirmed(s.Now) {
				s.AlarmSales = []*kiosk.Sale{sale}
			}
		}
	}
	return s, x
}

// SampleParked are parked carts: one whose price has changed, one that is open elsewhere, a bill of which
// half is charged, and one whose day is over and that owes something.
func SampleParked() []kiosk.ParkedView {
	cart := func(id, name string, at int64) kiosk.ParkedCart {
		return kiosk.ParkedCart{ID: id, Name: name, At: SampleNow - at, Lines: []kiosk.Line{{Item: "i4", Name: "Apple cake", Qty: 2, Unit: 400}, {Qty: 1, Unit: 120}}}
	}
	held, split := cart("p2", "Table 6", 900_000), cart("p3", "", 1_200_000)
	held.Holder = kiosk.Holder{Register: "r3", Name: "Register 3", Staff: "Ben", At: SampleNow - 60_000}
	late := cart("p4", "Window seat", 80_000_000)
	half := kiosk.EqualPortion(split.Lines, 2)
	split.Portions = []kiosk.Portion{{Sale: "s1", Lines: half}}
	late.Portions = []kiosk.Portion{{Sale: "s2", Lines: half}}
	sale := SampleSale("B2-0035", 460, confirmed)
	sale.Lines, sale.Bill = half, split.ID
	return []kiosk.ParkedView{
		{Bill: kiosk.Bill{ParkedCart: cart("p1", "Table 5", 300_000)}, Total: 960, Different: []kiosk.PriceDifference{{Name: "Apple cake", Was: 400, Now: 420}}},
		{Bill: kiosk.Bill{ParkedCart: held}, Total: 920},
		{Bill: kiosk.Bill{ParkedCart: split, Whole: split.Lines, Sales: []*kiosk.Sale{sale}}, Total: 460},
		{Bill: kiosk.Bill{ParkedCart: late}, Total: 460, Ended: true, Owed: []kiosk.Share{{Token: "market", Name: "Market", Fixed: 50}}},
	}
}

// SampleBill is the bill among them, with a third of the rest chosen.
func SampleBill() BillView {
	return BillView{Stall: SampleStall, Bill: SampleParked()[2].Bill, Key: "k-0123456789abcdef", Order: PortionChoice{Equal: 3}}
}

// SampleDisplay is a customer's screen in a state.
func SampleDisplay(state string) kiosk.DisplayScreen {
	stall := SampleStall
	stall.Languages = []string{"de", "en"}
	d := kiosk.DisplayScreen{Epoch: "e", Version: 7, Now: SampleNow, Mode: kiosk.Live, Stall: stall, Register: SampleRegister}
	d.Shows = kiosk.DisplayState(state)
	switch state {
	case "idle":
	case "pictures":
		d.Shows = kiosk.ShowsIdle
		d.Pictures = []kiosk.Picture{{ID: "p1", Name: "Loaves on a shelf", Width: 1200, Height: 1200}, {ID: "p2", Name: "Apple cake", Width: 1200, Height: 1200}}
	case "cart":
		d.Cart = kiosk.Cart{Lines: breakfast()}
	case "tip":
		d.Sale = SampleSale("B2-0042", 1270, SampleFacts["asking"])
		d.Sale.Lines = breakfast()
	case "tip-small":
		d.Shows, d.Sale = kiosk.ShowsTip, SampleSale("B2-0042", 420, SampleFacts["asking"])
	case "moment":
		d.Sale = SampleSale("B2-0042", 1270, SampleFacts["opening"])
	case "away":
		d.Shows, d.Sale = kiosk.ShowsMoment, SampleSale("B2-0042", 1270, SampleFacts["opening"])
		d.Away = kiosk.Away{Since: SampleNow - 41_000, Next: SampleNow + 4000}
	case "short":
		d.Sale = SampleSale("B2-0042", 1270, SampleFacts["short"])
	case "pending":
		d.Sale = SampleSale("B2-0042", 1270, SampleFacts["awaiting"])
	case "code":
		d.Sale, d.PayURL = SampleSale("B2-0042", 1270, nil), SamplePayURL
		d.Sale.Lines = breakfast()
	case "code-large":
		d.Shows, d.Sale, d.PayURL = kiosk.ShowsCode, SampleSale("B2-0042", 12345678, nil), SamplePayURL
		d.Sale.Match, d.Sale.OrderNumber = kiosk.Match{Colour: "coral", Animal: "robin"}, "B2 117"
	case "checking":
		d.Sale = SampleSale("B2-0042", 1270, SampleFacts["checking"])
	case "paid":
		d.Sale, d.Receipt = SampleSale("B2-0042", 1270, hollow), "https://kiosk.example/r/Zk3ZbG9kZ2Vyc3RvbmU0Mg"
		d.Next = SampleNow + 6000
	case "paid-no-receipt":
		d.Shows, d.Sale = kiosk.ShowsPaid, SampleSale("B2-0042", 1270, hollow)
		d.Sale.Tip, d.Sale.Links[0].Amount, d.Sale.OrderNumber = 130, 1400, "B 17"
		d.Sale.Match = kiosk.Match{Colour: "teal", Animal: "robin"} // the longest words stand in this card
	}
	return d
}

// SampleReceipt is the receipt of a sale of [SampleFacts].
func SampleReceipt(state string) kiosk.ReceiptScreen {
	s := SampleSale("B2-0042", 1270, SampleFacts[state])
	if state == "confirmed" || state == "awaiting" {
		s.OrderNumber = "B 17"
	}
	s.Lines = breakfast()
	return kiosk.ReceiptScreen{Now: SampleNow, Mode: kiosk.Live, Stall: SampleStall, Register: SampleRegister, Sale: s, State: s.State()}
}
