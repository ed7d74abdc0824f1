package kiosk

import (
	"context"
	"slices"
	"strconv"
)

const onceLength = 12 // characters of 5 bits each

// SetupCode makes the one-time code of the first start, unless an organizer is there already: then
// it is "". It lasts a day, and a later one replaces it.
func (s *Shop) SetupCode(ctx context.Context) (string, error) {
	return s.once(ctx, OnceSetup, "", setupMillis, Clerk{})
}

// ResetOrganizer makes a one-time code by which an organizer chooses a new password within 20
// minutes, and a new second factor too if the old one is lost. An unknown name is [NotFound]; ""
// means the only organizer there is. The operator's command calls it.
func (s *Shop) ResetOrganizer(ctx context.Context, name string, lost bool) (code string, err error) {
	logins, err := s.Logins(ctx)
	if err != nil {
		return "", err
	}
	var found []Login
	for _, l := range logins {
		if l.Left == 0 && l.Role == Organizer && (name == "" || FoldName(l.Name) == FoldName(name)) {
			found = append(found, l)
		}
	}
	if len(found) != 1 {
		return "", &Error{Code: NotFound, Key: string(NotFound)}
	}
	kind := OnceReset
	if lost || len(found[0].Factor) == 0 {
		kind = OnceLost
	}
	return s.once(ctx, kind, found[0].ID, resetMillis, Clerk{})
}

// Logins lists everybody who may enter the office or might once; the oldest comes first.
func (s *Shop) Logins(ctx context.Context) ([]Login, error) {
	var all []Login
	err := s.store.View(ctx, func(r Reader) (err error) {
		all, err = r.Logins()
		return err
	})
	return all, err
}

func (s *Shop) once(ctx context.Context, kind OnceKind, login string, life int64, by Clerk) (string, error) {
	code := s.random.code(onceLength)
	err := s.change(ctx, OfficeStream, func(tx Tx) error {
		if kind == OnceSetup {
			if there, err := anyOrganizer(tx); there || err != nil {
				code = ""
				return err
			}
		}
		return s.putOnce(tx, Once{Hash: HashSecret(code), Kind: kind, Login: login, Expires: s.now() + life}, by)
	})
	return code, err
}

func (s *Shop) putOnce(tx Tx, o Once, by Clerk) error {
	if err := tx.PutOnce(o); err != nil {
		return err
	}
	return tx.Append(trail(by, "office.code", o.Login, s.now(), nil, map[string]any{"Kind": string(o.Kind)}))
}

func anyOrganizer(r Reader) (bool, error) {
	all, err := r.Logins()
	return slices.ContainsFunc(all, func(l Login) bool {
		return l.Role == Organizer && l.Left == 0 && l.PasswordHash != ""
	}), err
}

// Once finds out what a one-time code is for, without using it up. One that is unknown, used, over
// or replaced is [Gone], always with the same words.
func (s *Shop) Once(ctx context.Context, code string) (Once, Login, error) {
	return s.OnceByHash(ctx, HashSecret(foldRecovery(code)))
}

// OnceByHash is [Shop.Once] for a code that was typed before, of which the session has the hash.
func (s *Shop) OnceByHash(ctx context.Context, hash string) (Once, Login, error) {
	var once Once
	var login Login
	err := s.store.View(ctx, func(r Reader) (err error) {
		once, login, err = s.openOnce(r, hash)
		return err
	})
	return once, login, err
}

func (s *Shop) openOnce(r Reader, hash string) (Once, Login, error) {
	over := &Error{Code: Gone, Key: KeyOnceOver, Field: "code"}
	once, err := r.Once(hash)
	switch {
	case CodeOf(err) == NotFound:
		return once, Login{}, over
	case err != nil:
		return once, Login{}, err
	case once.Used > 0 || once.Expires <= s.now():
		return once, Login{}, over
	case once.Kind == OnceSetup:
		there, err := anyOrganizer(r)
		if there {
			err = over
		}
		return once, Login{}, err
	}
	login, err := r.Login(once.Login)
	if CodeOf(err) == NotFound || (err == nil && login.Left > 0) {
		err = over
	}
	return once, login, err
}

// Arrival is somebody on the way in: a one-time code was right, a password was chosen, and the
// second factor waits for its first code. It is kept in the session until then.
type Arrival struct {
	Once         string // hash of the code
	Login        string
	Name         string
	PasswordHash string
	Factor       []byte // sealed; empty where the old one stays
}

// Arrive takes name and password of somebody with a one-time code. The name of a person who was
// there before stays. A password that is short, long or common is [Invalid], a name that another
// has is [Conflict].
func (s *Shop) Arrive(ctx context.Context, onceHash, name, password string) (Arrival, error) {
	var once Once
	var login Login
	err := s.store.View(ctx, func(r Reader) (err error) {
		if once, login, err = s.openOnce(r, onceHash); err != nil {
			return err
		}
		if once.Kind != OnceSetup {
			name = login.Name
		}
		return freeLogin(r, name, login.ID)
	})
	if err == nil {
		err = checkName(name)
	}
	if err == nil {
		err = checkPassword(password, name, s.settings.Installation)
	}
	if err != nil {
		return Arrival{}, err
	}
	a := Arrival{Once: once.Hash, Login: login.ID, Name: name}
	if a.Login == "" {
		a.Login = s.random.id(s.now())
	}
	if a.PasswordHash, err = s.vault.HashPIN(password); err != nil {
		return Arrival{}, err
	}
	if once.Kind != OnceReset {
		a.Factor, err = s.vault.NewFactor(factorContext(a.Login))
	}
	return a, err
}

