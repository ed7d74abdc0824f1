package shop

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"qrkiosk/kiosk"
)

// OwnContext ties a sealed key to its account.
const OwnContext = "own account "

// AccountNames are the names of all accounts of stalls, by their IDs.
func (s *Kernel) AccountNames(ctx context.Context) (map[string]kiosk.AccountName, error) {
	var names map[string]kiosk.AccountName
	err := s.store.View(ctx, func(r kiosk.Reader) (err error) {
		names, err = AccountNames(r)
		return err
	})
	return names, err
}

// AccountNames are the names of all accounts of stalls, by their IDs.
func AccountNames(r kiosk.Reader) (map[string]kiosk.AccountName, error) {
	h, err := r.House()
	if err != nil || len(h.Accounts) == 0 {
		return nil, err
	}
	stalls, err := r.Stalls()
	names := map[string]kiosk.AccountName{}
	for _, a := range h.Accounts {
		i := slices.IndexFunc(stalls, func(s kiosk.Stall) bool { return s.ID == a.Stall })
		n := kiosk.AccountName{Stall: a.Stall, Last: a.Last, Ended: a.Ended > 0}
		if i >= 0 {
			n.Name = stalls[i].Name
		}
		names[a.ID] = n
	}
	return names, err
}

// BookOf names the book of an account at the gateway: payouts, audit days, unmatched rows and links
// nobody knows are kept by it.
func (s *Kernel) BookOf(own string) string {
	if own == "" {
		return s.kit.Account
	}
	return s.kit.Account + "/" + own
}

// OwnOf is the reverse of the names of books: the ID of a stall's account, "" for the house's.
func (s *Kernel) OwnOf(book string) string {
	own, _ := strings.CutPrefix(book, s.kit.Account+"/")
	if own == book {
		return ""
	}
	return own
}

// purse is a stall's account that was opened, as it was then.
type purse struct {
	account kiosk.OwnAccount
	gateway kiosk.Gateway
}

// GatewayOf is the gateway with the key of an account, "" is the house's. Where that cannot be opened
// every call is [kiosk.NotSent]: the gateway is away for this account, and nothing is ever taken as absent.
func (s *Kernel) GatewayOf(ctx context.Context, own string) kiosk.Gateway {
	if own == "" {
		return s.kit.Gateway
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

func (s *Kernel) purse(a kiosk.OwnAccount) (purse, error) {
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
	if p.gateway, err = s.kit.Accounts.As(key); err != nil {
		return purse{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.purses[a.ID] = p
	return p, nil
}

func (s *Kernel) openKey(a kiosk.OwnAccount) (string, error) {
	if s.kit.Accounts == nil || len(a.Sealed) == 0 {
		return "", &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyOwnKey}
	}
	key, err := s.vault.Open(a.Sealed, OwnContext+a.ID)
	if err != nil {
		return "", &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyOwnKey, Err: err}
	}
	return string(key), nil
}

// MayReach is [kiosk.Conflict] where the key of an account cannot be opened: nothing that needs it is begun.
func (s *Kernel) MayReach(r kiosk.Reader, own string) error {
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

func (g locked) no() error {
	return &kiosk.Error{Code: kiosk.NotSent, Key: kiosk.KeyOwnKey, Err: g.err}
}

func (g locked) Open(context.Context, kiosk.Order) (kiosk.Opened, error) {
	return kiosk.Opened{}, g.no()
}
func (g locked) Retire(context.Context, int64) (kiosk.Retired, error) { return "", g.no() }
func (g locked) Find(context.Context, string) (kiosk.Findings, error) {
	return kiosk.Findings{}, g.no()
}

func (g locked) Unused(context.Context, string) (kiosk.Findings, error) {
	return kiosk.Findings{}, g.no()
}

func (g locked) PayIns(context.Context, kiosk.PayInQuery) (kiosk.PayInPage, error) {
	return kiosk.PayInPage{}, g.no()
}

func (g locked) ReadPayouts(context.Context, kiosk.ReportQuery) (kiosk.PayoutPage, error) {
	return kiosk.PayoutPage{}, g.no()
}

func (g locked) ReadInvoices(context.Context, kiosk.ReportQuery) (kiosk.FeeInvoicePage, error) {
	return kiosk.FeeInvoicePage{}, g.no()
}

func (g locked) ReadNotice(string, []byte, string) kiosk.Notice         { return kiosk.Notice{Flaw: "seal"} }
func (g locked) Refund(context.Context, int64, kiosk.Money, bool) error { return g.no() }

// LearnNumber keeps the number of an account that its first link has told.
func (s *Kernel) LearnNumber(ctx context.Context, own, number string) {
	s.mu.Lock()
	p, known := s.purses[own]
	s.mu.Unlock()
	if own == "" || number == "" || !known || p.account.Number != "" {
		return
	}
	err := s.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		h, err := tx.House()
		a := h.FindAccount(own)
		if err != nil || a == nil || a.Number != "" {
			return err
		}
		a.Number = number
		return tx.PutHouse(h)
	})
	if err != nil {
		s.Complain(ctx, "the number of an account cannot be kept", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.account.Number = number
	s.purses[own] = p
}
