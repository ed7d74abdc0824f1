package kiosk

// Split computes what each other account gets of an amount, in whole cents: percentages are
// rounded down, so the owner takes the remainder; a share of nothing is dropped, and a total above
// the amount is cut in order. No shares left makes a plain link.
func (s Stall) Split(amount Money) []Part {
	var parts []Part
	left := amount
	for _, share := range s.SplitTerms {
		part := min(left, share.Fixed+share.percentOf(amount))
		if part <= 0 {
			continue
		}
		left -= part
		parts = append(parts, Part{Token: share.Token, Amount: part})
	}
	return parts
}

// percentOf is the percentage of an amount, rounded down.
func (s Share) percentOf(amount Money) Money { return amount * Money(s.Percent) / WholePercent }

// SplitSale computes what each other account gets of a sale of the stall: by its terms, or by the sale's own
// shares where it is a portion of a bill.
func (s Stall) SplitSale(sale *Sale) []Part {
	if len(sale.Shares) == 0 {
		return s.Split(sale.Total())
	}
	return splitPortion(sale.Shares, sale.Total())
}

// splitPortion pays what is reserved of fixed shares whole, and percentages of the amount of what is left,
// in order.
func splitPortion(shares []Share, amount Money) []Part {
	var parts []Part
	left := amount - fixedOf(shares)
	for _, share := range shares {
		percent := min(left, share.percentOf(amount))
		left -= percent
		if part := share.Fixed + percent; part > 0 {
			parts = append(parts, Part{Token: share.Token, Amount: part})
		}
	}
	return parts
}

// fixedOf adds fixed shares up.
func fixedOf(shares []Share) Money {
	var fixed Money
	for _, s := range shares {
		fixed += s.Fixed
	}
	return fixed
}

// OwnerPart is what is left for the owner of a link with these parts.
func OwnerPart(amount Money, parts []Part) Money {
	for _, p := range parts {
		amount -= p.Amount
	}
	return amount
}
