package kiosk

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Discount is what is taken off the sum of the lines, and why. The zero value is none.
type Discount struct {
	Percent int64 // hundredths of a percent of the sum, rounded half up to the cent
	Fixed   Money
	Reason  string
}

// The keys of messages about discounts.
const (
	KeyDiscountForm   = "discount-form"
	KeyDiscountMuch   = "discount-much"
	KeyDiscountReason = "discount-reason"
)

// WholePercent is a hundred percent, in hundredths.
const WholePercent = 10_000

// IsZero tells whether nothing is taken off.
func (d Discount) IsZero() bool { return d.Percent == 0 && d.Fixed == 0 }

// Off is what the discount takes off a sum.
func (d Discount) Off(sum Money) Money {
	if d.Percent > 0 {
		return Money((int64(sum)*d.Percent + WholePercent/2) / WholePercent)
	}
	return d.Fixed
}

// ChargeTrail is what the trail says of a new sale: which one it was changed from, and its discount.
func (s *Sale) ChargeTrail() string {
	var parts []string
	if s.From != "" {
		parts = append(parts, "changed from "+s.From)
	}
	if s.Discount != 0 {
		parts = append(parts, "discount "+s.Discount.String()+": "+s.DiscountFor)
	}
	return strings.Join(parts, "; ")
}

// Check is about the discount alone; that it leaves something to pay is the charge's matter.
func (d Discount) Check() error {
	if err := d.CheckForm(); err != nil || d.IsZero() {
		return err
	}
	if strings.TrimSpace(d.Reason) == "" || utf8.RuneCountInString(d.Reason) > MaxNote || !PlainText(d.Reason) {
		return &Error{Code: Invalid, Key: KeyDiscountReason, Field: "reason"}
	}
	return nil
}

// CheckForm is [Invalid] for a discount that no sale could have.
func (d Discount) CheckForm() error {
	if d.Percent < 0 || d.Percent > WholePercent || d.Fixed < 0 || d.Fixed > MaxMoney || (d.Percent > 0 && d.Fixed > 0) {
		return DiscountError(KeyDiscountForm)
	}
	return nil
}

// DiscountError is [Invalid] with a message about the field of the discount.
func DiscountError(key string) error { return &Error{Code: Invalid, Key: key, Field: "discount"} }

const (
	reasonsMost   = 6
	reasonLongest = 30 // characters of one that a till offers
)

// reasonsForm tells whether a till can offer these reasons for a discount, each with one tap.
func reasonsForm(all []string) bool {
	for i, reason := range all {
		if strings.TrimSpace(reason) == "" || !shortText(reason, reasonLongest) || slices.Contains(all[:i], reason) {
			return false
		}
	}
	return len(all) <= reasonsMost
}

// ParseDiscount reads a discount as people and pages write it: "10 %", "2,5%", "1,50", "1.50 €";
// "" is none. Everything else is [Invalid]; a sum must say its cents, as in [ParseMoney].
func ParseDiscount(text string) (Discount, error) {
	if len(text) > 32 {
		return Discount{}, DiscountError(KeyDiscountForm)
	}
	number, percent := strings.CutSuffix(trimAmount(text), "%")
	if number == "" && !percent {
		return Discount{}, nil
	}
	if percent {
		p, err := parsePercent(trimAmount(number))
		return Discount{Percent: p}, err
	}
	m, err := ParseMoney(number)
	if err != nil {
		return Discount{}, DiscountError(KeyDiscountForm)
	}
	return Discount{Fixed: m}, nil
}

// parsePercent reads "10", "2,5" or "12.25" as hundredths of a percent, at most 100 %.
func parsePercent(text string) (int64, error) {
	whole, part, _ := strings.Cut(strings.Replace(text, ",", ".", 1), ".")
	for len(part) < 2 {
		part += "0"
	}
	if whole == "" || len(whole) > 3 || len(part) > 2 || strings.Trim(whole+part, "0123456789") != "" {
		return 0, DiscountError(KeyDiscountForm)
	}
	v, err := strconv.ParseInt(whole+part, 10, 64)
	if err != nil || v == 0 || v > WholePercent {
		return 0, DiscountError(KeyDiscountForm)
	}
	return v, nil
}
