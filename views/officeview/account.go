package officeview

import (
	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// The page about the account that a stall sells with.
const (
	PathStallAccount    = PathStall + "/account"     // GET; POST key
	PathStallAccountEnd = PathStall + "/account/end" // POST: the house's account again
)

// StallAccount is the page about the SecPaid account that a stall sells with.
type StallAccount struct {
	Stall   kiosk.Stall
	Account kiosk.StallAccount // without ID where it is the house's
	SetBy   string             // who set its key
}

// AccountNames are what accounts are called, by their IDs or by the names of their books; empty where
// there is the house's alone and nothing is to be told apart.
type AccountNames map[string]kiosk.AccountName

// accountLabel tells an account apart from the others, "" where there is one alone.
func accountLabel(p views.Page, all AccountNames, account string) string {
	if len(all) == 0 {
		return ""
	}
	n, own := all[account]
	if !own {
		return p.T("office.account.house")
	}
	return accountText(n)
}

// accountText is the stall and the end of the key.
func accountText(n kiosk.AccountName) string {
	return views.Unbroken(n.Name + " ····" + views.NoBreak + n.Last)
}
