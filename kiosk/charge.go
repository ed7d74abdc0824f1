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

// HasCardNumber finds 13 to 19 digits that pass the check of card numbers, with or without blanks
// and dashes between them: they must never be stored.
func HasCardNumber(text string) bool {
	var digits []byte
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, c-'0')
		case c != ' ' && c != '-':
			if luhn(digits) {
				return true
			}
			digits = digits[:0]
		}
	}
	return luhn(digits)
}

func luhn(digits []byte) bool {
	if len(digits) < 13 || len(digits) > 19 {
		return false
	}
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// Yield gives the register to the next sale.
func (s *Sale) Yield() error {
	if s.Current() && s.State() != Paid {
		return &Error{Code: Conflict, Key: ReasonBusy, Args: []string{s.Number}}
	}
	s.Released = true
	return nil
}
