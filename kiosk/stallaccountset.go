package kiosk

import (
	"slices"
)

// AccountForKey is the account that a key belongs to: one that is known by its number, or else a new one.
func (h *OfficeSettings) AccountForKey(fresh StallAccount) StallAccount {
	for _, a := range h.Accounts {
		if fresh.AccountNumber != "" && a.AccountNumber == fresh.AccountNumber {
			a.Last, a.Set, a.SetBy = fresh.Last, fresh.Set, fresh.SetBy
			return a
		}
	}
	return fresh
}

// PutAccount takes an account into the house, in the place of the one with its ID if there is one.
func (h *OfficeSettings) PutAccount(a StallAccount) {
	if known := h.FindAccount(a.ID); known != nil {
		*known = a
		return
	}
	h.Accounts = append(h.Accounts, a)
}

// NoteUnused notes since when no stall uses an account.
func (h *OfficeSettings) NoteUnused(r Reader, now int64) error {
	stalls, err := r.Stalls()
	for i := range h.Accounts {
		a := &h.Accounts[i]
		switch used := slices.ContainsFunc(stalls, func(s Stall) bool { return s.AccountID == a.ID }); {
		case used:
			a.Ended = 0
		case a.Ended == 0:
			a.Ended = now
		}
	}
	return err
}

// Record is what the trail says of an account: of the key no more than its end. The house's is empty.
func (a StallAccount) Record() map[string]any {
	return map[string]any{"Account": a.AccountNumber, "Key": a.Last, "KeySet": a.Set}
}
