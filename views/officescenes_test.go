package views_test

import (
	"github.com/a-h/templ"

	"qrkiosk/kiosk"
	admin "qrkiosk/kiosk/office"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

var (
	quay   = kiosk.Stall{ID: "s-quay", Name: "Fischbude am Kai", Town: "Kiel", Seller: "Kai Hansen", Created: noon}
	chief  = kiosk.User{ID: "o", Name: "office@market.example", Role: kiosk.Organizer, Recovery: []string{"x", "", "y"}}
	ada    = kiosk.Staff{ID: "p-1", Stall: lind.ID, Name: "Ada", Role: kiosk.Cashier, Created: noon}
	boss   = kiosk.Staff{ID: "p-2", Stall: lind.ID, Name: "Lindström-Baumgart", Role: kiosk.Manager, Created: noon}
	terms  = []kiosk.Share{{Token: "lind-bakery", Name: "Bäckerei Lind", Percent: 8900}, {Token: "park", Name: "Stadtpark", Fixed: 10}}
	coffee = kiosk.Item{ID: "i-1", Stall: lind.ID, Category: "Getränke", Name: "Kaffee", Price: 350, VAT: 1900}
)

// officeScenes is every page of the office.
func officeScenes(p views.Page) map[string]templ.Component {
	frame := func(section, title string) officeview.Frame {
		return officeview.Frame{User: chief, Section: section, Title: title}
	}
	of := func(tab, title string) officeview.Frame {
		f := frame("stalls", title)
		f.Stall, f.Tab = &lind, tab
		return f
	}
	viewing := func(f officeview.Frame) officeview.Frame { f.User.Role = kiosk.Viewer; return f }
	books := func(f officeview.Frame) officeview.Frame { f.Styles = []string{"css/books.css"}; return f }
	code, err := views.QR("https://kiosk.example/till/enrol/0123456789abcdef0123456789abcdef")
	if err != nil {
		panic(err)
	}
	wrong := p.Explain(&kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyDays})
	said := frame("stalls", p.T("office.home.title"))
	said.Said = "stall-added"
	all := map[string]templ.Component{
		"office-signin":       officeview.SignInPage(p, "", nil),
		"office-signin-wrong": officeview.SignInPage(p, "office@market.example", wrong),
		"office-code":         officeview.CodePage(p, nil),
		"office-again":        officeview.AgainPage(p, frame("stalls", p.T("office.again.title")), true),
		"office-setup":        officeview.SetupCode(p, "", nil),
		"office-setup-you":    officeview.SetupYouPage(p, officeview.SetupYou{Name: "office@market.example"}),
		"office-setup-factor": officeview.SetupFactor(p, code, "ABCD EFGH IJKL MNOP", nil),
		"office-recovery":     officeview.RecoveryCodes(p, []string{"ABCD-EFGH", "JKLM-NPQR", "STUV-WXYZ"}),
		"office-home": officeview.HomePage(p, said, officeview.Home{
			Stalls: []kiosk.Stall{lind, quay}, Registers: map[string][]kiosk.Register{lind.ID: {till2}},
		}),
		"office-home-alarms": officeview.HomePage(p, frame("stalls", p.T("office.home.title")), officeview.Home{
			Stalls: []kiosk.Stall{lind, quay}, Alarms: houseAlarms(), Clerk: kiosk.OfficeActor{Role: kiosk.Organizer}, Now: noon,
		}),
		"office-you":        officeview.YouPage(p, frame("you", p.T("office.own.title"))),
		"office-registers":  officeview.RegistersPage(p, of("registers", lind.Name), fleetOfLind()),
		"office-register":   officeview.RegisterPage(p, of("registers", till2.Name), fleetOfLind()),
		"office-pair":       officeview.PairPage(p, of("registers", p.T("office.pair.title")), fleetOfLind(), kiosk.Pairing{Code: "K7M2QX4D", Match: kiosk.Match{Colour: "teal", Animal: "otter"}, Name: "Mozilla/5.0 (Linux; Android 14) Chrome/130"}),
		"office-pair-wrong": officeview.RegisterPage(p, wrongCode(p, of("registers", till2.Name)), typedCode()),
		"office-lost":       officeview.LostPage(p, of("registers", till2.Name), fleetOfLind()),
		"office-staff":      officeview.StallStaffPage(p, of("staff", lind.Name), officeview.StallStaff{Stall: lind, People: []kiosk.Staff{ada, boss}}),
		"office-import":     officeview.ImportPage(p, frame("import", "CSV"), officeview.Import{}),
		"office-cards": officeview.CardChoicePage(p, frame("cards", lind.Name), officeview.CardChoice{Stalls: []officeview.CardStall{
			{Stall: lind, Registers: []kiosk.Register{till2}, People: []kiosk.Staff{ada, boss}},
		}}),
		"office-cards-print": officeview.CardsPage(p, officeview.Cards{Back: views.PathOffice, Cards: []officeview.Card{
			{Kind: "tablet", Stall: lind.Name, Register: till2.Name, Code: code, Address: "https://kiosk.example/till/enrol/0123456789abcdef", Until: noon},
			{Kind: "display", Stall: lind.Name, Register: till2.Name, Code: code, Address: "https://kiosk.example/display/enrol/0123456789abcdef", Until: noon},
			{Kind: "pin", Stall: lind.Name, Person: boss.Name, Role: boss.Role, PIN: "482915"},
		}}),
		"office-wall":               officeview.WallPage(p, frame("wall", lind.Name), wallOf()),
		"office-wall-alarms":        officeview.WallPage(p, frame("wall", lind.Name), alarmedWall()),
		"office-stall-look":         officeview.StallLookPage(p, of("look", lind.Name), officeview.StallLook{Stall: lind}),
		"office-stall-viewer":       officeview.StallSellingPage(p, viewing(of("selling", lind.Name)), officeview.StallSelling{Stall: lind}),
		"office-stall-selling":      officeview.StallSellingPage(p, of("selling", lind.Name), officeview.StallSelling{Stall: lind}),
		"office-stall-items":        officeview.StallItemsPage(p, of("items", lind.Name), officeview.StallItems{Stall: lind, Items: []kiosk.Item{coffee}}),
		"office-items-import":       officeview.ItemImportPage(p, of("items", p.T("office.itemfile.title")), officeview.ItemImport{Stall: lind}),
		"office-items-import-look":  officeview.ItemImportPage(p, of("items", p.T("office.itemfile.title")), itemFileOf(false)),
		"office-items-import-wrong": officeview.ItemImportPage(p, of("items", p.T("office.itemfile.title")), itemFileOf(true)),
		"office-stall-terms": officeview.StallTermsPage(p, of("split", lind.Name), officeview.StallTerms{
			Stall: lind, Lines: officeview.TermsLines(p, terms), Terms: terms, Unsaved: true, Checked: true,
			Previews: []kiosk.Preview{kiosk.PreviewTerms(terms, 1000), kiosk.PreviewTerms(terms, 5)},
		}),
		"office-stall-account": officeview.StallAccountPage(p, of("account", lind.Name), officeview.StallAccount{
			Stall: lind, SetBy: boss.Name, Account: kiosk.StallAccount{ID: "own", Last: "k4Qz", AccountNumber: "b44c4429-4a7b-4e27-85af-c1c2f43f4ffe", Set: noon},
		}),
		"office-stall-account-house": officeview.StallAccountPage(p, of("account", lind.Name), officeview.StallAccount{Stall: lind}),
		"office-takings":             officeview.Takings(p, books(frame("takings", p.T("office.takings.title"))), takingsOf(kiosk.ByHour)),
		"office-items":               officeview.Takings(p, books(frame("takings", p.T("office.takings.title"))), takingsOf(kiosk.ByVAT)),
		"office-shifts":              officeview.Shifts(p, books(frame("shifts", p.T("office.shifts.title"))), shiftsOf()),
		"office-report":              views.ShiftPage(p, views.ShiftView{Stall: lind, Register: till2, Report: zOf(), Names: map[string]string{ada.ID: ada.Name, boss.ID: boss.Name}, Now: noon, Back: officeview.PathShifts, CSV: "/x"}),
		"office-payouts":             officeview.Payouts(p, books(frame("payouts", p.T("office.payouts.page"))), payoutsOf()),
		"office-exports":             officeview.Exports(p, books(frame("exports", p.T("office.exports.title"))), officeview.ExportsPage{Days: officeview.NewDays(today, today, today), Stalls: []kiosk.Stall{lind, quay}}),
		"office-statement":           officeview.Statement(p, books(of("statement", p.T("office.statement.title"))), statementOf("https://kiosk.example/s/0123456789abcdef")),
		"owner-statement":            officeview.OwnerStatement(p.For(lind), statementOf("")),
	}
	return all
}

