package kiosk

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

// ReadNames reads the names of all stalls, or of one, with their registers and people.
func (x *Export) ReadNames(r Reader, stall string) error {
	stalls, err := r.Stalls()
	if err != nil {
		return err
	}
	for _, s := range stalls {
		if stall != "" && s.ID != stall {
			continue
		}
		x.Names[s.ID] = s.Name
		if err := x.ReadStall(r, s.ID); err != nil {
			return err
		}
	}
	if stall != "" && x.Names[stall] == "" {
		return &Error{Code: NotFound, Key: string(NotFound)}
	}
	return nil
}

// ReadStall adds the names of a stall's registers and people to an export.
func (x *Export) ReadStall(r Reader, stall string) error {
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
