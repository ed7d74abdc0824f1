package office

import (
	"context"
	"slices"
	"strconv"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

const oneTimeCodeLength = 12 // characters of 5 bits each

// SetupCode makes the one-time code of the first start, unless an organizer is there already: then
// it is "". It lasts a day, and a later one replaces it.
func (us *Users) SetupCode(ctx context.Context) (string, error) {
	return us.newOneTimeCode(ctx, kiosk.CodeForSetup, "", setupMillis, kiosk.OfficeActor{})
}

// ResetOrganizer makes a one-time code by which an organizer chooses a new password within 20
// minutes, and a new second factor too if the old one is lost. An unknown name is [kiosk.NotFound]; ""
// means the only organizer there is. The operator's command calls it.
func (us *Users) ResetOrganizer(ctx context.Context, name string, lost bool) (code string, err error) {
	logins, err := us.All(ctx)
	if err != nil {
		return "", err
	}
	var found []kiosk.User
	for _, l := range logins {
		if l.Left == 0 && l.Role.Organizes() && (name == "" || kiosk.FoldName(l.Name) == kiosk.FoldName(name)) {
			found = append(found, l)
		}
	}
	if len(found) != 1 {
		return "", &kiosk.Error{Code: kiosk.NotFound, Key: string(kiosk.NotFound)}
	}
	kind := kiosk.CodeForPassword
	if lost || len(found[0].Factor) == 0 {
		kind = kiosk.CodeForFactor
	}
	return us.newOneTimeCode(ctx, kind, found[0].ID, resetMillis, kiosk.OfficeActor{})
}

// All lists everybody who may enter the office or might once; the oldest comes first.
func (us *Users) All(ctx context.Context) ([]kiosk.User, error) {
	var all []kiosk.User
	err := us.store.View(ctx, func(r kiosk.Reader) (err error) {
		all, err = r.Users()
		return err
	})
	return all, err
}

func (us *Users) newOneTimeCode(ctx context.Context, kind kiosk.OneTimeCodeKind, login string, life int64, by kiosk.OfficeActor) (string, error) {
	code := us.random.Code(oneTimeCodeLength)
	err := us.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		if kind == kiosk.CodeForSetup {
			if there, err := anyOrganizer(tx); there || err != nil {
				code = ""
				return err
			}
		}
		return us.putOneTimeCode(tx, kiosk.OneTimeCode{Hash: kiosk.HashSecret(code), Kind: kind, User: login, Expires: us.kernel.Now() + life}, by)
	})
	return code, err
}

func (us *Users) putOneTimeCode(tx kiosk.Tx, once kiosk.OneTimeCode, by kiosk.OfficeActor) error {
	if err := tx.PutOneTimeCode(once); err != nil {
		return err
	}
	return tx.Append(shop.Trail(by, "office.code", once.User, us.kernel.Now(), nil, map[string]any{"Kind": string(once.Kind)}))
}

func anyOrganizer(r kiosk.OfficeReader) (bool, error) {
	all, err := r.Users()
	return slices.ContainsFunc(all, func(l kiosk.User) bool {
		return l.Role.Organizes() && l.Left == 0 && l.PasswordHash != ""
	}), err
}

// NewOneTimeCode finds out what a one-time code is for, without using it up. One that is unknown, used, over
// or replaced is [kiosk.Gone], always with the same words.
func (us *Users) NewOneTimeCode(ctx context.Context, code string) (kiosk.OneTimeCode, kiosk.User, error) {
	return us.OneTimeCodeByHash(ctx, kiosk.HashSecret(foldRecovery(code)))
}

// OneTimeCodeByHash is [Users.NewOneTimeCode] for a code that was typed before, of which the session has the hash.
func (us *Users) OneTimeCodeByHash(ctx context.Context, hash string) (kiosk.OneTimeCode, kiosk.User, error) {
	var once kiosk.OneTimeCode
	var login kiosk.User
	err := us.store.View(ctx, func(r kiosk.Reader) (err error) {
		once, login, err = us.validOneTimeCode(r, hash)
		return err
	})
	return once, login, err
}

