package reconcile_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/views"
)

// misfit is money that does not fit: what the till says about it, what a person can do and does,
// and what the books say before and after. {no} is the number of the sale.
type misfit struct {
	happens func(h *kiosktest.Installation) *kiosk.Sale
	state   kiosk.State
	en, de  []string
	may     string // what the sale's page offers
	calm    bool   // no alarm
	over    bool   // the alarm tells that more came
	before  string // of the books

	do     kiosk.StepKind // "" nothing is to be done
	part   string         // of a refund, "" all
	stages []kiosk.State  // after the decision
	after  string
}

var misfits = map[string]misfit{
	"two payments of one sale": {
		happens: func(h *kiosktest.Installation) *kiosk.Sale { return paidOddly(h, sandbox.PayTwice) },
		state:   kiosk.Review,
		en:      []string{"{no} was paid more than once: €20.00 in all.", "A manager refunds what came twice."},
		de:      []string{"{no} wurde mehrfach bezahlt: zusammen €20.00.", "Die Leitung erstattet, was zu viel kam."},
		may:     "refund close", before: "sales=1 gross=2000 over=1000 review_sales=1 review=2000",
		do: kiosk.StepRefund, part: "10.00", stages: []kiosk.State{kiosk.Refunding, kiosk.Paid},
		after: "sales=1 gross=2000 over=1000 refunds=1000",
	},
	"late after cancel": {
		happens: func(h *kiosktest.Installation) *kiosk.Sale {
			sale := h.OnShow(1000)
			link := h.ShownLink().ID
			h.Cancel(sale)
			h.Becomes(sale, kiosk.Cancelled, time.Minute)
			return paidLate(h, sale, link)
		},
		state: kiosk.Review,
		en:    []string{"{no}: €10.00 came after the sale had ended.", "A manager notes that the goods went out, or refunds."},
		de:    []string{"{no}: €10.00 kamen nach dem Ende des Verkaufs an.", "Die Leitung vermerkt, dass die Ware hinausging, oder erstattet."},
		may:   "attach refund close", before: "sales=1 gross=1000 review_sales=1 review=1000",
		do: kiosk.StepAttach, stages: []kiosk.State{kiosk.Paid}, after: "sales=1 gross=1000",
	},
	"late after lapse": {
		happens: func(h *kiosktest.Installation) *kiosk.Sale {
			sale := h.OnShow(1000)
			link := h.ShownLink().ID
			h.Becomes(sale, kiosk.Lapsed, 12*time.Minute)
			return paidLate(h, sale, link)
		},
		state: kiosk.Review,
		en:    []string{"{no}: €10.00 came after the sale had ended."},
		de:    []string{"{no}: €10.00 kamen nach dem Ende des Verkaufs an."},
		may:   "attach refund close", before: "sales=1 gross=1000 review_sales=1 review=1000",
		do: kiosk.StepRefund, stages: []kiosk.State{kiosk.Refunding, kiosk.Refunded}, after: "sales=1 gross=1000 refunds=1000",
	},
	"a part only": {
		happens: func(h *kiosktest.Installation) *kiosk.Sale { return paidOddly(h, sandbox.PayShort) },
		state:   kiosk.Review,
		en:      []string{"{no}: €9.99 came, €10.00 was asked.", "Ask the customer for the rest as a new sale, or a manager refunds."},
		de:      []string{"{no}: €9.99 kamen an, verlangt waren €10.00.", "Den Rest als neuen Verkauf kassieren, oder die Leitung erstattet."},
		may:     "refund close", before: "sales=1 gross=999 review_sales=1 review=999",
		do: kiosk.StepClose, stages: []kiosk.State{kiosk.ClosedUnpaid}, after: "sales=1 gross=999",
	},
	"more than asked": {
		happens: func(h *kiosktest.Installation) *kiosk.Sale {
			sale := paidOddly(h, sandbox.PayOver)
			h.Confirmed(sale, 30*time.Second)
			return sale
		},
		state: kiosk.Paid,
		en:    []string{"€10.00 paid, and more came", "a manager can refund the rest", "{no}: €1.00 more came than was asked."},
		de:    []string{"€10.00 bezahlt, es kam mehr", "die Leitung kann den Rest erstatten"},
		may:   "refund", over: true, before: "sales=1 gross=1100 over=100",
		do: kiosk.StepRefund, part: "1.00", stages: []kiosk.State{kiosk.Refunding, kiosk.Paid},
		after: "sales=1 gross=1100 over=100 refunds=100",
	},
	"a superseded link": {
		happens: func(h *kiosktest.Installation) *kiosk.Sale {
			h.Sandbox.Set(sandbox.CreateLate, 1)
			sale := h.Ring(1000)
			h.Becomes(sale, kiosk.Awaiting, 20*time.Second)
			var stray int64
			h.Until("the stray", time.Minute, func() bool {
				for _, l := range h.Sandbox.Links() {
					if strings.HasPrefix(l.Note, h.Now(sale).Links[0].Ref) {
						stray = l.ID
					}
				}
				return stray != 0
			})
			return paidLate(h, sale, stray)
		},
		state: kiosk.Review,
		en:    []string{"{no}: €10.00 came after the sale had ended."},
		de:    []string{"{no}: €10.00 kamen nach dem Ende des Verkaufs an."},
		may:   "attach refund close", before: "sales=1 gross=1000 review_sales=1 review=1000",
		do: kiosk.StepAttach, stages: []kiosk.State{kiosk.Paid}, after: "sales=1 gross=1000",
	},
	"a refund begun elsewhere": {
		happens: func(h *kiosktest.Installation) *kiosk.Sale {
			sale, link := h.PaidSale(1000)
			h.Sandbox.Call("refundPayment", fmt.Sprintf(`{"pay_id":%d,"refund_amount":10.00,"isFullRefund":true}`, link))
			h.Must(h.Sandbox.ApproveRefund(link))
			h.Becomes(sale, kiosk.Refunded, 15*time.Minute)
			return sale
		},
		state: kiosk.Refunded,
		en:    []string{"€10.00 refunded", "the money went back"},
		de:    []string{"€10.00 erstattet", "das Geld ging zurück"},
		calm:  true, before: "sales=1 gross=1000 refunds=1000",
	},
	"a dispute": {
		happens: func(h *kiosktest.Installation) *kiosk.Sale {
			sale, link := h.PaidSale(1000)
			h.Must(h.Sandbox.OpenDispute(link))
			h.Becomes(sale, kiosk.Review, 15*time.Minute)
			h.WantKey(h.Refund(sale, 1000), kiosk.Conflict, kiosk.ReasonDisputed)
			return sale
		},
		state: kiosk.Review,
		en:    []string{"{no}: the payer disputes the payment at the bank.", "A manager answers SecPaid. Do not refund meanwhile."},
		de:    []string{"{no}: Die Zahlung wird bei der Bank bestritten.", "Die Leitung antwortet SecPaid. Bis dahin nichts erstatten."},
		may:   "close", before: "sales=1 gross=1000 disputes=1000 review_sales=1",
		do: kiosk.StepClose, stages: []kiosk.State{kiosk.Paid}, after: "sales=1 gross=1000 disputes=1000",
	},
	"a proof withdrawn": {
		happens: func(h *kiosktest.Installation) *kiosk.Sale {
			sale, _ := h.PaidSale(1000)
			h.Sandbox.Set(sandbox.PayInsFailed, -1)
			h.Becomes(sale, kiosk.Review, 15*time.Minute)
			return sale
		},
		state: kiosk.Review,
		en:    []string{"{no}: SecPaid listed the payment and took it back.", "A manager asks SecPaid. It counts as received no more."},
		de:    []string{"{no}: SecPaid hatte die Zahlung aufgeführt und wieder entfernt.", "Das Geld zählt nicht mehr als erhalten."},
		may:   "close", before: "sales=1 gross=1000 withdrawn=1000 review_sales=1",
		do: kiosk.StepClose, stages: []kiosk.State{kiosk.ClosedUnpaid}, after: "sales=1 gross=1000 withdrawn=1000",
	},
}

