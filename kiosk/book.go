package kiosk

import (
	"cmp"
	"context"
	"slices"
)

// The words for what was sold, beside those of [TakingsBy].
const (
	ByItem TakingsBy = "item"
	ByVAT  TakingsBy = "vat"
)

// BookQuery asks for a book of takings.
type BookQuery struct {
	Stall    string // "" for all
	Register string // "" for all
	First    int64  // local days since 1 January 1970, both included
	Last     int64
	By       TakingsBy
}

// Book is the takings of some days, by one thing at a time, with the names of what it is about.
type Book struct {
	Query  BookQuery
	Sum    Figures
	Rows   []Takings // by everything but items and VAT
	Sold   []Sold    // by items or VAT
	Stalls []Stall   // those the reader may choose from
	Names  map[string]string
}

// Book reads takings for a clerk: of all stalls for an organizer, of the own one for a manager. Days
// in the wrong order are [Invalid], a stall that is not theirs [NotFound].
func (s *Shop) Book(ctx context.Context, by Clerk, q BookQuery) (Book, error) {
	if by.Role != Organizer && q.Stall == "" {
		q.Stall = by.Stall
	}
	if err := cmp.Or(by.mayRead(q.Stall), CheckDays(q.First, q.Last)); err != nil {
		return Book{}, err
	}
	b := Book{Query: q, Names: map[string]string{}}
	err := s.store.View(ctx, func(r Reader) error {
		if err := readBookPlaces(&b, r, by); err != nil {
			return err
		}
		return readBookSums(&b, r)
	})
	return b, err
}

// mayRead is [NotFound] for a stall that is not the clerk's; "" stands for all of them.
func (c Clerk) mayRead(stall string) error {
	if stall == "" && c.Role == Organizer {
		return nil
	}
	return c.heads(stall)
}

// readBookPlaces reads the stalls and the names of registers and people.
func readBookPlaces(b *Book, r Reader, by Clerk) error {
	all, err := r.Stalls()
	if err != nil {
		return err
	}
	for _, stall := range all {
		if !by.Heads(stall.ID) {
			continue
		}
		b.Stalls = append(b.Stalls, stall)
		b.Names[stall.ID] = stall.Name
		if b.Query.Stall != "" && b.Query.Stall != stall.ID {
			continue
		}
		if err := readBookNames(b, r, stall.ID); err != nil {
			return err
		}
	}
	if b.Query.Stall != "" && b.Names[b.Query.Stall] == "" {
		return &Error{Code: NotFound, Key: string(NotFound)}
	}
	return nil
}

func readBookNames(b *Book, r Reader, stall string) error {
	if b.Query.By == ByRegister || b.Query.Stall != "" {
		registers, err := r.Registers(stall)
		if err != nil {
			return err
		}
		for _, g := range registers {
			b.Names[g.ID] = g.Name
		}
	}
	if b.Query.By != ByStaff {
		return nil
	}
	people, err := r.StaffOf(stall)
	for _, p := range people {
		b.Names[p.ID] = p.Name
	}
	return err
}

func readBookSums(b *Book, r Reader) error {
	q := TakingsQuery{Stall: b.Query.Stall, Register: b.Query.Register, First: b.Query.First, Last: b.Query.Last}
	sums, err := r.Takings(q)
	if err != nil {
		return err
	}
	for _, t := range sums {
		b.Sum = b.Sum.Plus(t.Figures)
	}
	if b.Query.By == ByItem || b.Query.By == ByVAT {
		b.Sold, err = r.Sold(SoldQuery{
			Stall: q.Stall, Register: q.Register, First: q.First, Last: q.Last, ByVAT: b.Query.By == ByVAT,
		})
		slices.SortStableFunc(b.Sold, func(a, c Sold) int { return cmp.Compare(c.Amount, a.Amount) })
		return err
	}
	q.By = []TakingsBy{b.Query.By}
	if b.Query.By == ByRegister {
		q.By = []TakingsBy{ByStall, ByRegister}
	}
	b.Rows, err = r.Takings(q)
	return err
}
