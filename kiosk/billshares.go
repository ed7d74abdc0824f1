package kiosk

// sharesOfBill are split terms as a sale of a whole bill pays them: a fixed share is what that sale would
// take, and where its amount does not reach the percentage either, what it would take is a fixed share.
func sharesOfBill(terms []Share, whole Money) []Share {
	shares := make([]Share, len(terms))
	left := whole
	for i, s := range terms {
		percent := s.percentOf(whole)
		part := min(left, s.Fixed+percent)
		left -= part
		if part < percent {
			s.Percent, percent = 0, 0
		}
		s.Fixed = part - percent
		shares[i] = s
	}
	return shares
}

// roomFor is what the percentages of an amount leave for fixed shares.
func roomFor(shares []Share, amount Money) Money {
	room := amount
	for _, s := range shares {
		room -= s.percentOf(amount)
	}
	return room
}

// toTake are the shares of a bill with what no portion has reserved of the fixed ones.
func (b *Bill) toTake() []Share {
	reserved := map[string]Money{}
	for _, sale := range b.Sales {
		if endedUnpaid(sale) {
			continue
		}
		for _, s := range sale.Shares {
			reserved[s.Token] += s.Fixed
		}
	}
	shares := sharesOfBill(b.Terms, NetOf(b.Whole))
	for i, s := range shares {
		taken := min(s.Fixed, reserved[s.Token])
		shares[i].Fixed -= taken
		reserved[s.Token] -= taken
	}
	return shares
}

// SharesOf are the shares that a portion of what is left pays: its percentages, and in their order as much
// of the fixed shares as fits beside them. Cents that would not fit into what is left behind it either, as
// after portions that were cancelled and are charged in other sizes, go before its percentages: so all
// fixed shares are taken once all of the bill is charged.
func (b *Bill) SharesOf(portion []Line) []Share {
	shares := b.toTake()
	amount := NetOf(portion)
	room := max(roomFor(shares, amount), fixedOf(shares)-roomFor(shares, NetOf(b.Rest())-amount))
	room = min(room, amount)
	for i, s := range shares {
		shares[i].Fixed = min(s.Fixed, room)
		room -= shares[i].Fixed
	}
	return shares
}

// Owed are the fixed shares, as far as no portion has reserved them. A bill of which nobody pays anything
// owes nothing.
func (b *Bill) Owed() []Share {
	if len(b.Standing()) == 0 {
		return nil
	}
	var owed []Share
	for _, s := range b.toTake() {
		if s.Fixed > 0 {
			owed = append(owed, s)
		}
	}
	return owed
}