// paidOddly is a sale of ten euros that its customer pays under a fault, once its row is listed.
func paidOddly(h *kiosktest.Installation, f sandbox.Fault) *kiosk.Sale {
	h.T.Helper()
	h.Sandbox.Set(f, 1)
	sale := h.OnShow(1000)
	h.PayShown()
	h.Until("the row", 30*time.Second, func() bool { return h.Now(sale).Received() > 0 })
	return sale
}

// paidLate is a payment on a link that is out, once its row is listed.
func paidLate(h *kiosktest.Installation, sale *kiosk.Sale, link int64) *kiosk.Sale {
	h.T.Helper()
	h.Sandbox.Set(sandbox.PayDeleted, -1)
	h.Must(h.Sandbox.Pay(link))
	h.Until("the row", 15*time.Minute, func() bool { return h.Now(sale).Received() > 0 })
	return sale
}

// TestBooks: for each kind of money that does not fit the words of the till, what a person can do,
// the journal's entry with name and time, and the books before and after.
func TestBooks(t *testing.T) {
	for name, m := range misfits {
		t.Run(name, func(t *testing.T) {
			kiosktest.Virtual(t, func(_ *testing.T, h *kiosktest.Installation) {
				sale := m.happens(h)
				g := h.Cashier()
				misfitTold(h, g, sale, m)
				if m.do != "" {
					misfitDecided(h, g, sale, m)
				}
				h.Until("no link can be paid", 5*time.Minute, func() bool { return len(h.Sandbox.Payable()) == 0 })
				h.Records.Sound()
			})
		})
	}
}

