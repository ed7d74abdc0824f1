package report

import (
	"cmp"
	"context"
	"slices"

	"qrkiosk/kiosk"
)

// TakingsTable reads takings for a clerk: of all stalls for an organizer, of the own one for a manager. Days
// in the wrong order are [kiosk.Invalid], a stall that is not theirs [kiosk.NotFound].
func (rp *Reports) TakingsTable(ctx context.Context, by kiosk.OfficeActor, q kiosk.TakingsTableQuery) (kiosk.TakingsTable, error) {
	if q.Stall == "" && !by.MayRead("") {
		q.Stall = by.Stall
	}
	if err := cmp.Or(by.CheckMayRead(q.Stall), CheckDays(q.First, q.Last)); err != nil {
		return kiosk.TakingsTable{}, err
	}
	b := kiosk.TakingsTable{Query: q, Names: map[string]string{}}
	err := rp.store.View(ctx, func(r kiosk.Reader) error {
		if err := readBookPlaces(&b, r, by); err != nil {
			return err
		}
		return readBookSums(&b, r)
	})
	return b, err
}

// readBookPlaces reads the stalls and the names of registers and people.
func readBookPlaces(b *kiosk.TakingsTable, r kiosk.StallReader, by kiosk.OfficeActor) error {
	all, err := r.Stalls()
	if err != nil {
		return err
	}
	for _, stall := range all {
		if !by.MayRead(stall.ID) {
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
		return &kiosk.Error{Code: kiosk.NotFound, Key: string(kiosk.NotFound)}
	}
	return nil
}

func readBookNames(b *kiosk.TakingsTable, r kiosk.StallReader, stall string) error {
	if b.Query.By == kiosk.ByRegister || b.Query.Stall != "" {
		registers, err := r.Registers(stall)
		if err != nil {
			return err
		}
		for _, g := range registers {
			b.Names[g.ID] = g.Name
		}
	}
	if b.Query.By != kiosk.ByStaff {
		return nil
	}
	people, err := r.StaffOf(stall)
	for _, p := range people {
		b.Names[p.ID] = p.Name
	}
	return err
}

func readBookSums(b *kiosk.TakingsTable, r kiosk.TakingsReader) error {
	q := kiosk.TakingsQuery{Stall: b.Query.Stall, Register: b.Query.Register, First: b.Query.First, Last: b.Query.Last}
	sums, err := r.Takings(q)
	if err != nil {
		return err
	}
	for _, t := range sums {
		b.Sum = b.Sum.Plus(t.Figures)
	}
	cut, known := kiosk.CutBy(b.Query.By)
	if !known {
		return &kiosk.Error{Code: kiosk.Invalid, Key: string(kiosk.Invalid)}
	}
	if cut.From == nil {
		b.Sold, err = r.Sold(kiosk.SoldQuery{
			Stall: q.Stall, Register: q.Register, First: q.First, Last: q.Last, ByVAT: b.Query.By == kiosk.ByVAT,
		})
		slices.SortStableFunc(b.Sold, func(a, c kiosk.Sold) int { return cmp.Compare(c.Amount, a.Amount) })
		return err
	}
	q.By = cut.From
	sums, err = r.Takings(q)
	b.Rows = cut.Rows(sums)
	return err
}
