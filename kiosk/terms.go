package kiosk

import (
	"fmt"
	"strings"
)

// CheckTerms wants split terms that SecPaid takes on every amount: each recipient with a token of its own
// and a share above nothing, percentages of together at most one hundred. That there are at most ten is
// our own limit, since SecPaid names none. Fixed shares that a small amount cannot pay are cut when it is charged, see
// [Stall.Split]. The error names the line at fault as its field: "token-2".
func CheckTerms(terms []Share) error {
	if len(terms) > recipientsMost {
		return &Error{Code: Invalid, Key: KeyTermsMany, Field: "terms"}
	}
	var percent int64
	seen := map[string]bool{}
	for i, t := range terms {
		at := func(field string) string { return fmt.Sprintf("%s-%d", field, i+1) }
		switch {
		case !TokenForm(t.Token):
			return &Error{Code: Invalid, Key: KeyTermsToken, Field: at("token")}
		case seen[t.Token]:
			return &Error{Code: Invalid, Key: KeyTermsTwice, Field: at("token")}
		case !shortText(t.Name, NameLongest):
			return &Error{Code: Invalid, Key: KeyStallText, Field: at("name")}
		case t.Percent < 0 || t.Fixed < 0 || t.Fixed > MaxMoney || (t.Percent == 0 && t.Fixed == 0):
			return &Error{Code: Invalid, Key: KeyTermsShare, Field: at("percent")}
		}
		seen[t.Token] = true
		if percent += t.Percent; percent > WholePercent {
			return &Error{Code: Invalid, Key: KeyTermsPercent, Field: at("percent")}
		}
	}
	return nil
}

// TokenForm is a recipient's token: printable, without blanks. Its further form is SecPaid's own.
func TokenForm(token string) bool {
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return false
		}
	}
	return token != "" && len(token) <= tokenLongest
}

// termsText writes terms for the trail.
func termsText(terms []Share) string {
	var lines []string
	for _, t := range terms {
		lines = append(lines, fmt.Sprintf("%s: %d.%02d%% + %d.%02d EUR",
			t.Payee(), t.Percent/100, t.Percent%100, t.Fixed/100, t.Fixed%100))
	}
	return strings.Join(lines, "; ")
}

// Preview is what each party gets of an amount before fees.
type Preview struct {
	Amount    Money
	Parts     []Money // by line of the terms; 0 where the amount does not reach
	OwnerPart Money   // what is left for the owner of the account
}

// PreviewTerms divides an amount as a charge would, line by line.
func PreviewTerms(terms []Share, amount Money) Preview {
	p := Preview{Amount: amount, OwnerPart: amount}
	paid := map[string]Money{}
	for _, part := range (Stall{SplitTerms: terms}).Split(amount) {
		paid[part.Token] += part.Amount
	}
	for _, t := range terms {
		p.Parts = append(p.Parts, paid[t.Token])
		p.OwnerPart -= paid[t.Token]
	}
	return p
}
