package kiosk

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSale_Figures: the books of a sale of ten cents after each history.
func TestSale_Figures(t *testing.T) {
	for history, want := range map[string]string{
		"charge":                                                  "",
		"charge live":                                             "",
		"charge live odd":                                         "",
		"charge live cancel gone":                                 "",
		"charge live lapse gone":                                  "",
		"charge given-up!":                                        "",
		"charge live pending":                                     "",
		"charge live handed":                                      "",
		"charge live notice":                                      "sales=1 gross=10 unconfirmed_sales=1 unconfirmed=10",
		"charge/strict live notice":                               "",
		"charge live used":                                        "sales=1 gross=10 unconfirmed_sales=1 unconfirmed=10",
		"charge live notice row=":                                 "sales=1 gross=10",
		"charge live row=":                                        "sales=1 gross=10",
		"charge live row>":                                        "sales=1 gross=11 over=1",
		"charge live row<":                                        "sales=1 gross=9 review_sales=1 review=9",
		"charge live row< close":                                  "sales=1 gross=9",
		"charge live row= row2":                                   "sales=1 gross=20 over=10 review_sales=1 review=20",
		"charge live row= row2 close":                             "sales=1 gross=20 over=10",
		"charge live notice 24h":                                  "sales=1 gross=10 unconfirmed_sales=1 unconfirmed=10 review_sales=1 review=10",
		"charge live cancel gone row=":                            "sales=1 gross=10 review_sales=1 review=10",
		"charge live cancel gone notice":                          "review_sales=1",
		"charge live lapse gone row= refund":                      "sales=1 gross=10",
		"charge live row= refund filed":                           "sales=1 gross=10",
		"charge live row= refund filed back-full":                 "sales=1 gross=10 refunds=10",
		"charge live row= refund-part filed back-part":            "sales=1 gross=10 refunds=5",
		"charge live row= dispute":                                "sales=1 gross=10 review_sales=1 review=10",
		"charge live row= withdrawn":                              "sales=1 gross=10 withdrawn=10 review_sales=1",
		"charge unclear given-up live.2 row=.1":                   "sales=1 gross=10 review_sales=1 review=10",
		"charge unclear given-up live.2 row=.1 gone.2 close":      "sales=1 gross=10",
		"charge live cancel gone back-full":                       "refunds=9 review_sales=1 review=-9",
		"charge live 14d pending":                                 "review_sales=1",
		"charge live cancel gone row= refund filed back-full":     "sales=1 gross=10 refunds=10",
		"charge live row= refund filed rejected refund unsure":    "sales=1 gross=10",
		"charge live row= refund filed rejected refund back-full": "sales=1 gross=10 refunds=10",
	} {
		p := &player{}
		var booked Figures
		for word := range strings.FieldsSeq(history) {
			out, err := p.play(word)
			if err != nil {
				t.Fatalf("%s: %s: %v", history, word, err)
			}
			if out.Posting != nil {
				booked = booked.Plus(out.Posting.Figures)
			}
		}
		if got := p.sale.Figures().String(); got != want {
			t.Errorf("%s: %q, want %q", history, got, want)
		}
		if booked.String() != want {
			t.Errorf("%s: booked %q, want %q", history, booked, want)
		}
	}
}

// TestSale_Figures_tipsAndSplit: goods are paid before the tip; other accounts get their parts of
// links that brought money.
func TestSale_Figures_tipsAndSplit(t *testing.T) {
	for paid, want := range map[Money]string{
		1000: "sales=1 gross=1000 review_sales=1 review=1000 commission=115 fee=12 fee_psp=40 net=948",
		1050: "sales=1 gross=1050 tips=50 review_sales=1 review=1050 commission=115 fee=12 fee_psp=40 net=948",
		1150: "sales=1 gross=1150 tips=150 commission=115 fee=12 fee_psp=40 net=948",
		1151: "sales=1 gross=1151 tips=150 over=1 commission=115 fee=12 fee_psp=40 net=948",
	} {
		s := &Sale{Goods: 1000, Tip: 150, Links: []Link{
			{N: 1, Live: true, GivenUp: true, Gone: true, Amount: 1150, Parts: []Part{{Amount: 115}}},
			{N: 2, Live: true, Amount: 1150, Parts: []Part{{Amount: 100}, {Amount: 15}}, Rows: []Row{
				{Key: "a", Kind: RowPayment, Amount: paid, Fee: 12, FeePSP: 40, Net: 948},
			}},
		}}
		if got := s.Figures().String(); got != want {
			t.Errorf("%d paid: %q, want %q", paid, got, want)
		}
	}
}

