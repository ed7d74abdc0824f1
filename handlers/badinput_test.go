package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
)

// The tests of this file send bad input to the whole house over real HTTP and want a clear answer
// and a store that holds what it held before. B-numbers name the kinds of bad input that were
// listed before anything was built.

// TestBadInput_amount types into the plain amount field.
func TestBadInput_amount(t *testing.T) {
	invalid := func(key string) kiosktest.ClearNo {
		return kiosktest.ClearNo{Status: http.StatusUnprocessableEntity, Key: key}
	}
	refused := []struct {
		b, typed string
		kiosktest.ClearNo
	}{
		{"B001", "", invalid(kiosk.KeyAmountMissing)},
		{"B001", " \t ", invalid(kiosk.KeyAmountMissing)},
		{"B002", "0", invalid(kiosk.KeyAmountZero)},
		{"B002", "0,00", invalid(kiosk.KeyAmountZero)},
		{"B003", "-5", invalid(kiosk.KeyAmountNotNumber)},
		{"B003", "−5", invalid(kiosk.KeyAmountNotNumber)},
		{"B003", "(5)", invalid(kiosk.KeyAmountNotNumber)},
		{"B007", "1.234", invalid(kiosk.KeyAmountAmbiguous)},
		{"B007", "1,234", invalid(kiosk.KeyAmountAmbiguous)},
		{"B008", "12,345", invalid(kiosk.KeyAmountAmbiguous)},
		{"B008", "1234,505", invalid(kiosk.KeyAmountDecimals)},
		{"B008", "0,0001", invalid(kiosk.KeyAmountDecimals)},
		{"B009", "1e3", invalid(kiosk.KeyAmountNotNumber)},
		{"B009", "0x10", invalid(kiosk.KeyAmountNotNumber)},
		{"B009", "1_000", invalid(kiosk.KeyAmountNotNumber)},
		{"B009", "+5", invalid(kiosk.KeyAmountNotNumber)},
		{"B010", "NaN", invalid(kiosk.KeyAmountNotNumber)},
		{"B010", "Infinity", invalid(kiosk.KeyAmountNotNumber)},
		{"B011", "99999999999999999999", invalid(kiosk.KeyAmountTooLarge)},
		{"B011", "9999999,00", invalid(kiosk.KeyAmountTooLarge)},
		{"B012", "5000,01", invalid(till.KeyOverLimit)},
		{"B013", "５,00", invalid(kiosk.KeyAmountNotNumber)},
		{"B013", "٥,00", invalid(kiosk.KeyAmountNotNumber)},
		{"B014", "1\u00a02,50", invalid(kiosk.KeyAmountNotNumber)},
		{"B014", "1\u200b2,50", invalid(kiosk.KeyAmountNotNumber)},
		{"B015", "12,00 $", invalid(kiosk.KeyAmountNotNumber)},
		{"B015", "USD 12,00", invalid(kiosk.KeyAmountNotNumber)},
		{"B016", "12 50", invalid(kiosk.KeyAmountNotNumber)},
		{"B017", strings.Repeat("1", 10_000), invalid(kiosk.KeyAmountTooLarge)},
		{"B017", strings.Repeat("1", 1_000_000), kiosktest.ClearNo{Status: http.StatusRequestEntityTooLarge, Key: string(kiosk.Invalid)}},
		{"B020", "12,50\r\nX-Test: 1", invalid(kiosk.KeyAmountNotNumber)},
		{"a plain number", "1250", invalid(kiosk.KeyAmountPlain)},
	}
	taken := []struct {
		b, typed string
		cents    kiosk.Money
	}{
		{"B004", "12,5", 1250},
		{"B005", "12.50", 1250},
		{"B005", "12,50", 1250},
		{"B006", "1.234,56", 123456},
		{"B006", "1,234.56", 123456},
		{"B012", "5000,00", 500000},
		{"B014", "\ufeff12,50\u200b", 1250},
		{"B015", "12,00 €", 1200},
		{"B015", "EUR 12,00", 1200},
		{"B023", "00012,50", 1250},
		{"B024", ",50", 50},
		{"B024", "5,", 500},
	}
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		before := h.Records.Rows()
		for _, c := range refused {
			what := c.b + " " + short(c.typed)
			body := kiosktest.Form("amount", c.typed, "key", kiosktest.FreshKey())
			c.Check(t, what, func(change ...func(*http.Request)) kiosktest.Response {
				r := g.Send(http.MethodPost, counterview.PathCharge, body, change...)
				if r.Header.Get("X-Test") != "" {
					t.Errorf("%s reached the headers", what)
				}
				return r
			})
			h.Records.Unchanged(what, before)
		}
		for _, c := range taken {
			if r := g.Post(counterview.PathCharge, "amount", c.typed, "key", kiosktest.FreshKey()); r.Status != http.StatusSeeOther {
				t.Errorf("%s %q: answered %d", c.b, c.typed, r.Status)
				continue
			}
			if got := h.Last().Goods; got != c.cents {
				t.Errorf("%s %q became %v", c.b, c.typed, got)
			}
			h.Free()
		}
		h.Records.Sound()
	}, func(h *kiosktest.Installation) {
		h.Settings = func(s *kiosk.Stall) { s.Limit = 500000 }
	})
}

