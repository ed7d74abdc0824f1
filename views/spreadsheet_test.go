package views_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

func readSheet(t testing.TB, raw []byte, separator rune) [][]string {
	t.Helper()
	body, marked := bytes.CutPrefix(raw, []byte("\ufeff"))
	if !marked {
		t.Error("no mark of the encoding")
	}
	r := csv.NewReader(bytes.NewReader(body))
	r.Comma = separator
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestSpreadsheet_formulas: no cell of text begins like a formula, whatever it held (B154).
func TestSpreadsheet_formulas(t *testing.T) {
	for text, want := range map[string]string{
		`=1+1`: `'=1+1`, `+49 30`: `'+49 30`, `-2`: `'-2`, `@sum(a1)`: `'@sum(a1)`, "\t=1": "'\t=1", "\r=1": "'\r=1",
		"\x00=1": "'=1", `plain "quoted", and; more`: `plain "quoted", and; more`, "two\nlines": "two\nlines",
		"": "", "'x": "'x", "'=x": "''=x", "''＋x": "'''＋x", "＝1": "'＝1", "a=1": "a=1", "bad\xff": "bad\ufffd",
	} {
		s := views.NewSpreadsheet("de", "a", "b")
		s.Text(text).Money(-1205).End()
		rows := readSheet(t, s.Bytes(), ';')
		if got := rows[1][0]; got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
		if rows[1][1] != "-12,05" {
			t.Errorf("an amount is written %q", rows[1][1])
		}
	}
	s := views.NewSpreadsheet("en", "a", "b")
	s.Number(7).Empty().Money(100000).End()
	if rows := strings.Split(string(s.Bytes()), "\r\n"); rows[1] != "7,,1000.00" {
		t.Errorf("an English row is %q", rows[1])
	}
}

func FuzzSpreadsheet(f *testing.F) {
	f.Add("=cmd|' /C calc'!A0", "x")
	f.Add("a;b\"c", "-1")
	f.Fuzz(func(t *testing.T, a, b string) {
		s := views.NewSpreadsheet("de", "one", "two")
		s.Text(a).Text(b).End()
		rows := readSheet(t, s.Bytes(), ';')
		if len(rows) != 2 || len(rows[1]) != 2 {
			t.Fatalf("%q and %q make %q", a, b, rows)
		}
		for _, cell := range rows[1] {
			if cell != "" && strings.ContainsAny(string([]rune(cell)[:1]), "=+-@\t\r\n\x00＝＋－＠") || !utf8.ValidString(cell) {
				t.Errorf("%q would be a formula", cell)
			}
		}
	})
}

// TestStreamSpreadsheet sends each row as it ends and keeps none; what went wrong is told.
func TestStreamSpreadsheet(t *testing.T) {
	var out bytes.Buffer
	s := views.StreamSpreadsheet(&out, "de", "name", "pieces", "sum")
	sizes := []int{out.Len()}
	for _, name := range []string{"=a", "b"} {
		if err := s.Row(name, int64(3), kiosk.Money(-1250)); err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, out.Len())
	}
	if len(s.Bytes()) != 0 || sizes[0] == 0 || sizes[1] <= sizes[0] || sizes[2] <= sizes[1] {
		t.Errorf("%d bytes kept, sent %v", len(s.Bytes()), sizes)
	}
	if rows := readSheet(t, out.Bytes(), ';'); len(rows) != 3 || rows[1][0] != "'=a" || rows[2][2] != "-12,50" {
		t.Errorf("rows %q", rows)
	}
	broken := views.StreamSpreadsheet(brokenPipe{}, "en", "name")
	if err := broken.Row("a"); !errors.Is(err, io.ErrClosedPipe) || broken.Err() == nil {
		t.Errorf("a broken pipe is %v", err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestReportSheet: a row for each figure and each sale that is named, all of the same width.
func TestReportSheet(t *testing.T) {
	v := zView()
	v.Stall.Name = `=HYPERLINK("x")`
	rows := readSheet(t, views.ReportSheet(views.Page{Lang: "en"}, v), ';')
	if len(rows) < 12 || rows[1][1] != `'=HYPERLINK("x")` {
		t.Fatalf("%q", rows)
	}
	want := map[string]string{
		"Money that came": "1234,50", "Refunds": "-50,00", "Kept": "1184,50", "Paid, not listed yet": "12,50", "B2-0040": "12,50",
	}
	for _, r := range rows[1:] {
		if w, ok := want[r[6]]; ok {
			if r[8] != w {
				t.Errorf("%s is %s, want %s", r[6], r[8], w)
			}
			delete(want, r[6])
		}
	}
	if len(want) > 0 {
		t.Errorf("not in the file: %v", want)
	}
	if name := views.ReportFile(v); name != "b2-z-12.csv" {
		t.Errorf("the file is called %q", name)
	}
}

// zView is a Z report with everything in it.
func zView() views.ShiftView {
	f := kiosk.Figures{
		Sales: 98, Gross: 123450, Tips: 2300, Over: 100, Refunds: 5000, UnconfirmedSales: 1, Unconfirmed: 1250,
		ReviewSales: 1, Review: 1980, Commission: 13000, Fee: 1234, FeePSP: 4321, Net: 112895,
	}
	own := f
	own.Refunds, own.Sales, own.Gross = 0, 97, 121470
	return views.ShiftView{
		Stall: lind, Register: till2, Now: noon, Names: map[string]string{"ada": "Ada", "ben": "Ben"},
		AfterClose: kiosk.Figures{Refunds: 1980, ReviewSales: -1, Review: -1980},
		Report: kiosk.Report{
			Register: till2.ID, Stall: lind.ID, Shift: "sh", No: 12, Opened: noon - 8*3_600_000, OpenedBy: "ada",
			Closed: noon - 60_000, ClosedBy: "ben", At: noon - 60_000, Figures: f, OfShift: own,
			Total:       f.Plus(kiosk.Figures{Sales: 4000, Gross: 5_000_000}),
			Unconfirmed: []kiosk.Pending{{Number: "B2-0040", At: noon - 90_000, Total: 1250, Kept: 1250}},
			Methods:     []kiosk.MethodSum{{Method: kiosk.MethodTransfer, Amount: 2500}, {Method: kiosk.MethodCard, Amount: 113700}},
			Unmatched:   2, UnmatchedSum: 4000,
			InReview: []kiosk.Pending{{Number: "B2-0037", At: noon - 3*3_600_000, Total: 1980, Kept: 1980}},
		},
	}
}

// xView is the same shift while it was open.
func xView() views.ShiftView {
	v := zView()
	z := v.Report
	v.Report.Closed, v.Report.ClosedBy, v.Report.No, v.AfterClose = 0, "", 13, kiosk.Figures{}
	v.Earlier, v.Older = []kiosk.Report{z}, 12
	return v
}
