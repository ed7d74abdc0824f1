package secpaid

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"qrkiosk/kiosk"
)

// object is a JSON object. Its values are string, json.Number, bool, nil, []any or object.
type object map[string]any

// limits bound what a JSON text may hold.
type limits struct {
	depth int
	keys  int
	fold  bool // names are lower-cased, and names that differ in case alone are double
}

var (
	errNotJSON = errors.New("not one complete JSON value")
	errLimits  = errors.New("too deep or too many names")
	errDouble  = errors.New("a name stands twice")
)

// parse reads exactly one JSON value in valid UTF-8 with nothing behind it. The standard decoder
// alone would take the last of two equal names and fold their case.
func (l limits) parse(text []byte) (any, error) {
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil, errNotJSON
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return l.value(d, l.depth, &l.keys)
}

func (l limits) value(d *json.Decoder, depth int, keys *int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, errNotJSON
	}
	delim, ok := token.(json.Delim)
	switch {
	case !ok:
		return token, nil
	case depth == 0:
		return nil, errLimits
	case delim == '[':
		return l.list(d, depth-1, keys)
	}
	return l.object(d, depth-1, keys)
}

func (l limits) list(d *json.Decoder, depth int, keys *int) (any, error) {
	items := []any{}
	for d.More() {
		v, err := l.value(d, depth, keys)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	return items, closing(d)
}

func (l limits) object(d *json.Decoder, depth int, keys *int) (any, error) {
	o := object{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, errNotJSON
		}
		if l.fold {
			name = strings.ToLower(name)
		}
		if _, double := o[name]; double {
			return nil, errDouble
		}
		if *keys--; *keys < 0 {
			return nil, errLimits
		}
		if o[name], err = l.value(d, depth, keys); err != nil {
			return nil, err
		}
	}
	return o, closing(d)
}

func closing(d *json.Decoder) error {
	if _, err := d.Token(); err != nil && !errors.Is(err, io.EOF) {
		return errNotJSON
	}
	return nil
}

// text returns a string or the digits of a number; anything else is "".
func (o object) text(name string) string {
	switch v := o[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// has tells whether there is a value that is not null.
func (o object) has(name string) bool { return o[name] != nil }

// word returns a text in lower case, for comparison with known words. Blanks are not trimmed: a
// word with a blank in front is another word (B197).
func (o object) word(name string) string {
	if b, ok := o[name].(bool); ok {
		return strconv.FormatBool(b)
	}
	return strings.ToLower(o.text(name))
}

// flag tells whether a flag is set: "true", true, "Yes", 1.
func (o object) flag(name string) bool {
	switch o.word(name) {
	case "true", "yes", "1":
		return true
	}
	return false
}

// money reads a decimal amount, number or text.
func (o object) money(name string) (kiosk.Money, bool) {
	m, err := kiosk.ParseDecimal(o.text(name))
	return m, err == nil
}

// number reads a link's number under any of its names. Names that disagree, and one that cannot
// be read, make it unreadable: then nobody knows which link is meant (B189).
func (o object) number(names ...string) (int64, bool) {
	var id int64
	for _, name := range names {
		if !o.has(name) {
			continue
		}
		n, ok := parseNumber(o.text(name))
		if !ok || id != 0 && id != n {
			return 0, false
		}
		id = n
	}
	return id, id != 0
}

// parseNumber reads a positive whole number of at most 18 digits as machines write it.
func parseNumber(text string) (int64, bool) {
	if text == "" || len(text) > 18 || text[0] == '0' {
		return 0, false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// decimal is an amount on its way out: a JSON number with exact decimal text.
type decimal kiosk.Money

var _ json.Marshaler = decimal(0)

// MarshalJSON writes the cents as 12.50.
func (d decimal) MarshalJSON() ([]byte, error) { return []byte(kiosk.Money(d).String()), nil }

// firstWord is where our reference stands in a recipient note.
func firstWord(note string) string {
	if words := strings.Fields(note); len(words) > 0 {
		return words[0]
	}
	return ""
}
