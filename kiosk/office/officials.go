package office

import (
	"context"
	"strings"

	"qrkiosk/kiosk"
)

// The keys of messages about people of the office.
const (
	KeyLoginRole  = "office-login-role"
	KeyLoginSelf  = "office-login-self"
	KeyLoginThere = "office-login-unknown"
)

// Pseudonym is what stands in place of the name of a person who was removed. The journal knows
// people by their IDs alone, so that it needs no change.
func Pseudonym(id string) string { return "P-" + id[max(0, len(id)-4):] }

// InviteLogin adds a person to the office: another organizer, or the manager of a stall. The
// one-time code that is returned lets the person choose a password within a day. Only an organizer
// may; a name that is taken is [kiosk.Conflict].
func (o *Office) InviteLogin(ctx context.Context, by kiosk.Clerk, name string, role kiosk.Role, stall string) (kiosk.Login, string, error) {
	name = strings.TrimSpace(name)
	if role == kiosk.Organizer {
		stall = ""
	}
	switch {
	case by.Role != kiosk.Organizer:
		return kiosk.Login{}, "", by.Organizes()
	case role != kiosk.Organizer && (role != kiosk.Manager || stall == ""):
		return kiosk.Login{}, "", &kiosk.Error{Code: kiosk.Invalid, Key: KeyLoginRole, Field: "role"}
	}
	if err := kiosk.CheckName(name); err != nil {
		return kiosk.Login{}, "", err
	}
	now := o.kernel.Now()
	login := kiosk.Login{ID: o.random.ID(now), Name: name, Role: role, Stall: stall, Created: now}
	code := o.random.Code(onceLength)
	err := o.kernel.OfficeBy(ctx, by, func(tx kiosk.Tx) (kiosk.Changed, error) {
		if stall != "" {
			if _, err := tx.Stall(stall); err != nil {
				return kiosk.Changed{}, err
			}
		}
		if err := freeLogin(tx, name, ""); err != nil {
			return kiosk.Changed{}, err
		}
		if err := tx.PutLogin(login); err != nil {
			return kiosk.Changed{}, err
		}
		err := tx.PutOnce(kiosk.Once{Hash: kiosk.HashSecret(code), Kind: kiosk.OnceInvite, Login: login.ID, Expires: now + setupMillis})
		return kiosk.Changed{Kind: "login.add", Subject: login.ID, Before: nil, After: login.Record()}, err
	})
	return login, code, err
}

// HelpLogin makes a one-time code for a person of the office who lost the password, or with lost
// also the second factor. The organizer vouches for who it is; every session of that person ends.
func (o *Office) HelpLogin(ctx context.Context, by kiosk.Clerk, id string, lost bool) (string, error) {
	if err := by.Organizes(); err != nil {
		return "", err
	}
	code := o.random.Code(onceLength)
	err := o.kernel.OfficeBy(ctx, by, func(tx kiosk.Tx) (kiosk.Changed, error) {
		login, err := present(tx, id)
		if err != nil {
			return kiosk.Changed{}, err
		}
		once := kiosk.Once{Hash: kiosk.HashSecret(code), Kind: kiosk.OnceReset, Login: id, Expires: o.kernel.Now() + resetMillis}
		switch {
		case login.PasswordHash == "":
			once.Kind, once.Expires = kiosk.OnceInvite, o.kernel.Now()+setupMillis
		case lost || len(login.Factor) == 0:
			once.Kind = kiosk.OnceLost
		}
		login.Sessions++
		if err := tx.PutOnce(once); err != nil {
			return kiosk.Changed{}, err
		}
		return kiosk.Changed{Kind: "login.help", Subject: id, Before: nil, After: map[string]any{"Kind": string(once.Kind)}}, tx.PutLogin(login)
	})
	return code, err
}

func present(r kiosk.Reader, id string) (kiosk.Login, error) {
	login, err := r.Login(id)
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && login.Left > 0) {
		err = &kiosk.Error{Code: kiosk.NotFound, Key: KeyLoginThere}
	}
	return login, err
}

// EndLoginSessions signs a person of the office out everywhere.
func (o *Office) EndLoginSessions(ctx context.Context, by kiosk.Clerk, id string) error {
	if err := by.Organizes(); err != nil {
		return err
	}
	return o.kernel.OfficeBy(ctx, by, func(tx kiosk.Tx) (kiosk.Changed, error) {
		login, err := present(tx, id)
		if err != nil {
			return kiosk.Changed{}, err
		}
		login.Sessions++
		return kiosk.Changed{Kind: "login.sessions", Subject: id}, tx.PutLogin(login)
	})
}

// RemoveLogin ends somebody's access to the office for good. The name is forgotten; the journal
// keeps the ID. Nobody removes himself, so that an organizer is always left.
func (o *Office) RemoveLogin(ctx context.Context, by kiosk.Clerk, id string) error {
	if err := by.Organizes(); err != nil {
		return err
	}
	if id == by.Login {
		return &kiosk.Error{Code: kiosk.Conflict, Key: KeyLoginSelf}
	}
	return o.kernel.OfficeBy(ctx, by, func(tx kiosk.Tx) (kiosk.Changed, error) {
		login, err := present(tx, id)
		if err != nil {
			return kiosk.Changed{}, err
		}
		gone := kiosk.Login{
			ID: id, Name: Pseudonym(id), Role: login.Role, Stall: login.Stall, Sessions: login.Sessions + 1,
			Created: login.Created, Left: o.kernel.Now(),
		}
		return kiosk.Changed{Kind: "login.remove", Subject: id, Before: login.Record(), After: nil}, tx.PutLogin(gone)
	})
}
