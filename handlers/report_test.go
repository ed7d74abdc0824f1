package handlers_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// TestReport_pages: X, close with Z, the list, the file; late money for a sale of a closed shift
// stands in the next one, and the Z report stays as it was.
func TestReport_pages(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		says := func(path string, words ...string) *markup.Page {
			t.Helper()
			page := g.Get(path).Page(t)
			for i := 0; i+1 < len(words); i += 2 {
				if !page.Says(words[i], words[i+1]) {
					t.Errorf("%s does not say %q in %s: %s", path, words[i+1], words[i], page)
				}
			}
			return page
		}
		const closing = "form[action='" + views.PathShiftClose + "']"
		if page := says(views.PathShift, "h1", "X report", "header p", "Register closed"); page.Has(closing) {
			t.Error("a closed register can be closed")
		}
		_, link := h.PaidSale(1250)
		cancelled := h.OnShow(900)
		late := h.ShownLink().ID
		if r := g.Post(views.PathShiftClose); r.Status != 409 || !r.Page(t).Says(kiosktest.ProblemText, "still in hand") {
			t.Errorf("closing with a sale in hand: %d", r.Status)
		}
		h.Sandbox.Set("pay-deleted", 1)
		h.Cancel(cancelled)
		h.Becomes(cancelled, kiosk.Cancelled, time.Minute)
		says(views.PathShift, "h1", "X report", ".figures td", "€12.50", ".figures td", "1 sale", closing+" h2", "Close with Z report 1")
		r := g.Post(views.PathShiftClose)
		if r.Status != 303 || r.Header.Get("Location") != views.PathShiftZ+"?no=1" {
			t.Fatalf("closing: %d to %s", r.Status, r.Header.Get("Location"))
		}
		frozen := says(views.PathShiftZ+"?no=1", "h1", "Z report 1", ".figures td", "€12.50", "header p", "Opened by Ada, closed by Ada").String()
		h.Must(h.Sandbox.Pay(late))
		h.Becomes(cancelled, kiosk.Review, 15*time.Minute)
		h.Must(h.Refund(h.ByNumber("B2-0001"), 1250))
		h.Stage(h.ByNumber("B2-0001"), kiosk.RefundFiled, time.Minute)
		h.Must(h.Sandbox.ApproveRefund(link))
		h.Stage(h.ByNumber("B2-0001"), kiosk.RefundSeen, 15*time.Minute)
		now := says(views.PathShiftZ+"?no=1", "caption", "Since then", ".figures td", "−€12.50").String()
		if before, _, _ := strings.Cut(frozen, "This register since"); !strings.HasPrefix(now, before) {
			t.Error("the Z report changed")
		}
		says(views.PathShift, "caption", "earlier shifts", "caption", "To review", ".figures th a[href='"+views.PathSale+"?number="+cancelled.Number+"']", cancelled.Number, ".earlier li", "Z report 1")
		if e := h.Records.X().Earlier(); e.Gross != 900 || e.Refunds != 1250 || e.Review != 900 || h.Records.X().Figures != e {
			t.Errorf("about earlier shifts: %s", e)
		}
		file := g.Get(views.PathShiftCSV + "?no=1")
		if file.Header.Get("Content-Disposition") != `attachment; filename="b2-z-1.csv"` {
			t.Errorf("the file is %q", file.Header.Get("Content-Disposition"))
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) < 8 || rows[1][8] != "12.50" {
			t.Errorf("%q, %v", rows, err)
		}
		for _, path := range []string{"?no=2", "?no=0", "?no=-1", "?no=x", "?no=99999999999999999999", ""} {
			if r := g.Get(views.PathShiftZ + path); r.Status != 404 {
				t.Errorf("%s: %d", path, r.Status)
			}
		}
		h.Records.Sound()
	})
}
