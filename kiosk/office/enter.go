package office

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// The keys of messages about the office.
const (
	KeyLoginWrong     = "office-login-wrong"
	KeyFactorWrong    = "office-factor-wrong"
	KeyPasswordShort  = "office-password-short"
	KeyPasswordLong   = "office-password-long"
	KeyPasswordCommon = "office-password-common"
	KeyPasswordTwice  = "office-password-twice"
	KeyOnceOver       = "office-once-over"
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

func (d Door) browserOf(l kiosk.Login) string {
	if hash := kiosk.HashSecret(d.Browser); d.Browser != "" && slices.Contains(l.Browsers, hash) {
		return hash
	}
	return ""
}

// Password is the first half of signing in to the office. A wrong password and an unknown name
// are the same [kiosk.Unauthorized] after the same time. Wrong tries are limited like those of PINs and are
// [kiosk.TooMany] with Error.Wait; the password is not tested then.
func (o *Office) Password(ctx context.Context, name, password string, at Door) (kiosk.Login, error) {
	if name == "" || password == "" || len(name) > 4*kiosk.NameLongest || len(password) > passwordLongest {
		return kiosk.Login{}, &kiosk.Error{Code: kiosk.Unauthorized, Key: KeyLoginWrong, Field: "password"}
	}
	login, err := o.loginNamed(ctx, name)
	if err != nil {
		return kiosk.Login{}, err
	}
	key := triesKey(name, at.browserOf(login))
	if err := o.mayEnter(ctx, key); err != nil {
		return kiosk.Login{}, err
	}
	ok, err := o.vault.CheckPIN(ctx, login.PasswordHash, password)
	if err != nil {
		return kiosk.Login{}, err
	}
	if ok = ok && login.ID != ""; !ok {
		return kiosk.Login{}, o.failedToEnter(ctx, key, login, at, &kiosk.Error{Code: kiosk.Unauthorized, Key: KeyLoginWrong, Field: "password"})
	}
	return login, nil
}

// loginNamed finds somebody by name. Somebody unknown or gone is an empty Login and no error, so that the
// password is hashed all the same: the time of the answer must not tell which names there are.
func (o *Office) loginNamed(ctx context.Context, name string) (kiosk.Login, error) {
	var login kiosk.Login
	err := o.store.View(ctx, func(r kiosk.Reader) (err error) {
		login, err = r.LoginByName(kiosk.FoldName(name))
		return err
	})
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && login.Left > 0) {
		return kiosk.Login{}, nil
	}
	return login, err
}

func (o *Office) mayEnter(ctx context.Context, key string) error {
	return o.store.View(ctx, func(r kiosk.Reader) error {
		tries, err := officeTries(r, key)
		if err != nil {
			return err
		}
		return kiosk.LockedLogin.Check(o.kernel.Now(), tries)
	})
}

func officeTries(r kiosk.Reader, key string) (kiosk.Tries, error) {
	tries, err := r.OfficeTries(key)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		err = nil
	}
	return tries, err
}

// failedToEnter counts a wrong try before its outcome is told. The limits are asked again where the
// count is written: of many tries at once only those count that were allowed one after the other.
func (o *Office) failedToEnter(ctx context.Context, key string, login kiosk.Login, at Door, verdict *kiosk.Error) error {
	var told error
	err := o.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		now := o.kernel.Now()
		tries, err := officeTries(tx, key)
		if err != nil {
			return err
		}
		if err := kiosk.LockedLogin.Check(now, tries); err != nil {
			return err
		}
		tries = tries.Failed(now)
		told = kiosk.LockedLogin.Wrong(verdict, now, tries)
		if err := tx.PutOfficeTries(key, tries); err != nil || login.ID == "" {
			return err // what strangers type for a name stays out of the journal
		}
		return tx.Append(shop.Trail(kiosk.Clerk{From: at.From}, "office.wrong", login.ID, now, nil, nil))
	})
	if err != nil {
		return err
	}
	return told
}

