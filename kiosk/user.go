package kiosk

import (
	"strings"
)

// User is somebody who may enter the office.
type User struct {
	ID           string
	Name         string // a name or an e-mail address, as typed to sign in
	Role         Role   // one of UserRoles
	Stall        string // of a role that is of one stall; else ""
	PasswordHash string // by the vault; "" until the person has chosen one
	Factor       []byte // secret of the second factor, sealed; empty only with play money
	Step         int64  // of the last code that was taken: a code counts once
	Recovery     []string
	Sessions     int64    // generation: sessions of an earlier one are over
	Browsers     []string // hashes of the secrets of browsers that signed in before, oldest first
	Created      int64    // Unix milliseconds
	Left         int64    // Unix milliseconds, 0 while the person may enter
}

// RecoveryLeft counts the recovery codes that were not used yet.
func (l *User) RecoveryLeft() int {
	n := 0
	for _, hash := range l.Recovery {
		if hash != "" {
			n++
		}
	}
	return n
}

// Acting is the user as an actor, from a network address.
func (l *User) Acting(from string) OfficeActor {
	return OfficeActor{User: l.ID, Role: l.Role, Stall: l.Stall, From: from}
}

// OfficeActor is who acts in the office, and from where.
type OfficeActor struct {
	User  string
	Role  Role
	Stall string // of a manager, "" for an organizer
	From  string // network address
}

// Actor is the clerk as use cases know people.
func (c OfficeActor) Actor() Actor { return Actor{Staff: c.User, Role: c.Role, From: c.From} }

// OneTimeCode is a one-time code that lets somebody choose a password: the organizer at the first start,
// a person who was invited, or one whom the operator helps. Only its hash is stored.
type OneTimeCode struct {
	Hash    string
	Kind    OneTimeCodeKind
	User    string `json:"Login"` // whose; "" at the first start
	Expires int64  // Unix milliseconds
	Used    int64  // Unix milliseconds, 0 before
}

// OneTimeCodeKind says what a one-time code is for.
type OneTimeCodeKind string

// The kinds of one-time codes.
const (
	CodeForSetup      OneTimeCodeKind = "setup"  // makes the first organizer
	CodeForInvitation OneTimeCodeKind = "invite" // a person who was added: password and factor
	CodeForPassword   OneTimeCodeKind = "reset"  // a new password; the factor stays
	CodeForFactor     OneTimeCodeKind = "lost"   // a new password and a new factor
)

// OfficeReader finds who may enter the office. What is not there is [NotFound].
type OfficeReader interface {
	User(id string) (User, error)
	// UserByName finds by the name as [FoldName] writes it.
	UserByName(folded string) (User, error)
	// Users lists everybody, those who left too; the oldest comes first.
	Users() ([]User, error)
	OneTimeCode(hash string) (OneTimeCode, error)
	// OfficeTries finds the wrong tries of a name or a browser.
	OfficeTries(key string) (Tries, error)
	// OfficeSettings returns what the office has set for the whole installation; the zero House at first.
	OfficeSettings() (OfficeSettings, error)
}

// OfficeWriter writes what OfficeReader reads.
type OfficeWriter interface {
	// PutUser stores a login; a name that another one has is [Conflict].
	PutUser(l User) error
	PutOneTimeCode(o OneTimeCode) error
	PutOfficeTries(key string, t Tries) error
	PutOfficeSettings(h OfficeSettings) error
}

// FactorVault holds second factors: time-based codes of RFC 6238.
type FactorVault interface {
	// NewFactor makes a secret, sealed for a context.
	NewFactor(context string) ([]byte, error)
	// FactorText is the secret as an authenticator app wants it, in base 32.
	FactorText(sealed []byte, context string) (string, error)
	// CheckFactor returns the time step that a code is of, if it is one of now and later than
	// after; otherwise 0. now is in Unix milliseconds.
	CheckFactor(sealed []byte, context, code string, now, after int64) (step int64, err error)
}

// FoldName writes a name as it is compared: capital letters and blanks around it do not count.
func FoldName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
