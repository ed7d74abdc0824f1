package views

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"qrkiosk/kiosk"
)

// Spreadsheet is a CSV file that spreadsheets of a region open as it is meant: with the separator
// and decimal mark they expect there, and without any cell that they would take for a formula.
type Spreadsheet struct {
	b         bytes.Buffer
	out       io.Writer // takes each row as it ends; nil keeps them
	err       error     // of out
	separator byte
	decimal   string
	cells     int // of the row so far
}

// NewSpreadsheet begins a file for the readers of a region, with the names of its columns.
func NewSpreadsheet(region string, columns ...string) *Spreadsheet {
	return StreamSpreadsheet(nil, region, columns...)
}

// StreamSpreadsheet is NewSpreadsheet for a long file: each row goes to out as it ends. [Spreadsheet.Err]
// tells what went wrong.
func StreamSpreadsheet(out io.Writer, region string, columns ...string) *Spreadsheet {
	s := &Spreadsheet{out: out, separator: ',', decimal: HabitOf(region).Decimal}
	if s.decimal == "," {
		s.separator = ';'
	}
	s.b.WriteString("\ufeff") // else spreadsheets guess the encoding
	for _, name := range columns {
		s.Text(name)
	}
	s.End()
	return s
}

// Text writes a cell of text. One that begins like a formula gets an apostrophe before it, and
// every one is quoted: what a customer or a cashier typed must not be run by who opens the file.
func (s *Spreadsheet) Text(text string) *Spreadsheet {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\ufffd")
	}
	text = strings.ReplaceAll(kiosk.GuardFormula(text), "\x00", "")
	return s.cell(`"` + strings.ReplaceAll(text, `"`, `""`) + `"`)
}

// Money writes an amount as a number.
func (s *Spreadsheet) Money(m kiosk.Money) *Spreadsheet {
	return s.cell(strings.Replace(m.String(), ".", s.decimal, 1))
}

// Number writes a whole number.
func (s *Spreadsheet) Number(n int64) *Spreadsheet { return s.cell(strconv.FormatInt(n, 10)) }

// Empty leaves a cell out.
func (s *Spreadsheet) Empty() *Spreadsheet { return s.cell("") }

func (s *Spreadsheet) cell(text string) *Spreadsheet {
	if s.cells > 0 {
		s.b.WriteByte(s.separator)
	}
	s.b.WriteString(text)
	s.cells++
	return s
}

// Row writes a whole row of texts, whole numbers and amounts, and tells what went wrong so far.
func (s *Spreadsheet) Row(cells ...any) error {
	for _, c := range cells {
		switch v := c.(type) {
		case string:
			s.Text(v)
		case int64:
			s.Number(v)
		case kiosk.Money:
			s.Money(v)
		}
	}
	s.End()
	return s.err
}

// End ends a row.
func (s *Spreadsheet) End() {
	s.b.WriteString("\r\n")
	s.cells = 0
	if s.out == nil {
		return
	}
	if s.err == nil {
		_, s.err = s.out.Write(s.b.Bytes())
	}
	s.b.Reset()
}

// Err is what went wrong while rows were sent on.
func (s *Spreadsheet) Err() error { return s.err }

// Bytes is the file so far, of one that keeps its rows.
func (s *Spreadsheet) Bytes() []byte { return s.b.Bytes() }
