package kiosk

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// The keys of messages about the office.
const (
	KeyOfficeOrganizer = "office-organizer"
	KeyLoginWrong      = "office-login-wrong"
	KeyLoginWait       = "office-login-wait"
	KeyLoginLocked     = "office-login-locked"
	KeyLoginTaken      = "office-login-taken"
	KeyFactorWrong     = "office-factor-wrong"
	KeyPasswordShort   = "office-password-short"
	KeyPasswordLong    = "office-password-long"
	KeyPasswordCommon  = "office-password-common"
	KeyPasswordTwice   = "office-password-twice"
	KeyOnceOver        = "office-once-over"
)

const (
	recoveryCodes  = 10
	recoveryLength = 9  // characters of 5 bits each, behind the digit that names the code
	browsersKept   = 10 // of one person
	factorDigits   = 6
)

// Door is where somebody knocks: the address, and the secret of a browser that signed in before,
// "" for one that never did.
type Door struct {
	From    string
	Browser string
}

func (d Door) browserOf(l Login) string {
	if hash := HashSecret(d.Browser); d.Browser != "" && slices.Contains(l.Browsers, hash) {
		return hash
	}
	return ""
}

// Password is the first half of signing in to the office. A wrong password and an unknown name
// are the same [Unauthorized] after the same time. Wrong tries are limited like those of PINs and are
// [TooMany] with Error.Wait; the password is not tested then.
func (s *Shop) Password(ctx context.Context, name, password string, at Door) (Login, error) {
	if name == "" || password == "" || len(name) > 4*nameLongest || len(password) > passwordLongest {
		return Login{}, &Error{Code: Unauthorized, Key: KeyLoginWrong, Field: "password"}
	}
	login, err := s.loginNamed(ctx, name)
	if err != nil {
		return Login{}, err
	}
	key := triesKey(name, at.browserOf(login))
	if err := s.mayEnter(ctx, key); err != nil {
		return Login{}, err
	}
	ok, err := s.vault.CheckPIN(ctx, login.PasswordHash, password)
	if err != nil {
		return Login{}, err
	}
	if ok = ok && login.ID != ""; !ok {
		return Login{}, s.failedToEnter(ctx, key, login, at, &Error{Code: Unauthorized, Key: KeyLoginWrong, Field: "password"})
	}
	return login, nil
}

// loginNamed finds somebody by name. Somebody unknown or gone is an empty Login and no error, so that the
// password is hashed all the same: the time of the answer must not tell which names there are.
func (s *Shop) loginNamed(ctx context.Context, name string) (Login, error) {
	var login Login
	err := s.store.View(ctx, func(r Reader) (err error) {
		login, err = r.LoginByName(FoldName(name))
		return err
	})
	if CodeOf(err) == NotFound || (err == nil && login.Left > 0) {
		return Login{}, nil
	}
	return login, err
}

func (s *Shop) mayEnter(ctx context.Context, key string) error {
	return s.store.View(ctx, func(r Reader) error {
		tries, err := officeTries(r, key)
		if err != nil {
			return err
		}
		return lockedLogin.check(s.now(), tries)
	})
}

func officeTries(r Reader, key string) (Tries, error) {
	tries, err := r.OfficeTries(key)
	if CodeOf(err) == NotFound {
		err = nil
	}
	return tries, err
}

// failedToEnter counts a wrong try before its outcome is told. The limits are asked again where the
// count is written: of many tries at once only those count that were allowed one after the other.
func (s *Shop) failedToEnter(ctx context.Context, key string, login Login, at Door, verdict *Error) error {
	var told error
	err := s.change(ctx, OfficeStream, func(tx Tx) error {
		now := s.now()
		tries, err := officeTries(tx, key)
		if err != nil {
			return err
		}
		if err := lockedLogin.check(now, tries); err != nil {
			return err
		}
		tries = tries.Failed(now)
		told = lockedLogin.wrong(verdict, now, tries)
		if err := tx.PutOfficeTries(key, tries); err != nil || login.ID == "" {
			return err // what strangers type for a name stays out of the journal
		}
		return tx.Append(trail(Clerk{From: at.From}, "office.wrong", login.ID, now, nil, nil))
	})
	if err != nil {
		return err
	}
	return told
}

// Factor is the second half: the code of the app, or one of the recovery codes, which is used up.
// A wrong one is [Unauthorized] and counts like a wrong password. The login is returned as it is
// now, with the secret for the browser's cookie where this one was not known.
func (s *Shop) Factor(ctx context.Context, id, code string, at Door) (Login, string, error) {
	login, err := s.loginIn(ctx, id)
	if err != nil {
		return login, "", err
	}
	key := triesKey(login.Name, at.browserOf(login))
	if err := s.mayEnter(ctx, key); err != nil {
		return login, "", err
	}
	pass, err := s.passOf(ctx, login, code)
	if err != nil {
		return login, "", err
	}
	if pass == nil {
		return login, "", s.failedToEnter(ctx, key, login, at, &Error{Code: Unauthorized, Key: KeyFactorWrong, Field: "code"})
	}
	return s.enter(ctx, login.ID, key, at, pass)
}