var today = noon / (24 * 60 * 60 * 1000)

// itemFileOf is the preview of a file of items, with everything that may become of a line or be wrong.
func itemFileOf(wrong bool) officeview.ItemImport {
	fault := func(line int, column, key string, args ...string) kiosk.LineFault {
		return kiosk.LineFault{Line: line, Column: column, Err: &kiosk.Error{Code: kiosk.Invalid, Key: key, Args: args}}
	}
	if wrong {
		return officeview.ItemImport{Stall: lind, Plan: &kiosk.ItemPlan{Faults: []kiosk.LineFault{
			fault(3, "price", admin.KeyItemFileAmbiguous, "1.234"), fault(7, "", admin.KeyItemFileTwice, "4", "Roggenbrot"),
			fault(12, "colour", admin.KeyItemFileColour, "mauve", "amber, red, blue, green, violet, pink, teal, brown, grey, lime, coral, navy"),
		}}}
	}
	rye := kiosk.Item{ID: "i-2", Category: "Brot", Name: "Roggenmischbrot mit Sonnenblumenkernen", Price: 450, VAT: 700, Colour: "amber", Order: 10}
	dearer, back := rye, kiosk.Item{ID: "i-3", Category: "Brot", Name: "Stollen", Price: 1_890, VAT: 700, Order: 40}
	dearer.Price, dearer.Category, dearer.Colour = 480, "Brot & Brötchen", "brown"
	cake := kiosk.Item{Name: "Apfelkuchen", Category: "Kuchen", Price: 350, VAT: 700, Colour: "green", Order: 50}
	return officeview.ItemImport{Stall: lind, Draft: "x", Plan: &kiosk.ItemPlan{
		Items: []kiosk.PlannedItem{
			{Item: dearer, Was: rye, Line: 2, Fate: kiosk.ItemChanged},
			{Item: coffee, Was: coffee, Line: 3, Fate: kiosk.ItemSame},
			{Item: cake, Line: 4, Fate: kiosk.ItemNew},
			{Item: back, Was: back, Line: 5, Fate: kiosk.ItemBack},
		},
		Missing: []kiosk.Item{{ID: "i-4", Name: "Tee", Category: "Getränke", Price: 250, VAT: 1900, Order: 60}},
	}}
}

