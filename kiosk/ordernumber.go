package kiosk

import (
	"strconv"
	"strings"
)

// OrderLetter is what the order numbers of a register begin with: the first letter of its sale numbers,
// or all that stands before the number where another register of the stall has that letter too.
func OrderLetter(of Register, all []Register) string {
	letter := of.Prefix[:min(1, len(of.Prefix))] // prefixes are letters and digits of ASCII
	for _, other := range all {
		if other.ID != of.ID && strings.HasPrefix(other.Prefix, letter) {
			return of.Prefix
		}
	}
	return letter
}

// OrderNumber writes an order number as people call it, "B 17".
func OrderNumber(letter string, no int64) string {
	return strings.TrimSpace(letter + " " + strconv.FormatInt(no, 10))
}
