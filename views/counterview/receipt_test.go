package counterview

import (
	"slices"
	"testing"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

func TestReceipt_vat(t *testing.T) {
	s := SampleReceipt("confirmed")
	got := newReceipt(views.Page{Lang: "en"}, s).vat()
	want := []rate{
		{"7\u00a0%", "10,75\u00a0€", "0,75\u00a0€", "11,50\u00a0€"},
		{"19\u00a0%", "1,01\u00a0€", "0,19\u00a0€", "1,20\u00a0€"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("rates %v, want %v", got, want)
	}
	s.Sale.Discount = 635 // half of everything
	got = newReceipt(views.Page{Lang: "en"}, s).vat()
	if got[0].tax != "0,38\u00a0€" || got[1].tax != "0,10\u00a0€" {
		t.Errorf("rates with half the price off: %v", got)
	}
}

// The parts of a sale by rate are its goods to the cent, whatever the discount.
func TestVATParts_addUp(t *testing.T) {
	for _, discount := range []kiosk.Money{0, 1, 2, 33, 100, 333, 999} {
		sale := &kiosk.Sale{Discount: discount, Lines: []kiosk.Line{
			{Qty: 3, Unit: 111, VAT: 700}, {Qty: 1, Unit: 333, VAT: 1900}, {Qty: 1, Unit: 334}, {Qty: 1, Unit: 0, VAT: 500},
		}}
		var sum kiosk.Money
		for _, p := range vatParts(sale) {
			sum += p.gross
			if p.gross < 0 {
				t.Errorf("discount %v: %+v", discount, p)
			}
		}
		if sum != 1000-discount {
			t.Errorf("discount %v: the parts add up to %v", discount, sum)
		}
	}
	if len(vatParts(&kiosk.Sale{})) != 0 {
		t.Error("a sale of nothing has rates")
	}
}

// TestReceipt_vatOfWhatIsKept: the table follows what went back, and is gone when all of it did.
func TestReceipt_vatOfWhatIsKept(t *testing.T) {
	s := SampleReceipt("confirmed")
	l := &s.Sale.Links[0]
	l.Rows = append(l.Rows, kiosk.Row{Key: "b", Kind: kiosk.RowRefund, Amount: -635}) // half of everything
	got := newReceipt(views.Page{Lang: "en"}, s).vat()
	if len(got) != 2 || got[0].gross != "5,75\u00a0€" || got[0].tax != "0,38\u00a0€" || got[1].gross != "0,60\u00a0€" {
		t.Errorf("half went back: %v", got)
	}
	l.Rows[len(l.Rows)-1].Amount = -1270
	if got := newReceipt(views.Page{Lang: "en"}, s).vat(); len(got) != 0 {
		t.Errorf("all went back: %v", got)
	}
}

// TestReceipt_method: how it was paid is told once the gateway lists it, and nothing before.
func TestReceipt_method(t *testing.T) {
	s := SampleReceipt("confirmed")
	l := &s.Sale.Links[0]
	for word, want := range map[string]string{"": "", "N/A": "", "card": "Card", "Bank Transfer": "Bank transfer", "paypal": "PayPal", "giropay": "giropay"} {
		l.Rows[0].Method = word
		if got := newReceipt(views.Page{Lang: "en"}, s).methods(); got != want {
			t.Errorf("%q is told as %q, want %q", word, got, want)
		}
	}
}
