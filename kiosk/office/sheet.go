package office

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"qrkiosk/kiosk"
)

// SheetLimit is how many bytes a CSV file may have.
const SheetLimit = 5 << 20

const (
	sheetRows = 20_000 // rows of one file
	sheetCell = 2_000  // characters of one cell
)

// The keys of messages about CSV files as such.
const (
	KeySheetLarge    = "csv-large"
	KeySheetEncoding = "csv-encoding"
	KeySheetQuote    = "csv-quote"
	KeySheetEmpty    = "csv-empty"
	KeySheetLong     = "csv-long"
	KeySheetCell     = "csv-cell"
	KeySheetCells    = "csv-cells"
	KeySheetMissing  = "csv-missing"
	KeySheetDouble   = "csv-double"
	KeySheetUnknown  = "csv-unknown"
)

// sheet is a CSV file whose columns are known.
type sheet struct {
	at   map[string]int // where the column of a name is
	rows []sheetRow
}

type sheetRow struct {
	line  int
	cells []string
}

// get returns the cell of a column, "" if the file or the row has none.
func (s *sheet) get(row sheetRow, name string) string {
	i, ok := s.at[name]
	if !ok || i >= len(row.cells) {
		return ""
	}
	return row.cells[i]
}

// readSheet reads a CSV file: UTF-8 with or without a mark at its beginning, the separator (; , or
// a tab) found out from the first line, quotes as RFC 4180 has them. A file that cannot be read as
// a whole gives faults and no sheet.
func readSheet(raw []byte, known []kiosk.Column) (*sheet, []kiosk.LineFault) {
	if len(raw) > SheetLimit {
		return nil, fileFault(1, &kiosk.Error{Code: kiosk.Invalid, Key: KeySheetLarge})
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if line := notUTF8(raw); line > 0 {
		return nil, fileFault(line, &kiosk.Error{Code: kiosk.Invalid, Key: KeySheetEncoding, Args: []string{strconv.Itoa(line)}})
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comma, r.FieldsPerRecord = separator(raw), -1
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, fileFault(1, &kiosk.Error{Code: kiosk.Invalid, Key: KeySheetEmpty})
	}
	if err != nil {
		return nil, quoteFault(raw, err)
	}
	s := &sheet{}
	line, _ := r.FieldPos(0)
	if faults := s.name(head, known, line); len(faults) > 0 {
		return nil, faults
	}
	faults := s.read(r, raw, len(head))
	if n := len(faults); n > 0 && faults[n-1].Err.Key == KeySheetLong {
		return nil, faults[n-1:] // what else is wrong with it does not matter
	}
	return s, faults
}

func fileFault(line int, err *kiosk.Error) []kiosk.LineFault {
	return []kiosk.LineFault{{Line: line, Err: err}}
}

// notUTF8 returns the first line that is not UTF-8 text, 0 if all of them are. A NUL is in no text:
// it is what UTF-16 has between the letters.
func notUTF8(raw []byte) int {
	n := 0
	for line := range bytes.SplitSeq(raw, []byte("\n")) {
		if n++; !utf8.Valid(line) || bytes.IndexByte(line, 0) >= 0 {
			return n
		}
	}
	return 0
}

// separator is what stands most often between the names of the columns.
func separator(raw []byte) rune {
	counts, quoted := map[byte]int{}, false
	for _, c := range raw {
		if c == '\n' && !quoted && len(counts) > 0 {
			break
		}
		switch {
		case c == '"':
			quoted = !quoted
		case !quoted:
			counts[c]++
		}
	}
	switch {
	case counts[';'] > counts[','] && counts[';'] >= counts['\t']:
		return ';'
	case counts['\t'] > counts[',']:
		return '\t'
	}
	return ','
}

// quoteFault says where a quotation mark stands that belongs to nothing, the column counted in
// characters.
func quoteFault(raw []byte, err error) []kiosk.LineFault {
	var at *csv.ParseError
	if !errors.As(err, &at) {
		return fileFault(1, &kiosk.Error{Code: kiosk.Invalid, Key: KeySheetQuote, Args: []string{"1", "1"}, Err: err})
	}
	column, n := at.Column, 0
	for text := range bytes.SplitSeq(raw, []byte("\n")) {
		if n++; n == at.Line {
			column = utf8.RuneCount(text[:min(max(at.Column-1, 0), len(text))]) + 1
			break
		}
	}
	return fileFault(at.Line, &kiosk.Error{
		Code: kiosk.Invalid, Key: KeySheetQuote, Args: []string{strconv.Itoa(at.Line), strconv.Itoa(column)},
	})
}

// name finds the columns by their names; every missing, double and unknown one is told.
func (s *sheet) name(head []string, known []kiosk.Column, line int) (faults []kiosk.LineFault) {
	s.at = map[string]int{}
	var double, unknown, missing []string
	for i, text := range head {
		text = strings.TrimSpace(text)
		name := columnOf(known, text)
		_, twice := s.at[name]
		switch {
		case text == "":
		case name == "":
			unknown = append(unknown, text)
		case twice:
			double = append(double, text)
		default:
			s.at[name] = i
		}
	}
	for _, c := range known {
		if _, there := s.at[c.Name]; c.Need && !there {
			missing = append(missing, c.Name)
		}
	}
	say := func(key string, names []string) {
		if len(names) > 0 {
			faults = append(faults, kiosk.LineFault{Line: line, Err: &kiosk.Error{
				Code: kiosk.Invalid, Key: key, Args: []string{shorten(strings.Join(names, ", "))},
			}})
		}
	}
	say(KeySheetMissing, missing)
	say(KeySheetDouble, double)
	say(KeySheetUnknown, unknown)
	return faults
}

// columnOf finds the column that people call text.
func columnOf(known []kiosk.Column, text string) string {
	text = strings.ToLower(strings.NewReplacer(" ", "_", "-", "_").Replace(text))
	for _, c := range known {
		if c.Name == text || slices.Contains(c.Also, text) {
			return c.Name
		}
	}
	return ""
}

// read reads the rows behind the first; empty ones are left out.
func (s *sheet) read(r *csv.Reader, raw []byte, width int) (faults []kiosk.LineFault) {
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return faults
		}
		if err != nil {
			return append(faults, quoteFault(raw, err)...)
		}
		line, _ := r.FieldPos(0)
		if len(s.rows) == sheetRows {
			return append(faults, fileFault(line, &kiosk.Error{Code: kiosk.Invalid, Key: KeySheetLong, Args: []string{strconv.Itoa(sheetRows)}})...)
		}
		row := sheetRow{line, cells}
		if fault := row.check(width); fault != nil {
			faults = append(faults, *fault)
			continue
		}
		if strings.Join(row.cells, "") != "" {
			s.rows = append(s.rows, row)
		}
	}
}