// misfitTold checks what is to be seen before anybody decides.
func misfitTold(h *kiosktest.Installation, g *kiosktest.Guest, sale *kiosk.Sale, m misfit) {
	h.T.Helper()
	if s := h.Now(sale); s.State() != m.state {
		h.T.Fatalf("it is %s with %v", s.State(), s.OpenTroubles())
	}
	for lang, sentences := range map[string][]string{"de": m.de, "en": m.en} {
		g.Post(counterview.PathTillTongue, "lang", lang)
		page := g.Get(views.PathTill).Page(h.T)
		for _, s := range sentences {
			if want := strings.ReplaceAll(s, "{no}", sale.Number); !page.Says("#side .strip", want) {
				h.T.Errorf("the till does not say %q: %s", want, page.Text("#side"))
			}
		}
	}
	g.Post(counterview.PathTillTongue, "lang", "en")
	if may := offered(h, g, sale); may != m.may {
		h.T.Errorf("the sale's page offers %q, want %q", may, m.may)
	}
	bookedAs(h, m.before)
	want := []kiosk.AlarmKind{kiosk.AlarmReview}
	switch {
	case m.calm:
		want = nil
	case m.over:
		want = []kiosk.AlarmKind{kiosk.AlarmOver}
	}
	alarmed(h, sale, want...)
}

// misfitDecided lets a manager decide by the form of the page, and checks what follows.
func misfitDecided(h *kiosktest.Installation, g *kiosktest.Guest, sale *kiosk.Sale, m misfit) {
	h.T.Helper()
	reason := "the customer was asked: " + string(m.do)
	at := time.Now().UnixMilli()
	r := g.Post(counterview.PathDecide, "sale", sale.ID, "do", string(m.do), "reason", reason, "pin", kiosktest.RightPIN,
		"part", m.part, "amount", m.part)
	if r.Status != 303 {
		h.T.Fatalf("%s is answered %d: %s", m.do, r.Status, r.Body)
	}
	journalSays(h, sale, m.do, reason, at)
	if page := g.Get(views.PathSale + "?number=" + sale.Number).Page(h.T); !page.Says(".refund .soft", "Ada · ") || !page.Says(".refund .soft", reason) {
		h.T.Errorf("the sale's page does not say who decided and why: %s", page)
	}
	for i, state := range m.stages {
		if state == kiosk.Refunding {
			h.Stage(sale, kiosk.RefundFiled, time.Minute)
			h.Must(h.Sandbox.ApproveRefund(h.Now(sale).Links[0].PayID))
		}
		if i == 0 {
			if got := h.Now(sale).State(); got != state {
				h.T.Errorf("after %s it is %s, want %s", m.do, got, state)
			}
		}
		h.Becomes(sale, state, 15*time.Minute)
	}
	bookedAs(h, m.after)
	alarmed(h, sale)
}

// journalSays wants one entry of a decision, with who, when and why.
func journalSays(h *kiosktest.Installation, sale *kiosk.Sale, do kiosk.StepKind, reason string, at int64) {
	h.T.Helper()
	var found []kiosk.Event
	for _, e := range h.Records.Journal() {
		if e.Subject == sale.ID && e.Kind == "sale."+string(do) {
			found = append(found, e)
		}
	}
	if len(found) != 1 || found[0].Data != reason || found[0].At < at || found[0].At > at+5000 {
		h.T.Fatalf("the journal has %+v", found)
	}
	person, err := h.Shop.Till.WorkingStaff(context.Background(), found[0].Actor)
	if h.Must(err); person.Name != "Ada" {
		h.T.Errorf("the journal names %q", person.Name)
	}
}

// bookedAs compares the running total, fees left out: they are the gateway's word.
func bookedAs(h *kiosktest.Installation, want string) {
	h.T.Helper()
	f := h.Records.X().Total
	f.Fee, f.FeePSP, f.Net = 0, 0, 0
	if f.String() != want {
		h.T.Errorf("the books say %q, want %q", f, want)
	}
}

// alarmed wants exactly these alarms of a sale, on the register that issued its code.
func alarmed(h *kiosktest.Installation, sale *kiosk.Sale, want ...kiosk.AlarmKind) {
	h.T.Helper()
	all, err := h.Shop.Kernel.Alarms.All(context.Background())
	h.Must(err)
	var got []kiosk.AlarmKind
	for _, a := range all {
		if a.Sale != nil && a.Sale.ID == sale.ID && a.Register == sale.Register && a.Kind != kiosk.AlarmOdd {
			got = append(got, a.Kind)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		h.T.Errorf("alarms %v, want %v", got, want)
	}
	if len(want) > 0 && want[0] == kiosk.AlarmReview {
		h.Alarm(sale)
	} else {
		h.Alarm()
	}
}

// offered is what the page of a sale lets people decide.
func offered(h *kiosktest.Installation, g *kiosktest.Guest, sale *kiosk.Sale) string {
	return strings.Join(g.Get(views.PathSale+"?number="+sale.Number).Page(h.T).Attrs("form.decide input[name=do]", "value"), " ")
}