func short(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}

// TestBadInput_readings: a number without separator is offered in both readings, and the one that
// is chosen is charged.
func TestBadInput_readings(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		r := g.Post(counterview.PathCharge, "amount", "1250", "key", kiosktest.FreshKey())
		for _, choice := range []string{"button[name=reading][value='12.50']", "button[name=reading][value='1250.00']", "input[name=amount][value='1250']"} {
			if page := r.Page(t); page.Count("noscript "+choice) != 1 {
				t.Errorf("the page has no %s", choice)
			}
		}
		g.Post(counterview.PathCharge, "reading", "1250.00", "amount", "1250", "key", kiosktest.FreshKey())
		if got := h.Last().Goods; got != 125000 {
			t.Errorf("charged %v", got)
		}
	})
}

// TestBadInput_charge bends everything else that a charge carries.
func TestBadInput_charge(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		before := h.Records.Rows()
		for _, c := range []struct {
			b, body string
			kiosktest.ClearNo
		}{
			{"B018 amount twice", kiosktest.Form("amount", "1,00", "amount", "2,00", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 400, Key: "invalid"}},
			{"B018 key twice", kiosktest.Form("amount", "1,00", "key", kiosktest.FreshKey(), "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 400, Key: "invalid"}},
			{"B030 invalid UTF-8", "amount=1,00&note=%ff%fe&key=" + kiosktest.FreshKey(), kiosktest.ClearNo{Status: 400, Key: "invalid"}},
			{"B030 invalid UTF-8 in a name", "amount=1,00&%ff=1&key=" + kiosktest.FreshKey(), kiosktest.ClearNo{Status: 400, Key: "invalid"}},
			{"broken percent sign", "amount=1,00&note=%zz&key=" + kiosktest.FreshKey(), kiosktest.ClearNo{Status: 400, Key: "invalid"}},
			{"cents empty", kiosktest.Form("cents", "", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: kiosk.KeyAmountMissing}},
			{"cents zero", kiosktest.Form("cents", "0", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: kiosk.KeyAmountZero}},
			{"cents negative", kiosktest.Form("cents", "-1", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: kiosk.KeyAmountNotNumber}},
			{"cents 1e3", kiosktest.Form("cents", "1e3", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: kiosk.KeyAmountNotNumber}},
			{"cents with a point", kiosktest.Form("cents", "12.50", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: kiosk.KeyAmountNotNumber}},
			{"cents too many", kiosktest.Form("cents", "100000000", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: kiosk.KeyAmountTooLarge}},
			{"lines that do not add up", kiosktest.Form("cents", "1250", "lines", "100 200", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyLinesWrong}},
			{"lines without sense", kiosktest.Form("cents", "1250", "lines", "x", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyLinesWrong}},
			{"lines of nothing", kiosktest.Form("cents", "1250", "lines", "0x1250", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyLinesWrong}},
			{"lines of too many", kiosktest.Form("cents", "1250", "lines", "70000x1", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyLinesWrong}},
			{"lines that overflow", kiosktest.Form("cents", "2", "lines", strings.Repeat("65535x99999999 ", 200)+"2", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyLinesWrong}},
			{"too many lines", kiosktest.Form("cents", "500", "lines", strings.Repeat("1 ", 500), "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyLinesWrong}},
			{"lines too long", kiosktest.Form("cents", "500", "lines", strings.Repeat("1 ", 5000), "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyLinesWrong}},
			{"B027 direction of writing", kiosktest.Form("amount", "1,00", "note", "a\u202eb", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyNoteText}},
			{"B027 isolates", kiosktest.Form("amount", "1,00", "note", "a\u2066b", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyNoteText}},
			{"B029 NUL", kiosktest.Form("amount", "1,00", "note", "a\x00b", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyNoteText}},
			{"B029 escape", kiosktest.Form("amount", "1,00", "note", "\x1b[31m", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyNoteText}},
			{"B031 501 characters", kiosktest.Form("amount", "1,00", "note", strings.Repeat("ä", 501), "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyNoteTooLong}},
			{"B028 a storm of marks", kiosktest.Form("amount", "1,00", "note", "a"+strings.Repeat("\u0301", 1000), "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyNoteTooLong}},
			{"B040 newline", kiosktest.Form("amount", "1,00", "note", "a\nb", "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 422, Key: till.KeyNoteText}},
			{"B095 key missing", kiosktest.Form("amount", "1,00"), kiosktest.ClearNo{Status: 422, Key: till.KeyKeyMissing}},
			{"B095 key short", kiosktest.Form("amount", "1,00", "key", "short"), kiosktest.ClearNo{Status: 422, Key: till.KeyKeyMissing}},
			{"B095 key long", kiosktest.Form("amount", "1,00", "key", strings.Repeat("k", 65)), kiosktest.ClearNo{Status: 422, Key: till.KeyKeyMissing}},
			{"a form too large", kiosktest.Form("amount", "1,00", "note", strings.Repeat("n", 70_000), "key", kiosktest.FreshKey()), kiosktest.ClearNo{Status: 413, Key: "invalid"}},
		} {
			c.Check(t, c.b, func(change ...func(*http.Request)) kiosktest.Response {
				return g.Send(http.MethodPost, counterview.PathCharge, c.body, change...)
			})
			h.Records.Unchanged(c.b, before)
		}
		kiosktest.ClearNo{Status: 422, Key: kiosk.KeyAmountMissing}.Check(t, "B019 amount in the address", func(change ...func(*http.Request)) kiosktest.Response {
			return g.Send(http.MethodPost, counterview.PathCharge+"?amount=12,50&cents=1250&key="+kiosktest.FreshKey(), kiosktest.Form("key", kiosktest.FreshKey()), change...)
		})
		h.Records.Unchanged("B019", before)
	})
}

// TestBadInput_notes are texts that are odd and allowed: they come back as text.
func TestBadInput_notes(t *testing.T) {
	const stall = `<script>alert(2)</script><img onerror=alert(2)>`
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g, d := h.Cashier(), h.Customer()
		for _, c := range []struct{ b, note, kept string }{
			{"B025", `<script>alert(1)</script>`, `<script>alert(1)</script>`},
			{"B025", `"><img src=x onerror=alert(1)>`, `"><img src=x onerror=alert(1)>`},
			{"B025", `javascript:alert(1)`, `javascript:alert(1)`},
			{"B026", `{{.}} { p.T("x") } ${1}`, `{{.}} { p.T("x") } ${1}`},
			{"B028", `🧁 and ` + strings.Repeat("\u0301", 20), `🧁 and ` + strings.Repeat("\u0301", 20)},
			{"B033", `=HYPERLINK("x")`, `=HYPERLINK("x")`},
			{"B034", `'; DROP TABLE sale; --`, `'; DROP TABLE sale; --`},
			{"B039", "   \t ", ""},
			{"B031", strings.Repeat("ä", 500), strings.Repeat("ä", 500)},
		} {
			if r := g.Post(counterview.PathCharge, "cents", "1250", "lines", "1250", "note", c.note, "key", kiosktest.FreshKey()); r.Status != http.StatusSeeOther {
				t.Fatalf("%s: answered %d", c.b, r.Status)
			}
			sale := h.Last()
			if sale.Note != c.kept {
				t.Errorf("%s: kept %q", c.b, sale.Note)
			}
			checkNoMarkup(t, c.b+" till", "h1", stall, g.Get(views.PathTill))
			checkNoMarkup(t, c.b+" sale", ".lines tfoot", c.kept, g.Get(views.PathSale+"?number="+sale.Number))
			checkNoMarkup(t, c.b+" display", "h1", stall, d.Get(views.PathDisplay))
			checkNoMarkup(t, c.b+" receipt", ".verdict p", stall, h.Guest().Get("/r/"+sale.Receipt))
			for _, link := range h.Sandbox.Payable() {
				if c.kept != "" && strings.Contains(link.Note, c.kept) {
					t.Errorf("B032, B037: the gateway was told the cashier's note: %q", link.Note)
				}
				if !kiosk.IsReference(link.Note[:18]) {
					t.Errorf("B032: the reference is not first: %q", link.Note)
				}
			}
			h.Free()
		}
	}, func(h *kiosktest.Installation) {
		h.Settings = func(s *kiosk.Stall) { s.Name = stall }
	})
}

// checkNoMarkup fails on anything typed that became part of a page's markup, and if what was typed is not
// shown in its place.
func checkNoMarkup(t *testing.T, what, where, typed string, r kiosktest.Response) {
	t.Helper()
	page := r.Page(t)
	if !page.Says(where, typed) {
		t.Errorf("%s: %q is not shown as text: %.600s", what, typed, page)
	}
	for _, bad := range []string{"script:not([src])", "script[src='']", "img", "[onerror]", "[href^=javascript]"} {
		if page.Has(bad) {
			t.Errorf("%s: the page contains %s", what, bad)
		}
	}
}

// TestBadInput_commandKeys: one key is one charge.
func TestBadInput_commandKeys(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		key := kiosktest.FreshKey()
		g.Script(counterview.PathCharge, "cents", "1250", "key", key)
		h.UntilState(kiosk.Awaiting, 3*time.Second)
		before, sale := h.Records.Rows(), h.Last()
		if r := g.Script(counterview.PathCharge, "cents", "1250", "key", key); r.Status != http.StatusOK || r.Screen(t).Text(".facts div:first-child dd") != sale.Number {
			t.Errorf("B097: the same again is answered %d %.200s", r.Status, r.Body)
		}
		kiosktest.ClearNo{Status: 409, Key: till.KeyKeyReused}.Check(t, "B096", func(change ...func(*http.Request)) kiosktest.Response {
			return g.Send(http.MethodPost, counterview.PathCharge, kiosktest.Form("cents", "1251", "key", key), change...)
		})
		r := g.Script(counterview.PathCharge, "cents", "1250", "key", kiosktest.FreshKey())
		if r.Status != http.StatusConflict || r.Trouble().Key != kiosk.ReasonBusy || !strings.Contains(r.Trouble().Text, sale.Number) {
			t.Errorf("another charge is answered %d %+v", r.Status, r.Trouble())
		}
		h.Records.Unchanged("B096, B097 and busy", before)
	})
}

// TestBadInput_unboundFields (B099): nothing of a form but its own fields is bound to anything.
func TestBadInput_unboundFields(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		g.Script(counterview.PathCharge, "cents", "1250", "key", kiosktest.FreshKey(), "state", "paid", "role", "organizer",
			"staff", "somebody", "register", "other", "stall", "other", "device", "other", "Goods", "1", "currency", "USD")
		sale := h.Last()
		if sale.Goods != 1250 || sale.Register != h.Actor.Register || sale.Staff != h.Actor.Staff ||
			sale.Device != h.Actor.Device || sale.State() == kiosk.Paid {
			t.Errorf("bound: %+v", sale)
		}
	})
}

// TestBadInput_forms are forms that are none, and ids that are nobody's.
func TestBadInput_forms(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		g.Script(counterview.PathCharge, "cents", "1250", "key", kiosktest.FreshKey())
		h.UntilState(kiosk.Awaiting, 3*time.Second)
		foreign := saleElsewhere(h)
		before := h.Records.Rows()
		valid := kiosktest.Form("cents", "100", "key", kiosktest.FreshKey())
		parts := func(n int, name string) (body, kind string) {
			var b strings.Builder
			for range n {
				b.WriteString("--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n1\r\n")
			}
			return b.String() + "--x--\r\n", "multipart/form-data; boundary=x"
		}
		many, kind := parts(1500, "a")
		fat, _ := parts(1, strings.Repeat("n", 1<<20))
		broken, _ := parts(1, "cents")
		for _, c := range []struct {
			b, path, kind, body string
			kiosktest.ClearNo
		}{
			{"B100 JSON", counterview.PathCharge, "application/json", `{"cents":100}`, kiosktest.ClearNo{Status: 415, Key: "invalid"}},
			{"B100 text", counterview.PathCharge, "text/plain", valid, kiosktest.ClearNo{Status: 415, Key: "invalid"}},
			{"B100 nothing", counterview.PathCharge, "", valid, kiosktest.ClearNo{Status: 415, Key: "invalid"}},
			{"B100 nonsense", counterview.PathCharge, "a/b/c;;", valid, kiosktest.ClearNo{Status: 415, Key: "invalid"}},
			{"B101 a thousand parts", counterview.PathCharge, kind, many, kiosktest.ClearNo{Status: 400, Key: "invalid"}},
			{"B101 a long name", counterview.PathCharge, kind, fat, kiosktest.ClearNo{Status: 413, Key: "invalid"}},
			{"B101 without end", counterview.PathCharge, kind, strings.TrimSuffix(broken, "--x--\r\n"), kiosktest.ClearNo{Status: 400, Key: "invalid"}},
			{"B101 without boundary", counterview.PathCharge, "multipart/form-data", broken, kiosktest.ClearNo{Status: 400, Key: "invalid"}},
			{"B102 no id", counterview.PathCancel, urlForm, "", kiosktest.ClearNo{Status: 404, Key: "not-found"}},
			{"B102 negative", counterview.PathCancel, urlForm, "sale=-1", kiosktest.ClearNo{Status: 404, Key: "not-found"}},
			{"B102 unknown", counterview.PathCancel, urlForm, "sale=" + strings.Repeat("0", 26), kiosktest.ClearNo{Status: 404, Key: "not-found"}},
			{"B102 huge", counterview.PathCancel, urlForm, "sale=" + strings.Repeat("9", 50_000), kiosktest.ClearNo{Status: 404, Key: "not-found"}},
			{"B102 NUL", counterview.PathCancel, urlForm, "sale=%00", kiosktest.ClearNo{Status: 404, Key: "not-found"}},
			{"B102 of another kind", counterview.PathCancel, urlForm, "sale=" + h.Actor.Staff, kiosktest.ClearNo{Status: 404, Key: "not-found"}},
			{"B102 of another register", counterview.PathCancel, urlForm, "sale=" + foreign, kiosktest.ClearNo{Status: 404, Key: kiosk.KeyNoSuchSale}},
			{"B102 of another register", counterview.PathAside, urlForm, "sale=" + foreign, kiosktest.ClearNo{Status: 404, Key: kiosk.KeyNoSuchSale}},
			{"B102 of another register", counterview.PathLook, urlForm, "sale=" + foreign, kiosktest.ClearNo{Status: 404, Key: kiosk.KeyNoSuchSale}},
			{"B110 no PIN", counterview.PathDecide, urlForm, "do=handed&reason=x&sale=" + foreign, kiosktest.ClearNo{Status: 422, Key: kiosk.KeyPINForm}},
			{"an unknown decision", counterview.PathDecide, urlForm, "do=bribe&pin=" + kiosktest.RightPIN + "&sale=" + foreign, kiosktest.ClearNo{Status: 422, Key: kiosk.ReasonUnknownStep}},
		} {
			c.Check(t, c.b+" "+c.path, func(change ...func(*http.Request)) kiosktest.Response {
				return g.Send(http.MethodPost, c.path, c.body, append(change, kiosktest.Header("Content-Type", c.kind))...)
			})
		}
		h.Records.Unchanged("forms", before, "event", "streams", "tries")
		for _, number := range []string{"", "nobody", "%00", "%ff", "B2-99999", strings.Repeat("9", 10_000)} {
			if r := g.Get(views.PathSale + "?number=" + number); r.Status != http.StatusNotFound || len(r.Body) > 8000 {
				t.Errorf("B102, B105: number %q is answered %d with %d bytes", short(number), r.Status, len(r.Body))
			}
		}
		if r := h.Guest().Get("/r/%00"); r.Status != http.StatusNotFound {
			t.Errorf("a receipt of nobody: %d", r.Status)
		}
	})
}

const urlForm = "application/x-www-form-urlencoded"

// saleElsewhere makes a sale at another register of another stall.
func saleElsewhere(h *kiosktest.Installation) string {
	h.T.Helper()
	ctx := context.Background()
	stall, err := h.Shop.Office.Stalls.Add(ctx, kiosk.Stall{Name: "Cheese Moon", Languages: []string{"en"}})
	h.Must(err)
	register, err := h.Shop.Office.Registers.Add(ctx, stall.ID, "Register 9", "C9")
	h.Must(err)
	by := kiosk.Actor{Staff: "nobody", Role: kiosk.Cashier, Device: "elsewhere", Register: register.ID}
	sale, err := h.Shop.Till.Charge(ctx, by, till.Charge{Amount: 700, Key: kiosktest.FreshKey()})
	h.Must(err)
	time.Sleep(3 * time.Second)
	return sale.ID
}

// TestBadInput_decisions: what a state does not allow, and what a person may not.
func TestBadInput_decisions(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		g.Script(counterview.PathCharge, "cents", "1250", "key", kiosktest.FreshKey())
		h.UntilState(kiosk.Awaiting, 3*time.Second)
		h.Sandbox.PayOnly()
		h.Until("confirmed", 10*time.Second, func() bool { return h.Last().Confirmed() })
		sale, before := h.Last().ID, h.Records.Rows()
		for _, c := range []struct {
			b, path, body string
			kiosktest.ClearNo
		}{
			{"B108", counterview.PathCancel, kiosktest.Form("sale", sale), kiosktest.ClearNo{Status: 409, Key: kiosk.ReasonAlreadyPaid}},
			{"B108 by decision", counterview.PathDecide, kiosktest.Form("do", "cancel", "sale", sale), kiosktest.ClearNo{Status: 409, Key: kiosk.ReasonAlreadyPaid}},
		} {
			c.Check(t, c.b, func(change ...func(*http.Request)) kiosktest.Response {
				return g.Send(http.MethodPost, c.path, c.body, change...)
			})
		}
		h.Records.Unchanged("decisions", before)
		kiosktest.ClearNo{Status: 422, Key: kiosk.KeyReasonMissing}.Check(t, "B110 without a reason", func(change ...func(*http.Request)) kiosktest.Response {
			return g.Send(http.MethodPost, counterview.PathDecide, kiosktest.Form("do", "handed", "sale", sale, "reason", " ", "pin", kiosktest.RightPIN), change...)
		})
		if h.Last().State() != kiosk.Paid {
			t.Errorf("it is %s", h.Last().State())
		}
	})
}