func fleetOfLind() officeview.Registers {
	tablet := kiosk.Device{ID: "d-1", Kind: kiosk.Tablet, Register: till2.ID, Name: "Tablet", Created: noon}
	display := kiosk.Device{ID: "d-2", Kind: kiosk.Display, Register: till2.ID, Name: "Display", Created: noon}
	return officeview.Registers{
		Stall: lind, Move: []kiosk.Stall{quay}, Online: map[string]bool{"d-1": true},
		Address: "https://kiosk.example/till",
		Registers: []kiosk.RegisterOverview{{
			Register: till2, Shift: &kiosk.Shift{ID: "sh", No: 4, Opened: noon}, Devices: []kiosk.Device{tablet, display},
			Health:  map[string]kiosk.DeviceHealth{},
			Tickets: []kiosk.Ticket{{Hash: "h", Kind: kiosk.Display, Register: till2.ID, Expires: noon}},
		}},
	}
}

// typedCode is a register at which the code of a display was typed for a tablet.
func typedCode() officeview.Registers {
	r := fleetOfLind()
	r.Code = "K7M2 QX4D"
	return r
}

func wrongCode(p views.Page, f officeview.Frame) officeview.Frame {
	f.Error = p.Explain(&kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyCodeOfDisplay, Field: "code"})
	return f
}

