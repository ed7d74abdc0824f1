package sandbox

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"qrkiosk/kiosk"
)

// drawLink draws a split link that the checks of createSplitLink let through.
func drawLink(t *rapid.T) *link {
	k := &link{
		User: "owner", Fee: "1.0", Amount: kiosk.Money(rapid.Int64Range(1, 99_999_999_999_999).Draw(t, "amount")),
		Split: rapid.SampledFrom([]string{"normal", "absolute"}).Draw(t, "type"),
	}
	left := int64(100 * million)
	if k.Split == "absolute" {
		left = int64(k.Amount) * (million / 100)
	}
	for i := range rapid.IntRange(1, 8).Draw(t, "recipients") {
		if left < 1 {
			break
		}
		share := rapid.Int64Range(1, left).Draw(t, "share")
		left -= share
		k.Recipients = append(k.Recipients, recipient{Token: fmt.Sprint(i), User: fmt.Sprint("user-", i), Share: share})
	}
	return k
}

// TestParts: for every link that is accepted, the parts add up to the amount, the owner's is never
// negative, and no recipient gets more than the share.
func TestParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := drawLink(t)
		if msg := k.checkSum(); msg != "" {
			t.Fatalf("%s", msg)
		}
		each, owner := k.parts()
		sum := owner
		for i, part := range each {
			sum += part
			if part < 0 {
				t.Fatalf("part %d is %d", i, part)
			}
		}
		if sum != k.Amount || owner < 0 {
			t.Fatalf("parts %v and %d of %d", each, owner, k.Amount)
		}
	})
}

// TestShareRows: amounts and provider fees of the parties add up to those of the whole payment,
// and each net is what is left of the part.
func TestShareRows(t *testing.T) {
	l := newLedger()
	for i := range 8 {
		l.setAccount(&Account{Name: fmt.Sprint(i), Key: fmt.Sprint("k", i), UserID: fmt.Sprint("user-", i), ServiceFee: fmt.Sprintf("%d.5", i)})
	}
	rapid.Check(t, func(t *rapid.T) {
		k := drawLink(t)
		each, owner := k.parts()
		var psp, parts kiosk.Money
		for i, p := range k.shareRows(l, k.Amount) {
			part := owner
			if i > 0 {
				part = each[i-1]
			}
			psp, parts = psp+p.PSP, parts+part
			if p.Net != part-p.Fee-p.PSP || p.PSP < 0 || p.Fee < 0 {
				t.Fatalf("row %d of %+v: part %d", i, p, part)
			}
			if i > 0 && p.Amount != part || i == 0 && p.Amount != k.Amount {
				t.Fatalf("row %d carries %d", i, p.Amount)
			}
		}
		if psp != pspFee(k.Amount) || parts != k.Amount {
			t.Fatalf("provider fees %d, not %d", psp, pspFee(k.Amount))
		}
	})
}

// TestParts_examples are those of the documents.
func TestParts_examples(t *testing.T) {
	for _, c := range []struct {
		amount string
		split  string
		shares []int64
		each   []kiosk.Money
		owner  kiosk.Money
	}{
		{"100", "normal", []int64{30 * million, 30 * million}, []kiosk.Money{3000, 3000}, 4000},
		{"100", "normal", []int64{6 * million, 4 * million}, []kiosk.Money{600, 400}, 9000},
		{"35.39", "normal", []int64{10 * million}, []kiosk.Money{353}, 3186},
		{"100", "absolute", []int64{60 * million, 40 * million}, []kiosk.Money{6000, 4000}, 0},
		{"0.01", "normal", []int64{99 * million}, []kiosk.Money{0}, 1},
	} {
		k := &link{Amount: mustMoney(t, c.amount), Split: c.split}
		for _, share := range c.shares {
			k.Recipients = append(k.Recipients, recipient{Share: share})
		}
		if each, owner := k.parts(); fmt.Sprint(each) != fmt.Sprint(c.each) || owner != c.owner {
			t.Errorf("%s %v: %v, owner %v", c.amount, c.shares, each, owner)
		}
	}
}

// TestFees: percentages are rounded half away from zero.
func TestFees(t *testing.T) {
	for _, c := range []struct{ amount, percent, want kiosk.Money }{
		{3539, 100, 35}, {150, 100, 2}, {149, 100, 1}, {-150, 100, -2}, {100, -1000, -10}, {3539, 150, 53}, {0, 150, 0},
	} {
		if got := percentHalfUp(c.amount, c.percent); got != c.want {
			t.Errorf("%d at %d: %d", c.amount, c.percent, got)
		}
	}
	if got := pspFee(3539); got != 78 {
		t.Errorf("provider fee %d", got)
	}
}

// TestParseShare: decimal texts, six places at most.
func TestParseShare(t *testing.T) {
	for text, want := range map[string]int64{"10": 10 * million, "4.9": 4_900_000, " 60.00": 60 * million, "0.000001": 1, "-5": -5 * million, "-0.5": -million / 2} {
		if got, ok := parseShare(text); !ok || got != want {
			t.Errorf("%q: %d %v", text, got, ok)
		}
	}
	for _, text := range []string{"", ".", ".5", "1e1", "+5", "1,5", "0.0000001", "9999999999", "x", "1.-5", "--1"} {
		if got, ok := parseShare(text); ok {
			t.Errorf("%q: %d", text, got)
		}
	}
}
