package kiosk

import (
	"cmp"
	"context"
	"errors"
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
		case !tokenForm(t.Token):
			return &Error{Code: Invalid, Key: KeyTermsToken, Field: at("token")}
		case seen[t.Token]:
			return &Error{Code: Invalid, Key: KeyTermsTwice, Field: at("token")}
		case !shortText(t.Name, nameLongest):
			return &Error{Code: Invalid, Key: KeyStallText, Field: at("name")}
		case t.Percent < 0 || t.Fixed < 0 || t.Fixed > MaxMoney || (t.Percent == 0 && t.Fixed == 0):
			return &Error{Code: Invalid, Key: KeyTermsShare, Field: at("percent")}
		}
		seen[t.Token] = true
		if percent += t.Percent; percent > wholePercent {
			return &Error{Code: Invalid, Key: KeyTermsPercent, Field: at("percent")}
		}
	}
	return nil
}

// tokenForm is a recipient's token: printable, without blanks. Its further form is SecPaid's own.
func tokenForm(token string) bool {
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
			cmp.Or(t.Name, t.Token), t.Percent/100, t.Percent%100, t.Fixed/100, t.Fixed%100))
	}
	return strings.Join(lines, "; ")
}

// Preview is what each party gets of an amount before fees.
type Preview struct {
	Amount Money
	Parts  []Money // by line of the terms; 0 where the amount does not reach
	Own    Money   // what is left for the owner of the account
}

// PreviewTerms divides an amount as a charge would, line by line.
func PreviewTerms(terms []Share, amount Money) Preview {
	p := Preview{Amount: amount, Own: amount}
	paid := map[string]Money{}
	for _, part := range (Stall{SplitTerms: terms}).Split(amount) {
		paid[part.Token] += part.Amount
	}
	for _, t := range terms {
		p.Parts = append(p.Parts, paid[t.Token])
		p.Own -= paid[t.Token]
	}
	return p
}

// ParsePercent reads a percentage with up to two decimals, "8.5" or "8,5 %", as hundredths. The
// error is [Invalid].
func ParsePercent(text string) (int64, error) {
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	whole, part, dotted := strings.Cut(strings.Replace(text, ",", ".", 1), ".")
	wrong := &Error{Code: Invalid, Key: KeyStallVAT}
	if whole == "" || len(whole) > 3 || len(part) > 2 || (dotted && part == "") || strings.Trim(whole+part, "0123456789") != "" {
		return 0, wrong
	}
	var n int64
	for _, digit := range whole + (part + "00")[:2] {
		n = n*10 + int64(digit-'0')
	}
	if n > wholePercent {
		return 0, wrong
	}
	return n, nil
}

// TryTerms has SecPaid look at the terms: a link is made with them, with the account that the stall
// sells with, and deleted at once. What it refuses, or makes otherwise than asked, is [Refused];
// nothing is stored either way.
func (s *Shop) TryTerms(ctx context.Context, by Clerk, stall string, terms []Share) error {
	if err := by.heads(stall); err != nil {
		return err
	}
	if err := CheckTerms(terms); err != nil || len(terms) == 0 {
		return err
	}
	owner, err := s.Stall(ctx, stall)
	if err != nil {
		return err
	}
	gateway := s.gatewayOf(ctx, owner.OwnAccount)
	const amount = 100 * 100 // large enough that no share is cut
	ref := s.refs.next(s.clock())
	Crash("before-terms")
	opened, err := gateway.Open(ctx, Order{
		Ref: ref, Note: ref, Amount: amount, Shares: (Stall{SplitTerms: terms}).Split(amount),
	})
	Crash("after-terms")
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		return errors.Join(err, deleteTrial(ctx, gateway, ref, err))
	}
	_, err = gateway.Retire(ctx, opened.PayID)
	Crash("after-terms-retire")
	if err == nil && opened.Wrong != "" {
		return &Error{Code: Refused, Key: KeyGatewayWrong, Args: []string{opened.Wrong}}
	}
	return err
}

// deleteTrial deletes a link whose making was not answered. It was shown to nobody; should this fail
// too, it stays unpaid.
func deleteTrial(ctx context.Context, gateway Gateway, ref string, why error) error {
	if CodeOf(why) != Unclear {
		return nil
	}
	Crash("before-terms-search")
	found, err := gateway.Find(ctx, ref)
	Crash("after-terms-search")
	for _, f := range found.Links {
		Crash("before-terms-delete")
		_, failed := gateway.Retire(ctx, f.PayID)
		Crash("after-terms-delete")
		err = errors.Join(err, failed)
	}
	return err
}
