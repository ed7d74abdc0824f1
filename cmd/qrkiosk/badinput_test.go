package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// The tests of this file send bad input to the whole house over real HTTP and want a clear answer
// and a store that holds what it held before. B-numbers name the kinds of bad input that were
// listed before anything was built.

// TestBadInput_amount types into the plain amount field.
func TestBadInput_amount(t *testing.T) {
	invalid := func(key string) clearNo { return clearNo{http.StatusUnprocessableEntity, key} }
	refused := []struct {
		b, typed string
		clearNo
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
		{"B017", strings.Repeat("1", 1_000_000), clearNo{http.StatusRequestEntityTooLarge, string(kiosk.Invalid)}},
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
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		before := h.rows()
		for _, c := range refused {
			what := c.b + " " + short(c.typed)
			body := form("amount", c.typed, "key", freshKey())
			c.check(t, what, func(change ...func(*http.Request)) response {
				r := g.send(http.MethodPost, counterview.PathCharge, body, change...)
				if r.header.Get("X-Test") != "" {
					t.Errorf("%s reached the headers", what)
				}
				return r
			})
			h.unchanged(what, before)
		}
		for _, c := range taken {
			if r := g.post(counterview.PathCharge, "amount", c.typed, "key", freshKey()); r.status != http.StatusSeeOther {
				t.Errorf("%s %q: answered %d", c.b, c.typed, r.status)
				continue
			}
			if got := h.last().Goods; got != c.cents {
				t.Errorf("%s %q became %v", c.b, c.typed, got)
			}
			h.free()
		}
		h.sound()
	}, func(h *house) {
		h.settings = func(s *kiosk.Stall) { s.Limit = 500000 }
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
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		r := g.post(counterview.PathCharge, "amount", "1250", "key", freshKey())
		for _, reading := range []string{`value="12.50"`, `value="1250.00"`, `value="1250"`} {
			if !strings.Contains(r.body, reading) {
				t.Errorf("the page has no %s", reading)
			}
		}
		g.post(counterview.PathCharge, "reading", "1250.00", "amount", "1250", "key", freshKey())
		if got := h.last().Goods; got != 125000 {
			t.Errorf("charged %v", got)
		}
	})
}

