package office

import (
	"context"
	"net/url"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Settings are the office settings: gateway key, public address, retention.
type Settings struct {
	kernel *shop.Kernel
	vault  kiosk.Vault
	keys   kiosk.KeySetter // nil where the office cannot set the gateway's key
}

// keyContext ties a sealed key to its purpose.
const keyContext = "gateway key"

// SetsKey tells whether the office may set the gateway's key: not where the program was started
// with one, nor with play money.
func (se *Settings) SetsKey() bool { return se.keys != nil }

// UseStoredKey hands the stored key to the gateway's client, if there is one. The wiring calls it at
// the start.
func (se *Settings) UseStoredKey(ctx context.Context) (bool, error) {
	h, err := se.kernel.OfficeSettings(ctx)
	if err != nil || se.keys == nil || len(h.Key.Sealed) == 0 {
		return false, err
	}
	key, err := se.vault.Open(h.Key.Sealed, keyContext)
	if err == nil {
		se.keys.UseKey(string(key))
	}
	return err == nil, err
}

// SetGatewayKey checks a key with the gateway, stores it sealed and uses it from now on. One that the
// gateway does not know is [kiosk.Invalid], and while sales are open that another account took a change
// is [kiosk.Conflict]: their links could not be asked about any more.
func (se *Settings) SetGatewayKey(ctx context.Context, by kiosk.OfficeActor, key string) (kiosk.GatewayKey, error) {
	key = strings.TrimSpace(key)
	switch {
	case !by.Role.Organizes():
		return kiosk.GatewayKey{}, by.CheckOrganizer()
	case se.keys == nil:
		return kiosk.GatewayKey{}, &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyKeyFixed}
	}
	account, err := checkKey(ctx, se.keys, key)
	if err != nil {
		return kiosk.GatewayKey{}, err
	}
	sealed, err := se.vault.Seal([]byte(key), keyContext)
	if err != nil {
		return kiosk.GatewayKey{}, err
	}
	set := kiosk.GatewayKey{Sealed: sealed, Last: key[len(key)-4:], AccountNumber: account, Set: se.kernel.Now(), SetBy: by.User}
	err = se.change(ctx, by, "house.key", func(tx kiosk.Tx, h *kiosk.OfficeSettings) error {
		if h.Key.Set > 0 && (h.Key.AccountNumber == "" || h.Key.AccountNumber != account) {
			open, err := tx.Watched(se.kernel.Now(), shop.WatchAtOnce)
			if err != nil {
				return err
			}
			for _, sale := range open {
				if len(sale.Links) == 0 || sale.AnyLink(func(l *kiosk.Link) bool { return l.AccountID == "" }) {
					return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyKeyBusy, Args: []string{sale.Number}}
				}
			}
		}
		h.Key = set
		return nil
	})
	if err == nil {
		se.keys.UseKey(key)
	}
	return set, err
}

// SetPublicURL stores the address that gateway and customers reach; it counts from the next start
// on. "" takes it back. Whether our own server answers there is checked before, by who knows HTTP.
func (se *Settings) SetPublicURL(ctx context.Context, by kiosk.OfficeActor, address string) error {
	address, err := CheckAddress(address)
	if err != nil {
		return err
	}
	if err := by.CheckOrganizer(); err != nil {
		return err
	}
	return se.change(ctx, by, "house.address", func(_ kiosk.Tx, h *kiosk.OfficeSettings) error {
		h.PublicURL = address
		return nil
	})
}

// CheckAddress wants https, a host and nothing else (http is for this machine and private networks
// alone, which gateways cannot reach), and returns the address without final slash. The error is
// [kiosk.Invalid].
func CheckAddress(address string) (string, error) {
	address = strings.TrimSpace(address)
	if address == "" {
		return "", nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.RawQuery != "" ||
		u.Fragment != "" || strings.Trim(u.Path, "/") != "" || len(address) > 200 {
		return "", &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyAddressForm, Field: "address"}
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

// ConfirmDisclaimer writes down that somebody has read what this program is not.
func (se *Settings) ConfirmDisclaimer(ctx context.Context, by kiosk.OfficeActor) error {
	if err := by.CheckOrganizer(); err != nil {
		return err
	}
	return se.change(ctx, by, "house.told", func(_ kiosk.Tx, h *kiosk.OfficeSettings) error {
		h.DisclaimerConfirmed = se.kernel.Now()
		return nil
	})
}

func (se *Settings) change(ctx context.Context, by kiosk.OfficeActor, kind string, edit func(kiosk.Tx, *kiosk.OfficeSettings) error) error {
	return se.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (kiosk.OfficeChange, error) {
		h, err := tx.OfficeSettings()
		if err != nil {
			return kiosk.OfficeChange{}, err
		}
		before := h.Record()
		if err := edit(tx, &h); err != nil {
			return kiosk.OfficeChange{}, err
		}
		return kiosk.OfficeChange{Kind: kind, Subject: "house", Before: before, After: h.Record()}, tx.PutOfficeSettings(h)
	})
}

// SetRetention changes for how long things are kept.
func (se *Settings) SetRetention(ctx context.Context, by kiosk.OfficeActor, r kiosk.Retention) error {
	if err := by.CheckOrganizer(); err != nil {
		return err
	}
	for _, d := range []struct {
		days, least int
		field       string
	}{{r.Inbox, 1, "inbox"}, {r.Notes, 1, "notes"}, {r.Keys, 30, "keys"}} {
		if d.days != 0 && (d.days < d.least || d.days > kiosk.LongestKeep) {
			return &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyKeepDays, Field: d.field}
		}
	}
	return se.change(ctx, by, "house.retention", func(_ kiosk.Tx, h *kiosk.OfficeSettings) error {
		h.Retention = r
		return nil
	})
}
