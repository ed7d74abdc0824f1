package store

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/report"
)

// gatewayDays are times as the gateway writes them, in two of its forms and on two days.
var gatewayDays = [...]string{"2024-10-03 23:59:59", "2024-10-04T00:00:01Z"}

// checkListed compares the sums by the gateway's days with the rows of every sale.
func (p *past) checkListed() {
	want := map[kiosk.PayInSum]kiosk.PayInSum{}
	for _, id := range p.sales {
		for _, l := range p.sale(id).PayInSums() {
			l.Stall, l.Register = "", ""
			want[l.Key()] = want[l.Key()].Plus(l)
		}
	}
	stall := p.stall()
	p.h.look(func(r kiosk.Reader) error {
		rows, err := r.PayInSums(kiosk.PayInSumQuery{Stall: stall, First: "", Last: "9"})
		for _, l := range rows {
			l.Stall = ""
			sums := want[l.Key()]
			sums.Day = l.Day
			if l != sums {
				p.Fatalf("listed %+v, the sales say %+v", l, sums)
			}
			delete(want, l.Key())
		}
		for key, l := range want {
			if l != (kiosk.PayInSum{}) {
				p.Fatalf("%+v is not listed: %+v", key, l)
			}
		}
		return err
	})
}

// TestPayouts keeps what the gateway says last of a transfer or an invoice.
func TestPayouts(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		first := kiosk.Payout{Account: account, ID: "1", TransactionID: "20241003-po-a", Day: "2024-10-03", Net: 900, Status: "InProgress"}
		done := first
		done.Status, done.SeenAt = "Completed", noon
		plain := kiosk.Payout{Account: account, ID: "2", Day: "2024-10-04", Net: 5}
		old := kiosk.FeeInvoice{Account: account, ID: "7", Number: "202409-sf-a", Month: "September 2024", Fee: 12, HasSums: true}
		newer := kiosk.FeeInvoice{Account: account, ID: "8", Number: "202410-sf-b", Month: "October 2024"}
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			for _, p := range []kiosk.Payout{plain, first, done} {
				if err := tx.PutPayout(p); err != nil {
					return err
				}
			}
			if err := tx.PutFeeInvoice(old); err != nil {
				return err
			}
			return tx.PutFeeInvoice(newer)
		})
		h.look(func(r kiosk.Reader) error {
			all, err := r.Payouts("2024-10-03", "2024-10-04")
			if d := cmp.Diff([]kiosk.Payout{done, plain}, all); d != "" || err != nil {
				t.Errorf("payouts (-want +got): %s, %v", d, err)
			}
			if all, err = r.Payouts("2024-10-04", "2024-10-04"); len(all) != 1 || err != nil {
				t.Errorf("of one day %+v, %v", all, err)
			}
			invoices, err := r.FeeInvoices(1)
			if d := cmp.Diff([]kiosk.FeeInvoice{newer}, invoices); d != "" || err != nil {
				t.Errorf("invoices (-want +got): %s, %v", d, err)
			}
			return nil
		})
	})
}

// TestOwnerKey: one link of a stall is good at a time.
func TestOwnerKey(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for _, hash := range []string{"a", "b", ""} {
			h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutOwnerKey(stallID, hash, noon) })
			h.look(func(r kiosk.Reader) error {
				for _, known := range []string{"a", "b"} {
					stall, err := r.OwnerKey(known)
					if hash == known && (stall != stallID || err != nil) {
						t.Errorf("%s finds %q, %v", known, stall, err)
					}
					if hash != known && kiosk.CodeOf(err) != kiosk.NotFound {
						t.Errorf("after %q, %s finds %q, %v", hash, known, stall, err)
					}
				}
				return nil
			})
		}
	})
}

// TestStatement adds up what a stall is told, from sales with and without split, paid out or not.
func TestStatement(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		shop, err := Wire(context.Background(), h.Store, h.cfg.Now)
		if err != nil {
			t.Fatal(err)
		}
		h.paidRow(reg, kiosk.Row{Key: "t1", Amount: 1000, Fee: 15, FeePSP: 40, Net: 945, At: gatewayDays[0], Payout: "Completed"})
		h.paidRow(reg2, kiosk.Row{Key: "t2", Amount: 1000, Fee: 15, FeePSP: 40, Net: 945, At: gatewayDays[1], Payout: "Pending"})
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			return tx.PutPayout(kiosk.Payout{
				Account: account, TransactionID: "po-1", Day: gatewayDays[0][:10], Net: 945, Status: "Completed",
			})
		})
		st, err := shop.Reports.Statement(context.Background(), stallID, noonDay, noonDay)
		if err != nil {
			t.Fatal(err)
		}
		if st.Figures.Gross != 2000 || st.Figures.Sales != 2 || st.StaysOnAccount() != 1890 || len(st.Registers) != 2 {
			t.Errorf("figures %s, stays %d", st.Figures, st.StaysOnAccount())
		}
		if len(st.ByVAT) != 1 || st.ByVAT[0].VAT != 700 || st.ByVAT[0].Amount != 2000 {
			t.Errorf("by VAT %+v", st.ByVAT)
		}
		first, last := gatewayDays[0][:10], gatewayDays[1][:10]
		matches, err := shop.Reconciler.Payouts(context.Background(), first, last)
		if err != nil || len(matches) != 2 {
			t.Fatalf("matches %+v, %v", matches, err)
		}
		if m := matches[0]; m.Day != last || !m.Waits() || m.Difference() != 0 || m.Ours.Open != 945 {
			t.Errorf("newest %+v", m)
		}
		if m := matches[1]; m.Day != first || m.Waits() || m.Difference() != 0 || m.Paid != 945 || m.Ours.Open != 0 {
			t.Errorf("oldest %+v", m)
		}
	})
}

// TestStatement_refused: days in the wrong order, or too many.
func TestStatement_refused(t *testing.T) {
	for _, days := range [][2]int64{{20_001, 20_000}, {0, 5}, {20_000, 21_000}, {1 << 40, 1 << 40}} {
		if err := report.CheckDays(days[0], days[1]); kiosk.CodeOf(err) != kiosk.Invalid {
			t.Errorf("%v: %v", days, err)
		}
	}
	for _, text := range []string{"", "2026-02-31", "9999-1-1", " 2026-01-01", "2026-01-01 ", "20260101"} {
		if day, err := kiosk.ParseDay(text); err == nil {
			t.Errorf("%q is day %d", text, day)
		}
	}
}

// paidRow stores a sale of ten euros that is paid with a row of the gateway, by the way every sale
// takes.
func (h *house) paidRow(register string, row kiosk.Row) {
	h.t.Helper()
	row.Kind, row.SeenAt = kiosk.RowPayment, h.clock.Load()
	s := h.sale(register)
	h.put(s)
	for _, step := range []kiosk.Step{h.live(h.ids.Add(1)), {Kind: kiosk.StepRow, Link: 1, Row: row}} {
		step.At = h.clock.Load()
		h.must(register, func(tx kiosk.Tx) error {
			was, err := tx.Sale(s.ID)
			if err != nil {
				return err
			}
			out, err := was.Take(step)
			if err != nil {
				return err
			}
			return out.Store(tx, step.At)
		})
	}
}