func freeLogin(r Reader, name, id string) error {
	other, err := r.LoginByName(FoldName(name))
	switch {
	case CodeOf(err) == NotFound:
		return nil
	case err == nil && other.ID != id:
		return &Error{Code: Conflict, Key: KeyLoginTaken, Field: "name"}
	}
	return err
}

// FactorText is the secret of an arrival as an authenticator app wants it.
func (s *Shop) FactorText(a Arrival) (string, error) {
	return s.vault.FactorText(a.Factor, factorContext(a.Login))
}

// Admit lets an arrival in once the first code of the second factor is right; everything is stored
// at once or nothing. Nobody can read the recovery codes again. A wrong code is [Unauthorized], a one-time code that was used meanwhile [Gone].
func (s *Shop) Admit(ctx context.Context, a Arrival, code string, at Door) (Admitted, error) {
	step, err := s.firstStep(ctx, a, code)
	if err != nil {
		return Admitted{}, err
	}
	in := Admitted{Browser: s.random.secret(24)}
	var hashes []string
	if len(a.Factor) > 0 {
		if in.Codes, hashes, err = s.recovery(); err != nil {
			return Admitted{}, err
		}
	}
	err = s.change(ctx, OfficeStream, func(tx Tx) (err error) {
		in.Login, err = s.admitLogin(tx, a, step, hashes, at, HashSecret(in.Browser))
		return err
	})
	return in, err
}

// Admitted is somebody who has come in, with recovery codes (none where the factor stayed) and the
// secret of the browser's cookie.
type Admitted struct {
	Login   Login
	Codes   []string
	Browser string
}

func (s *Shop) firstStep(ctx context.Context, a Arrival, code string) (int64, error) {
	factor, after := a.Factor, int64(0)
	if len(factor) == 0 {
		login, err := s.loginIn(ctx, a.Login)
		if err != nil {
			return 0, err
		}
		factor, after = login.Factor, login.Step
	}
	step, err := s.vault.CheckFactor(factor, factorContext(a.Login), foldRecovery(code), s.now(), after)
	if err == nil && step == 0 {
		err = &Error{Code: Unauthorized, Key: KeyFactorWrong, Field: "code"}
	}
	return step, err
}

func (s *Shop) admitLogin(tx Tx, a Arrival, step int64, recovery []string, at Door, browser string) (Login, error) {
	once, login, err := s.openOnce(tx, a.Once)
	if err != nil {
		return login, err
	}
	now := s.now()
	if once.Kind == OnceSetup {
		login = Login{ID: a.Login, Name: a.Name, Role: Organizer, Created: now}
	}
	login.PasswordHash, login.Step, login.Browsers = a.PasswordHash, step, []string{browser}
	login.Sessions++
	if len(a.Factor) > 0 {
		login.Factor, login.Recovery = a.Factor, recovery
	}
	once.Used = now
	if err := tx.PutOnce(once); err != nil {
		return login, err
	}
	if err := tx.PutLogin(login); err != nil {
		return login, err
	}
	return login, tx.Append(trail(clerkOf(login, at.From), "office."+string(once.Kind), login.ID, now, nil, nil))
}

// recovery makes new recovery codes and their hashes. The first digit of a code tells which hash
// it belongs to, so that checking one costs one hash.
func (s *Shop) recovery() (codes, hashes []string, err error) {
	for i := range recoveryCodes {
		code := strconv.Itoa(i) + s.random.code(recoveryLength)
		hash, err := s.vault.HashPIN(code)
		if err != nil {
			return nil, nil, err
		}
		codes, hashes = append(codes, code[:5]+"-"+code[5:]), append(hashes, hash)
	}
	return codes, hashes, nil
}

// NewRecovery replaces the recovery codes of the clerk.
func (s *Shop) NewRecovery(ctx context.Context, by Clerk) ([]string, error) {
	codes, hashes, err := s.recovery()
	if err != nil {
		return nil, err
	}
	err = s.officeBy(ctx, by, func(tx Tx) (changed, error) {
		login, err := tx.Login(by.Login)
		if err != nil {
			return changed{}, err
		}
		login.Recovery = hashes
		return changed{kind: "office.recovery", subject: login.ID}, tx.PutLogin(login)
	})
	return codes, err
}

// AddDemoOrganizer makes an organizer without second factor. It is [Forbidden] with real money.
func (s *Shop) AddDemoOrganizer(ctx context.Context, name, password string) error {
	if s.settings.Mode != Sandbox {
		return &Error{Code: Forbidden, Key: string(Forbidden)}
	}
	hash, err := s.vault.HashPIN(password)
	if err != nil {
		return err
	}
	return s.change(ctx, OfficeStream, func(tx Tx) error {
		there, err := tx.Logins()
		if err != nil || len(there) > 0 {
			return err
		}
		now := s.now()
		login := Login{ID: s.random.id(now), Name: name, Role: Organizer, PasswordHash: hash, Created: now}
		if err := tx.PutLogin(login); err != nil {
			return err
		}
		return tx.Append(trail(Clerk{}, "office.setup", login.ID, now, nil, nil))
	})
}
