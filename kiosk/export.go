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
