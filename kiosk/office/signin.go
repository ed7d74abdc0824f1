package office

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// SignIn is how users come in and leave: password, second factor, the tries that were wrong.
type SignIn struct {
	kernel       *shop.Kernel
	store        kiosk.Store
	vault        kiosk.Vault
	random       kiosk.Entropy
	installation kiosk.Installation
}

// The keys of messages about the office.
const (
	KeySignInWrong     = "office-login-wrong"
	KeyFactorWrong     = "office-factor-wrong"
	KeyPasswordShort   = "office-password-short"
	KeyPasswordLong    = "office-password-long"
	KeyPasswordCommon  = "office-password-common"
	KeyPasswordTwice   = "office-password-twice"
	KeyOneTimeCodeOver = "office-once-over"
)

const (
	recoveryCodes  = 10
	recoveryLength = 9  // characters of 5 bits each, behind the digit that names the code
	browsersKept   = 10 // of one person
	factorDigits   = 6
)

// SignInOrigin is where somebody knocks: the address, and the secret of a browser that signed in before,
// "" for one that never did.
type SignInOrigin struct {
	From    string
	Browser string
}

func (d SignInOrigin) knownBrowser(l kiosk.User) string {
	if hash := kiosk.HashSecret(d.Browser); d.Browser != "" && slices.Contains(l.Browsers, hash) {
		return hash
	}
	return ""
}

// CheckPassword is the first half of signing in to the office. A wrong password and an unknown name
// are the same [kiosk.Unauthorized] after the same time. Wrong tries are limited like those of PINs and are
// [kiosk.TooMany] with Error.Wait; the password is not tested then.
func (si *SignIn) CheckPassword(ctx context.Context, name, password string, at SignInOrigin) (kiosk.User, error) {
	if name == "" || password == "" || len(name) > 4*kiosk.NameLongest || len(password) > passwordLongest {
		return kiosk.User{}, &kiosk.Error{Code: kiosk.Unauthorized, Key: KeySignInWrong, Field: "password"}
	}
	login, err := si.userByName(ctx, name)
	if err != nil {
		return kiosk.User{}, err
	}
	key := triesKey(name, at.knownBrowser(login))
	if err := si.checkTries(ctx, key); err != nil {
		return kiosk.User{}, err
	}
	ok, err := si.vault.CheckPIN(ctx, login.PasswordHash, password)
	if err != nil {
		return kiosk.User{}, err
	}
	if ok = ok && login.ID != ""; !ok {
		return kiosk.User{}, si.countFailed(ctx, key, login, at, &kiosk.Error{Code: kiosk.Unauthorized, Key: KeySignInWrong, Field: "password"})
	}
	return login, nil
}

// userByName finds somebody by name. Somebody unknown or gone is an empty Login and no error, so that the
// password is hashed all the same: the time of the answer must not tell which names there are.
func (si *SignIn) userByName(ctx context.Context, name string) (kiosk.User, error) {
	var login kiosk.User
	err := si.store.View(ctx, func(r kiosk.Reader) (err error) {
		login, err = r.UserByName(kiosk.FoldName(name))
		return err
	})
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && login.Left > 0) {
		return kiosk.User{}, nil
	}
	return login, err
}

func (si *SignIn) checkTries(ctx context.Context, key string) error {
	return si.store.View(ctx, func(r kiosk.Reader) error {
		tries, err := officeTries(r, key)
		if err != nil {
			return err
		}
		return kiosk.LockedLogin.Check(si.kernel.Now(), tries)
	})
}

func officeTries(r kiosk.OfficeReader, key string) (kiosk.Tries, error) {
	tries, err := r.OfficeTries(key)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		err = nil
	}
	return tries, err
}

// countFailed counts a wrong try before its outcome is told. The limits are asked again where the
// count is written: of many tries at once only those count that were allowed one after the other.
func (si *SignIn) countFailed(ctx context.Context, key string, login kiosk.User, at SignInOrigin, verdict *kiosk.Error) error {
	var told error
	err := si.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		now := si.kernel.Now()
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
		return tx.Append(shop.Trail(kiosk.OfficeActor{From: at.From}, "office.wrong", login.ID, now, nil, nil))
	})
	if err != nil {
		return err
	}
	return told
}

// Complete is the second half: the code of the app, or one of the recovery codes, which is used up.
// A wrong one is [kiosk.Unauthorized] and counts like a wrong password. The login is returned as it is
// now, with the secret for the browser's cookie where this one was not known.
func (si *SignIn) Complete(ctx context.Context, id, code string, at SignInOrigin) (kiosk.User, string, error) {
	login, err := si.activeUser(ctx, id)
	if err != nil {
		return login, "", err
	}
	key := triesKey(login.Name, at.knownBrowser(login))
	if err := si.checkTries(ctx, key); err != nil {
		return login, "", err
	}
	pass, err := si.checkCode(ctx, login, code)
	if err != nil {
		return login, "", err
	}
	if pass == nil {
		return login, "", si.countFailed(ctx, key, login, at, &kiosk.Error{Code: kiosk.Unauthorized, Key: KeyFactorWrong, Field: "code"})
	}
	return si.record(ctx, login.ID, key, at, pass)
}

