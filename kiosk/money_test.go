package kiosk

import (
	"testing"
)

func TestParseMoney(t *testing.T) {
	tests := []struct {
		text string
		want Money
		key  string
	}{
		{"", 0, KeyAmountMissing},
		{"  \u00a0", 0, KeyAmountMissing},
		{"0", 0, KeyAmountZero},
		{"0,00", 0, KeyAmountZero},
		{"-5", 0, KeyAmountNotNumber},
		{"−5", 0, KeyAmountNotNumber},
		{"(5)", 0, KeyAmountNotNumber},
		{"12,5", 1250, ""},
		{"12.50", 1250, ""},
		{"12,50", 1250, ""},
		{"1.234,56", 123456, ""},
		{"1,234.56", 123456, ""},
		{"12.345.678,90", 0, KeyAmountTooLarge},
		{"1.234", 0, KeyAmountAmbiguous},
		{"1,234", 0, KeyAmountAmbiguous},
		{"12,345", 0, KeyAmountAmbiguous},
		{"12,505", 0, KeyAmountAmbiguous},
		{"0,505", 0, KeyAmountDecimals},
		{"12,5055", 0, KeyAmountDecimals},
		{"1.23,456", 0, KeyAmountNotNumber},
		{"1e3", 0, KeyAmountNotNumber},
		{"0x10", 0, KeyAmountNotNumber},
		{"1_000", 0, KeyAmountNotNumber},
		{"+5", 0, KeyAmountNotNumber},
		{"NaN", 0, KeyAmountNotNumber},
		{"Infinity", 0, KeyAmountNotNumber},
		{"99999999999999999999", 0, KeyAmountTooLarge},
		{"99999999999999999999,00", 0, KeyAmountTooLarge},
		{"999999,99", 99999999, ""},
		{"1000000,00", 0, KeyAmountTooLarge},
		{"５,00", 0, KeyAmountNotNumber},
		{"٥", 0, KeyAmountNotNumber},
		{"\ufeff12,50\u200b", 1250, ""},
		{"12\u00a0,50", 0, KeyAmountNotNumber},
		{"12,50 €", 1250, ""},
		{"EUR 12,50", 1250, ""},
		{"USD 12,50", 0, KeyAmountNotNumber},
		{"12 50", 0, KeyAmountNotNumber},
		{"12,50\r\nX-Test: 1", 0, KeyAmountNotNumber},
		{"00012,50", 1250, ""},
		{",50", 50, ""},
		{"5,", 500, ""},
		{",", 0, KeyAmountNotNumber},
		{"1250", 0, KeyAmountPlain},
	}
	for _, test := range tests {
		got, err := ParseMoney(test.text)
		if KeyOf(err) != test.key || (err == nil && got != test.want) {
			t.Errorf("%q: got %v, %q; want %v, %q", test.text, got, KeyOf(err), test.want, test.key)
		}
	}
}

func TestParseMoney_plainNumberOffersBothReadings(t *testing.T) {
	_, err := ParseMoney("1250")
	var e *Error
	if !AsError(err, &e) || len(e.Amounts) != 2 || e.Amounts[0] != 1250 || e.Amounts[1] != 125000 {
		t.Errorf("got %+v", err)
	}
}

func TestParseCents(t *testing.T) {
	tests := map[string]string{
		"1250": "", "": KeyAmountMissing, "0": KeyAmountZero, "-1": KeyAmountNotNumber, "1e3": KeyAmountNotNumber,
		"99999999": "", "100000000": KeyAmountTooLarge, "000000000000000000001": KeyAmountTooLarge, "٥": KeyAmountNotNumber,
	}
	for text, key := range tests {
		if _, err := ParseCents(text); KeyOf(err) != key {
			t.Errorf("%q: got %q, want %q", text, KeyOf(err), key)
		}
	}
}

func TestParseDecimal(t *testing.T) {
	good := map[string]Money{"25": 2500, "25.0": 2500, "25.00": 2500, "25.0000": 2500, "-0.10": -10, "0": 0, "12.5": 1250, "007.10": 710}
	for text, want := range good {
		if got, err := ParseDecimal(text); err != nil || got != want {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-", ".5", "5.", "1e2", "1,5", "25.001", "+5", "0x1", "NaN", "1234567890123", "--1", " 1", "1.2.3"} {
		if got, err := ParseDecimal(text); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"25", "25.00", "-0.10", "1e2", "", "9999999999.99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseDecimal(text)
		if err != nil {
			return
		}
		if again, err := ParseDecimal(m.String()); err != nil || again != m {
			t.Fatalf("%q gives %s, read again as %v, %v", text, m, again, err)
		}
	})
}