func TestFigures_arithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (f Figures) {
			for _, v := range f.Each() {
				*v.Value = rapid.Int64Range(-1_000_000_000, 1_000_000_000).Draw(t, label)
			}
			return f
		}
		a, b := draw("a"), draw("b")
		if a.Plus(b).Minus(b) != a || a.Plus(b) != b.Plus(a) || a.Minus(a) != (Figures{}) {
			t.Fatal("sums do not add up")
		}
		if got, err := ParseFigures(a.String()); got != a || err != nil {
			t.Fatalf("%s was read as %s, %v", a, got, err)
		}
	})
}

func FuzzParseFigures(f *testing.F) {
	for _, text := range []string{"", "sales=1 gross=1250", "gross=1 sales=1", "gross=01", "gross=0", "x=1", "gross=1 ", "net=-5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if v, err := ParseFigures(text); err == nil && v.String() != text {
			t.Errorf("%q is written %q", text, v)
		}
	})
}

func TestSale_Sold(t *testing.T) {
	sale := func(kept Money, discount, tip Money) []Sold {
		s := &Sale{
			Goods: 1000 - discount, Discount: discount, Tip: tip,
			Lines: []Line{{Item: "a", Qty: 2, Unit: 350, VAT: 700}, {Name: "typed", Qty: 1, Unit: 300, VAT: 1900}},
			Links: []Link{{N: 1, Live: true, Rows: []Row{{Key: "1", Kind: RowPayment, Amount: kept}}}},
		}
		return s.Sold()
	}
	a := func(amount Money) Sold { return Sold{Item: "a", VAT: 700, Qty: 2, Amount: amount} }
	typed := func(amount Money) Sold { return Sold{Name: "typed", VAT: 1900, Qty: 1, Amount: amount} }
	for name, c := range map[string]struct{ got, want []Sold }{
		"exact":    {sale(1000, 0, 0), []Sold{a(700), typed(300)}},
		"discount": {sale(900, 100, 0), []Sold{a(630), typed(270)}},
		"tip":      {sale(1100, 0, 100), []Sold{a(700), typed(300), {Item: SoldTip, Amount: 100}}},
		"over":     {sale(1005, 0, 0), []Sold{a(700), typed(300), {Item: SoldOver, Amount: 5}}},
		"short":    {sale(999, 0, 0), []Sold{a(699), typed(300)}},
		"nothing":  {sale(0, 0, 0), nil},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, c.got, c.want)
		}
	}
}

// TestShares: the parts add up to the amount and none is a cent off its proportion.
func TestShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := Money(rapid.Int64Range(-int64(MaxMoney)*200, int64(MaxMoney)*200).Draw(t, "amount"))
		var weights []Money
		var whole, sum Money
		for _, w := range rapid.SliceOfN(rapid.Int64Range(0, int64(MaxMoney)), 1, 8).Draw(t, "weights") {
			weights, whole = append(weights, Money(w)), whole+Money(w)
		}
		for i, part := range apportion(amount, weights) {
			sum += part
			if whole == 0 {
				continue
			}
			if off := part - portion(amount, weights[i], whole); off < -1 || off > 1 {
				t.Fatalf("part %d is %d off", i, off)
			}
		}
		if sum != amount {
			t.Fatalf("the parts make %d of %d", sum, amount)
		}
	})
}

func TestLocalHour(t *testing.T) {
	const day, hour = 86_400_000, 3_600_000
	at := int64(20_000 * day) // 4 October 2024, midnight UTC, summer time in Berlin
	for _, c := range []struct {
		zone      string
		at        int64
		day, hour int64
	}{
		{"", at, 20_000, 2},
		{"Europe/Berlin", at + 21*hour, 20_000, 23},
		{"", at + 22*hour, 20_001, 0},
		{"UTC", at + 22*hour, 20_000, 22},
		{"nowhere", at, 20_000, 0},
		{"America/New_York", at + 3*hour, 19_999, 23},
		{"", (20_023*24 + 0) * hour, 20_023, 2}, // 27 October 2024: two o'clock comes twice
		{"", (20_023*24 + 1) * hour, 20_023, 2},
		{"", (20_023*24 + 2) * hour, 20_023, 3},
		{"", -hour, 0, 0},
		{"UTC", -hour, -1, 23},
	} {
		if d, h := LocalHour(c.zone, c.at); d != c.day || h != c.hour {
			t.Errorf("%q at %d: day %d hour %d, want %d %d", c.zone, c.at, d, h, c.day, c.hour)
		}
	}
	for _, name := range []string{"Local", "nowhere", "../etc/passwd"} {
		if _, err := Zone(name); CodeOf(err) != Invalid || KeyOf(err) != KeyZone {
			t.Errorf("zone %q: %v", name, err)
		}
	}
}
