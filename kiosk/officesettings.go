package kiosk

import (
	"context"
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

// OfficeSettings is what the office has set for the whole installation.
type OfficeSettings struct {
	Key                 GatewayKey
	PublicURL           string // as the office says; what the program was started with wins
	Retention           Retention
	Erased              Erased
	DisclaimerConfirmed int64          `json:"Told"` // Unix milliseconds when somebody confirmed what this program is not, 0 never
	Accounts            []StallAccount // of stalls' owners, oldest first
}

// Erased tells up to which sale things were removed that had been kept long enough.
type Erased struct{ Keys, Notes string }

// GatewayKey is the API key of the SecPaid account as the office keeps it: sealed, and never shown
// again but for its end.
type GatewayKey struct {
	Sealed        []byte
	Last          string // the last four characters
	AccountNumber string `json:"Account"` // the account's own number, "" while no link has told it
	Set           int64  // Unix milliseconds, 0 never
	SetBy         string // login
}

// KeySetter is where a key of the gateway goes: the wiring knows the client.
type KeySetter interface {
	// CheckKey asks the gateway whether it knows a key. It returns the account's own number, "" where
	// the account has no link yet that would tell. Errors are those of [Gateway].
	CheckKey(ctx context.Context, key string) (account string, err error)
	// UseKey is called once a key is stored: calls use it from now on.
	UseKey(key string)
}

// Record is what the trail says of the house: of the key no more than its end.
func (h *OfficeSettings) Record() map[string]any {
	return map[string]any{
		"Key": h.Key.Last, "KeySet": h.Key.Set, "Account": h.Key.AccountNumber, "PublicURL": h.PublicURL, "Told": h.DisclaimerConfirmed,
		"InboxDays": h.Retention.Inbox, "NotesDays": h.Retention.Notes, "KeysDays": h.Retention.Keys,
	}
}