func wallOf() officeview.Wall {
	calm := kiosk.WallTile{Register: till2, Stall: lind, Opened: noon, Kept: 123_450, Sales: 87, Delay: 900}
	loud := kiosk.WallTile{
		Register: kiosk.Register{ID: "r-9", Stall: quay.ID, Name: "Kasse am Steg", Prefix: "F1"}, Stall: quay, Opened: noon, Delay: -1,
		Alarms: 1, Warnings: []kiosk.WallWarning{kiosk.WallAlarm, kiosk.WallSlow, kiosk.WallNoTill, kiosk.WallNoDisplay},
	}
	fresh := till2
	fresh.ID = "r-3"
	return officeview.Wall{Tiles: []kiosk.WallTile{loud, calm, {Register: fresh, Stall: lind, Delay: -1}}, Now: noon, Lease: 15_000}
}

// houseAlarms are all that the house can have at once, with sales of a register.
func houseAlarms() []kiosk.Alarm {
	return []kiosk.Alarm{
		{Kind: kiosk.AlarmReview, Register: till2.ID, Since: noon, Sale: &kiosk.Sale{Number: "B2-0042", Stall: lind.ID}},
		{Kind: kiosk.AlarmOver, Register: till2.ID, Since: noon, Sale: &kiosk.Sale{Number: "B2-0043", Stall: lind.ID}},
		{Kind: kiosk.AlarmStore, Since: noon},
		{Kind: kiosk.AlarmKey, Since: noon},
		{Kind: kiosk.AlarmGateway, Since: noon - 90_000_000},
		{Kind: kiosk.AlarmKey, Since: noon, AccountID: "o-1", Account: kiosk.AccountName{Stall: lind.ID, Name: lind.Name, Last: "x4f2"}},
		{Kind: kiosk.AlarmClock, Since: noon, Text: "+1m30s"},
		{Kind: kiosk.AlarmUnmatched, Since: noon, Count: 3, Sum: 12_345},
		{Kind: kiosk.AlarmQuarantine, Since: noon, Count: 1, Sum: 1_250},
		{Kind: kiosk.AlarmAudit, Since: noon, Count: 2, Text: "2026-11-19"},
		{Kind: kiosk.AlarmRestored, Since: noon, Count: 1},
	}
}

func alarmedWall() officeview.Wall {
	w := wallOf()
	w.Health.GatewayDown = noon
	w.Alarms = houseAlarms()[4:7]
	return w
}

// dayFigures are the sums of a good day with a bit of everything.
var dayFigures = kiosk.Figures{
	Sales: 87, Gross: 123_450, Tips: 4_560, Refunds: 1_250, Disputes: 500, Withdrawn: 100, UnconfirmedSales: 1, Unconfirmed: 890,
	ReviewSales: 2, Review: 2_500, Commission: 9_000, Fee: 1_852, FeePSP: 2_100, Net: 117_650,
}

func takingsOf(by kiosk.TakingsBy) officeview.TakingsPage {
	b := kiosk.TakingsTable{
		Query: kiosk.TakingsTableQuery{First: today, Last: today, By: by}, Sum: dayFigures,
		Stalls: []kiosk.Stall{lind, quay}, Names: map[string]string{lind.ID: lind.Name},
	}
	if by == kiosk.ByVAT {
		b.Sold = []kiosk.Sold{{VAT: 700, Qty: 120, Amount: 90_000}, {VAT: 1900, Qty: 31, Amount: 27_040}, {Item: kiosk.SoldTip, Qty: 0, Amount: 4_560}}
	} else {
		b.Rows = []kiosk.Takings{{Hour: 9, Figures: kiosk.Figures{Sales: 20, Gross: 30_000}}, {Hour: 14, Figures: dayFigures}}
	}
	return officeview.TakingsPage{Table: b, Days: officeview.NewDays(today, today, today)}
}

func shiftsOf() officeview.ShiftsPage {
	z := zOf()
	other := z
	other.Stall, other.Register, other.Unconfirmed = quay.ID, "r-9", nil
	names := map[string]string{lind.ID: lind.Name, quay.ID: quay.Name, till2.ID: till2.Name, "r-9": "Kasse am Steg", boss.ID: boss.Name}
	return officeview.ShiftsPage{Days: officeview.NewDays(today-1, today, today), List: kiosk.Shifts{
		Days: []kiosk.ShiftDay{
			{Day: today - 1, Reports: []kiosk.Report{z}, Sum: dayFigures},
			{Day: today, Reports: []kiosk.Report{z, other}, Sum: dayFigures.Plus(dayFigures)},
		},
		Sum: dayFigures.Plus(dayFigures).Plus(dayFigures), Stalls: []kiosk.Stall{lind, quay}, Names: names,
	}}
}

