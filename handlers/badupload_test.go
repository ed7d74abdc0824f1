package handlers_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
)

// TestBadUpload answers each bad file as the list of bad inputs says, and makes nothing of it
// (B146 to B149, B151 to B153, B159, B160).
func TestBadUpload(t *testing.T) {
	f := kiosktest.NewFairground(t, 2)
	office := f.SignedIn(t)
	before := f.Count(t)
	wide := "\xff\xfe"
	for _, u := range utf16.Encode([]rune("stall,register\nLind,One\n")) {
		wide += string([]byte{byte(u), byte(u >> 8)})
	}
	const good = "stall,register\nLind,One\n"
	for _, c := range []struct {
		name, file string
		status     int
		says       string
	}{
		{"B146 utf-16", wide, 422, "Line 1 is not UTF-8"},
		{"B146 windows-1252", "stall,register\nLind,One\nB\xe4cker,Two\n", 422, "Line 3 is not UTF-8"},
		{"B146 mark", "\xef\xbb\xbf" + good, 200, "This will make 1 stall, 1 register and 0 people"},
		{"B147 semicolons", strings.ReplaceAll(good, ",", ";"), 200, "This will make"},
		{"B147 quoted newline", "stall,register\n\"Li\nnd\",One\n", 422, "Line 2, stall"},
		{"B147 lone quote", "stall,register\nLi\"nd,One\n", 422, "In line 2, character 3"},
		{"B148 rows", "stall\n" + strings.Repeat("A\n", 1_000_001), 422, "more than 20000 lines"},
		{"B148 one cell", "stall\n" + strings.Repeat("A", 5<<20-6), 422, "more than 2000 characters"},
		{"B148 too large", "stall\n" + strings.Repeat("A", 6<<20), 413, ""},
		{"B149 missing", "register\nOne\n", 422, "does not name these columns: stall"},
		{"B149 double", "stall,stand\nA,B\n", 422, "names these columns twice: stand"},
		{"B149 unknown", "stall,shoe size\nA,44\n", 422, "not known: shoe size"},
		{"B151 twice", good + "Lind,One\n", 422, "repeats line 2"},
		{"B152 half broken", good + "Roth,One,Three\n", 422, "1 mistake"},
		{"B153 formula", "stall,register\n=HYPERLINK(\"x\"),One\n", 422, "quotation mark"},
		{"B153 formula as text", "stall,register\n=1+1,One\n", 200, "=1+1"},
		{"B160 zip", "PK\x03\x04" + good, 415, ""},
		{"B160 gzip", "\x1f\x8b\x08" + good, 415, ""},
		{"nothing", "", 422, "no lines"},
	} {
		status, page := office.Upload("/office/import", "file", "../../CON\u202e.csv", []byte(c.file))
		if status != c.status || !markup.Parse(t, page).Says(uploadSays, c.says) {
			t.Errorf("%s: %d, want %d and %q\n%.300s", c.name, status, c.status, c.says, markup.Words(page))
		}
	}
	if status, _ := office.Upload("/office/import", "other", "x", []byte(good)); status != 422 {
		t.Errorf("a form without a file: %d", status)
	}
	if after := f.Count(t); after != before {
		t.Errorf("before %s, after %s", before, after)
	}
}

// uploadSays is where the office says what it found in a file: what is wrong with it as a whole, or in
// which lines, or what it would make of it.
const uploadSays = kiosktest.ProblemText + ", .faults li, #preview, [aria-labelledby=preview] th, summary"
