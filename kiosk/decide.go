package kiosk

import (
	"unicode/utf8"
)

// MayDecide wants a manager and a reason that can be read.
func MayDecide(by Actor, reason string) error {
	if !by.Role.Covers(Manager) {
		return &Error{Code: Forbidden, Key: KeyManagerNeeded}
	}
	if reason == "" || !PlainText(reason) || utf8.RuneCountInString(reason) > MaxNote {
		return &Error{Code: Invalid, Key: KeyReasonMissing, Field: "reason"}
	}
	return nil
}
