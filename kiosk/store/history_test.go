package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"qrkiosk/handlers/front"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
)

// past is a random history of one register: a real shop and store, and everything that may be
// heard of its sales.
type past struct {
	*rapid.T
	h     *house
	shop  *front.Rooms
	by    kiosk.Actor
	other kiosk.Actor // a second register of the stall, to be told apart
	sales []string
	items [2]string
	froze []kiosk.Report
}

func (p *past) must(err error) {
	if err != nil {
		p.Helper()
		p.Fatal(err)
	}
}

// TestHistories: at every moment of a random history the reports are the sums of the events and of
// the figures of all sales; shifts partition the events; a Z report never changes.
func TestHistories(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		shop, err := Wire(t.Context(), h.Store, func() time.Time { return time.UnixMilli(h.clock.Load()) })
		if err != nil {
			t.Fatal(err)
		}
		histories, failed := 0, false
		rapid.Check(t, func(t *rapid.T) {
			p := newPast(t, h, shop)
			if histories++; histories > 15 && !failed {
				return // enough of them; those the shrinker tries are all played
			}
			failed = true
			for range rapid.IntRange(1, 25).Draw(t, "steps") {
				p.step()
				p.check()
			}
			failed = false
		})
		x, err := h.Examine(t.Context(), nil, func(f Finding) { t.Errorf("found %+v", f) })
		if err != nil || x.Events == 0 {
			t.Errorf("examined %+v, %v", x, err)
		}
		if b, _, err := h.Verify(t.Context()); b != nil || err != nil {
			t.Errorf("verified %+v, %v", b, err)
		}
	})
}

func newPast(t *rapid.T, h *house, shop *front.Rooms) *past {
	p := &past{T: t, h: h, shop: shop}
	ctx := context.Background()
	zone := rapid.SampledFrom([]string{"", "UTC", "Pacific/Kiritimati", "America/St_Johns"}).Draw(t, "zone")
	stall, err := shop.Office.Stalls.Add(ctx, kiosk.Stall{
		Name: "Fish", Zone: zone, VAT: 700, AsksTip: rapid.Bool().Draw(t, "tips"),
		SplitTerms: []kiosk.Share{{Token: "other", Percent: 1150}},
	})
	p.must(err)
	for i, item := range []kiosk.Item{{Name: "Bun", Price: 33, VAT: 700}, {Name: "Tea", Price: 101, VAT: 1900}} {
		item.Stall = stall.ID
		item, err = shop.Office.Catalogue.Put(ctx, kiosk.OfficeActor{Role: kiosk.Organizer}, item)
		p.must(err)
		p.items[i] = item.ID
	}
	for _, by := range []*kiosk.Actor{&p.by, &p.other} {
		register, err := shop.Office.Registers.Add(ctx, stall.ID, "Register", "B")
		p.must(err)
		*by = kiosk.Actor{Register: register.ID, Role: kiosk.Manager, Device: "d" + register.ID, Staff: "ada"}
	}
	return p
}

// step lets one thing happen. What a rule refuses changes nothing, which check sees.
func (p *past) step() {
	ctx := context.Background()
	p.h.clock.Add(rapid.SampledFrom([]int64{0, 1, 60_000, 3_600_000, 13 * 3_600_000}).Draw(p.T, "wait"))
	what := rapid.SampledFrom([]string{"charge", "charge", "close", "fact", "fact", "fact", "fact", "fact", "command"}).Draw(p.T, "what")
	switch {
	case what == "charge" || len(p.sales) == 0:
		p.charge()
	case what == "close":
		if z, err := p.shop.Till.CloseShift(ctx, p.by); err == nil {
			p.froze = append(p.froze, z)
		}
	case what == "fact":
		p.take(p.fact())
	default:
		p.take(p.command())
	}
}

