package kiosk

import (
	"strings"
	"unicode/utf8"
)

// Column is a column that a kind of file may have: its name and what else people call it.
type Column struct {
	Name string
	Need bool
	Also []string
}

// LineFault says what is wrong with a line of a file.
type LineFault struct {
	Line   int    // 1 for the first, as an editor counts
	Column string // its name, "" where the fault is about the line as such
	Err    *Error
}

// formulas are the characters that make a spreadsheet take what begins with them for a formula,
// wide ones too.
const formulas = "=+-@\t\r\n\x00＝＋－＠"

// Guarded tells whether text begins like a formula behind any number of apostrophes.
func Guarded(text string) bool {
	first, size := utf8.DecodeRuneInString(strings.TrimLeft(text, "'"))
	return size > 0 && strings.ContainsRune(formulas, first)
}

// GuardFormula puts an apostrophe before text that begins like a formula, and one more before text
// that looks as if it had one already, so that reading it back gives the same text.
func GuardFormula(text string) string {
	if Guarded(text) {
		return "'" + text
	}
	return text
}