// TestBadInput_charge bends everything else that a charge carries.
func TestBadInput_charge(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		before := h.rows()
		for _, c := range []struct {
			b, body string
			clearNo
		}{
			{"B018 amount twice", form("amount", "1,00", "amount", "2,00", "key", freshKey()), clearNo{400, "invalid"}},
			{"B018 key twice", form("amount", "1,00", "key", freshKey(), "key", freshKey()), clearNo{400, "invalid"}},
			{"B030 invalid UTF-8", "amount=1,00&note=%ff%fe&key=" + freshKey(), clearNo{400, "invalid"}},
			{"B030 invalid UTF-8 in a name", "amount=1,00&%ff=1&key=" + freshKey(), clearNo{400, "invalid"}},
			{"broken percent sign", "amount=1,00&note=%zz&key=" + freshKey(), clearNo{400, "invalid"}},
			{"cents empty", form("cents", "", "key", freshKey()), clearNo{422, kiosk.KeyAmountMissing}},
			{"cents zero", form("cents", "0", "key", freshKey()), clearNo{422, kiosk.KeyAmountZero}},
			{"cents negative", form("cents", "-1", "key", freshKey()), clearNo{422, kiosk.KeyAmountNotNumber}},
			{"cents 1e3", form("cents", "1e3", "key", freshKey()), clearNo{422, kiosk.KeyAmountNotNumber}},
			{"cents with a point", form("cents", "12.50", "key", freshKey()), clearNo{422, kiosk.KeyAmountNotNumber}},
			{"cents too many", form("cents", "100000000", "key", freshKey()), clearNo{422, kiosk.KeyAmountTooLarge}},
			{"lines that do not add up", form("cents", "1250", "lines", "100 200", "key", freshKey()), clearNo{422, till.KeyLinesWrong}},
			{"lines without sense", form("cents", "1250", "lines", "x", "key", freshKey()), clearNo{422, till.KeyLinesWrong}},
			{"lines of nothing", form("cents", "1250", "lines", "0x1250", "key", freshKey()), clearNo{422, till.KeyLinesWrong}},
			{"lines of too many", form("cents", "1250", "lines", "70000x1", "key", freshKey()), clearNo{422, till.KeyLinesWrong}},
			{"lines that overflow", form("cents", "2", "lines", strings.Repeat("65535x99999999 ", 200)+"2", "key", freshKey()), clearNo{422, till.KeyLinesWrong}},
			{"too many lines", form("cents", "500", "lines", strings.Repeat("1 ", 500), "key", freshKey()), clearNo{422, till.KeyLinesWrong}},
			{"lines too long", form("cents", "500", "lines", strings.Repeat("1 ", 5000), "key", freshKey()), clearNo{422, till.KeyLinesWrong}},
			{"B027 direction of writing", form("amount", "1,00", "note", "a\u202eb", "key", freshKey()), clearNo{422, till.KeyNoteText}},
			{"B027 isolates", form("amount", "1,00", "note", "a\u2066b", "key", freshKey()), clearNo{422, till.KeyNoteText}},
			{"B029 NUL", form("amount", "1,00", "note", "a\x00b", "key", freshKey()), clearNo{422, till.KeyNoteText}},
			{"B029 escape", form("amount", "1,00", "note", "\x1b[31m", "key", freshKey()), clearNo{422, till.KeyNoteText}},
			{"B031 501 characters", form("amount", "1,00", "note", strings.Repeat("ä", 501), "key", freshKey()), clearNo{422, till.KeyNoteTooLong}},
			{"B028 a storm of marks", form("amount", "1,00", "note", "a"+strings.Repeat("\u0301", 1000), "key", freshKey()), clearNo{422, till.KeyNoteTooLong}},
			{"B040 newline", form("amount", "1,00", "note", "a\nb", "key", freshKey()), clearNo{422, till.KeyNoteText}},
			{"B095 key missing", form("amount", "1,00"), clearNo{422, till.KeyKeyMissing}},
			{"B095 key short", form("amount", "1,00", "key", "short"), clearNo{422, till.KeyKeyMissing}},
			{"B095 key long", form("amount", "1,00", "key", strings.Repeat("k", 65)), clearNo{422, till.KeyKeyMissing}},
			{"a form too large", form("amount", "1,00", "note", strings.Repeat("n", 70_000), "key", freshKey()), clearNo{413, "invalid"}},
		} {
			c.check(t, c.b, func(change ...func(*http.Request)) response {
				return g.send(http.MethodPost, counterview.PathCharge, c.body, change...)
			})
			h.unchanged(c.b, before)
		}
		clearNo{422, kiosk.KeyAmountMissing}.check(t, "B019 amount in the address", func(change ...func(*http.Request)) response {
			return g.send(http.MethodPost, counterview.PathCharge+"?amount=12,50&cents=1250&key="+freshKey(), form("key", freshKey()), change...)
		})
		h.unchanged("B019", before)
	})
}

// TestBadInput_notes are texts that are odd and allowed: they come back as text.
func TestBadInput_notes(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g, d := h.cashier(), h.customer()
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
			if r := g.post(counterview.PathCharge, "cents", "1250", "lines", "1250", "note", c.note, "key", freshKey()); r.status != http.StatusSeeOther {
				t.Fatalf("%s: answered %d", c.b, r.status)
			}
			sale := h.last()
			if sale.Note != c.kept {
				t.Errorf("%s: kept %q", c.b, sale.Note)
			}
			for _, path := range []string{views.PathTill, views.PathSale + "?number=" + sale.Number} {
				checkNoMarkup(t, c.b+" "+path, g.get(path).body)
			}
			checkNoMarkup(t, c.b+" display", d.get(views.PathDisplay).body)
			checkNoMarkup(t, c.b+" receipt", h.guest().get("/r/"+sale.Receipt).body)
			for _, link := range h.payable() {
				if c.kept != "" && strings.Contains(link.Note, c.kept) {
					t.Errorf("B032, B037: the gateway was told the cashier's note: %q", link.Note)
				}
				if !kiosk.IsReference(link.Note[:18]) {
					t.Errorf("B032: the reference is not first: %q", link.Note)
				}
			}
			h.free()
		}
	}, func(h *house) {
		h.settings = func(s *kiosk.Stall) { s.Name = `<script>alert(2)</script><img onerror=alert(2)>` }
	})
}

