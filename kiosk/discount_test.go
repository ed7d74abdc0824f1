package kiosk

import (
	"strings"
	"testing"
)

func TestParseDiscount(t *testing.T) {
	for text, want := range map[string]Discount{
		"": {}, "  ": {}, "10%": {Percent: 1000}, "10 %": {Percent: 1000}, "2,5%": {Percent: 250}, "12.25 %": {Percent: 1225},
		"100%": {Percent: 10_000}, "1,50": {Fixed: 150}, "1.50 €": {Fixed: 150}, "1.234,50": {Fixed: 123450},
	} {
		if got, err := ParseDiscount(text); err != nil || got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"%", "0%", "0,00", "101%", "100,01%", "-5%", "1,234%", "10%%", "ten", "5", "1e3%", "1.2.3%", strings.Repeat("1", 99)} {
		if got, err := ParseDiscount(text); KeyOf(err) != KeyDiscountForm {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}

func FuzzParseDiscount(f *testing.F) {
	for _, seed := range []string{"", "10%", "2,5 %", "1,50", "€ 3.00", "100.00%", "999999,99", ",5%", "٥%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDiscount(text)
		if err != nil {
			if CodeOf(err) != Invalid {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if err := d.CheckForm(); err != nil {
			t.Errorf("%q became %+v", text, d)
		}
		for _, sum := range []Money{1, 99, 1250, MaxMoney} {
			if off := d.Off(sum); off < 0 || (d.Percent > 0 && off > sum) {
				t.Errorf("%q takes %v off %v", text, off, sum)
			}
		}
	})
}

// A percentage is rounded half up to the cent, as the till's own module reckons it.
func TestDiscount_Off(t *testing.T) {
	for _, c := range []struct {
		d         Discount
		sum, want Money
	}{
		{Discount{Percent: 1000}, 1270, 127},
		{Discount{Percent: 1000}, 1275, 128},
		{Discount{Percent: 1000}, 1274, 127},
		{Discount{Percent: 333}, 1000, 33},
		{Discount{Percent: 10_000}, 999, 999},
		{Discount{Fixed: 150}, 1000, 150},
		{Discount{}, 1000, 0},
	} {
		if got := c.d.Off(c.sum); got != c.want {
			t.Errorf("%+v takes %v off %v, want %v", c.d, got, c.sum, c.want)
		}
	}
}
