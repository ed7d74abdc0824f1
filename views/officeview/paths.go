package officeview

import (
	"net/url"
)

// The addresses of the office. {stall} stands where the address names a stall.
const (
	PathSetup       = "/setup"        // GET the form; POST code
	PathSetupYou    = "/setup/you"    // GET the form; POST name, password, again
	PathSetupFactor = "/setup/factor" // GET the code for the app; POST code

	PathOfficeSignIn     = "/office/signin"     // GET the form; POST name, password
	PathOfficeCode       = "/office/code"       // GET the form; POST code
	PathOfficeAgain      = "/office/again"      // GET the form; POST password, code
	PathOfficeOut        = "/office/out"        // POST
	PathOfficeEverywhere = "/office/everywhere" // POST: ends every session of the person
	PathOfficeYou        = "/office/you"        // GET: the person's own page
	PathOfficeRecovery   = "/office/recovery"   // POST: new recovery codes

	PathStalls = "/office/stalls" // POST name: a new stall
	PathStall  = "/office/stalls/{stall}"
)

// StallPath is the address of a stall's page in the office; what begins with a slash is one of its
// further pages.
func StallPath(stall, further string) string {
	return PathStalls + "/" + url.PathEscape(stall) + further
}
