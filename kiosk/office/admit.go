package office

import (
	"context"
	"slices"
	"strconv"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

const onceLength = 12 // characters of 5 bits each

// SetupCode makes the one-time code of the first start, unless an organizer is there already: then
// it is "". It lasts a day, and a later one replaces it.
func (o *Office) SetupCode(ctx context.Context) (string, error) {
	return o.once(ctx, kiosk.OnceSetup, "", setupMillis, kiosk.Clerk{})
}

// ResetOrganizer makes a one-time code by which an organizer chooses a new password within 20
// minutes, and a new second factor too if the old one is lost. An unknown name is [kiosk.NotFound]; ""
// means the only organizer there is. The operator's command calls it.
func (o *Office) ResetOrganizer(ctx context.Context, name string, lost bool) (code string, err error) {
	logins, err := o.Logins(ctx)
	if err != nil {
		return "", err
	}
	var found []kiosk.Login
	for _, l := range logins {
		if l.Left == 0 && l.Role == kiosk.Organizer && (name == "" || kiosk.FoldName(l.Name) == kiosk.FoldName(name)) {
			found = append(found, l)
		}
	}
	if len(found) != 1 {
		return "", &kiosk.Error{Code: kiosk.NotFound, Key: string(kiosk.NotFound)}
	}
	kind := kiosk.OnceReset
	if lost || len(found[0].Factor) == 0 {
		kind = kiosk.OnceLost
	}
	return o.once(ctx, kind, found[0].ID, resetMillis, kiosk.Clerk{})
}

// Logins lists everybody who may enter the office or might once; the oldest comes first.
func (o *Office) Logins(ctx context.Context) ([]kiosk.Login, error) {
	var all []kiosk.Login
	err := o.store.View(ctx, func(r kiosk.Reader) (err error) {
		all, err = r.Logins()
		return err
	})
	return all, err
}

func (o *Office) once(ctx context.Context, kind kiosk.OnceKind, login string, life int64, by kiosk.Clerk) (string, error) {
	code := o.random.Code(onceLength)
	err := o.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		if kind == kiosk.OnceSetup {
			if there, err := anyOrganizer(tx); there || err != nil {
				code = ""
				return err
			}
		}
		return o.putOnce(tx, kiosk.Once{Hash: kiosk.HashSecret(code), Kind: kind, Login: login, Expires: o.kernel.Now() + life}, by)
	})
	return code, err
}

func (o *Office) putOnce(tx kiosk.Tx, once kiosk.Once, by kiosk.Clerk) error {
	if err := tx.PutOnce(once); err != nil {
		return err
	}
	return tx.Append(shop.Trail(by, "office.code", once.Login, o.kernel.Now(), nil, map[string]any{"Kind": string(once.Kind)}))
}

func anyOrganizer(r kiosk.Reader) (bool, error) {
	all, err := r.Logins()
	return slices.ContainsFunc(all, func(l kiosk.Login) bool {
		return l.Role == kiosk.Organizer && l.Left == 0 && l.PasswordHash != ""
	}), err
}

// Once finds out what a one-time code is for, without using it up. One that is unknown, used, over
// or replaced is [kiosk.Gone], always with the same words.
func (o *Office) Once(ctx context.Context, code string) (kiosk.Once, kiosk.Login, error) {
	return o.OnceByHash(ctx, kiosk.HashSecret(foldRecovery(code)))
}

// OnceByHash is [Office.Once] for a code that was typed before, of which the session has the hash.
func (o *Office) OnceByHash(ctx context.Context, hash string) (kiosk.Once, kiosk.Login, error) {
	var once kiosk.Once
	var login kiosk.Login
	err := o.store.View(ctx, func(r kiosk.Reader) (err error) {
		once, login, err = o.openOnce(r, hash)
		return err
	})
	return once, login, err
}

func (o *Office) openOnce(r kiosk.Reader, hash string) (kiosk.Once, kiosk.Login, error) {
	over := &kiosk.Error{Code: kiosk.Gone, Key: KeyOnceOver, Field: "code"}
	once, err := r.Once(hash)
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound:
		return once, kiosk.Login{}, over
	case err != nil:
		return once, kiosk.Login{}, err
	case once.Used > 0 || once.Expires <= o.kernel.Now():
		return once, kiosk.Login{}, over
	case once.Kind == kiosk.OnceSetup:
		there, err := anyOrganizer(r)
		if there {
			err = over
		}
		return once, kiosk.Login{}, err
	}
	login, err := r.Login(once.Login)
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && login.Left > 0) {
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
// there before stays. A password that is short, long or common is [kiosk.Invalid], a name that another
// has is [kiosk.Conflict].
func (o *Office) Arrive(ctx context.Context, onceHash, name, password string) (Arrival, error) {
	var once kiosk.Once
	var login kiosk.Login
	err := o.store.View(ctx, func(r kiosk.Reader) (err error) {
		if once, login, err = o.openOnce(r, onceHash); err != nil {
			return err
		}
		if once.Kind != kiosk.OnceSetup {
			name = login.Name
		}
		return freeLogin(r, name, login.ID)
	})
	if err == nil {
		err = kiosk.CheckName(name)
	}
	if err == nil {
		err = checkPassword(password, name, o.settings.Installation)
	}
	if err != nil {
		return Arrival{}, err
	}
	a := Arrival{Once: once.Hash, Login: login.ID, Name: name}
	if a.Login == "" {
		a.Login = o.random.ID(o.kernel.Now())
	}
	if a.PasswordHash, err = o.vault.HashPIN(password); err != nil {
		return Arrival{}, err
	}
	if once.Kind != kiosk.OnceReset {
		a.Factor, err = o.vault.NewFactor(factorContext(a.Login))
	}
	return a, err
}

func freeLogin(r kiosk.Reader, name, id string) error {
	other, err := r.LoginByName(kiosk.FoldName(name))
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound:
		return nil
	case err == nil && other.ID != id:
		return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyLoginTaken, Field: "name"}
	}
	return err
}

