// Package vault hashes what people know and seals what must be read again. It owns the keys: they
// come from one file outside the database, so that a copy of the database alone can neither be
// searched for PINs nor opened. It implements [kiosk.Vault] and must not know the store, a
// request or a person.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"

	"qrkiosk/kiosk"
)

// The keys of this room's errors.
const (
	KeyBusy    = kiosk.KeyHashesBusy // too many sign-ins at a time; Error.Wait says when to try again
	KeyHash    = "hash-unreadable"   // a stored hash is none of ours
	KeySealed  = "seal-broken"       // altered, moved to another context, or of another key
	KeyFile    = "key-file"          // the key file cannot be read or made
	KeyShared  = "key-file-shared"   // other users of the machine could read the key file
	KeyContent = "key-file-odd"      // the key file holds no key
)

// KeySize is the size of the one key that all others are derived from, in bytes.
const KeySize = 32

// Vault implements [kiosk.Vault]. It may be used by any number of goroutines.
type Vault struct {
	pepper  []byte
	anchor  []byte // for what is written down outside of the database
	aead    cipher.AEAD
	cost    Cost
	decoy   hash
	waiting chan struct{} // a place for everybody who waits or hashes
	working chan struct{} // a place for everybody who hashes
}

var _ kiosk.Vault = (*Vault)(nil)

// Option changes how a vault works.
type Option func(*Vault)

// WithCost sets what a new hash costs; hashes made before keep their own cost.
func WithCost(c Cost) Option { return func(v *Vault) { v.cost = c } }

// New makes a vault from a key of KeySize random bytes.
func New(key []byte, options ...Option) (*Vault, error) {
	if len(key) != KeySize {
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: KeyContent, Err: fmt.Errorf("a key has %d bytes, not %d", KeySize, len(key))}
	}
	pepper, err := derive(key, "qrkiosk pin pepper 1")
	if err != nil {
		return nil, err
	}
	sealing, err := derive(key, "qrkiosk seal aes-256-gcm 1")
	if err != nil {
		return nil, err
	}
	anchor, err := derive(key, "qrkiosk anchor hmac-sha256 1")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, internal(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, internal(err)
	}
	cores := runtime.GOMAXPROCS(0)
	v := &Vault{
		pepper: pepper, anchor: anchor, aead: aead, cost: usualCost,
		working: make(chan struct{}, cores),
		waiting: make(chan struct{}, cores+2*cores),
	}
	for _, set := range options {
		set(v)
	}
	if !v.cost.sane() {
		return nil, internal(fmt.Errorf("cost %+v is out of bounds", v.cost))
	}
	v.decoy = newDecoy(v.cost)
	return v, nil
}

// Stamp computes a keyed hash of a text, so that nobody without the key file can change the text
// unseen.
func (v *Vault) Stamp(text []byte) []byte {
	mac := hmac.New(sha256.New, v.anchor)
	mac.Write(text)
	return mac.Sum(nil)
}

// derive makes a key for one purpose, so that no key ever serves two.
func derive(key []byte, purpose string) ([]byte, error) {
	derived, err := hkdf.Key(sha256.New, key, nil, purpose, KeySize)
	if err != nil {
		return nil, internal(err)
	}
	return derived, nil
}

func internal(err error) error {
	return &kiosk.Error{Code: kiosk.Internal, Key: kiosk.KeyInternal, Err: err}
}

// String keeps the keys out of whatever prints a vault.
func (v *Vault) String() string { return "vault" }

// GoString keeps the keys out of %#v.
func (v *Vault) GoString() string { return "vault" }

// sealedGCM is the first byte of what AES-256-GCM has sealed. Another way of sealing gets another
// number, so that what was sealed before can still be opened.
const sealedGCM = 1

var errBroken = errors.New("vault: not sealed with this key for this context")

// Seal implements [kiosk.Vault]: one byte for the algorithm, a random nonce, the sealed text. The
// context, such as the ID of the link it belongs to, must be the same at Open.
func (v *Vault) Seal(plain []byte, context string) ([]byte, error) {
	sealed := make([]byte, 1, 1+len(plain)+v.aead.Overhead())
	sealed[0] = sealedGCM
	return v.aead.Seal(sealed, nil, plain, bound(sealedGCM, context)), nil
}

// Open implements [kiosk.Vault]. What was altered, belongs elsewhere or was sealed with another
// key is an Internal error with key KeySealed.
func (v *Vault) Open(sealed []byte, context string) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != sealedGCM {
		return nil, &kiosk.Error{Code: kiosk.Internal, Key: KeySealed, Err: errBroken}
	}
	plain, err := v.aead.Open(nil, nil, sealed[1:], bound(sealedGCM, context))
	if err != nil {
		return nil, &kiosk.Error{Code: kiosk.Internal, Key: KeySealed, Err: errBroken}
	}
	return plain, nil
}

// bound is what a sealed text is tied to.
func bound(algorithm byte, context string) []byte {
	return append([]byte{algorithm}, context...)
}

// random fills b; since Go 1.24 the source of randomness never fails.
func random(b []byte) []byte {
	rand.Read(b) // it ends the process rather than fail
	return b
}