func zOf() kiosk.Report {
	return kiosk.Report{
		Register: till2.ID, Stall: lind.ID, Shift: "sh", No: 12, Opened: noon, OpenedBy: ada.ID, Closed: noon, ClosedBy: boss.ID, Figures: dayFigures,
		OfShift: dayFigures, Total: dayFigures.Plus(dayFigures), Unconfirmed: []kiosk.Pending{{Number: "B2-0042", At: noon, Kept: 890}},
	}
}

func payoutsOf() officeview.PayoutsPage {
	paid := kiosk.Payout{TransactionID: "20261119-po-AbCdEfGh12", Day: "2026-11-19", Net: 117_650, Status: "Completed"}
	stranger := kiosk.Unmatched{PayID: 90_417, Ref: "BLUMEN", Row: kiosk.Row{Key: "20261119-pi-x", Amount: 2_500, Net: 2_400, At: "2026-11-19 14:02:11"}}
	return officeview.PayoutsPage{
		Days: officeview.NewDays(today-13, today, today), Accounts: officeview.AccountNames{"own": {Stall: lind.ID, Name: lind.Name, Last: "k4Qz"}},
		Matches: []kiosk.PayoutComparison{
			{Day: "2026-11-20", Ours: kiosk.PayInSum{Rows: 12, Net: 9_870}, Expected: 9_870},
			{Day: "2026-11-20", AccountID: "own", Ours: kiosk.PayInSum{Rows: 5, Net: 4_120}, Expected: 4_120},
			{Day: "2026-11-19", Ours: kiosk.PayInSum{Rows: 87, Net: 117_650}, Expected: 117_650, Paid: 117_650, Payouts: []kiosk.Payout{paid}},
			{Day: "2026-11-18", Ours: kiosk.PayInSum{Rows: 40, Net: 50_000}, Expected: 52_400, Paid: 51_000, Payouts: []kiosk.Payout{paid}, Unmatched: []kiosk.Unmatched{stranger}},
		},
		Unmatched: []kiosk.Unmatched{stranger},
		Held:      []kiosk.Quarantined{{PayID: 90_511, Ref: "HXN02EK418HRND9G1K", Amount: 1_250, Seen: noon, State: kiosk.QuarantineHeld}},
		Audits: []kiosk.AuditDay{
			{Day: "2026-11-19", Ours: kiosk.Tally{Payments: 87, Paid: 123_450}, Theirs: kiosk.Tally{Payments: 87, Paid: 123_450}, Complete: true},
			{Day: "2026-11-18", Ours: kiosk.Tally{Payments: 1, Paid: 100}, Differences: []kiosk.Difference{{Why: kiosk.DiffersMissing, PayID: 7, Sale: "B2-0007", Ours: 100}}},
		},
		Invoices: []kiosk.FeeInvoice{
			{Number: "202610-sf-Q1w2E3r4T5", Month: "October 2026", Fee: 4_100, FeePSP: 5_200, VAT: 1_767, HasSums: true},
			{Number: "202609-sf-A1s2D3f4G5", Month: "September 2026"},
		},
	}
}

func statementOf(link string) officeview.StatementPage {
	return officeview.StatementPage{
		Statement: kiosk.Statement{
			Stall: lind, First: today - 19, Last: today, Figures: dayFigures,
			Registers: []kiosk.Takings{{Register: till2.ID, Figures: dayFigures}},
			ByVAT:     takingsOf(kiosk.ByVAT).Table.Sold,
			Payouts:   []kiosk.StallPayout{{Day: "2026-11-19", Rows: kiosk.PayInSum{Net: 117_650, Fee: 1_852, FeePSP: 2_100}, Payouts: payoutsOf().Matches[1].Payouts}},
			ToCome:    9_870, Names: map[string]string{till2.ID: till2.Name},
		},
		Days: officeview.NewDays(today-19, today, today), Path: "/s/x", CSV: "/s/x/csv", Secret: link, At: noon,
	}
}