// FactorText is the secret of an arrival as an authenticator app wants it.
func (o *Office) FactorText(a Arrival) (string, error) {
	return o.vault.FactorText(a.Factor, factorContext(a.Login))
}

// Admit lets an arrival in once the first code of the second factor is right; everything is stored
// at once or nothing. Nobody can read the recovery codes again. A wrong code is [kiosk.Unauthorized], a one-time code that was used meanwhile [kiosk.Gone].
func (o *Office) Admit(ctx context.Context, a Arrival, code string, at Door) (Admitted, error) {
	step, err := o.firstStep(ctx, a, code)
	if err != nil {
		return Admitted{}, err
	}
	in := Admitted{Browser: o.random.Secret(24)}
	var hashes []string
	if len(a.Factor) > 0 {
		if in.Codes, hashes, err = o.recovery(); err != nil {
			return Admitted{}, err
		}
	}
	err = o.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) (err error) {
		in.Login, err = o.admitLogin(tx, a, step, hashes, at, kiosk.HashSecret(in.Browser))
		return err
	})
	return in, err
}

// Admitted is somebody who has come in, with recovery codes (none where the factor stayed) and the
// secret of the browser's cookie.
type Admitted struct {
	Login   kiosk.Login
	Codes   []string
	Browser string
}

func (o *Office) firstStep(ctx context.Context, a Arrival, code string) (int64, error) {
	factor, after := a.Factor, int64(0)
	if len(factor) == 0 {
		login, err := o.loginIn(ctx, a.Login)
		if err != nil {
			return 0, err
		}
		factor, after = login.Factor, login.Step
	}
	step, err := o.vault.CheckFactor(factor, factorContext(a.Login), foldRecovery(code), o.kernel.Now(), after)
	if err == nil && step == 0 {
		err = &kiosk.Error{Code: kiosk.Unauthorized, Key: KeyFactorWrong, Field: "code"}
	}
	return step, err
}

func (o *Office) admitLogin(tx kiosk.Tx, a Arrival, step int64, recovery []string, at Door, browser string) (kiosk.Login, error) {
	once, login, err := o.openOnce(tx, a.Once)
	if err != nil {
		return login, err
	}
	now := o.kernel.Now()
	if once.Kind == kiosk.OnceSetup {
		login = kiosk.Login{ID: a.Login, Name: a.Name, Role: kiosk.Organizer, Created: now}
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
	return login, tx.Append(shop.Trail(clerkOf(login, at.From), "office."+string(once.Kind), login.ID, now, nil, nil))
}

// recovery makes new recovery codes and their hashes. The first digit of a code tells which hash
// it belongs to, so that checking one costs one hash.
func (o *Office) recovery() (codes, hashes []string, err error) {
	for i := range recoveryCodes {
		code := strconv.Itoa(i) + o.random.Code(recoveryLength)
		hash, err := o.vault.HashPIN(code)
		if err != nil {
			return nil, nil, err
		}
		codes, hashes = append(codes, code[:5]+"-"+code[5:]), append(hashes, hash)
	}
	return codes, hashes, nil
}

// NewRecovery replaces the recovery codes of the clerk.
func (o *Office) NewRecovery(ctx context.Context, by kiosk.Clerk) ([]string, error) {
	codes, hashes, err := o.recovery()
	if err != nil {
		return nil, err
	}
	err = o.kernel.OfficeBy(ctx, by, func(tx kiosk.Tx) (kiosk.Changed, error) {
		login, err := tx.Login(by.Login)
		if err != nil {
			return kiosk.Changed{}, err
		}
		login.Recovery = hashes
		return kiosk.Changed{Kind: "office.recovery", Subject: login.ID}, tx.PutLogin(login)
	})
	return codes, err
}

// AddDemoOrganizer makes an organizer without second factor. It is [kiosk.Forbidden] with real money.
func (o *Office) AddDemoOrganizer(ctx context.Context, name, password string) error {
	if o.settings.Mode != kiosk.Sandbox {
		return &kiosk.Error{Code: kiosk.Forbidden, Key: string(kiosk.Forbidden)}
	}
	hash, err := o.vault.HashPIN(password)
	if err != nil {
		return err
	}
	return o.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		there, err := tx.Logins()
		if err != nil || len(there) > 0 {
			return err
		}
		now := o.kernel.Now()
		login := kiosk.Login{ID: o.random.ID(now), Name: name, Role: kiosk.Organizer, PasswordHash: hash, Created: now}
		if err := tx.PutLogin(login); err != nil {
			return err
		}
		return tx.Append(shop.Trail(kiosk.Clerk{}, "office.setup", login.ID, now, nil, nil))
	})
}
