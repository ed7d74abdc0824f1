package kiosk

import "strings"

// The keys of messages about the code of a device that waits for its register.
const (
	KeyCodeForm      = "code-form"
	KeyCodeUnknown   = "code-unknown"
	KeyCodeExpired   = "code-expired"
	KeyCodeUsed      = "code-used"
	KeyCodeOfDisplay = "code-of-display"
	KeyCodeOfTablet  = "code-of-tablet"
)

const (
	// PairingLength is how many characters a code has, of 5 bits each.
	PairingLength = 8
	// PairingMillis is how long a code may be typed.
	PairingMillis = 5 * MinuteMillis
	// MostPairings is how many of them are kept in all, those of before for a while included: strangers make
	// them, and the oldest go first.
	MostPairings = 200
)

// Pairing is a device without a register that waits for somebody to type its code: a display's at a
// till, a tablet's in the office.
type Pairing struct {
	Code       string     // shown on the device
	Kind       DeviceKind `json:",omitempty"` // "" is a display: once only they had codes
	Name       string     `json:",omitempty"` // what its browser calls itself
	SecretHash string     // of the cookie the device already holds
	Match      Match      // shown on both screens before the person agrees
	Expires    int64      // Unix milliseconds
	Device     string     // set once it is paired
}

// Waits tells whether a device of a kind waits with this code.
func (p Pairing) Waits(kind DeviceKind) bool {
	return p.Kind == kind || (p.Kind == "" && kind == Display)
}

// CheckOpen tells whether the code may be typed where a device of a kind is wanted: that of the other
// kind is [Invalid], a used one [Conflict], one whose time is over [Gone].
func (p Pairing) CheckOpen(kind DeviceKind, now int64) error {
	switch {
	case !p.Waits(kind) && kind == Tablet:
		return &Error{Code: Invalid, Key: KeyCodeOfDisplay, Field: "code"}
	case !p.Waits(kind):
		return &Error{Code: Invalid, Key: KeyCodeOfTablet, Field: "code"}
	case p.Device != "":
		return &Error{Code: Conflict, Key: KeyCodeUsed, Field: "code"}
	case p.Expires <= now:
		return &Error{Code: Gone, Key: KeyCodeExpired, Field: "code"}
	}
	return nil
}

// FoldPairingCode normalises what people type: lower case, spaces, dashes, and the letters that look
// like digits. What cannot be a code is [Invalid].
func FoldPairingCode(typed string) (string, error) {
	fold := strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1")
	code := fold.Replace(strings.ToUpper(strings.TrimSpace(typed)))
	if len(code) != PairingLength || strings.Trim(code, Crockford) != "" {
		return "", &Error{Code: Invalid, Key: KeyCodeForm, Field: "code"}
	}
	return code, nil
}
