package views

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
	printer "golang.org/x/text/message"
	"golang.org/x/text/number"

	"qrkiosk/kiosk"
)

func TestAmount(t *testing.T) {
	const nb, thin = "\u00a0", "\u202f"
	for _, c := range []struct {
		region string
		m      kiosk.Money
		want   string
	}{
		{"de", 1250, "12,50" + nb + "€"},
		{"de", 5, "0,05" + nb + "€"},
		{"de", 0, "0,00" + nb + "€"},
		{"de", -1250, "−12,50" + nb + "€"},
		{"de", 99_999_999, "999.999,99" + nb + "€"},
		{"de", 100_000, "1.000,00" + nb + "€"},
		{"de-AT", 123_456, "€" + nb + "1" + nb + "234,56"},
		{"en", 123_456, "€1,234.56"},
		{"en", -5, "−€0.05"},
		{"fr", 123_456, "1" + thin + "234,56" + nb + "€"},
		{"pl", 1_234_567_89, "1" + nb + "234" + nb + "567,89" + nb + "€"},
		{"nl", 1250, "€" + nb + "12,50"},
		{"it-CH", 1250, "12,50" + nb + "€"},
		{"", 1250, "12,50" + nb + "€"},
		{"xx", 1250, "12,50" + nb + "€"},
	} {
		if got := Amount(c.region, c.m); got != c.want {
			t.Errorf("Amount(%q, %d) = %q, want %q", c.region, c.m, got, c.want)
		}
	}
}

// Digits and marks are those of the Unicode locale data, for every language there is.
func TestAmount_isTheLocales(t *testing.T) {
	for lang := range languages() {
		p := printer.NewPrinter(language.Make(lang))
		// The data in use here has a full blank for French; newer data has the thin one that we write.
		ours := strings.ReplaceAll(Digits(lang, 123_456_789), noBreakThn, NoBreak)
		if want := p.Sprint(number.Decimal(1234567.89, number.Scale(2))); ours != want {
			t.Errorf("%s writes %q, not %q", lang, ours, want)
		}
		if got, want := Percent(lang, 700), p.Sprint(number.Percent(0.07)); got != want {
			t.Errorf("%s writes %q, not %q", lang, got, want)
		}
	}
}

// What we print can be typed again, wherever both marks are those a keyboard has.
func TestAmount_canBeTypedAgain(t *testing.T) {
	for _, region := range []string{"de", "en", "it", "nl"} {
		for _, m := range []kiosk.Money{1, 99, 100, 1250, 99_999, 100_000, 12_345_678} {
			got, err := kiosk.ParseMoney(Amount(region, m))
			if err != nil || got != m {
				t.Errorf("%s: %q reads as %d, %v", region, Amount(region, m), got, err)
			}
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		region string
		v      int64
		want   string
	}{{"de", 700, "7\u00a0%"}, {"de", 550, "5,5\u00a0%"}, {"en", 1900, "19%"}, {"de", 1705, "17,05\u00a0%"}} {
		if got := Percent(c.region, c.v); got != c.want {
			t.Errorf("percent(%q, %d) = %q, want %q", c.region, c.v, got, c.want)
		}
	}
}

func TestPage_times(t *testing.T) {
	noon := time.Date(2026, 11, 20, 14, 33, 2, 0, time.UTC).UnixMilli()
	berlin := time.FixedZone("Berlin", 3600)
	en := Page{Lang: "en", Zone: berlin}
	de := Page{Lang: "de", Zone: berlin}
	if got := en.Day(noon); got != "20 Nov 2026, 15:33" {
		t.Errorf("English day %q", got)
	}
	if got := de.Day(noon); got != "20. Nov. 2026, 15:33" {
		t.Errorf("German day %q", got)
	}
	if got := en.When(noon-3_600_000, noon); got != "14:33" {
		t.Errorf("today is told as %q", got)
	}
	if got := en.When(noon-86_400_000, noon); got != "19 Nov 2026, 15:33" {
		t.Errorf("yesterday is told as %q", got)
	}
}

func TestPage_wait(t *testing.T) {
	p := Page{Lang: "en"}
	for ms, want := range map[int64]string{
		0: "a moment", -5: "a moment", 1: "1 second", 60_000: "60 seconds",
		91_000: "2 minutes", 900_000: "15 minutes", 3_600_000 * 3: "3 hours",
	} {
		if got := p.Wait(ms); got != want {
			t.Errorf("wait(%d) = %q, want %q", ms, got, want)
		}
	}
}

func TestPage_Explain(t *testing.T) {
	p := Page{Lang: "en", Region: "de"}
	if p.Explain(nil) != nil {
		t.Error("nothing was explained")
	}
	plain := p.Explain(&kiosk.Error{
		Code: kiosk.Invalid, Key: kiosk.KeyAmountPlain, Field: "amount", Amounts: []kiosk.Money{1250, 125_000},
	})
	if want := "Is this 12,50\u00a0€ or 1.250,00\u00a0€? Nothing was charged. Type the cents too."; plain.Text != want || plain.Field != "amount" {
		t.Errorf("both readings: %+v", plain)
	}
	wait := p.Explain(&kiosk.Error{Code: kiosk.TooMany, Wait: 30_000})
	if want := "That was too often. Nothing was changed. Try again in 30 seconds."; wait.Text != want {
		t.Errorf("an error with a code alone: %+v", wait)
	}
	fixed := p.T("error.internal")
	for _, err := range []error{errors.New("disk"), &kiosk.Error{Code: kiosk.Conflict, Key: "no-such-key"}} {
		if got := p.Explain(err); got.Text != fixed || got.Key != kiosk.KeyInternal {
			t.Errorf("%v explains as %+v", err, got)
		}
	}
}
