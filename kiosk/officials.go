package kiosk

import (
	"context"
	"strings"
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
// may; a name that is taken is [Conflict].
func (s *Shop) InviteLogin(ctx context.Context, by Clerk, name string, role Role, stall string) (Login, string, error) {
	name = strings.TrimSpace(name)
	if role == Organizer {
		stall = ""
	}
	switch {
	case by.Role != Organizer:
		return Login{}, "", by.organizes()
	case role != Organizer && (role != Manager || stall == ""):
		return Login{}, "", &Error{Code: Invalid, Key: KeyLoginRole, Field: "role"}
	}
	if err := checkName(name); err != nil {
		return Login{}, "", err
	}
	now := s.now()
	login := Login{ID: s.random.id(now), Name: name, Role: role, Stall: stall, Created: now}
	code := s.random.code(onceLength)
	err := s.officeBy(ctx, by, func(tx Tx) (changed, error) {
		if stall != "" {
			if _, err := tx.Stall(stall); err != nil {
				return changed{}, err
			}
		}
		if err := freeLogin(tx, name, ""); err != nil {
			return changed{}, err
		}
		if err := tx.PutLogin(login); err != nil {
			return changed{}, err
		}
		err := tx.PutOnce(Once{Hash: HashSecret(code), Kind: OnceInvite, Login: login.ID, Expires: now + setupMillis})
		return changed{"login.add", login.ID, nil, login.record()}, err
	})
	return login, code, err
}

// record is what the trail says of a login: never the name.
func (l *Login) record() map[string]any {
	return map[string]any{"Role": string(l.Role), "Stall": l.Stall}
}

// HelpLogin makes a one-time code for a person of the office who lost the password, or with lost
// also the second factor. The organizer vouches for who it is; every session of that person ends.
func (s *Shop) HelpLogin(ctx context.Context, by Clerk, id string, lost bool) (string, error) {
	if err := by.organizes(); err != nil {
		return "", err
	}
	code := s.random.code(onceLength)
	err := s.officeBy(ctx, by, func(tx Tx) (changed, error) {
		login, err := present(tx, id)
		if err != nil {
			return changed{}, err
		}
		o := Once{Hash: HashSecret(code), Kind: OnceReset, Login: id, Expires: s.now() + resetMillis}
		switch {
		case login.PasswordHash == "":
			o.Kind, o.Expires = OnceInvite, s.now()+setupMillis
		case lost || len(login.Factor) == 0:
			o.Kind = OnceLost
		}
		login.Sessions++
		if err := tx.PutOnce(o); err != nil {
			return changed{}, err
		}
		return changed{"login.help", id, nil, map[string]any{"Kind": string(o.Kind)}}, tx.PutLogin(login)
	})
	return code, err
}

func present(r Reader, id string) (Login, error) {
	login, err := r.Login(id)
	if CodeOf(err) == NotFound || (err == nil && login.Left > 0) {
		err = &Error{Code: NotFound, Key: KeyLoginThere}
	}
	return login, err
}

// EndLoginSessions signs a person of the office out everywhere.
func (s *Shop) EndLoginSessions(ctx context.Context, by Clerk, id string) error {
	if err := by.organizes(); err != nil {
		return err
	}
	return s.officeBy(ctx, by, func(tx Tx) (changed, error) {
		login, err := present(tx, id)
		if err != nil {
			return changed{}, err
		}
		login.Sessions++
		return changed{kind: "login.sessions", subject: id}, tx.PutLogin(login)
	})
}

// RemoveLogin ends somebody's access to the office for good. The name is forgotten; the journal
// keeps the ID. Nobody removes himself, so that an organizer is always left.
func (s *Shop) RemoveLogin(ctx context.Context, by Clerk, id string) error {
	if err := by.organizes(); err != nil {
		return err
	}
	if id == by.Login {
		return &Error{Code: Conflict, Key: KeyLoginSelf}
	}
	return s.officeBy(ctx, by, func(tx Tx) (changed, error) {
		login, err := present(tx, id)
		if err != nil {
			return changed{}, err
		}
		gone := Login{
			ID: id, Name: Pseudonym(id), Role: login.Role, Stall: login.Stall, Sessions: login.Sessions + 1,
			Created: login.Created, Left: s.now(),
		}
		return changed{"login.remove", id, login.record(), nil}, tx.PutLogin(gone)
	})
}
