package kiosk

import (
	"unicode/utf8"
)

// Actor is who gives a command: a person on an enrolled tablet of a register.
type Actor struct {
	Staff    string
	Role     Role
	Device   string
	Register string
	From     string // network address, of people in the office
}

const (
	MaxNote = 500 // characters
)

// PlainText refuses what no keyboard types: control characters and marks that turn the direction
// of writing.
func PlainText(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for _, r := range text {
		if r < ' ' || r == 0x7f || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			return false
		}
	}
	return true
}

// Yield gives the register to the next sale.
func (s *Sale) Yield() error {
	if s.Current() && s.State() != Paid {
		return &Error{Code: Conflict, Key: ReasonBusy, Args: []string{s.Number}}
	}
	s.Released = true
	return nil
}
