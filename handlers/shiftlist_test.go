package handlers_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/views/officeview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
)

// TestShifts_sum: the Z reports of some days add up to the takings of these days, figure by figure,
// once every shift is closed; until then what is missing is the X report. Late money, a refund and a
// payment nobody confirmed yet are among them.
func TestShifts_sum(t *testing.T) {
	kiosktest.Virtual(t, func(_ *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		day := func() int64 { return h.Shop.Reports.Today("") }
		first := day()
		sums := func(what string) (closed kiosk.Figures) {
			h.T.Helper()
			all, err := h.Shop.Reports.ShiftsOf(ctx, kiosktest.Organizer, "", first, day())
			h.Must(err)
			var days kiosk.Figures
			for _, d := range all.Days {
				var reports kiosk.Figures
				for _, z := range d.Reports {
					reports = reports.Plus(z.Figures)
				}
				if d.Sum != reports {
					h.T.Errorf("%s: day %d says %s, its reports %s", what, d.Day, d.Sum.String(), reports.String())
				}
				days = days.Plus(d.Sum)
			}
			taken := h.Records.Takings(first, day())
			if open := h.Records.X().Figures; all.Sum != days || all.Sum.Plus(open) != taken {
				h.T.Errorf("%s: closed %s and open %s are not the takings %s", what, all.Sum.String(), open.String(), taken.String())
			}
			return all.Sum
		}
		_, link := h.PaidSale(1250)
		cancelled := h.OnShow(900)
		late := h.ShownLink().ID
		h.Sandbox.Set("pay-deleted", 1)
		h.Cancel(cancelled)
		h.Becomes(cancelled, kiosk.Cancelled, time.Minute)
		if got := sums("an open shift"); got != (kiosk.Figures{}) {
			h.T.Errorf("no shift is closed, and the reports are %s", got.String())
		}
		closes(h)
		if got := sums("one shift"); got.Gross != 1250 || got.Sales != 1 {
			h.T.Errorf("one closed shift: %s", got.String())
		}
		h.Must(h.Sandbox.Pay(late))
		h.Becomes(cancelled, kiosk.Review, 15*time.Minute)
		h.Must(h.Refund(h.ByNumber("B2-0001"), 1250))
		h.Stage(h.ByNumber("B2-0001"), kiosk.RefundFiled, time.Minute)
		h.Must(h.Sandbox.ApproveRefund(link))
		h.Stage(h.ByNumber("B2-0001"), kiosk.RefundSeen, 15*time.Minute)
		h.Restart(24 * time.Hour) // the next close is on another day
		h.PaidSale(700)
		sums("a second shift")
		closes(h)
		if got := sums("two shifts"); got.Gross != 2850 || got.Refunds != 1250 || h.Records.X().Figures != (kiosk.Figures{}) {
			h.T.Errorf("two closed shifts: %s", got.String())
		}
		all, err := h.Shop.Reports.ShiftsOf(ctx, kiosktest.Organizer, "", first, day())
		h.Must(err)
		if len(all.Days) != 2 || all.Days[1].Day != all.Days[0].Day+1 {
			h.T.Errorf("%d days: %+v", len(all.Days), all.Days)
		}
		h.Records.Sound()
	})
}

// closes closes the register.
func closes(h *kiosktest.Installation) kiosk.Report {
	h.T.Helper()
	z, err := h.Shop.Till.CloseShift(context.Background(), h.Actor)
	h.Must(err)
	return z
}

