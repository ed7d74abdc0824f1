package kiosk

import "context"

// KeyExportBusy is the key of the message that other files are being made.
const KeyExportBusy = "export-busy"

// ExportReader walks through what is kept, without holding it all in memory. Each stops at the first
// error of the callback and returns it.
type ExportReader interface {
	// EachSale walks through the sales that were charged from and before two times in Unix
	// milliseconds, oldest first.
	EachSale(from, before int64, each func(*Sale) error) error
	CountSales(from, before int64) (int64, error)
	// EachEvent walks through the whole journal, stream by stream.
	EachEvent(each func(Event) error) error
	CountEvents() (int64, error)
	// ReportsClosed returns Z reports that were closed from and before two times, oldest first.
	ReportsClosed(from, before int64) ([]Report, error)
}

// ExportQuery asks for sales of local days; an empty Stall means all.
type ExportQuery struct {
	Stall string
	First int64
	Last  int64
}

// Export is what a file of sales is made of besides the sales.
type Export struct {
	Rows  int64             // an upper bound, for a progress
	Names map[string]string // of stalls, registers and people
}

// ExportSales gives every sale of some days to each, oldest first, from one snapshot of the store;
// begin is called before the first. A clerk gets the sales of the stalls that are theirs. Whatever
// each returns ends the export and is returned.
func (s *Shop) ExportSales(ctx context.Context, by Clerk, q ExportQuery, begin func(Export) error, each func(*Sale) error) error {
	if by.Role != Organizer && q.Stall == "" {
		q.Stall = by.Stall
	}
	if err := by.mayRead(q.Stall); err != nil {
		return err
	}
	if err := CheckDays(q.First, q.Last); err != nil {
		return err
	}
	from, before := (q.First-1)*dayMillis, (q.Last+2)*dayMillis // whatever the zone
	return s.store.View(ctx, func(r Reader) error {
		x := Export{Names: map[string]string{}}
		if err := x.readNames(r, q.Stall); err != nil {
			return err
		}
		var err error
		if x.Rows, err = r.CountSales(from, before); err != nil {
			return err
		}
		if err := begin(x); err != nil {
			return err
		}
		return r.EachSale(from, before, func(sale *Sale) error {
			day, _ := LocalHour(sale.Zone, sale.Created)
			if day < q.First || day > q.Last || (q.Stall != "" && sale.Stall != q.Stall) {
				return nil
			}
			return each(sale)
		})
	})
}

// readNames reads the names of all stalls, or of one, with their registers and people.
func (x *Export) readNames(r Reader, stall string) error {
	stalls, err := r.Stalls()
	if err != nil {
		return err
	}
	for _, s := range stalls {
		if stall != "" && s.ID != stall {
			continue
		}
		x.Names[s.ID] = s.Name
		if err := x.readStall(r, s.ID); err != nil {
			return err
		}
	}
	if stall != "" && x.Names[stall] == "" {
		return &Error{Code: NotFound, Key: string(NotFound)}
	}
	return nil
}

func (x *Export) readStall(r Reader, stall string) error {
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

// ExportEvents gives every entry of the journal to each, from one snapshot. Organizers may call it:
// the journal is that of the whole house.
func (s *Shop) ExportEvents(ctx context.Context, by Clerk, begin func(rows int64) error, each func(Event) error) error {
	if err := by.organizes(); err != nil {
		return err
	}
	return s.store.View(ctx, func(r Reader) error {
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
