package kiosk

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

// Crockford is base 32 without letters that people mistake for digits.
const Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Entropy draws the random values of the house. It panics when the source fails: nothing here is
// safe without randomness.
type Entropy struct{ io.Reader }

// Bytes returns n random bytes.
func (r Entropy) Bytes(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		panic(fmt.Errorf("no randomness: %w", err))
	}
	return b
}

// Secret returns n random bytes for a URL path or a cookie, without padding or comma.
func (r Entropy) Secret(n int) string { return base64.RawURLEncoding.EncodeToString(r.Bytes(n)) }

// LinkKey returns a link's AES key. The gateway takes the 32 characters themselves as its 32 bytes, so
// that each is a letter or a digit: nothing can be lost on the way.
func (r Entropy) LinkKey() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	var key strings.Builder
	for key.Len() < 32 {
		for _, b := range r.Bytes(48) {
			if int(b) < 4*len(letters) && key.Len() < 32 {
				key.WriteByte(letters[int(b)%len(letters)])
			}
		}
	}
	return key.String()
}

// ID returns 26 characters whose order is that of time: 48 bits of milliseconds, 80 random bits.
func (r Entropy) ID(millis int64) string {
	return IDFrom(millis) + base32(r.Bytes(10))
}

// IDFrom is the least an ID can be that was made at a time in Unix milliseconds or later.
func IDFrom(millis int64) string {
	var b strings.Builder
	for shift := 45; shift >= 0; shift -= 5 {
		b.WriteByte(Crockford[(max(millis, 0)>>shift)&31])
	}
	return b.String()
}

// Code returns n characters of base 32 for people to read and type.
func (r Entropy) Code(n int) string {
	return base32(r.Bytes((n*5 + 7) / 8))[:n]
}

func base32(b []byte) string {
	var out strings.Builder
	acc, bits := 0, 0
	for _, v := range b {
		acc, bits = acc<<8|int(v), bits+8
		for bits >= 5 {
			bits -= 5
			out.WriteByte(Crockford[(acc>>bits)&31])
			acc &= 1<<bits - 1
		}
	}
	return out.String()
}

// HashSecret is how secrets of links, cookies and tickets are stored: SHA-256, in hex. They have
// at least 128 random bits, so a slow hash would add nothing.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// RefMaker makes the references of links: installation (4), day (3), random (10), check (1), all
// in base 32. The installation keeps two installations on one gateway account apart; the day lets
// a search be cut into small answers, since the lists of links have no pages.
type RefMaker struct {
	Installation string
	Random       Entropy
}

// Next returns a reference that no link has had.
func (m *RefMaker) Next(now time.Time) string {
	body := m.Installation + DayCode(now) + m.Random.Code(10)
	return body + string(checkLetter(body))
}

// DayCode counts days since 2020 in three base 32 characters; it lasts until 2109.
func DayCode(now time.Time) string {
	day := int(now.Unix()/86400 - 18262)
	return string([]byte{Crockford[day>>10&31], Crockford[day>>5&31], Crockford[day&31]})
}

// checkLetter rotates each letter's five bits by its place and adds them without carry: any one
// wrong letter, and most swapped neighbours, change it.
func checkLetter(body string) byte {
	sum := 0
	for i := range len(body) {
		v := max(0, strings.IndexByte(Crockford, body[i]))
		turn := i % 5
		sum ^= (v<<turn | v>>(5-turn)) & 31
	}
	return Crockford[sum]
}

// IsReference tells whether text has the form of a reference of any installation.
func IsReference(text string) bool {
	if len(text) != 18 {
		return false
	}
	for i := range len(text) {
		if strings.IndexByte(Crockford, text[i]) < 0 {
			return false
		}
	}
	return checkLetter(text[:17]) == text[17]
}
