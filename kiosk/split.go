package kiosk

// Split computes what each other account gets of an amount, in whole cents: percentages are
// rounded down, so the owner takes the remainder; a share of nothing is dropped, and a total above
// the amount is cut in order. No shares left makes a plain link.
func (s Stall) Split(amount Money) []Part {
	var parts []Part
	left := amount
	for _, share := range s.SplitTerms {
		part := min(left, share.Fixed+amount*Money(share.Percent)/10000)
		if part <= 0 {
			continue
		}
		left -= part
		parts = append(parts, Part{Token: share.Token, Amount: part})
	}
	return parts
}

// OwnerPart is what is left for the owner of a link with these parts.
func OwnerPart(amount Money, parts []Part) Money {
	for _, p := range parts {
		amount -= p.Amount
	}
	return amount
}
