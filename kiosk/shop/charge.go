package shop

import (
	"context"
	"encoding/json"
	"time"

	"qrkiosk/kiosk"
)

const (
	// inboxYears is how long a webhook address goes on answering: late notices are real.
	inboxMillis = 90 * kiosk.DayMillis
)

// NewLink prepares the n-th attempt of a sale: a fresh reference, and where the gateway can
// reach us a fresh webhook address and key. Only the hash of the address's token is stored clear.
func (s *Kernel) NewLink(tx kiosk.Tx, sale *kiosk.Sale, n int) (*kiosk.Link, error) {
	stall, err := tx.Stall(sale.Stall)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	l := &kiosk.Link{
		ID: s.random.ID(now), N: n, Ref: s.kit.Refs.Next(time.UnixMilli(now)),
		Gateway: s.kit.GatewayName, AccountID: stall.AccountID, Amount: sale.Total(), Created: now,
	}
	if l.Parts = stall.SplitSale(sale); len(l.Parts) > 0 {
		l.OwnerPart = kiosk.OwnerPart(l.Amount, l.Parts)
	}
	if sale.Poll {
		return l, nil
	}
	secrets := LinkSecrets{Token: s.random.Secret(24), Key: s.random.LinkKey()}
	l.TokenHash = kiosk.HashSecret(secrets.Token)
	if l.Sealed, err = s.seal(l, secrets); err != nil {
		return nil, err
	}
	return l, tx.PutToken(l.TokenHash, sale.ID, n, now+inboxMillis)
}

func (s *Kernel) seal(l *kiosk.Link, secrets LinkSecrets) ([]byte, error) {
	plain, err := json.Marshal(secrets)
	if err != nil {
		return nil, err
	}
	return s.vault.Seal(plain, "link "+l.ID)
}

// Secrets opens what was sealed with a link: the token of its webhook's address and its key.
func (s *Kernel) Secrets(l *kiosk.Link) (LinkSecrets, error) {
	var secrets LinkSecrets
	if len(l.Sealed) == 0 {
		return secrets, nil
	}
	plain, err := s.vault.Open(l.Sealed, "link "+l.ID)
	if err != nil {
		return secrets, err
	}
	return secrets, json.Unmarshal(plain, &secrets)
}

// TakeOnRegister takes a step of a sale that belongs to register; one of another register is [kiosk.NotFound].
func (s *Kernel) TakeOnRegister(ctx context.Context, register, sale string, make func(kiosk.Tx, *kiosk.Sale) (kiosk.Step, error)) (*kiosk.Sale, error) {
	var result *kiosk.Sale
	err := s.Change(ctx, register, func(tx kiosk.Tx) error {
		found, err := tx.Sale(sale)
		if err != nil {
			return err
		}
		if found.Register != register {
			return &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyNoSuchSale}
		}
		step, err := make(tx, found)
		if err != nil {
			return err
		}
		out, err := s.Take(tx, found, step)
		result = out.Sale
		return err
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}