func (p *past) charge() {
	ctx := context.Background()
	if len(p.sales) > 0 {
		_, _ = p.shop.Till.SetAside(ctx, p.by, p.sales[len(p.sales)-1])
	}
	p.by.Staff = rapid.SampledFrom([]string{"ada", "ben"}).Draw(p.T, "staff")
	amount := kiosk.Money(rapid.IntRange(1, 5000).Draw(p.T, "amount"))
	c := till.Charge{Amount: amount, Key: fmt.Sprintf("key-of-a-charge-%06d", p.h.ids.Add(1))}
	if amount > 300 {
		c.Lines = []kiosk.Line{
			{Item: p.items[0], Name: "Bun", Qty: 3, Unit: 33, VAT: 700},
			{Item: p.items[1], Name: "Tea", Qty: 1, Unit: 101, VAT: 1900},
			{Name: "", Qty: 1, Unit: amount - 200, VAT: 700},
		}
	}
	sale, err := p.shop.Till.Charge(ctx, p.by, c)
	if kiosk.CodeOf(err) == kiosk.Conflict {
		return
	}
	p.must(err)
	p.sales = append(p.sales, sale.ID)
	if sale.AsksTip {
		_, err := p.shop.Till.Tip(ctx, p.by.Register, sale.ID, kiosk.Money(rapid.IntRange(0, 300).Draw(p.T, "tip")))
		p.must(err)
	}
	if rapid.Bool().Draw(p.T, "live") {
		n := p.h.ids.Add(1)
		p.take(sale.ID, kiosk.Step{Kind: kiosk.StepLive, PayID: n, URL: "https://pay"})
	}
}

func (p *past) fact() (sale string, step kiosk.Step) {
	sale = rapid.SampledFrom(p.sales).Draw(p.T, "sale")
	total := p.sale(sale).Total()
	step.Kind = rapid.SampledFrom([]kiosk.StepKind{
		kiosk.StepRow, kiosk.StepRow, kiosk.StepRow, kiosk.StepRow, kiosk.StepNotice, kiosk.StepUsed, kiosk.StepGone,
		kiosk.StepUnconfirmed, kiosk.StepWithdrawn, kiosk.StepPending, kiosk.StepOdd, kiosk.StepPayout,
	}).Draw(p.T, "fact")
	key := fmt.Sprint(sale, rapid.IntRange(1, 3).Draw(p.T, "row"))
	step.Row = kiosk.Row{Key: key, Bare: key, Kind: kiosk.RowPayment, Fee: 7, FeePSP: 26, Net: total - 33, At: gatewayDays[len(key)%2]}
	step.Row.Payout = rapid.SampledFrom([]kiosk.PayoutState{"Pending", "Completed", "completed"}).Draw(p.T, "payout")
	kind := rapid.SampledFrom([]string{"exact", "exact", "less", "more", "back", "part back", "dispute"}).Draw(p.T, "kind")
	if step.Kind != kiosk.StepRow {
		kind = "exact"
	}
	switch kind {
	case "exact":
		step.Row.Amount = total
	case "less":
		step.Row.Amount = total - 1
	case "more":
		step.Row.Amount = total + 50
	case "back":
		step.Row = kiosk.Row{Key: key + "b", Kind: kiosk.RowRefund, Amount: -total}
	case "part back":
		step.Row = kiosk.Row{Key: key + "b", Kind: kiosk.RowRefund, Amount: -total/2 - 1}
	case "dispute":
		step.Row = kiosk.Row{Key: key + "d", Kind: kiosk.RowDispute, Amount: -total}
	}
	return sale, step
}

func (p *past) command() (sale string, step kiosk.Step) {
	sale = rapid.SampledFrom(p.sales).Draw(p.T, "sale")
	step.Kind = rapid.SampledFrom([]kiosk.StepKind{
		kiosk.StepCancel, kiosk.StepClose, kiosk.StepAttach, kiosk.StepRefund, kiosk.StepFiled, kiosk.StepRejected,
		kiosk.StepHanded, kiosk.StepLapse, kiosk.StepAside,
	}).Draw(p.T, "command")
	step.Reason, step.Actor, step.ID = "looked into it", "ada", "r"
	if step.Kind == kiosk.StepRefund {
		step.Amount = p.sale(sale).Received() - p.sale(sale).Returned()
	}
	return sale, step
}

func (p *past) sale(id string) (s *kiosk.Sale) {
	p.h.look(func(r kiosk.Reader) (err error) { s, err = r.Sale(id); return err })
	return s
}

// take lets a sale take a step as the shop does.
func (p *past) take(sale string, step kiosk.Step) {
	step.At = p.h.clock.Load()
	_, err := p.h.Change(context.Background(), p.by.Register, func(tx kiosk.Tx) error {
		found, err := tx.Sale(sale)
		if err != nil {
			return err
		}
		out, err := found.Take(step)
		if kiosk.CodeOf(err) == kiosk.Conflict || (err == nil && !out.Changed) {
			return nil // refused, or known already
		}
		if err != nil {
			return err
		}
		return out.Store(tx, step.At)
	})
	p.must(err)
}

