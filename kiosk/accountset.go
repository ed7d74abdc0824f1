package kiosk

import (
	"slices"
)

// Renewed is the account that a key belongs to: one that is known by its number, or else a new one.
func (h *House) Renewed(fresh OwnAccount) OwnAccount {
	for _, a := range h.Accounts {
		if fresh.Number != "" && a.Number == fresh.Number {
			a.Last, a.Set, a.SetBy = fresh.Last, fresh.Set, fresh.SetBy
			return a
		}
	}
	return fresh
}

// PutOwn takes an account into the house, in the place of the one with its ID if there is one.
func (h *House) PutOwn(a OwnAccount) {
	if known := h.FindAccount(a.ID); known != nil {
		*known = a
		return
	}
	h.Accounts = append(h.Accounts, a)
}

// Settle notes since when no stall uses an account.
func (h *House) Settle(r Reader, now int64) error {
	stalls, err := r.Stalls()
	for i := range h.Accounts {
		a := &h.Accounts[i]
		switch used := slices.ContainsFunc(stalls, func(s Stall) bool { return s.OwnAccount == a.ID }); {
		case used:
			a.Ended = 0
		case a.Ended == 0:
			a.Ended = now
		}
	}
	return err
}

// Record is what the trail says of an account: of the key no more than its end. The house's is empty.
func (a OwnAccount) Record() map[string]any {
	return map[string]any{"Account": a.Number, "Key": a.Last, "KeySet": a.Set}
}
