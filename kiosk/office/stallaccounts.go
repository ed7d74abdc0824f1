package office

import (
	"context"
	"slices"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// StallAccounts are the accounts that stalls sell with in place of the main one.
type StallAccounts struct {
	kernel   *shop.Kernel
	vault    kiosk.Vault
	accounts kiosk.Accounts // nil where stalls cannot have accounts of their own
	random   kiosk.Entropy
}

// Set has a stall sell with its owner's account at the gateway from the next sale on: the key
// is checked with the gateway and stored sealed. A newer key of an account that is known replaces the
// older one, also for links that were made with it; every other account is one of its own, and links of
// before stay with theirs. A key the gateway does not know, and that of the house's own account, is
// [kiosk.Invalid]; other errors are those of [kiosk.Gateway]. Organizers may call it.
func (sa *StallAccounts) Set(ctx context.Context, by kiosk.OfficeActor, stall, key string) (kiosk.StallAccount, error) {
	key = strings.TrimSpace(key)
	if err := by.CheckOrganizer(); err != nil {
		return kiosk.StallAccount{}, err
	}
	if _, err := sa.kernel.Stall(ctx, stall); err != nil {
		return kiosk.StallAccount{}, err
	}
	if sa.accounts == nil {
		return kiosk.StallAccount{}, &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyKeyFixed}
	}
	number, err := checkKey(ctx, sa.accounts, key)
	if err != nil {
		return kiosk.StallAccount{}, err
	}
	fresh := kiosk.StallAccount{
		ID: sa.random.ID(sa.kernel.Now()), Stall: stall, AccountNumber: number, Made: sa.kernel.Now(), Last: key[len(key)-4:], Set: sa.kernel.Now(), SetBy: by.User,
	}
	var set kiosk.StallAccount
	err = sa.change(ctx, by, stall, func(h *kiosk.OfficeSettings) (string, error) {
		if number != "" && number == h.Key.AccountNumber {
			return "", &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyAccountMain, Field: "key"}
		}
		set = accountForKey(h, fresh)
		var err error
		if set.Sealed, err = sa.vault.Seal([]byte(key), shop.AccountContext+set.ID); err != nil {
			return "", err
		}
		putAccount(h, set)
		return set.ID, nil
	})
	if err == nil {
		sa.kernel.Condition.NoteCall(set.ID, nil)
	}
	return set, err
}

// End has a stall sell with the house's account again, from the next sale on. What was made
// with its own is read and deleted with that. Organizers may call it.
func (sa *StallAccounts) End(ctx context.Context, by kiosk.OfficeActor, stall string) error {
	if err := by.CheckOrganizer(); err != nil {
		return err
	}
	return sa.change(ctx, by, stall, func(*kiosk.OfficeSettings) (string, error) { return "", nil })
}

// checkKey asks the gateway about a key before it is stored.
func checkKey(ctx context.Context, gateway interface {
	CheckKey(ctx context.Context, key string) (string, error)
}, key string,
) (account string, err error) {
	if !kiosk.TokenForm(key) || len(key) < 8 {
		return "", &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyKeyForm, Field: "key"}
	}
	account, err = gateway.CheckKey(ctx, key)
	if kiosk.CodeOf(err) == kiosk.Refused {
		return "", &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyKeyWrong, Field: "key", Err: err}
	}
	return account, err
}

// change sets the account of a stall, and for every account whether a stall uses it.
func (sa *StallAccounts) change(ctx context.Context, by kiosk.OfficeActor, stall string, edit func(*kiosk.OfficeSettings) (string, error)) error {
	var registers []kiosk.Register
	err := sa.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (c kiosk.OfficeChange, err error) {
		h, err := tx.OfficeSettings()
		if err != nil {
			return c, err
		}
		found, err := tx.Stall(stall)
		if err != nil {
			return c, err
		}
		before := h.Account(found.AccountID).Record()
		if found.AccountID, err = edit(&h); err != nil {
			return c, err
		}
		if err := kiosk.FirstOf(tx.PutStall(found), noteUnused(&h, tx, sa.kernel.Now()), tx.PutOfficeSettings(h)); err != nil {
			return c, err
		}
		registers, err = tx.Registers(stall)
		return kiosk.OfficeChange{Kind: "stall.account", Subject: stall, Before: before, After: h.Account(found.AccountID).Record()}, err
	})
	if err == nil {
		sa.kernel.RingAll(registers) // their tills may have been warned about the account of before
		sa.kernel.WakeLooks()
	}
	return err
}

// forget drops the keys of accounts that ended long ago: once the days are over for which the
// keys of links are kept, or those of the audit if they are more, and no link of theirs is watched any
// more. Money of theirs cannot be asked back from here afterwards, and an attempt says so.
func (sa *StallAccounts) forget(ctx context.Context, days int) (n int, err error) {
	before := sa.kernel.Now() - max(int64(days), kiosk.AuditDays+1)*kiosk.DayMillis
	h, err := sa.kernel.OfficeSettings(ctx)
	old := func(a kiosk.StallAccount) bool { return a.Ended > 0 && a.Ended < before && len(a.Sealed) > 0 }
	if err != nil || !slices.ContainsFunc(h.Accounts, old) {
		return 0, err
	}
	sales, err := sa.kernel.WatchedSales(ctx, sa.kernel.Now())
	if err != nil || len(sales) >= shop.WatchAtOnce {
		return 0, err
	}
	needs := func(id string) bool {
		return slices.ContainsFunc(sales, func(sale *kiosk.Sale) bool {
			return sale.AnyLink(func(l *kiosk.Link) bool { return l.AccountID == id })
		})
	}
	err = sa.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		n = 0
		h, err := tx.OfficeSettings()
		if err != nil {
			return err
		}
		for i := range h.Accounts {
			if a := &h.Accounts[i]; old(*a) && !needs(a.ID) {
				a.Sealed = nil
				n++
			}
		}
		return tx.PutOfficeSettings(h)
	})
	return n, err
}

// accountForKey is the account that a key belongs to: one that is known by its number, or else a new one.
func accountForKey(h *kiosk.OfficeSettings, fresh kiosk.StallAccount) kiosk.StallAccount {
	for _, a := range h.Accounts {
		if fresh.AccountNumber != "" && a.AccountNumber == fresh.AccountNumber {
			a.Last, a.Set, a.SetBy = fresh.Last, fresh.Set, fresh.SetBy
			return a
		}
	}
	return fresh
}

// putAccount takes an account into the house, in the place of the one with its ID if there is one.
func putAccount(h *kiosk.OfficeSettings, a kiosk.StallAccount) {
	if known := h.FindAccount(a.ID); known != nil {
		*known = a
		return
	}
	h.Accounts = append(h.Accounts, a)
}

// noteUnused notes since when no stall uses an account.
func noteUnused(h *kiosk.OfficeSettings, r kiosk.StallReader, now int64) error {
	stalls, err := r.Stalls()
	for i := range h.Accounts {
		a := &h.Accounts[i]
		switch used := slices.ContainsFunc(stalls, func(s kiosk.Stall) bool { return s.AccountID == a.ID }); {
		case used:
			a.Ended = 0
		case a.Ended == 0:
			a.Ended = now
		}
	}
	return err
}