// TestShifts_pages: the list of all stalls and of one, its file, and each Z report as page and file,
// for those who may see it and for nobody else.
func TestShifts_pages(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g := b.Organizer()
	managers := []*kiosktest.Desktop{b.Manager(0), b.Manager(1)}
	var reports [2]kiosk.Report
	for i, till := range b.Tills {
		ada := kiosktest.Sure(b.Shop.Till.AddStaff(t.Context(), b.Stalls[i].ID, "Ada "+b.Stalls[i].Name, kiosk.Cashier, "739164"))(t)
		by := kiosk.Actor{Staff: ada.ID, Role: kiosk.Cashier, Register: till.ID}
		kiosktest.Sure(b.Shop.Till.OpenShift(t.Context(), by))(t)
		b.Later(time.Minute)
		reports[i] = kiosktest.Sure(b.Shop.Till.CloseShift(t.Context(), by))(t)
	}
	path := func(i int, further string) string { return officeview.ZPath(reports[i], further) }
	all := g.Get("/office/shifts").Want(t, "all of them", http.StatusOK, "").Page(t)
	for i := range reports {
		if !all.Has("tbody a[href='"+path(i, "")+"']") || !all.Says("tbody th", b.Stalls[i].Name+" · Till") {
			t.Errorf("the list does not lead to %s: %.900s", path(i, ""), all)
		}
		one := g.Get("/office/shifts?stall=" + b.Stalls[i].ID)
		own := managers[i].Get("/office/shifts")
		for who, a := range map[string]kiosktest.Answer{"an organizer who asks for it": one, "its manager": own} {
			if page := a.Page(t); !page.Has("a[href='"+path(i, "")+"']") || page.Has("a[href^='"+path(1-i, "")+"']") {
				t.Errorf("the list of %s for %s: %.900s", b.Stalls[i].Name, who, page)
			}
		}
		z := managers[i].Get(path(i, "")).Want(t, "its Z report", http.StatusOK, "").Page(t)
		for want, where := range map[string]string{
			"Z report 1": "h1", "Opened by Ada " + b.Stalls[i].Name: "header p", "All Z reports": "a.back", b.Stalls[i].Name + " · Till": "header p",
		} {
			if !z.Says(where, want) {
				t.Errorf("the Z report does not say %q: %.900s", want, z)
			}
		}
		if !z.Has("button#print") || !z.Has("a[href='"+path(i, "/csv")+"']") || z.Has("a[href^='/till']") {
			t.Errorf("the Z report of the office: %.1500s", z)
		}
		if file := managers[i].Get(path(i, "/csv")).Want(t, "its file", http.StatusOK, ""); !strings.HasPrefix(file.Body, "\ufeff") || !strings.Contains(file.Body, "Z report 1") {
			t.Errorf("the file is %.300q", file.Body)
		}
	}
	for what, address := range map[string]string{
		"a foreign Z report": path(1, ""), "its file": path(1, "/csv"), "a foreign list": "/office/shifts?stall=" + b.Stalls[1].ID,
		"a foreign file":                 "/office/shifts.csv?stall=" + b.Stalls[1].ID,
		"a foreign report under our own": strings.Replace(path(1, ""), b.Stalls[1].ID, b.Stalls[0].ID, 1),
		"no report":                      officeview.StallPath(b.Stalls[0].ID, "/reports/unknown"),
	} {
		managers[0].Get(address).Want(t, what, http.StatusNotFound, "")
	}
	g.Get("/office/shifts?stall=unknown").Want(t, "an unknown stall", http.StatusNotFound, "")
	for _, q := range []string{"?first=x", "?first=2026-11-20&last=2026-11-19"} {
		g.Get("/office/shifts"+q).Want(t, q, http.StatusUnprocessableEntity, "")
		g.Get("/office/shifts.csv"+q).Want(t, q, http.StatusUnprocessableEntity, "")
	}
	if page := g.Get("/office/shifts?first=2026-11-19&last=2026-11-19").Want(t, "the day before", http.StatusOK, "").Page(t); page.Has("a[href*='/reports/']") || !page.Has("p.card.soft") {
		t.Error("the day before has reports too")
	}
	for _, one := range []struct {
		who  *kiosktest.Desktop
		rows int
	}{{g, 2}, {managers[1], 1}} {
		file := one.who.Get("/office/shifts.csv").Want(t, "the file", http.StatusOK, "")
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Body, "\ufeff")))
		if strings.Contains(strings.SplitN(file.Body, "\n", 2)[0], ";") {
			r.Comma = ';'
		}
		rows, err := r.ReadAll()
		if err != nil || len(rows) != 1+one.rows || len(rows[0]) != 20 || rows[one.rows][0] != "2026-11-20" || rows[one.rows][3] != "1" || rows[one.rows][1] != "Cheese" {
			t.Errorf("the file is %q: %v", rows, err)
		}
	}
}