// check trims the cells and takes the apostrophe back that exports put before formulas, so that
// what was exported is read as it was.
func (r *sheetRow) check(width int) *kiosk.LineFault {
	for i, cell := range r.cells {
		if utf8.RuneCountInString(cell) > sheetCell {
			return &kiosk.LineFault{Line: r.line, Err: &kiosk.Error{Code: kiosk.Invalid, Key: KeySheetCell, Args: []string{strconv.Itoa(i + 1), strconv.Itoa(sheetCell)}}}
		}
		r.cells[i] = bareFormula(strings.TrimSpace(cell))
	}
	if len(r.cells) > width && strings.Join(r.cells[width:], "") != "" {
		return &kiosk.LineFault{Line: r.line, Err: &kiosk.Error{
			Code: kiosk.Invalid, Key: KeySheetCells, Args: []string{strconv.Itoa(len(r.cells)), strconv.Itoa(width)},
		}}
	}
	return nil
}

// bareFormula takes the apostrophe of [kiosk.GuardFormula] back.
func bareFormula(cell string) string {
	if bare, found := strings.CutPrefix(cell, "'"); found && kiosk.Guarded(cell) {
		return bare
	}
	return cell
}

// shorten keeps what is quoted in a message short.
func shorten(text string) string {
	const most = 120
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
