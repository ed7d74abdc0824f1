package handlers

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
)

// TestCSV_harmless: no cell is taken for a formula, names with quotes and line ends come back as
// they were, amounts are numbers in the habit of the place.
func TestCSV_harmless(t *testing.T) {
	cells := []any{
		"=HYPERLINK(1)", "+1", "-1+1", "@SUM", "\tx", "\rx", "\x00", "＝1", `a "quoted" name`, "two\nlines", "a;b,c", "",
		int64(-7), kiosk.Money(-1250), kiosk.Money(5),
	}
	want := []string{
		"'=HYPERLINK(1)", "'+1", "'-1+1", "'@SUM", "'\tx", "'x", "'\x00", "'＝1", `a "quoted" name`, "two\nlines", "a;b,c", "",
		"-7", "-12,50", "0,05",
	}
	var b bytes.Buffer
	f, err := newCSV(&b, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.row(cells...); err != nil {
		t.Fatal(err)
	}
	if err := f.end(); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	if !marked || !strings.HasSuffix(text, "\r\n") {
		t.Errorf("the file is %q", b.String())
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = ';'
	got, err := r.Read()
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("cells (-want +got): %s, %v", d, err)
	}
}

// FuzzCSV: whatever text a cell holds, a spreadsheet sees one cell, and no formula.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"", "=1", "a;b", "\"", "'=1", "\r\n=1", "＋1", "Ä\x00"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, cell string, semicolon bool) {
		var b bytes.Buffer
		file, err := newCSV(&b, semicolon)
		if err != nil {
			t.Fatal(err)
		}
		if err := file.row(cell, "end"); err != nil {
			t.Fatal(err)
		}
		if err := file.end(); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff")))
		if r.Comma = ','; semicolon {
			r.Comma = ';'
		}
		got, err := r.Read()
		if err != nil || len(got) != 2 || got[1] != "end" {
			t.Fatalf("%q became %q, %v", cell, got, err)
		}
		if got[0] != "" && strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", firstRune(got[0])) {
			t.Fatalf("%q can be taken for a formula: %q", cell, got[0])
		}
	})
}
