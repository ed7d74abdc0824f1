package kiosk

import (
	"strconv"
	"strings"
)

// TroubleKind says why a person has to decide about a sale. It is a key of the words, too.
type TroubleKind string

// The kinds of trouble there are.
const (
	TroubleLate        TroubleKind = "late"        // a row on a link that is out
	TroubleLateUsed    TroubleKind = "used"        // listed as used though it is out
	TroubleClaimed     TroubleKind = "claimed"     // a notice, or money back, on a link that is out
	TroubleShort       TroubleKind = "short"       // less came than asked
	TroubleExtra       TroubleKind = "extra"       // a further payment on one link
	TroubleUnconfirmed TroubleKind = "unconfirmed" // no row within 24 hours
	TroubleWithdrawn   TroubleKind = "withdrawn"   // a row disappeared or turned
	TroubleDispute     TroubleKind = "dispute"     // the payer disputes
	TroubleBank        TroubleKind = "bank"        // a bank transfer open for 14 days
)

// Trouble is one thing about a sale's money that a person has to decide. It is stored as text, "late:1".
type Trouble struct {
	Kind TroubleKind
	N    int // number of the link; of an extra payment which one of its link it is, 2 for the second
}

func (t Trouble) String() string {
	if t.N == 0 {
		return string(t.Kind)
	}
	return string(t.Kind) + ":" + strconv.Itoa(t.N)
}

// MarshalText keeps the form in which sales have always stored it.
func (t Trouble) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText takes every text: a sale must be readable whatever an earlier program wrote into it.
// What is not of the form is kept whole as the kind, so that writing it again gives the same bytes.
func (t *Trouble) UnmarshalText(text []byte) error {
	kind, number, _ := strings.Cut(string(text), ":")
	n, err := strconv.Atoi(number)
	*t = Trouble{TroubleKind(kind), n}
	if err != nil || n == 0 || t.String() != string(text) {
		*t = Trouble{Kind: TroubleKind(text)}
	}
	return nil
}
