package office

import (
	"context"
	"slices"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Users are those who may sign in to the office: how they are invited, sign up behind a one-time code, and go.
type Users struct {
	kernel       *shop.Kernel
	store        kiosk.Store
	vault        kiosk.Vault
	random       kiosk.Entropy
	installation kiosk.Installation
	signIn       *SignIn
}

// The keys of messages about people of the office.
const (
	KeyUserRole    = "office-login-role"
	KeyUserSelf    = "office-login-self"
	KeyUserUnknown = "office-login-unknown"
)

// Pseudonym is what stands in place of the name of a person who was removed. The journal knows
// people by their IDs alone, so that it needs no change.
func Pseudonym(id string) string { return "P-" + id[max(0, len(id)-4):] }

// Invite adds a person to the office: another organizer, or the manager of a stall. The
// one-time code that is returned lets the person choose a password within a day. Only an organizer
// may; a name that is taken is [kiosk.Conflict].
func (us *Users) Invite(ctx context.Context, by kiosk.OfficeActor, name string, role kiosk.Role, stall string) (kiosk.User, string, error) {
	name = strings.TrimSpace(name)
	if !role.OfStall() {
		stall = ""
	}
	switch {
	case !by.Role.Organizes():
		return kiosk.User{}, "", by.CheckOrganizer()
	case !slices.Contains(kiosk.UserRoles(), role) || (role.OfStall() && stall == ""):
		return kiosk.User{}, "", &kiosk.Error{Code: kiosk.Invalid, Key: KeyUserRole, Field: "role"}
	}
	if err := kiosk.CheckName(name); err != nil {
		return kiosk.User{}, "", err
	}
	now := us.kernel.Now()
	login := kiosk.User{ID: us.random.ID(now), Name: name, Role: role, Stall: stall, Created: now}
	code := us.random.Code(oneTimeCodeLength)
	err := us.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (kiosk.OfficeChange, error) {
		if stall != "" {
			if _, err := tx.Stall(stall); err != nil {
				return kiosk.OfficeChange{}, err
			}
		}
		if err := checkUserNameFree(tx, name, ""); err != nil {
			return kiosk.OfficeChange{}, err
		}
		if err := tx.PutUser(login); err != nil {
			return kiosk.OfficeChange{}, err
		}
		err := tx.PutOneTimeCode(kiosk.OneTimeCode{Hash: kiosk.HashSecret(code), Kind: kiosk.CodeForInvitation, User: login.ID, Expires: now + setupMillis})
		return kiosk.OfficeChange{Kind: "login.add", Subject: login.ID, Before: nil, After: login.Record()}, err
	})
	return login, code, err
}

// Reset makes a one-time code for a person of the office who lost the password, or with lost
// also the second factor. The organizer vouches for who it is; every session of that person ends.
func (us *Users) Reset(ctx context.Context, by kiosk.OfficeActor, id string, lost bool) (string, error) {
	if err := by.CheckOrganizer(); err != nil {
		return "", err
	}
	code := us.random.Code(oneTimeCodeLength)
	err := us.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (kiosk.OfficeChange, error) {
		login, err := presentUser(tx, id)
		if err != nil {
			return kiosk.OfficeChange{}, err
		}
		once := kiosk.OneTimeCode{Hash: kiosk.HashSecret(code), Kind: kiosk.CodeForPassword, User: id, Expires: us.kernel.Now() + resetMillis}
		switch {
		case login.PasswordHash == "":
			once.Kind, once.Expires = kiosk.CodeForInvitation, us.kernel.Now()+setupMillis
		case lost || len(login.Factor) == 0:
			once.Kind = kiosk.CodeForFactor
		}
		login.Sessions++
		if err := tx.PutOneTimeCode(once); err != nil {
			return kiosk.OfficeChange{}, err
		}
		return kiosk.OfficeChange{Kind: "login.help", Subject: id, Before: nil, After: map[string]any{"Kind": string(once.Kind)}}, tx.PutUser(login)
	})
	return code, err
}

func presentUser(r kiosk.OfficeReader, id string) (kiosk.User, error) {
	login, err := r.User(id)
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && login.Left > 0) {
		err = &kiosk.Error{Code: kiosk.NotFound, Key: KeyUserUnknown}
	}
	return login, err
}

// EndSessions signs a person of the office out everywhere.
func (us *Users) EndSessions(ctx context.Context, by kiosk.OfficeActor, id string) error {
	if err := by.CheckOrganizer(); err != nil {
		return err
	}
	return us.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (kiosk.OfficeChange, error) {
		login, err := presentUser(tx, id)
		if err != nil {
			return kiosk.OfficeChange{}, err
		}
		login.Sessions++
		return kiosk.OfficeChange{Kind: "login.sessions", Subject: id}, tx.PutUser(login)
	})
}

// Remove ends somebody's access to the office for good. The name is forgotten; the journal
// keeps the ID. Nobody removes himself, so that an organizer is always left.
func (us *Users) Remove(ctx context.Context, by kiosk.OfficeActor, id string) error {
	if err := by.CheckOrganizer(); err != nil {
		return err
	}
	if id == by.User {
		return &kiosk.Error{Code: kiosk.Conflict, Key: KeyUserSelf}
	}
	return us.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (kiosk.OfficeChange, error) {
		login, err := presentUser(tx, id)
		if err != nil {
			return kiosk.OfficeChange{}, err
		}
		gone := kiosk.User{
			ID: id, Name: Pseudonym(id), Role: login.Role, Stall: login.Stall, Sessions: login.Sessions + 1,
			Created: login.Created, Left: us.kernel.Now(),
		}
		return kiosk.OfficeChange{Kind: "login.remove", Subject: id, Before: login.Record(), After: nil}, tx.PutUser(gone)
	})
}
