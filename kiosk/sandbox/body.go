package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	maxBody   = 1 << 20
	maxFields = 2000
	maxDepth  = 16
)

// errBody is the error of every body that cannot be read; the caller answers 400.
var errBody = errors.New("unreadable body")

// kind is the JSON type of a value; a form knows text, object and array only.
type kind byte

const (
	missing kind = iota
	null
	boolean
	number
	text
	array
	object
)

// value is one value of a request with the order of its keys kept, because createSplitLink echoes
// the recipients in the order in which they were sent.
type value struct {
	kind  kind
	text  string // of a boolean, number or text
	keys  []string
	items []value
}

// get returns the value of a key of an object; a missing one has kind missing. Of a key given
// twice the last one counts.
func (v value) get(key string) value {
	if v.kind != object {
		return value{}
	}
	for i := len(v.keys) - 1; i >= 0; i-- {
		if v.keys[i] == key {
			return v.items[i]
		}
	}
	return value{}
}

// given tells whether there is anything in the value: absent, null and empty text are the same to
// the gateway.
func (v value) given() bool {
	return v.kind > null && (v.kind != text || strings.TrimSpace(v.text) != "")
}

// scalar is the text of a text, number or boolean.
func (v value) scalar() string {
	if v.kind == text || v.kind == number || v.kind == boolean {
		return v.text
	}
	return ""
}

// flag reads the many spellings of a boolean that the vendor's pages use; anything else is the fallback.
func (v value) flag(fallback bool) bool {
	switch strings.ToLower(strings.TrimSpace(v.scalar())) {
	case "true", "1", "yes":
		return true
	case "false", "0", "no":
		return false
	}
	return fallback
}

// whole reads an integer from a number or a text of digits.
func (v value) whole() (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(v.scalar()), 10, 64)
	return n, err == nil
}

// readBody reads the fields of a call from JSON, a form or multipart. The first character decides
// before the content type: people send JSON with curl -d and forget the header. An empty body has
// no fields. Every error is errBody.
func readBody(r *http.Request) (value, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(raw) > maxBody {
		return value{}, errBody
	}
	return readFields(raw, r.Header.Get("Content-Type"))
}

func readFields(raw []byte, contentType string) (value, error) {
	trimmed := bytes.TrimLeft(raw, " \t\r\n\ufeff")
	if len(trimmed) == 0 {
		return value{kind: object}, nil
	}
	kindOf, params, _ := mime.ParseMediaType(contentType)
	switch {
	case kindOf == "multipart/form-data":
		return readMultipart(raw, params["boundary"])
	case trimmed[0] == '{' || strings.HasSuffix(kindOf, "json"):
		return readJSON(trimmed)
	}
	return readForm(string(raw))
}

func readJSON(raw []byte) (value, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	v, err := readValue(dec, 0)
	if err != nil || v.kind != object {
		return value{}, errBody
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return value{}, errBody
	}
	return v, nil
}

func readValue(dec *json.Decoder, depth int) (value, error) {
	token, err := dec.Token()
	if err != nil || depth > maxDepth {
		return value{}, errBody
	}
	switch t := token.(type) {
	case nil:
		return value{kind: null}, nil
	case bool:
		return value{kind: boolean, text: strconv.FormatBool(t)}, nil
	case json.Number:
		return value{kind: number, text: t.String()}, nil
	case string:
		return value{kind: text, text: t}, nil
	case json.Delim:
		return readNested(dec, t, depth)
	}
	return value{}, errBody
}

func readNested(dec *json.Decoder, open json.Delim, depth int) (value, error) {
	v := value{kind: array}
	if open == '{' {
		v.kind = object
	}
	for dec.More() {
		if v.kind == object {
			key, err := dec.Token()
			if err != nil {
				return value{}, errBody
			}
			v.keys = append(v.keys, key.(string))
		}
		item, err := readValue(dec, depth+1)
		if err != nil {
			return value{}, err
		}
		v.items = append(v.items, item)
	}
	if _, err := dec.Token(); err != nil {
		return value{}, errBody
	}
	return v, nil
}

// readForm reads name=value pairs in their order; recipients[0][token]=… makes nested values, as
// PHP does.
func readForm(raw string) (value, error) {
	form := value{kind: object}
	for i, pair := range strings.Split(raw, "&") {
		if i >= maxFields {
			return value{}, errBody
		}
		name, val, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(name)
		if err != nil {
			return value{}, errBody
		}
		val, err = url.QueryUnescape(val)
		if err != nil {
			return value{}, errBody
		}
		if key != "" { // PHP drops fields without a name
			form.put(splitPath(key), value{kind: text, text: val})
		}
	}
	return form.listed(), nil
}

func readMultipart(raw []byte, boundary string) (value, error) {
	if boundary == "" {
		return value{}, errBody
	}
	form := value{kind: object}
	parts := multipart.NewReader(bytes.NewReader(raw), boundary)
	for range maxFields {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form.listed(), nil
		}
		if err != nil {
			return value{}, errBody
		}
		val, err := io.ReadAll(part)
		if err != nil {
			return value{}, errBody
		}
		if part.FormName() != "" {
			form.put(splitPath(part.FormName()), value{kind: text, text: string(val)})
		}
	}
	return value{}, errBody
}

// splitPath turns recipients[0][token] into its three names. A name with unbalanced brackets is
// one name.
func splitPath(name string) []string {
	head, rest, found := strings.Cut(name, "[")
	if !found || head == "" || !strings.HasSuffix(rest, "]") {
		return []string{name}
	}
	path := append([]string{head}, strings.Split(strings.TrimSuffix(rest, "]"), "][")...)
	if len(path) > maxDepth || slices.ContainsFunc(path, func(p string) bool { return strings.ContainsAny(p, "[]") }) {
		return []string{name}
	}
	return path
}

// put stores a value under a path of names. The empty name, as in recipients[], means the next
// free index. A later value replaces an earlier one, and an object replaces a plain value.
func (v *value) put(path []string, val value) {
	name := path[0]
	if name == "" {
		name = strconv.Itoa(len(v.keys))
	}
	at := slices.Index(v.keys, name)
	if at < 0 {
		at = len(v.keys)
		v.keys = append(v.keys, name)
		v.items = append(v.items, value{})
	}
	if len(path) == 1 {
		v.items[at] = val
		return
	}
	if v.items[at].kind != object {
		v.items[at] = value{kind: object}
	}
	v.items[at].put(path[1:], val)
}

// listed turns objects whose keys are 0, 1, 2 … into arrays, in the order of the numbers.
func (v value) listed() value {
	for i := range v.items {
		v.items[i] = v.items[i].listed()
		if items, ok := v.items[i].sequence(); ok {
			v.items[i] = value{kind: array, items: items}
		}
	}
	return v
}

func (v value) sequence() ([]value, bool) {
	if v.kind != object || len(v.keys) == 0 {
		return nil, false
	}
	items := make([]value, len(v.keys))
	seen := make([]bool, len(v.keys))
	for i, key := range v.keys {
		n, err := strconv.Atoi(key)
		if err != nil || n < 0 || n >= len(items) || seen[n] || strconv.Itoa(n) != key {
			return nil, false
		}
		items[n], seen[n] = v.items[i], true
	}
	return items, true
}
