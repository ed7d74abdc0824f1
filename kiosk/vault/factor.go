package vault

import (
	"crypto/hmac"
	"crypto/sha1" // RFC 6238 as every authenticator app speaks it; HMAC-SHA-1 is sound
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
)

// The numbers of RFC 6238 that every authenticator app understands without being told.
const (
	factorSize   = 20    // bytes of the secret
	factorStep   = 30000 // milliseconds
	factorDrift  = 1     // steps that a phone's clock may be off, either way
	factorDigits = 6
)

var factorText = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewFactor implements [kiosk.Vault].
func (v *Vault) NewFactor(context string) ([]byte, error) {
	return v.Seal(random(make([]byte, factorSize)), context)
}

// FactorText implements [kiosk.Vault].
func (v *Vault) FactorText(sealed []byte, context string) (string, error) {
	secret, err := v.Open(sealed, context)
	if err != nil {
		return "", err
	}
	return factorText.EncodeToString(secret), nil
}

// CheckFactor implements [kiosk.Vault]. Every step that may count is computed, whichever fits.
func (v *Vault) CheckFactor(sealed []byte, context, code string, now, after int64) (int64, error) {
	secret, err := v.Open(sealed, context)
	if err != nil {
		return 0, err
	}
	var fits int64
	current := now / factorStep
	for step := current - factorDrift; step <= current+factorDrift; step++ {
		same := subtle.ConstantTimeCompare([]byte(factorCode(secret, step)), []byte(code)) == 1
		if same && step > after && fits == 0 {
			fits = step
		}
	}
	return fits, nil
}

// factorCode is the code of a step: HMAC-SHA-1 over its number, cut dynamically (RFC 4226, 5.3).
func factorCode(secret []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(sha1.New, secret)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	number := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%0*d", factorDigits, number%1_000_000)
}
