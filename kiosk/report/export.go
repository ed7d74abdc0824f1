package report

import (
	"context"

	"qrkiosk/kiosk"
)

// ExportSales gives every sale of some days to each, oldest first, from one snapshot of the store;
// begin is called before the first. A clerk gets the sales of the stalls that are theirs. Whatever
// each returns ends the export and is returned.
func (rp *Reports) ExportSales(ctx context.Context, by kiosk.OfficeActor, q kiosk.ExportQuery, begin func(kiosk.Export) error, each func(*kiosk.Sale) error) error {
	if q.Stall == "" && !by.MayRead("") {
		q.Stall = by.Stall
	}
	if err := by.CheckMayRead(q.Stall); err != nil {
		return err
	}
	if err := CheckDays(q.First, q.Last); err != nil {
		return err
	}
	from, before := (q.First-1)*kiosk.DayMillis, (q.Last+2)*kiosk.DayMillis // whatever the zone
	return rp.store.View(ctx, func(r kiosk.Reader) error {
		x := kiosk.Export{Names: map[string]string{}}
		if err := readNames(&x, r, q.Stall); err != nil {
			return err
		}
		var err error
		if x.Rows, err = r.CountSales(from, before); err != nil {
			return err
		}
		if err := begin(x); err != nil {
			return err
		}
		return r.EachSale(from, before, func(sale *kiosk.Sale) error {
			day, _ := kiosk.LocalHour(sale.Zone, sale.Created)
			if day < q.First || day > q.Last || (q.Stall != "" && sale.Stall != q.Stall) {
				return nil
			}
			return each(sale)
		})
	})
}

// ExportEvents gives every entry of the journal to each, from one snapshot. Organizers may call it:
// the journal is that of the whole house.
func (rp *Reports) ExportEvents(ctx context.Context, by kiosk.OfficeActor, begin func(rows int64) error, each func(kiosk.Event) error) error {
	if err := by.CheckOrganizer(); err != nil {
		return err
	}
	return rp.store.View(ctx, func(r kiosk.Reader) error {
		n, err := r.CountEvents()
		if err != nil {
			return err
		}
		if err := begin(n); err != nil {
			return err
		}
		return r.EachEvent(each)
	})
}

// readNames reads the names of all stalls, or of one, with their registers and people.
func readNames(x *kiosk.Export, r kiosk.StallReader, stall string) error {
	stalls, err := r.Stalls()
	if err != nil {
		return err
	}
	for _, s := range stalls {
		if stall != "" && s.ID != stall {
			continue
		}
		x.Names[s.ID] = s.Name
		if err := readStallNames(x, r, s.ID); err != nil {
			return err
		}
	}
	if stall != "" && x.Names[stall] == "" {
		return &kiosk.Error{Code: kiosk.NotFound, Key: string(kiosk.NotFound)}
	}
	return nil
}

// readStallNames adds the names of a stall's registers and people to an export.
func readStallNames(x *kiosk.Export, r kiosk.StallReader, stall string) error {
	registers, err := r.Registers(stall)
	if err != nil {
		return err
	}
	for _, g := range registers {
		x.Names[g.ID] = g.Name
	}
	people, err := r.StaffOf(stall)
	for _, p := range people {
		x.Names[p.ID] = p.Name
	}
	return err
}