// passOf checks a code and returns how it is used up, nil for a wrong one. A login without factor,
// which there is with play money alone, needs no code.
func (s *Shop) passOf(ctx context.Context, login Login, code string) (func(*Login) bool, error) {
	code = foldRecovery(code)
	switch {
	case len(login.Factor) == 0 && s.settings.Mode == Sandbox:
		return func(*Login) bool { return true }, nil
	case len(code) == recoveryLength+1:
		return s.recoveryPass(ctx, login, code)
	case len(code) != factorDigits || len(login.Factor) == 0:
		return nil, nil
	}
	step, err := s.vault.CheckFactor(login.Factor, factorContext(login.ID), code, s.now(), login.Step)
	if err != nil || step == 0 {
		return nil, err
	}
	return func(l *Login) bool {
		fresh := step > l.Step
		l.Step = max(l.Step, step)
		return fresh
	}, nil
}

func (s *Shop) recoveryPass(ctx context.Context, login Login, code string) (func(*Login) bool, error) {
	n, err := strconv.Atoi(code[:1])
	if err != nil || n >= len(login.Recovery) {
		return nil, nil
	}
	hash := login.Recovery[n]
	ok, err := s.vault.CheckPIN(ctx, hash, code)
	if err != nil || !ok {
		return nil, err
	}
	return func(l *Login) bool {
		there := n < len(l.Recovery) && l.Recovery[n] == hash
		if there {
			l.Recovery[n] = ""
		}
		return there
	}, nil
}

// foldRecovery leaves out what people type between the groups of a code.
func foldRecovery(code string) string {
	fold := strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1")
	return fold.Replace(strings.ToUpper(strings.TrimSpace(code)))
}

// enter uses a pass up and writes the sign-in down. A pass that another request used up meanwhile
// is a wrong one.
func (s *Shop) enter(ctx context.Context, id, key string, at Door, pass func(*Login) bool) (Login, string, error) {
	var login Login
	browser := ""
	err := s.change(ctx, OfficeStream, func(tx Tx) (err error) {
		if login, err = tx.Login(id); err != nil {
			return err
		}
		login.Recovery = slices.Clone(login.Recovery)
		if login.Left > 0 || !pass(&login) {
			return &Error{Code: Unauthorized, Key: KeyFactorWrong, Field: "code"}
		}
		if browser = ""; at.browserOf(login) == "" {
			browser = s.random.secret(24)
			login.Browsers = remember(login.Browsers, HashSecret(browser))
		}
		tries, err := officeTries(tx, key)
		if err != nil {
			return err
		}
		if err := tx.PutOfficeTries(key, tries.Right()); err != nil {
			return err
		}
		if err := tx.PutLogin(login); err != nil {
			return err
		}
		return tx.Append(trail(clerkOf(login, at.From), "office.in", login.ID, s.now(), nil, nil))
	})
	return login, browser, err
}

func remember(browsers []string, hash string) []string {
	browsers = append(slices.Clone(browsers), hash)
	return browsers[max(0, len(browsers)-browsersKept):]
}

func clerkOf(l Login, from string) Clerk {
	return Clerk{Login: l.ID, Role: l.Role, Stall: l.Stall, From: from}
}

// LoginIn finds somebody who may enter, with sessions of a generation; otherwise [Unauthorized].
func (s *Shop) LoginIn(ctx context.Context, id string, sessions int64) (Login, error) {
	login, err := s.loginIn(ctx, id)
	if err == nil && login.Sessions != sessions {
		err = &Error{Code: Unauthorized, Key: string(Unauthorized)}
	}
	return login, err
}

func (s *Shop) loginIn(ctx context.Context, id string) (Login, error) {
	var login Login
	err := s.store.View(ctx, func(r Reader) (err error) {
		login, err = r.Login(id)
		return err
	})
	if CodeOf(err) == NotFound || (err == nil && login.Left > 0) {
		err = &Error{Code: Unauthorized, Key: string(Unauthorized)}
	}
	return login, err
}

// SignedOut writes down that somebody left the office; everywhere ends every session of the login.
func (s *Shop) SignedOut(ctx context.Context, by Clerk, everywhere bool) error {
	return s.change(ctx, OfficeStream, func(tx Tx) error {
		kind := "office.out"
		if everywhere {
			login, err := tx.Login(by.Login)
			if err != nil {
				return err
			}
			login.Sessions++
			if err := tx.PutLogin(login); err != nil {
				return err
			}
			kind = "office.out-everywhere"
		}
		return tx.Append(trail(by, kind, by.Login, s.now(), nil, nil))
	})
}
