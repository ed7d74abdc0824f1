package kiosk

import "cmp"

// Stall is a seller's place: name, look, languages and the terms under which it sells.
type Stall struct {
	ID          string
	Name        string
	Town        string `json:"Place"` // town, as on the receipt
	Tagline     string // one line for the idle display
	Accent      string // "#rrggbb"; adjusted by views until its contrast suffices
	Languages   []string
	Region      string // whose numbers and dates its pages use, "de"; "" those of the first language
	Zone        string // whose days and hours its takings are counted in, "" for DefaultZone
	Seller      string // who sells, as on the receipt
	VATNumber   string
	VAT         int64 // of typed amounts, hundredths of a percent; 0 none
	Strict      bool  // only the gateway's own lists turn a sale green
	StrictAbove Money // strict from this amount on, 0 off
	LapseAfter  int64 // milliseconds; 0 means DefaultLapse
	Limit       Money // largest charge, 0 means MaxMoney
	AsksTip     bool
	TipPercents []int64  // suggested, whole percents; empty for DefaultTipPercents
	TipSums     []Money  // the same for a small sale; empty for DefaultTipSums
	PINLength   int64    `json:",omitempty"` // digits of the PINs that are given from now on; 0 means DefaultPINLength
	CallsUp     bool     `json:",omitempty"` // customers are called up by a short order number
	Reasons     []string `json:",omitempty"` // why a discount is given, one tap each; empty for the usual ones
	Logo        string   // ID of a picture, "" none
	LogoWidth   int      // pixels
	LogoHeight  int
	SplitTerms  []Share
	AccountID   string `json:"OwnAccount"` // ID of the owner's account that links are made with, "" for the house's
	Created     int64  // Unix milliseconds
}

// Share is what another account gets of a sale: hundredths of a percent, or a fixed sum.
type Share struct {
	Token   string // the other account's recipient token at the gateway
	Name    string
	Percent int64
	Fixed   Money
}

// Payee is what people call the other account: its name, or else the token.
func (s Share) Payee() string { return cmp.Or(s.Name, s.Token) }

// DefaultLapse is how long a code stays payable unless the stall says otherwise: ten minutes.
const DefaultLapse int64 = 10 * 60 * 1000

// Register is one till at one stall.
type Register struct {
	ID      string
	Stall   string
	Name    string
	Prefix  string // of sale numbers, "B2"
	Created int64  // Unix milliseconds
	Trust   int64  // Unix milliseconds when the trust in one of its devices last ended, 0 never
	Tone    string // one of Tones, "" the first
	Speaks  bool   `json:",omitempty"` // its displays say amount and "paid" aloud, beside tone and screen
}

// DeviceKind tells tablets from customer screens.
type DeviceKind string

// The kinds of devices.
const (
	Tablet  DeviceKind = "tablet"
	Display DeviceKind = "display"
)

// Device is an enrolled tablet or a paired display; its cookie holds a secret of which only the
// hash is stored.
type Device struct {
	ID         string
	Kind       DeviceKind
	Register   string
	Name       string
	SecretHash string
	Created    int64 // Unix milliseconds
	Revoked    int64 // Unix milliseconds, 0 while it is trusted
}

// Staff is a person with a PIN.
type Staff struct {
	ID      string
	Stall   string
	Name    string
	Role    Role
	PINHash string // by the vault
	Created int64  // Unix milliseconds
	Left    int64  // Unix milliseconds, 0 while the person works here
	Tries   Tries
}

// Shift is the time from opening to closing of a register. At most one is open per register.
type Shift struct {
	ID       string
	Register string
	No       int64
	Opened   int64 // Unix milliseconds
	OpenedBy string
	Closed   int64 // Unix milliseconds, 0 while open
	ClosedBy string
}

// Ticket is a one-time link that enrols a tablet or a display for a register. Only the hash of
// its secret is stored.
type Ticket struct {
	Hash     string
	Kind     DeviceKind
	Register string
	Expires  int64 // Unix milliseconds
	Used     int64 // Unix milliseconds, 0 before
}

// Installation is what the installation as a whole knows of itself, stamped at birth.
type Installation struct {
	Code    string // four characters, first in every reference
	Epoch   string // random per lineage of the database, in every frame
	Mode    Mode
	Created int64 // Unix milliseconds
}

// Mode tells play money from real money; a database never changes it.
type Mode string

// The modes.
const (
	Live    Mode = "live"
	Sandbox Mode = "sandbox"
)