// checkNoMarkup fails on anything typed that became part of a page's markup.
func checkNoMarkup(t *testing.T, what, page string) {
	t.Helper()
	for _, bad := range []string{"<script>", "<img", `href="javascript`} {
		if strings.Contains(page, bad) {
			t.Errorf("%s: the page contains %s", what, bad)
		}
	}
}

// TestBadInput_commandKeys: one key is one charge.
func TestBadInput_commandKeys(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		key := freshKey()
		g.script(counterview.PathCharge, "cents", "1250", "key", key)
		h.untilState(kiosk.Awaiting, 3*time.Second)
		before, sale := h.rows(), h.last()
		if r := g.script(counterview.PathCharge, "cents", "1250", "key", key); r.status != http.StatusOK || !strings.Contains(r.body, sale.Number) {
			t.Errorf("B097: the same again is answered %d %.200s", r.status, r.body)
		}
		clearNo{409, till.KeyKeyReused}.check(t, "B096", func(change ...func(*http.Request)) response {
			return g.send(http.MethodPost, counterview.PathCharge, form("cents", "1251", "key", key), change...)
		})
		r := g.script(counterview.PathCharge, "cents", "1250", "key", freshKey())
		if r.status != http.StatusConflict || r.trouble().Key != kiosk.ReasonBusy || !strings.Contains(r.trouble().Text, sale.Number) {
			t.Errorf("another charge is answered %d %+v", r.status, r.trouble())
		}
		h.unchanged("B096, B097 and busy", before)
	})
}

// TestBadInput_unboundFields (B099): nothing of a form but its own fields is bound to anything.
func TestBadInput_unboundFields(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		g.script(counterview.PathCharge, "cents", "1250", "key", freshKey(), "state", "paid", "role", "organizer",
			"staff", "somebody", "register", "other", "stall", "other", "device", "other", "Goods", "1", "currency", "USD")
		sale := h.last()
		if sale.Goods != 1250 || sale.Register != h.actor.Register || sale.Staff != h.actor.Staff ||
			sale.Device != h.actor.Device || sale.State() == kiosk.Paid {
			t.Errorf("bound: %+v", sale)
		}
	})
}

