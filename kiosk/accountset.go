package kiosk

import (
	"context"
	"slices"
	"strings"
)

// SetOwnAccount has a stall sell with its owner's account at the gateway from the next sale on: the key
// is checked with the gateway and stored sealed. A newer key of an account that is known replaces the
// older one, also for links that were made with it; every other account is one of its own, and links of
// before stay with theirs. A key the gateway does not know, and that of the house's own account, is
// [Invalid]; other errors are those of [Gateway]. Organizers may call it.
func (s *Shop) SetOwnAccount(ctx context.Context, by Clerk, stall, key string) (OwnAccount, error) {
	key = strings.TrimSpace(key)
	if err := by.organizes(); err != nil {
		return OwnAccount{}, err
	}
	if _, err := s.Stall(ctx, stall); err != nil {
		return OwnAccount{}, err
	}
	if s.accounts == nil {
		return OwnAccount{}, &Error{Code: Conflict, Key: KeyKeyFixed}
	}
	number, err := checkKey(ctx, s.accounts, key)
	if err != nil {
		return OwnAccount{}, err
	}
	fresh := OwnAccount{
		ID: s.random.id(s.now()), Stall: stall, Number: number, Made: s.now(), Last: key[len(key)-4:], Set: s.now(), SetBy: by.Login,
	}
	var set OwnAccount
	err = s.changeOwn(ctx, by, stall, func(h *House) (string, error) {
		if number != "" && number == h.Key.Account {
			return "", &Error{Code: Invalid, Key: KeyOwnHouse, Field: "key"}
		}
		set = h.renewed(fresh)
		var err error
		if set.Sealed, err = s.vault.Seal([]byte(key), ownContext+set.ID); err != nil {
			return "", err
		}
		h.putOwn(set)
		return set.ID, nil
	})
	if err == nil {
		s.heard(set.ID, nil)
	}
	return set, err
}

// EndOwnAccount has a stall sell with the house's account again, from the next sale on. What was made
// with its own is read and deleted with that. Organizers may call it.
func (s *Shop) EndOwnAccount(ctx context.Context, by Clerk, stall string) error {
	if err := by.organizes(); err != nil {
		return err
	}
	return s.changeOwn(ctx, by, stall, func(*House) (string, error) { return "", nil })
}

// checkKey asks the gateway about a key before it is stored.
func checkKey(ctx context.Context, gateway interface {
	CheckKey(ctx context.Context, key string) (string, error)
}, key string,
) (account string, err error) {
	if !tokenForm(key) || len(key) < 8 {
		return "", &Error{Code: Invalid, Key: KeyKeyForm, Field: "key"}
	}
	account, err = gateway.CheckKey(ctx, key)
	if CodeOf(err) == Refused {
		return "", &Error{Code: Invalid, Key: KeyKeyWrong, Field: "key", Err: err}
	}
	return account, err
}

// renewed is the account that a key belongs to: one that is known by its number, or else a new one.
func (h *House) renewed(fresh OwnAccount) OwnAccount {
	for _, a := range h.Accounts {
		if fresh.Number != "" && a.Number == fresh.Number {
			a.Last, a.Set, a.SetBy = fresh.Last, fresh.Set, fresh.SetBy
			return a
		}
	}
	return fresh
}

func (h *House) putOwn(a OwnAccount) {
	if known := h.own(a.ID); known != nil {
		*known = a
		return
	}
	h.Accounts = append(h.Accounts, a)
}

// changeOwn sets the account of a stall, and for every account whether a stall uses it.
func (s *Shop) changeOwn(ctx context.Context, by Clerk, stall string, edit func(*House) (string, error)) error {
	var registers []Register
	err := s.officeBy(ctx, by, func(tx Tx) (c changed, err error) {
		h, err := tx.House()
		if err != nil {
			return c, err
		}
		found, err := tx.Stall(stall)
		if err != nil {
			return c, err
		}
		before := h.Own(found.OwnAccount).record()
		if found.OwnAccount, err = edit(&h); err != nil {
			return c, err
		}
		if err := firstOf(tx.PutStall(found), h.settle(tx, s.now()), tx.PutHouse(h)); err != nil {
			return c, err
		}
		registers, err = tx.Registers(stall)
		return changed{"stall.account", stall, before, h.Own(found.OwnAccount).record()}, err
	})
	if err == nil {
		s.ringAll(registers) // their tills may have been warned about the account of before
		s.wakeLooks()
	}
	return err
}

// settle notes since when no stall uses an account.
func (h *House) settle(r Reader, now int64) error {
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

// record is what the trail says of an account: of the key no more than its end. The house's is empty.
func (a OwnAccount) record() map[string]any {
	return map[string]any{"Account": a.Number, "Key": a.Last, "KeySet": a.Set}
}

// forgetAccounts drops the keys of accounts that ended long ago: once the days are over for which the
// keys of links are kept, or those of the audit if they are more, and no link of theirs is watched any
// more. Money of theirs cannot be asked back from here afterwards, and an attempt says so.
func (s *Shop) forgetAccounts(ctx context.Context, days int) (n int, err error) {
	before := s.now() - max(int64(days), auditDays+1)*dayMillis
	h, err := s.House(ctx)
	old := func(a OwnAccount) bool { return a.Ended > 0 && a.Ended < before && len(a.Sealed) > 0 }
	if err != nil || !slices.ContainsFunc(h.Accounts, old) {
		return 0, err
	}
	sales, err := s.watched(ctx, s.now())
	if err != nil || len(sales) >= watchAtOnce {
		return 0, err
	}
	needs := func(id string) bool {
		return slices.ContainsFunc(sales, func(sale *Sale) bool {
			return sale.anyLink(func(l *Link) bool { return l.Holder == id })
		})
	}
	err = s.change(ctx, OfficeStream, func(tx Tx) error {
		n = 0
		h, err := tx.House()
		if err != nil {
			return err
		}
		for i := range h.Accounts {
			if a := &h.Accounts[i]; old(*a) && !needs(a.ID) {
				a.Sealed = nil
				n++
			}
		}
		return tx.PutHouse(h)
	})
	return n, err
}