// checkCode checks a code and returns how it is used up, nil for a wrong one. A login without factor,
// which there is with play money alone, needs no code.
func (si *SignIn) checkCode(ctx context.Context, login kiosk.User, code string) (func(*kiosk.User) bool, error) {
	code = foldRecovery(code)
	switch {
	case len(login.Factor) == 0 && si.installation.Mode == kiosk.Sandbox:
		return func(*kiosk.User) bool { return true }, nil
	case len(code) == recoveryLength+1:
		return si.checkRecoveryCode(ctx, login, code)
	case len(code) != factorDigits || len(login.Factor) == 0:
		return nil, nil
	}
	step, err := si.vault.CheckFactor(login.Factor, factorContext(login.ID), code, si.kernel.Now(), login.Step)
	if err != nil || step == 0 {
		return nil, err
	}
	return func(l *kiosk.User) bool {
		fresh := step > l.Step
		l.Step = max(l.Step, step)
		return fresh
	}, nil
}

func (si *SignIn) checkRecoveryCode(ctx context.Context, login kiosk.User, code string) (func(*kiosk.User) bool, error) {
	n, err := strconv.Atoi(code[:1])
	if err != nil || n >= len(login.Recovery) {
		return nil, nil
	}
	hash := login.Recovery[n]
	ok, err := si.vault.CheckPIN(ctx, hash, code)
	if err != nil || !ok {
		return nil, err
	}
	return func(l *kiosk.User) bool {
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

// record uses a pass up and writes the sign-in down. A pass that another request used up meanwhile
// is a wrong one.
func (si *SignIn) record(ctx context.Context, id, key string, at SignInOrigin, pass func(*kiosk.User) bool) (kiosk.User, string, error) {
	var login kiosk.User
	browser := ""
	err := si.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) (err error) {
		if login, err = tx.User(id); err != nil {
			return err
		}
		login.Recovery = slices.Clone(login.Recovery)
		if login.Left > 0 || !pass(&login) {
			return &kiosk.Error{Code: kiosk.Unauthorized, Key: KeyFactorWrong, Field: "code"}
		}
		if browser = ""; at.knownBrowser(login) == "" {
			browser = si.random.Secret(24)
			login.Browsers = remember(login.Browsers, kiosk.HashSecret(browser))
		}
		tries, err := officeTries(tx, key)
		if err != nil {
			return err
		}
		if err := tx.PutOfficeTries(key, tries.Right()); err != nil {
			return err
		}
		if err := tx.PutUser(login); err != nil {
			return err
		}
		return tx.Append(shop.Trail(login.Acting(at.From), "office.in", login.ID, si.kernel.Now(), nil, nil))
	})
	return login, browser, err
}

func remember(browsers []string, hash string) []string {
	browsers = append(slices.Clone(browsers), hash)
	return browsers[max(0, len(browsers)-browsersKept):]
}

// ActiveUser finds somebody who may enter, with sessions of a generation; otherwise [kiosk.Unauthorized].
func (si *SignIn) ActiveUser(ctx context.Context, id string, sessions int64) (kiosk.User, error) {
	login, err := si.activeUser(ctx, id)
	if err == nil && login.Sessions != sessions {
		err = &kiosk.Error{Code: kiosk.Unauthorized, Key: string(kiosk.Unauthorized)}
	}
	return login, err
}

func (si *SignIn) activeUser(ctx context.Context, id string) (kiosk.User, error) {
	var login kiosk.User
	err := si.store.View(ctx, func(r kiosk.Reader) (err error) {
		login, err = r.User(id)
		return err
	})
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && login.Left > 0) {
		err = &kiosk.Error{Code: kiosk.Unauthorized, Key: string(kiosk.Unauthorized)}
	}
	return login, err
}

// SignOut writes down that somebody left the office; everywhere ends every session of the login.
func (si *SignIn) SignOut(ctx context.Context, by kiosk.OfficeActor, everywhere bool) error {
	return si.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		kind := "office.out"
		if everywhere {
			login, err := tx.User(by.User)
			if err != nil {
				return err
			}
			login.Sessions++
			if err := tx.PutUser(login); err != nil {
				return err
			}
			kind = "office.out-everywhere"
		}
		return tx.Append(shop.Trail(by, kind, by.User, si.kernel.Now(), nil, nil))
	})
}
