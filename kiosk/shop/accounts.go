package shop

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"

	"qrkiosk/kiosk"
)

// AccountContext ties a sealed key to its account.
const AccountContext = "own account "

// Accounts are the accounts at the gateway, the house's and those of stalls: how their rows are kept, and
// the gateway with the key of each. A stall's is opened once and again whenever its key changes.
type Accounts struct {
	kernel *Kernel

	mu     sync.Mutex
	opened map[string]openedAccount
}

// Names are the names of all accounts of stalls, by their IDs.
func (ac *Accounts) Names(ctx context.Context) (map[string]kiosk.AccountName, error) {
	var names map[string]kiosk.AccountName
	err := ac.kernel.store.View(ctx, func(r kiosk.Reader) (err error) {
		names, err = AccountNames(r)
		return err
	})
	return names, err
}

// AccountNames are the names of all accounts of stalls, by their IDs.
func AccountNames(r kiosk.Reader) (map[string]kiosk.AccountName, error) {
	h, err := r.OfficeSettings()
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

// Qualified names the book of an account at the gateway: payouts, audit days, unmatched rows and links
// nobody knows are kept by it.
func (ac *Accounts) Qualified(own string) string {
	if own == "" {
		return ac.kernel.kit.GatewayName
	}
	return ac.kernel.kit.GatewayName + "/" + own
}

// IDOf is the reverse of the names of books: the ID of a stall's account, "" for the house's.
func (ac *Accounts) IDOf(book string) string {
	own, _ := strings.CutPrefix(book, ac.kernel.kit.GatewayName+"/")
	if own == book {
		return ""
	}
	return own
}

// openedAccount is a stall's account that was opened, as it was then.
type openedAccount struct {
	account kiosk.StallAccount
	gateway kiosk.Gateway
}

// GatewayOf is the gateway with the key of an account, "" is the house's. Where that cannot be opened
// every call is [kiosk.NotSent]: the gateway is away for this account, and nothing is ever taken as absent.
func (ac *Accounts) GatewayOf(ctx context.Context, own string) kiosk.Gateway {
	if own == "" {
		return ac.kernel.kit.Gateway
	}
	h, err := ac.kernel.OfficeSettings(ctx)
	if err != nil {
		return unopenedAccount{err}
	}
	p, err := ac.open(h.Account(own))
	if err != nil {
		return unopenedAccount{err}
	}
	return p.gateway
}

func (ac *Accounts) open(a kiosk.StallAccount) (openedAccount, error) {
	ac.mu.Lock()
	p, known := ac.opened[a.ID]
	ac.mu.Unlock()
	if known && bytes.Equal(p.account.Sealed, a.Sealed) {
		return p, nil
	}
	key, err := ac.openKey(a)
	if err != nil {
		return openedAccount{}, err
	}
	p = openedAccount{account: a}
	if p.gateway, err = ac.kernel.kit.Accounts.As(key); err != nil {
		return openedAccount{}, err
	}
	ac.mu.Lock()
	defer ac.mu.Unlock()
	ac.opened[a.ID] = p
	return p, nil
}

func (ac *Accounts) openKey(a kiosk.StallAccount) (string, error) {
	if ac.kernel.kit.Accounts == nil || len(a.Sealed) == 0 {
		return "", &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyAccountKey}
	}
	key, err := ac.kernel.vault.Open(a.Sealed, AccountContext+a.ID)
	if err != nil {
		return "", &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyAccountKey, Err: err}
	}
	return string(key), nil
}

// CheckOpens is [kiosk.Conflict] where the key of an account cannot be opened: nothing that needs it is begun.
func (ac *Accounts) CheckOpens(r kiosk.OfficeReader, own string) error {
	if own == "" {
		return nil
	}
	h, err := r.OfficeSettings()
	if err != nil {
		return err
	}
	_, err = ac.openKey(h.Account(own))
	return err
}

// unopenedAccount stands for the gateway where an account cannot be opened.
type unopenedAccount struct{ err error }

func (g unopenedAccount) refuse() error {
	return &kiosk.Error{Code: kiosk.NotSent, Key: kiosk.KeyAccountKey, Err: g.err}
}

func (g unopenedAccount) Open(context.Context, kiosk.Order) (kiosk.Opened, error) {
	return kiosk.Opened{}, g.refuse()
}

func (g unopenedAccount) Retire(context.Context, int64) (kiosk.Retired, error) { return "", g.refuse() }

func (g unopenedAccount) Find(context.Context, string) (kiosk.Findings, error) {
	return kiosk.Findings{}, g.refuse()
}

func (g unopenedAccount) Unused(context.Context, string) (kiosk.Findings, error) {
	return kiosk.Findings{}, g.refuse()
}

func (g unopenedAccount) PayIns(context.Context, kiosk.PayInQuery) (kiosk.PayInPage, error) {
	return kiosk.PayInPage{}, g.refuse()
}

func (g unopenedAccount) ReadPayouts(context.Context, kiosk.GatewayPageQuery) (kiosk.PayoutPage, error) {
	return kiosk.PayoutPage{}, g.refuse()
}

func (g unopenedAccount) ReadInvoices(context.Context, kiosk.GatewayPageQuery) (kiosk.FeeInvoicePage, error) {
	return kiosk.FeeInvoicePage{}, g.refuse()
}

func (g unopenedAccount) ReadNotice(string, []byte, string) kiosk.Notice {
	return kiosk.Notice{Flaw: "seal"}
}

func (g unopenedAccount) Refund(context.Context, int64, kiosk.Money, bool) error { return g.refuse() }

// LearnNumber keeps the number of an account that its first link has told.
func (ac *Accounts) LearnNumber(ctx context.Context, own, number string) {
	ac.mu.Lock()
	p, known := ac.opened[own]
	ac.mu.Unlock()
	if own == "" || number == "" || !known || p.account.AccountNumber != "" {
		return
	}
	err := ac.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		h, err := tx.OfficeSettings()
		a := h.FindAccount(own)
		if err != nil || a == nil || a.AccountNumber != "" {
			return err
		}
		a.AccountNumber = number
		return tx.PutOfficeSettings(h)
	})
	if err != nil {
		ac.kernel.Complain(ctx, "the number of an account cannot be kept", err)
		return
	}
	ac.mu.Lock()
	defer ac.mu.Unlock()
	p.account.AccountNumber = number
	ac.opened[own] = p
}
