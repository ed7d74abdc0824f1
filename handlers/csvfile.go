package handlers

import (
	"encoding/csv"
	"io"
	"net/http"
	"strconv"
	"strings"

	"qrkiosk/kiosk"
)

// csvFile writes a table as RFC 4180 has it, marked as UTF-8, in the habits of a place: where the
// decimal mark is a comma, columns are parted by semicolons.
type csvFile struct {
	w       *csv.Writer
	decimal string
	cells   []string
}

// newCSV begins a file; semicolon chooses between the two habits.
func newCSV(w io.Writer, semicolon bool) (*csvFile, error) {
	f := &csvFile{w: csv.NewWriter(w), decimal: "."}
	f.w.UseCRLF = true
	if semicolon {
		f.w.Comma, f.decimal = ';', ","
	}
	_, err := io.WriteString(w, "\ufeff")
	return f, err
}

// row writes one row. Text is made harmless, numbers and amounts are written as numbers.
func (f *csvFile) row(cells ...any) error {
	f.cells = f.cells[:0]
	for _, c := range cells {
		switch v := c.(type) {
		case string:
			f.cells = append(f.cells, harmless(v))
		case int64:
			f.cells = append(f.cells, strconv.FormatInt(v, 10))
		case kiosk.Money:
			f.cells = append(f.cells, strings.Replace(v.String(), ".", f.decimal, 1))
		}
	}
	return f.w.Write(f.cells)
}

func (f *csvFile) end() error {
	f.w.Flush()
	return f.w.Error()
}

// harmless keeps a cell from being taken for a formula: quoting alone does not (CWE-1236).
func harmless(text string) string {
	if text == "" {
		return ""
	}
	if strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", firstRune(text)) {
		return "'" + text
	}
	return text
}

func firstRune(text string) rune {
	for _, r := range text {
		return r
	}
	return 0
}

// sendFile announces a file that is to be kept.
func sendFile(w http.ResponseWriter, kind, name string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
}

const csvKind = "text/csv; charset=utf-8; header=present"