func (us *Users) validOneTimeCode(r kiosk.OfficeReader, hash string) (kiosk.OneTimeCode, kiosk.User, error) {
	over := &kiosk.Error{Code: kiosk.Gone, Key: KeyOneTimeCodeOver, Field: "code"}
	once, err := r.OneTimeCode(hash)
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound:
		return once, kiosk.User{}, over
	case err != nil:
		return once, kiosk.User{}, err
	case once.Used > 0 || once.Expires <= us.kernel.Now():
		return once, kiosk.User{}, over
	case once.Kind == kiosk.CodeForSetup:
		there, err := anyOrganizer(r)
		if there {
			err = over
		}
		return once, kiosk.User{}, err
	}
	login, err := r.User(once.User)
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && login.Left > 0) {
		err = over
	}
	return once, login, err
}

// SignUp is somebody on the way in: a one-time code was right, a password was chosen, and the
// second factor waits for its first code. It is kept in the session until then.
type SignUp struct {
	CodeHash     string `json:"Once"` // hash of the code
	User         string `json:"Login"`
	Name         string
	PasswordHash string
	Factor       []byte // sealed; empty where the old one stays
}

// BeginSignUp takes name and password of somebody with a one-time code. The name of a person who was
// there before stays. A password that is short, long or common is [kiosk.Invalid], a name that another
// has is [kiosk.Conflict].
func (us *Users) BeginSignUp(ctx context.Context, onceHash, name, password string) (SignUp, error) {
	var once kiosk.OneTimeCode
	var login kiosk.User
	err := us.store.View(ctx, func(r kiosk.Reader) (err error) {
		if once, login, err = us.validOneTimeCode(r, onceHash); err != nil {
			return err
		}
		if once.Kind != kiosk.CodeForSetup {
			name = login.Name
		}
		return checkUserNameFree(r, name, login.ID)
	})
	if err == nil {
		err = kiosk.CheckName(name)
	}
	if err == nil {
		err = checkPassword(password, name, us.installation.Code)
	}
	if err != nil {
		return SignUp{}, err
	}
	a := SignUp{CodeHash: once.Hash, User: login.ID, Name: name}
	if a.User == "" {
		a.User = us.random.ID(us.kernel.Now())
	}
	if a.PasswordHash, err = us.vault.HashPIN(password); err != nil {
		return SignUp{}, err
	}
	if once.Kind != kiosk.CodeForPassword {
		a.Factor, err = us.vault.NewFactor(factorContext(a.User))
	}
	return a, err
}

func checkUserNameFree(r kiosk.OfficeReader, name, id string) error {
	other, err := r.UserByName(kiosk.FoldName(name))
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound:
		return nil
	case err == nil && other.ID != id:
		return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyUserTaken, Field: "name"}
	}
	return err
}

// FactorText is the secret of an arrival as an authenticator app wants it.
func (us *Users) FactorText(a SignUp) (string, error) {
	return us.vault.FactorText(a.Factor, factorContext(a.User))
}

// EnrolDevice lets an arrival in once the first code of the second factor is right; everything is stored
// at once or nothing. Nobody can read the recovery codes again. A wrong code is [kiosk.Unauthorized], a one-time code that was used meanwhile [kiosk.Gone].
func (us *Users) EnrolDevice(ctx context.Context, a SignUp, code string, at SignInOrigin) (SignedUp, error) {
	step, err := us.firstStep(ctx, a, code)
	if err != nil {
		return SignedUp{}, err
	}
	in := SignedUp{Browser: us.random.Secret(24)}
	var hashes []string
	if len(a.Factor) > 0 {
		if in.Codes, hashes, err = us.recovery(); err != nil {
			return SignedUp{}, err
		}
	}
	err = us.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) (err error) {
		in.User, err = us.putNewUser(tx, a, step, hashes, at, kiosk.HashSecret(in.Browser))
		return err
	})
	return in, err
}

