package office

import (
	"crypto/sha256"
	"encoding/hex"

	"qrkiosk/kiosk"
)

// factorContext ties a sealed factor to its person.
func factorContext(login string) string { return "login " + login }

// The lives of one-time codes.
const (
	setupMillis = 24 * 60 * kiosk.MinuteMillis
	resetMillis = 20 * kiosk.MinuteMillis
)

// triesKey names what wrong tries are counted under. A browser that signed in before has a count
// of its own, so that a stranger who guesses cannot lock its owner out.
func triesKey(name, browserHash string) string {
	if browserHash != "" {
		return "browser " + browserHash
	}
	sum := sha256.Sum256([]byte(kiosk.FoldName(name)))
	return "name " + hex.EncodeToString(sum[:])
}
