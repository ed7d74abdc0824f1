package kiosk

import (
	"bytes"
	"context"
	"slices"
	"strings"
)

// OwnAccount is the account that a stall's owner has at the gateway: links of the stall are made with
// its key, so that the money goes straight to the owner. It is found by its ID, "" stands for the
// house's account everywhere.
type OwnAccount struct {
	ID     string
	Stall  string // for which it was first set
	Sealed []byte // its API key; nil once nothing can need it any more, see [Shop.Retain]
	Last   string // the last four characters of the key
	Number string // the account's own number at the gateway, "" while no link has told it
	Made   int64  // Unix milliseconds when it was first set
	Set    int64  // Unix milliseconds when its key was set last
	SetBy  string // login
	Ended  int64  // Unix milliseconds since when no stall uses it, 0 while one does
}

// Accounts opens further accounts at the house's gateway: the wiring knows the client.
type Accounts interface {
	// As is the gateway as the account of a key sees it. The error is for a key that cannot be one.
	As(key string) (Gateway, error)
	// CheckKey is that of [KeyTaker].
	CheckKey(ctx context.Context, key string) (account string, err error)
}

// The keys of messages about stalls' own accounts.
const (
	KeyOwnKey   = "own-account-key"
	KeyOwnHouse = "office-own-house"
)

// ownContext ties a sealed key to its account.
const ownContext = "own account "

// Own returns a stall's account by its ID; an unknown one has no key.
func (h *House) Own(id string) OwnAccount {
	if a := h.own(id); a != nil {
		return *a
	}
	return OwnAccount{ID: id}
}

func (h *House) own(id string) *OwnAccount {
	i := slices.IndexFunc(h.Accounts, func(a OwnAccount) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	return &h.Accounts[i]
}

// reachable lists the accounts whose books may still speak of us at a time: the house's, those in use,
// and those that ended less than so many days ago.
func (h *House) reachable(now int64, days int64) []string {
	all := []string{""}
	for _, a := range h.Accounts {
		if len(a.Sealed) > 0 && (a.Ended == 0 || now-a.Ended < days*dayMillis) {
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

// AccountNames are the names of all accounts of stalls, by their IDs.
func (s *Shop) AccountNames(ctx context.Context) (map[string]AccountName, error) {
	var names map[string]AccountName
	err := s.store.View(ctx, func(r Reader) (err error) {
		names, err = accountNames(r)
		return err
	})
	return names, err
}

func accountNames(r Reader) (map[string]AccountName, error) {
	h, err := r.House()
	if err != nil || len(h.Accounts) == 0 {
		return nil, err
	}
	stalls, err := r.Stalls()
	names := map[string]AccountName{}
	for _, a := range h.Accounts {
		i := slices.IndexFunc(stalls, func(s Stall) bool { return s.ID == a.Stall })
		n := AccountName{Stall: a.Stall, Last: a.Last, Ended: a.Ended > 0}
		if i >= 0 {
			n.Name = stalls[i].Name
		}
		names[a.ID] = n
	}
	return names, err
}

// BookOf names the book of an account at the gateway: payouts, audit days, unmatched rows and links
// nobody knows are kept by it.
func (s *Shop) BookOf(own string) string {
	if own == "" {
		return s.account
	}
	return s.account + "/" + own
}

// OwnOf is the reverse of the names of books: the ID of a stall's account, "" for the house's.
func (s *Shop) OwnOf(book string) string {
	own, _ := strings.CutPrefix(book, s.account+"/")
	if own == book {
		return ""
	}
	return own
}

// purse is a stall's account that was opened, as it was then.
type purse struct {
	account OwnAccount
	gateway Gateway
}

// gatewayOf is the gateway with the key of an account, "" is the house's. Where that cannot be opened
// every call is [NotSent]: the gateway is away for this account, and nothing is ever taken as absent.
func (s *Shop) gatewayOf(ctx context.Context, own string) Gateway {
	if own == "" {
		return s.gateway
	}
	h, err := s.House(ctx)
	if err != nil {
		return locked{err}
	}
	p, err := s.purse(h.Own(own))
	if err != nil {
		return locked{err}
	}
	return p.gateway
}

func (s *Shop) purse(a OwnAccount) (purse, error) {
	s.mu.Lock()
	p, known := s.purses[a.ID]
	s.mu.Unlock()
	if known && bytes.Equal(p.account.Sealed, a.Sealed) {
		return p, nil
	}
	key, err := s.openKey(a)
	if err != nil {
		return purse{}, err
	}
	p = purse{account: a}
	if p.gateway, err = s.accounts.As(key); err != nil {
		return purse{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.purses[a.ID] = p
	return p, nil
}

func (s *Shop) openKey(a OwnAccount) (string, error) {
	if s.accounts == nil || len(a.Sealed) == 0 {
		return "", &Error{Code: Conflict, Key: KeyOwnKey}
	}
	key, err := s.vault.Open(a.Sealed, ownContext+a.ID)
	if err != nil {
		return "", &Error{Code: Conflict, Key: KeyOwnKey, Err: err}
	}
	return string(key), nil
}

// mayReach is [Conflict] where the key of an account cannot be opened: nothing that needs it is begun.
func (s *Shop) mayReach(r Reader, own string) error {
	if own == "" {
		return nil
	}
	h, err := r.House()
	if err != nil {
		return err
	}
	_, err = s.openKey(h.Own(own))
	return err
}

// locked stands for the gateway where an account cannot be opened.
type locked struct{ err error }

func (g locked) no() error { return &Error{Code: NotSent, Key: KeyOwnKey, Err: g.err} }

func (g locked) Open(context.Context, Order) (Opened, error)           { return Opened{}, g.no() }
func (g locked) Retire(context.Context, int64) (Retired, error)        { return "", g.no() }
func (g locked) Find(context.Context, string) (Findings, error)        { return Findings{}, g.no() }
func (g locked) Unused(context.Context, string) (Findings, error)      { return Findings{}, g.no() }
func (g locked) PayIns(context.Context, PayInQuery) (PayInPage, error) { return PayInPage{}, g.no() }

func (g locked) ReadPayouts(context.Context, ReportQuery) (PayoutPage, error) {
	return PayoutPage{}, g.no()
}

func (g locked) ReadInvoices(context.Context, ReportQuery) (FeeInvoicePage, error) {
	return FeeInvoicePage{}, g.no()
}

func (g locked) ReadNotice(string, []byte, string) Notice         { return Notice{Flaw: "seal"} }
func (g locked) Refund(context.Context, int64, Money, bool) error { return g.no() }

// learnNumber keeps the number of an account that its first link has told.
func (s *Shop) learnNumber(ctx context.Context, own, number string) {
	s.mu.Lock()
	p, known := s.purses[own]
	s.mu.Unlock()
	if own == "" || number == "" || !known || p.account.Number != "" {
		return
	}
	err := s.change(ctx, OfficeStream, func(tx Tx) error {
		h, err := tx.House()
		a := h.own(own)
		if err != nil || a == nil || a.Number != "" {
			return err
		}
		a.Number = number
		return tx.PutHouse(h)
	})
	if err != nil {
		s.complain(ctx, "the number of an account cannot be kept", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.account.Number = number
	s.purses[own] = p
}