// SignedUp is somebody who has come in, with recovery codes (none where the factor stayed) and the
// secret of the browser's cookie.
type SignedUp struct {
	User    kiosk.User
	Codes   []string
	Browser string
}

func (us *Users) firstStep(ctx context.Context, a SignUp, code string) (int64, error) {
	factor, after := a.Factor, int64(0)
	if len(factor) == 0 {
		login, err := us.signIn.activeUser(ctx, a.User)
		if err != nil {
			return 0, err
		}
		factor, after = login.Factor, login.Step
	}
	step, err := us.vault.CheckFactor(factor, factorContext(a.User), foldRecovery(code), us.kernel.Now(), after)
	if err == nil && step == 0 {
		err = &kiosk.Error{Code: kiosk.Unauthorized, Key: KeyFactorWrong, Field: "code"}
	}
	return step, err
}

func (us *Users) putNewUser(tx kiosk.Tx, a SignUp, step int64, recovery []string, at SignInOrigin, browser string) (kiosk.User, error) {
	once, login, err := us.validOneTimeCode(tx, a.CodeHash)
	if err != nil {
		return login, err
	}
	now := us.kernel.Now()
	if once.Kind == kiosk.CodeForSetup {
		login = kiosk.User{ID: a.User, Name: a.Name, Role: kiosk.Organizer, Created: now}
	}
	login.PasswordHash, login.Step, login.Browsers = a.PasswordHash, step, []string{browser}
	login.Sessions++
	if len(a.Factor) > 0 {
		login.Factor, login.Recovery = a.Factor, recovery
	}
	once.Used = now
	if err := tx.PutOneTimeCode(once); err != nil {
		return login, err
	}
	if err := tx.PutUser(login); err != nil {
		return login, err
	}
	return login, tx.Append(shop.Trail(login.Acting(at.From), "office."+string(once.Kind), login.ID, now, nil, nil))
}

// recovery makes new recovery codes and their hashes. The first digit of a code tells which hash
// it belongs to, so that checking one costs one hash.
func (us *Users) recovery() (codes, hashes []string, err error) {
	for i := range recoveryCodes {
		code := strconv.Itoa(i) + us.random.Code(recoveryLength)
		hash, err := us.vault.HashPIN(code)
		if err != nil {
			return nil, nil, err
		}
		codes, hashes = append(codes, code[:5]+"-"+code[5:]), append(hashes, hash)
	}
	return codes, hashes, nil
}

// NewRecovery replaces the recovery codes of the clerk.
func (us *Users) NewRecovery(ctx context.Context, by kiosk.OfficeActor) ([]string, error) {
	codes, hashes, err := us.recovery()
	if err != nil {
		return nil, err
	}
	err = us.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (kiosk.OfficeChange, error) {
		login, err := tx.User(by.User)
		if err != nil {
			return kiosk.OfficeChange{}, err
		}
		login.Recovery = hashes
		return kiosk.OfficeChange{Kind: "office.recovery", Subject: login.ID}, tx.PutUser(login)
	})
	return codes, err
}

// AddDemoOrganizer makes an organizer without second factor. It is [kiosk.Forbidden] with real money.
func (us *Users) AddDemoOrganizer(ctx context.Context, name, password string) error {
	if us.installation.Mode != kiosk.Sandbox {
		return &kiosk.Error{Code: kiosk.Forbidden, Key: string(kiosk.Forbidden)}
	}
	hash, err := us.vault.HashPIN(password)
	if err != nil {
		return err
	}
	return us.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		there, err := tx.Users()
		if err != nil || len(there) > 0 {
			return err
		}
		now := us.kernel.Now()
		login := kiosk.User{ID: us.random.ID(now), Name: name, Role: kiosk.Organizer, PasswordHash: hash, Created: now}
		if err := tx.PutUser(login); err != nil {
			return err
		}
		return tx.Append(shop.Trail(kiosk.OfficeActor{}, "office.setup", login.ID, now, nil, nil))
	})
}
