package kiosk

import (
	"slices"
	"strings"
)

// The ways of paying that have words of ours; every other one is called as the gateway calls it.
const (
	MethodCard     = "card"
	MethodTransfer = "bank transfer"
)

// MethodSum is what the gateway's rows of one way of paying come to.
type MethodSum struct {
	Method string // as the gateway calls it, in small letters; "" not known
	Amount Money
}

// methodName is the gateway's word for a way of paying in small letters, "" where it says none.
func methodName(word string) string {
	word = strings.ToLower(strings.TrimSpace(word))
	if word == "n/a" {
		return ""
	}
	return word
}

// MethodOf is how the money of a row was paid, "" while the gateway does not tell. Money that went back
// went the way it had come.
func (l *Link) MethodOf(r Row) string {
	if own := methodName(r.Method); own != "" {
		return own
	}
	for _, paid := range l.Rows {
		if own := methodName(paid.Method); own != "" && paid.Amount > 0 {
			return own
		}
	}
	return ""
}

// Methods are the ways in which the sale was paid, as far as the gateway lists them.
func (s *Sale) Methods() (all []string) {
	for i := range s.Links {
		l := &s.Links[i]
		for _, r := range l.Rows {
			if m := l.MethodOf(r); m != "" && r.Amount > 0 && !r.Withdrawn && !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}

// UnknownMethod is the part of what is kept of which nobody knew how it was paid when the report was drawn
// up. Below zero it is money that an earlier report did not know of yet and this one does.
func (r Report) UnknownMethod() Money {
	rest := r.Figures.Kept()
	for _, m := range r.Methods {
		rest -= m.Amount
	}
	return rest
}