// Factor is the second half: the code of the app, or one of the recovery codes, which is used up.
// A wrong one is [kiosk.Unauthorized] and counts like a wrong password. The login is returned as it is
// now, with the secret for the browser's cookie where this one was not known.
func (o *Office) Factor(ctx context.Context, id, code string, at Door) (kiosk.Login, string, error) {
	login, err := o.loginIn(ctx, id)
	if err != nil {
		return login, "", err
	}
	key := triesKey(login.Name, at.browserOf(login))
	if err := o.mayEnter(ctx, key); err != nil {
		return login, "", err
	}
	pass, err := o.passOf(ctx, login, code)
	if err != nil {
		return login, "", err
	}
	if pass == nil {
		return login, "", o.failedToEnter(ctx, key, login, at, &kiosk.Error{Code: kiosk.Unauthorized, Key: KeyFactorWrong, Field: "code"})
	}
	return o.enter(ctx, login.ID, key, at, pass)
}

// passOf checks a code and returns how it is used up, nil for a wrong one. A login without factor,
// which there is with play money alone, needs no code.
func (o *Office) passOf(ctx context.Context, login kiosk.Login, code string) (func(*kiosk.Login) bool, error) {
	code = foldRecovery(code)
	switch {
	case len(login.Factor) == 0 && o.settings.Mode == kiosk.Sandbox:
		return func(*kiosk.Login) bool { return true }, nil
	case len(code) == recoveryLength+1:
		return o.recoveryPass(ctx, login, code)
	case len(code) != factorDigits || len(login.Factor) == 0:
		return nil, nil
	}
	step, err := o.vault.CheckFactor(login.Factor, factorContext(login.ID), code, o.kernel.Now(), login.Step)
	if err != nil || step == 0 {
		return nil, err
	}
	return func(l *kiosk.Login) bool {
		fresh := step > l.Step
		l.Step = max(l.Step, step)
		return fresh
	}, nil
}

func (o *Office) recoveryPass(ctx context.Context, login kiosk.Login, code string) (func(*kiosk.Login) bool, error) {
	n, err := strconv.Atoi(code[:1])
	if err != nil || n >= len(login.Recovery) {
		return nil, nil
	}
	hash := login.Recovery[n]
	ok, err := o.vault.CheckPIN(ctx, hash, code)
	if err != nil || !ok {
		return nil, err
	}
	return func(l *kiosk.Login) bool {
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
func (o *Office) enter(ctx context.Context, id, key string, at Door, pass func(*kiosk.Login) bool) (kiosk.Login, string, error) {
	var login kiosk.Login
	browser := ""
	err := o.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) (err error) {
		if login, err = tx.Login(id); err != nil {
			return err
		}
		login.Recovery = slices.Clone(login.Recovery)
		if login.Left > 0 || !pass(&login) {
			return &kiosk.Error{Code: kiosk.Unauthorized, Key: KeyFactorWrong, Field: "code"}
		}
		if browser = ""; at.browserOf(login) == "" {
			browser = o.random.Secret(24)
			login.Browsers = remember(login.Browsers, kiosk.HashSecret(browser))
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
		return tx.Append(shop.Trail(clerkOf(login, at.From), "office.in", login.ID, o.kernel.Now(), nil, nil))
	})
	return login, browser, err
}

func remember(browsers []string, hash string) []string {
	browsers = append(slices.Clone(browsers), hash)
	return browsers[max(0, len(browsers)-browsersKept):]
}

func clerkOf(l kiosk.Login, from string) kiosk.Clerk {
	return kiosk.Clerk{Login: l.ID, Role: l.Role, Stall: l.Stall, From: from}
}

// LoginIn finds somebody who may enter, with sessions of a generation; otherwise [kiosk.Unauthorized].
func (o *Office) LoginIn(ctx context.Context, id string, sessions int64) (kiosk.Login, error) {
	login, err := o.loginIn(ctx, id)
	if err == nil && login.Sessions != sessions {
		err = &kiosk.Error{Code: kiosk.Unauthorized, Key: string(kiosk.Unauthorized)}
	}
	return login, err
}

func (o *Office) loginIn(ctx context.Context, id string) (kiosk.Login, error) {
	var login kiosk.Login
	err := o.store.View(ctx, func(r kiosk.Reader) (err error) {
		login, err = r.Login(id)
		return err
	})
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && login.Left > 0) {
		err = &kiosk.Error{Code: kiosk.Unauthorized, Key: string(kiosk.Unauthorized)}
	}
	return login, err
}

// SignedOut writes down that somebody left the office; everywhere ends every session of the login.
func (o *Office) SignedOut(ctx context.Context, by kiosk.Clerk, everywhere bool) error {
	return o.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
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
		return tx.Append(shop.Trail(by, kind, by.Login, o.kernel.Now(), nil, nil))
	})
}