// TestBadInput_forms are forms that are none, and ids that are nobody's.
func TestBadInput_forms(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		g.script(counterview.PathCharge, "cents", "1250", "key", freshKey())
		h.untilState(kiosk.Awaiting, 3*time.Second)
		foreign := h.saleElsewhere()
		before := h.rows()
		valid := form("cents", "100", "key", freshKey())
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
			clearNo
		}{
			{"B100 JSON", counterview.PathCharge, "application/json", `{"cents":100}`, clearNo{415, "invalid"}},
			{"B100 text", counterview.PathCharge, "text/plain", valid, clearNo{415, "invalid"}},
			{"B100 nothing", counterview.PathCharge, "", valid, clearNo{415, "invalid"}},
			{"B100 nonsense", counterview.PathCharge, "a/b/c;;", valid, clearNo{415, "invalid"}},
			{"B101 a thousand parts", counterview.PathCharge, kind, many, clearNo{400, "invalid"}},
			{"B101 a long name", counterview.PathCharge, kind, fat, clearNo{413, "invalid"}},
			{"B101 without end", counterview.PathCharge, kind, strings.TrimSuffix(broken, "--x--\r\n"), clearNo{400, "invalid"}},
			{"B101 without boundary", counterview.PathCharge, "multipart/form-data", broken, clearNo{400, "invalid"}},
			{"B102 no id", counterview.PathCancel, urlForm, "", clearNo{404, "not-found"}},
			{"B102 negative", counterview.PathCancel, urlForm, "sale=-1", clearNo{404, "not-found"}},
			{"B102 unknown", counterview.PathCancel, urlForm, "sale=" + strings.Repeat("0", 26), clearNo{404, "not-found"}},
			{"B102 huge", counterview.PathCancel, urlForm, "sale=" + strings.Repeat("9", 50_000), clearNo{404, "not-found"}},
			{"B102 NUL", counterview.PathCancel, urlForm, "sale=%00", clearNo{404, "not-found"}},
			{"B102 of another kind", counterview.PathCancel, urlForm, "sale=" + h.actor.Staff, clearNo{404, "not-found"}},
			{"B102 of another register", counterview.PathCancel, urlForm, "sale=" + foreign, clearNo{404, kiosk.KeyNoSuchSale}},
			{"B102 of another register", counterview.PathAside, urlForm, "sale=" + foreign, clearNo{404, kiosk.KeyNoSuchSale}},
			{"B102 of another register", counterview.PathLook, urlForm, "sale=" + foreign, clearNo{404, kiosk.KeyNoSuchSale}},
			{"B110 no PIN", counterview.PathDecide, urlForm, "do=handed&reason=x&sale=" + foreign, clearNo{422, kiosk.KeyPINForm}},
			{"an unknown decision", counterview.PathDecide, urlForm, "do=bribe&pin=" + rightPIN + "&sale=" + foreign, clearNo{422, kiosk.ReasonUnknownStep}},
		} {
			c.check(t, c.b+" "+c.path, func(change ...func(*http.Request)) response {
				return g.send(http.MethodPost, c.path, c.body, append(change, header("Content-Type", c.kind))...)
			})
		}
		h.unchanged("forms", before, "event", "streams", "tries")
		for _, number := range []string{"", "nobody", "%00", "%ff", "B2-99999", strings.Repeat("9", 10_000)} {
			if r := g.get(views.PathSale + "?number=" + number); r.status != http.StatusNotFound || len(r.body) > 8000 {
				t.Errorf("B102, B105: number %q is answered %d with %d bytes", short(number), r.status, len(r.body))
			}
		}
		if r := h.guest().get("/r/%00"); r.status != http.StatusNotFound {
			t.Errorf("a receipt of nobody: %d", r.status)
		}
	})
}

const urlForm = "application/x-www-form-urlencoded"

// saleElsewhere makes a sale at another register of another stall.
func (h *house) saleElsewhere() string {
	h.t.Helper()
	ctx := context.Background()
	stall, err := h.shop.Office.Stalls.Add(ctx, kiosk.Stall{Name: "Cheese Moon", Languages: []string{"en"}})
	h.must(err)
	register, err := h.shop.Office.Registers.Add(ctx, stall.ID, "Register 9", "C9")
	h.must(err)
	by := kiosk.Actor{Staff: "nobody", Role: kiosk.Cashier, Device: "elsewhere", Register: register.ID}
	sale, err := h.shop.Till.Charge(ctx, by, till.Charge{Amount: 700, Key: freshKey()})
	h.must(err)
	time.Sleep(3 * time.Second)
	return sale.ID
}

// TestBadInput_decisions: what a state does not allow, and what a person may not.
func TestBadInput_decisions(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		g.script(counterview.PathCharge, "cents", "1250", "key", freshKey())
		h.untilState(kiosk.Awaiting, 3*time.Second)
		h.pay()
		h.until("confirmed", 10*time.Second, func() bool { return h.last().Confirmed() })
		sale, before := h.last().ID, h.rows()
		for _, c := range []struct {
			b, path, body string
			clearNo
		}{
			{"B108", counterview.PathCancel, form("sale", sale), clearNo{409, kiosk.ReasonAlreadyPaid}},
			{"B108 by decision", counterview.PathDecide, form("do", "cancel", "sale", sale), clearNo{409, kiosk.ReasonAlreadyPaid}},
		} {
			c.check(t, c.b, func(change ...func(*http.Request)) response {
				return g.send(http.MethodPost, c.path, c.body, change...)
			})
		}
		h.unchanged("decisions", before)
		clearNo{422, kiosk.KeyReasonMissing}.check(t, "B110 without a reason", func(change ...func(*http.Request)) response {
			return g.send(http.MethodPost, counterview.PathDecide, form("do", "handed", "sale", sale, "reason", " ", "pin", rightPIN), change...)
		})
		if h.last().State() != kiosk.Paid {
			t.Errorf("it is %s", h.last().State())
		}
	})
}
