package kiosk

import (
	"context"
	"slices"
)

// StallAccount is the account that a stall's owner has at the gateway: links of the stall are made with
// its key, so that the money goes straight to the owner. It is found by its ID, "" stands for the
// house's account everywhere.
type StallAccount struct {
	ID            string
	Stall         string // for which it was first set
	Sealed        []byte // its API key; nil once nothing can need it any more, see [office.Retention.Purge]
	Last          string // the last four characters of the key
	AccountNumber string `json:"Number"` // the account's own number at the gateway, "" while no link has told it
	Made          int64  // Unix milliseconds when it was first set
	Set           int64  // Unix milliseconds when its key was set last
	SetBy         string // login
	Ended         int64  // Unix milliseconds since when no stall uses it, 0 while one does
}

// Accounts opens further accounts at the house's gateway: the wiring knows the client.
type Accounts interface {
	// As is the gateway as the account of a key sees it. The error is for a key that cannot be one.
	As(key string) (Gateway, error)
	// CheckKey is that of [KeySetter].
	CheckKey(ctx context.Context, key string) (account string, err error)
}

// The keys of messages about stalls' own accounts.
const (
	KeyAccountKey  = "own-account-key"
	KeyAccountMain = "office-own-house"
)

// Account returns a stall's account by its ID; an unknown one has no key.
func (h *OfficeSettings) Account(id string) StallAccount {
	if a := h.FindAccount(id); a != nil {
		return *a
	}
	return StallAccount{ID: id}
}

// FindAccount finds a stall's account by its ID, nil where there is none.
func (h *OfficeSettings) FindAccount(id string) *StallAccount {
	i := slices.IndexFunc(h.Accounts, func(a StallAccount) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	return &h.Accounts[i]
}

// ReadableAccounts lists the accounts whose books may still speak of us at a time: the house's, those in use,
// and those that ended less than so many days ago.
func (h *OfficeSettings) ReadableAccounts(now int64, days int64) []string {
	all := []string{""}
	for _, a := range h.Accounts {
		if len(a.Sealed) > 0 && (a.Ended == 0 || now-a.Ended < days*DayMillis) {
			all = append(all, a.ID)
		}
	}
	return all
}

// AccountName is how people call a stall's own account: by the stall and the end of its key.
type AccountName struct {
	Stall string // ID of the stall it was first set for
	Name  string // of that stall
	Last  string // the last four characters of its key
	Ended bool   // no stall uses it any more
}

// Record is what the trail says of an account: of the key no more than its end. The house's is empty.
func (a StallAccount) Record() map[string]any {
	return map[string]any{"Account": a.AccountNumber, "Key": a.Last, "KeySet": a.Set}
}
