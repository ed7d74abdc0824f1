package views

import (
	"net/url"
)

// The addresses that are not one wing's alone: reports are read on the till and in the office, a manifest
// names where an app begins, a tablet that is no till names the office, and everybody shows pictures in the colours of a stall.
const (
	PathTill       = "/till"
	PathShiftClose = "/till/shift/close" // POST
	PathShift      = "/till/shift"       // GET: X report, ?before= pages through the Z reports
	PathShiftZ     = "/till/shift/z"     // GET ?no=
	PathShiftCSV   = "/till/shift/csv"   // GET, ?no= for a Z report
	PathSale       = "/till/sale"        // GET ?number=
	PathDisplay    = "/display"
	PathOffice     = "/office" // GET: the stalls

	PathBrand   = "/brand/"
	PathPicture = "/picture/"
)

// SalePath is the address of a sale on the till.
func SalePath(number string) string { return PathSale + "?number=" + url.QueryEscape(number) }
