package kiosk

import (
	"context"
	"net/url"
	"strings"
)

// The keys of messages about what the office sets for the whole installation.
const (
	KeyNoKey       = "office-no-key"
	KeyKeyForm     = "office-key-form"
	KeyKeyWrong    = "office-key-wrong"
	KeyKeyFixed    = "office-key-fixed"
	KeyKeyBusy     = "office-key-busy"
	KeyKeyAway     = "office-key-away"
	KeyAddressForm = "office-address-form"
	KeyAddressAway = "office-address-away"
	KeyKeepDays    = "office-keep-days"
)

// House is what the office has set for the whole installation.
type House struct {
	Key       GatewayKey
	PublicURL string // as the office says; what the program was started with wins
	Retention Retention
	Erased    Erased
	Told      int64        // Unix milliseconds when somebody confirmed what this program is not, 0 never
	Accounts  []OwnAccount // of stalls' owners, oldest first
}

// Erased tells up to which sale things were removed that had been kept long enough.
type Erased struct{ Keys, Notes string }

// GatewayKey is the API key of the SecPaid account as the office keeps it: sealed, and never shown
// again but for its end.
type GatewayKey struct {
	Sealed  []byte
	Last    string // the last four characters
	Account string // the account's own number, "" while no link has told it
	Set     int64  // Unix milliseconds, 0 never
	SetBy   string // login
}

// keyContext ties a sealed key to its purpose.
const keyContext = "gateway key"

// KeyTaker is where a key of the gateway goes: the wiring knows the client.
type KeyTaker interface {
	// CheckKey asks the gateway whether it knows a key. It returns the account's own number, "" where
	// the account has no link yet that would tell. Errors are those of [Gateway].
	CheckKey(ctx context.Context, key string) (account string, err error)
	// UseKey is called once a key is stored: calls use it from now on.
	UseKey(key string)
}

// House returns what the office has set.
func (s *Shop) House(ctx context.Context) (House, error) {
	var h House
	err := s.store.View(ctx, func(r Reader) (err error) {
		h, err = r.House()
		return err
	})
	return h, err
}

// TakesKey tells whether the office may set the gateway's key: not where the program was started
// with one, nor with play money.
func (s *Shop) TakesKey() bool { return s.keys != nil }

// PublicURL is what gateway and customers reach at present, "" if nothing does.
func (s *Shop) PublicURL() string { return s.publicURL }

// UseStoredKey hands the stored key to the gateway's client, if there is one. The wiring calls it at
// the start.
func (s *Shop) UseStoredKey(ctx context.Context) (bool, error) {
	h, err := s.House(ctx)
	if err != nil || s.keys == nil || len(h.Key.Sealed) == 0 {
		return false, err
	}
	key, err := s.vault.Open(h.Key.Sealed, keyContext)
	if err == nil {
		s.keys.UseKey(string(key))
	}
	return err == nil, err
}

// SetGatewayKey checks a key with the gateway, stores it sealed and uses it from now on. One that the
// gateway does not know is [Invalid], and while sales are open that another account took a change
// is [Conflict]: their links could not be asked about any more.
func (s *Shop) SetGatewayKey(ctx context.Context, by Clerk, key string) (GatewayKey, error) {
	key = strings.TrimSpace(key)
	switch {
	case by.Role != Organizer:
		return GatewayKey{}, by.organizes()
	case s.keys == nil:
		return GatewayKey{}, &Error{Code: Conflict, Key: KeyKeyFixed}
	}
	account, err := checkKey(ctx, s.keys, key)
	if err != nil {
		return GatewayKey{}, err
	}
	sealed, err := s.vault.Seal([]byte(key), keyContext)
	if err != nil {
		return GatewayKey{}, err
	}
	set := GatewayKey{Sealed: sealed, Last: key[len(key)-4:], Account: account, Set: s.now(), SetBy: by.Login}
	err = s.changeHouse(ctx, by, "house.key", func(tx Tx, h *House) error {
		if h.Key.Set > 0 && (h.Key.Account == "" || h.Key.Account != account) {
			open, err := tx.Watched(s.now(), watchAtOnce)
			if err != nil {
				return err
			}
			for _, sale := range open {
				if len(sale.Links) == 0 || sale.anyLink(func(l *Link) bool { return l.Holder == "" }) {
					return &Error{Code: Conflict, Key: KeyKeyBusy, Args: []string{sale.Number}}
				}
			}
		}
		h.Key = set
		return nil
	})
	if err == nil {
		s.keys.UseKey(key)
	}
	return set, err
}

// SetPublicURL stores the address that gateway and customers reach; it counts from the next start
// on. "" takes it back. Whether our own server answers there is checked before, by who knows HTTP.
func (s *Shop) SetPublicURL(ctx context.Context, by Clerk, address string) error {
	address, err := CheckAddress(address)
	if err != nil {
		return err
	}
	if err := by.organizes(); err != nil {
		return err
	}
	return s.changeHouse(ctx, by, "house.address", func(_ Tx, h *House) error {
		h.PublicURL = address
		return nil
	})
}

// CheckAddress wants https, a host and nothing else (http is for this machine and private networks
// alone, which gateways cannot reach), and returns the address without final slash. The error is
// [Invalid].
func CheckAddress(address string) (string, error) {
	address = strings.TrimSpace(address)
	if address == "" {
		return "", nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.RawQuery != "" ||
		u.Fragment != "" || strings.Trim(u.Path, "/") != "" || len(address) > 200 {
		return "", &Error{Code: Invalid, Key: KeyAddressForm, Field: "address"}
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

// Confirm writes down that somebody has read what this program is not.
func (s *Shop) Confirm(ctx context.Context, by Clerk) error {
	if err := by.organizes(); err != nil {
		return err
	}
	return s.changeHouse(ctx, by, "house.told", func(_ Tx, h *House) error {
		h.Told = s.now()
		return nil
	})
}

func (s *Shop) changeHouse(ctx context.Context, by Clerk, kind string, edit func(Tx, *House) error) error {
	return s.officeBy(ctx, by, func(tx Tx) (changed, error) {
		h, err := tx.House()
		if err != nil {
			return changed{}, err
		}
		before := h.record()
		if err := edit(tx, &h); err != nil {
			return changed{}, err
		}
		return changed{kind, "house", before, h.record()}, tx.PutHouse(h)
	})
}

// record is what the trail says of the house: of the key no more than its end.
func (h *House) record() map[string]any {
	return map[string]any{
		"Key": h.Key.Last, "KeySet": h.Key.Set, "Account": h.Key.Account, "PublicURL": h.PublicURL, "Told": h.Told,
		"InboxDays": h.Retention.Inbox, "NotesDays": h.Retention.Notes, "KeysDays": h.Retention.Keys,
	}
}
