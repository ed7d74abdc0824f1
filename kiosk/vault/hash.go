package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"

	"qrkiosk/kiosk"
)

// Cost is what argon2id spends on one hash.
type Cost struct {
	KiB    uint32 // memory
	Passes uint32
	Lanes  uint8
}

// usualCost is the smallest that is recommended for argon2id: 19 MiB, two passes, one lane.
var usualCost = Cost{KiB: 19 * 1024, Passes: 2, Lanes: 1}

// sane bounds what a stored hash may ask of this machine.
func (c Cost) sane() bool {
	return c.KiB >= 8*uint32(c.Lanes) && c.KiB <= 256*1024 && c.Passes >= 1 && c.Passes <= 16 && c.Lanes >= 1 && c.Lanes <= 8
}

const (
	saltSize = 16
	sumSize  = 32
	busyWait = 500 // milliseconds until another try makes sense
)

// hash is a stored hash taken apart.
type hash struct {
	cost Cost
	salt []byte
	sum  []byte
}

// newDecoy costs as much as a true hash and fits no PIN.
func newDecoy(c Cost) hash {
	return hash{c, random(make([]byte, saltSize)), random(make([]byte, sumSize))}
}

// HashPIN implements [kiosk.Vault]. The text carries its own cost and salt. TooMany means that
// all places of the queue are taken.
func (v *Vault) HashPIN(pin string) (string, error) {
	h := hash{cost: v.cost, salt: random(make([]byte, saltSize))}
	sum, err := v.work(context.Background(), h, pin)
	if err != nil {
		return "", err
	}
	h.sum = sum
	return h.String(), nil
}

// CheckPIN implements [kiosk.Vault]. TooMany means that all places of the queue are taken,
// Unavailable that ctx ended while waiting for one, Internal that text is no hash of ours; even
// then the work of a hash is done.
func (v *Vault) CheckPIN(ctx context.Context, text, pin string) (bool, error) {
	h, known := v.decoy, false
	var odd error
	if text != "" {
		if h, odd = parseHash(text); odd != nil {
			h = v.decoy
		}
		known = odd == nil
	}
	sum, err := v.work(ctx, h, pin)
	if err != nil {
		return false, err
	}
	fits := subtle.ConstantTimeCompare(sum, h.sum) == 1
	return fits && known, odd
}

// work computes a sum. Each costs megabytes and a core for tens of milliseconds: no more run at a
// time than there are cores, and no more wait than twice as many.
func (v *Vault) work(ctx context.Context, h hash, pin string) ([]byte, error) {
	select {
	case v.waiting <- struct{}{}:
	default:
		return nil, &kiosk.Error{Code: kiosk.TooMany, Key: KeyBusy, Wait: busyWait}
	}
	defer func() { <-v.waiting }()
	select {
	case v.working <- struct{}{}:
	case <-ctx.Done():
		return nil, &kiosk.Error{Code: kiosk.Unavailable, Key: KeyBusy, Err: ctx.Err()}
	}
	defer func() { <-v.working }()
	mac := hmac.New(sha256.New, v.pepper)
	mac.Write([]byte(pin))
	return argon2.IDKey(mac.Sum(nil), h.salt, h.cost.Passes, h.cost.KiB, h.cost.Lanes, sumSize), nil
}

// String writes a hash in the usual form of argon2 hashes; keyid names the pepper.
func (h hash) String() string {
	return "$argon2id$v=19$m=" + strconv.FormatUint(uint64(h.cost.KiB), 10) +
		",t=" + strconv.FormatUint(uint64(h.cost.Passes), 10) +
		",p=" + strconv.FormatUint(uint64(h.cost.Lanes), 10) + ",keyid=1" +
		"$" + base64.RawStdEncoding.EncodeToString(h.salt) +
		"$" + base64.RawStdEncoding.EncodeToString(h.sum)
}

var errHash = errors.New("vault: not a hash of ours")

// parseHash reads what String writes and nothing else; the error is Internal with key KeyHash.
func parseHash(text string) (hash, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v=19" {
		return hash{}, oddHash()
	}
	cost, ok := parseCost(parts[3])
	salt, err1 := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	h := hash{cost, salt, sum}
	if !ok || err1 != nil || err2 != nil || len(salt) != saltSize || len(sum) != sumSize || h.String() != text {
		return hash{}, oddHash()
	}
	return h, nil
}

func oddHash() error { return &kiosk.Error{Code: kiosk.Internal, Key: KeyHash, Err: errHash} }

func parseCost(text string) (Cost, bool) {
	parts := strings.Split(text, ",")
	if len(parts) != 4 || parts[3] != "keyid=1" {
		return Cost{}, false
	}
	var numbers [3]uint64
	for i, name := range []string{"m=", "t=", "p="} {
		digits, named := strings.CutPrefix(parts[i], name)
		n, err := strconv.ParseUint(digits, 10, 24)
		if !named || err != nil {
			return Cost{}, false
		}
		numbers[i] = n
	}
	if numbers[2] > 255 {
		return Cost{}, false
	}
	c := Cost{uint32(numbers[0]), uint32(numbers[1]), uint8(numbers[2])}
	return c, c.sane()
}