// check compares every sum with every other.
func (p *past) check() {
	ctx := context.Background()
	x, err := p.shop.Reports.XReport(ctx, p.by.Register)
	p.must(err)
	var bySale, byEvent, byShift, closed kiosk.Figures
	var sold kiosk.Money
	for _, id := range p.sales {
		s := p.sale(id)
		bySale = bySale.Plus(s.Figures())
		for _, d := range s.Sold() {
			sold += d.Amount
		}
	}
	p.h.look(func(r kiosk.Reader) error {
		events, err := r.Events(p.by.Register, 0, 1000)
		for _, e := range events {
			f, err := kiosk.ParseFigures(e.Posted)
			p.must(err)
			byEvent, byShift = byEvent.Plus(f), byShift.Plus(f)
			if e.Kind == kiosk.EventClose {
				p.equal("Z of "+e.Subject, byShift, p.frozen(e.Subject).Figures)
				byShift = kiosk.Figures{}
			}
		}
		return err
	})
	for _, z := range p.froze {
		closed = closed.Plus(z.Figures)
	}
	p.equal("events and sales", byEvent, bySale)
	p.equal("events and running total", byEvent, x.Total)
	p.equal("X and the events since the close", byShift, x.Figures)
	p.equal("X and every Z", closed.Plus(x.Figures), x.Total)
	if sold != bySale.Kept() {
		p.Fatalf("sold %d, kept %d", sold, bySale.Kept())
	}
	p.checkTakings(bySale)
	p.checkListed()
}

// frozen reads a Z report again, and it is as it was when it was drawn up.
func (p *past) frozen(shift string) kiosk.Report {
	i := slices.IndexFunc(p.froze, func(z kiosk.Report) bool { return z.Shift == shift })
	o, err := p.shop.Reports.OfficeReport(context.Background(), kiosk.OfficeActor{Role: kiosk.Organizer}, p.froze[i].Stall, shift)
	p.must(err)
	z := o.Report
	if d := cmp.Diff(p.froze[i], z); d != "" {
		p.Fatalf("a Z report changed: %s", d)
	}
	if i > 0 && z.No != p.froze[i-1].No+1 {
		p.Fatalf("Z %d follows %d", z.No, p.froze[i-1].No)
	}
	return z
}

func (p *past) equal(what string, a, b kiosk.Figures) {
	if a != b {
		p.Helper()
		p.Fatalf("%s differ: %s and %s", what, a, b)
	}
}

// checkTakings adds up the takings by everything they can be asked by.
func (p *past) checkTakings(want kiosk.Figures) {
	stall := p.stall()
	q := kiosk.TakingsQuery{Stall: stall, Last: 1 << 40}
	for _, by := range [][]kiosk.TakingsBy{
		nil,
		{kiosk.ByDay},
		{kiosk.ByHour},
		{kiosk.ByStaff},
		{kiosk.ByRegister, kiosk.ByDay},
		{kiosk.ByStall, kiosk.ByDay, kiosk.ByHour, kiosk.ByStaff},
	} {
		q.By = by
		var rows []kiosk.Takings
		p.h.look(func(r kiosk.Reader) (err error) {
			rows, err = r.Takings(q)
			return err
		})
		var sum kiosk.Figures
		for _, r := range rows {
			sum = sum.Plus(r.Figures)
		}
		p.equal(fmt.Sprint("takings by ", by), sum, want)
	}
	for _, byVAT := range []bool{false, true} {
		var rows []kiosk.Sold
		p.h.look(func(r kiosk.Reader) (err error) {
			rows, err = r.Sold(kiosk.SoldQuery{Stall: stall, Last: 1 << 40, ByVAT: byVAT})
			return err
		})
		var sum kiosk.Money
		for _, r := range rows {
			sum += r.Amount
		}
		if sum != want.Kept() {
			p.Fatalf("sold by VAT %v %d, kept %d", byVAT, sum, want.Kept())
		}
	}
}

func (p *past) stall() (id string) {
	p.h.look(func(r kiosk.Reader) error {
		g, err := r.Register(p.by.Register)
		id = g.Stall
		return err
	})
	return id
}
