package secpaid

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"unicode/utf8"

	"qrkiosk/kiosk"
)

// The flaws of a notice, one word each for the log. They must never reach an answer, a screen or
// anything else an outsider can see: told apart there, they would be an oracle on the key.
const (
	flawEmpty      = "empty"
	flawTooLong    = "too-long"
	flawUnreadable = "unreadable"    // not a body of any known form
	flawPlain      = kiosk.FlawPlain // readable, but not encrypted
	flawUnordered  = "unordered"     // encrypted, though no key was ordered for this link
	flawKey        = "key"           // our own key has the wrong length
	flawBase64     = "base64"
	flawBlocks     = "blocks" // no whole number of blocks, or more than 4 KiB
	flawPadding    = "padding"
	flawJSON       = "json" // decrypted, but not one strict JSON value of the known form
	flawAmount     = "amount"
)

const (
	maxNotice   = 64 << 10
	maxUserID   = 100
	maxPartSize = 16 << 10
)

// A notice holds an object within an object; the breakdown of a split link a list of objects
// below that. limits carries the count of names by value, so each text starts
// with a full one.
var noticeLimits = limits{depth: 4, keys: 64, fold: true}

// ReadNotice reads a webhook body of any form: A to D of wire.md. key is that of the link, "" if no
// encryption was ordered; then nothing is authentic. It never fails and never tells outsiders
// anything: what cannot be believed has Authentic false and a Flaw for the log.
func (c *Client) ReadNotice(contentType string, raw []byte, key string) kiosk.Notice {
	switch {
	case len(bytes.TrimSpace(raw)) == 0:
		return kiosk.Notice{Flaw: flawEmpty, Status: kiosk.NoticeOther}
	case len(raw) > maxNotice:
		return kiosk.Notice{Flaw: flawTooLong, Status: kiosk.NoticeOther}
	}
	fields, ok := noticeFields(contentType, raw)
	if !ok {
		return kiosk.Notice{Flaw: flawUnreadable, Status: kiosk.NoticeOther}
	}
	if sealed, ok := fields["data"].(string); ok {
		return openNotice(sealed, key)
	}
	n := noticeOf(fields)
	n.Flaw = flawPlain
	return n
}

// noticeFields brings every form to one: an object with the fields of form A, or with "data" as
// text. The first byte decides, the content type is not to be trusted.
func noticeFields(contentType string, raw []byte) (object, bool) {
	body := bytes.TrimSpace(raw)
	if body[0] == '{' {
		v, err := noticeLimits.parse(body)
		if err != nil {
			return nil, false
		}
		return gather(v.(object))
	}
	if !utf8.Valid(body) {
		return nil, false
	}
	if boundary := boundaryOf(contentType); boundary != "" && bytes.HasPrefix(body, []byte("--")) {
		return multipartFields(raw, boundary)
	}
	return formFields(string(body))
}

// gather collects names like data[pay_id] under data (form B). Both ways at once is no form.
func gather(flat object) (object, bool) {
	inner := object{}
	for name, v := range flat {
		if field, ok := bracketed(name); ok {
			inner[field] = v
		}
	}
	if len(inner) == 0 {
		return flat, true
	}
	if flat.has("data") {
		return nil, false
	}
	return object{"responsecode": flat["responsecode"], "data": inner}, true
}

func bracketed(name string) (string, bool) {
	field, ok := strings.CutPrefix(name, "data[")
	return strings.TrimSuffix(field, "]"), ok && strings.HasSuffix(field, "]")
}

// formFields reads form C, where a name may not stand twice either.
func formFields(body string) (object, bool) {
	if strings.Count(body, "&") >= noticeLimits.keys {
		return nil, false
	}
	values, err := url.ParseQuery(body)
	if err != nil {
		return nil, false
	}
	flat := object{}
	for name, list := range values {
		name = strings.ToLower(name)
		if _, double := flat[name]; double || len(list) != 1 || !utf8.ValidString(name+list[0]) {
			return nil, false
		}
		flat[name] = list[0]
	}
	return formObject(flat)
}

// formObject wants at least one name a notice has: any text at all parses as a form.
func formObject(flat object) (object, bool) {
	fields, ok := gather(flat)
	return fields, ok && (fields.has("data") || fields.has("responsecode"))
}

func boundaryOf(contentType string) string {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return ""
	}
	return params["boundary"]
}

func multipartFields(raw []byte, boundary string) (object, bool) {
	reader := multipart.NewReader(bytes.NewReader(raw), boundary)
	flat := object{}
	for len(flat) <= noticeLimits.keys {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return formObject(flat)
		}
		if err != nil {
			return nil, false
		}
		value, err := io.ReadAll(io.LimitReader(part, maxPartSize))
		name := strings.ToLower(part.FormName())
		if _, double := flat[name]; err != nil || double {
			return nil, false
		}
		flat[name] = string(value)
	}
	return nil, false
}

// openNotice decrypts form D. Wrong padding does not shorten the work: the text is parsed in any
// case and thrown away afterwards.
func openNotice(sealed, key string) kiosk.Notice {
	none := kiosk.Notice{Status: kiosk.NoticeOther}
	if key == "" {
		none.Flaw = flawUnordered
		return none
	}
	text, padded, flaw := decrypt(sealed, key)
	if flaw != "" {
		none.Flaw = flaw
		return none
	}
	v, err := noticeLimits.parse(text)
	fields, _ := v.(object)
	data, isObject := fields["data"].(object)
	switch {
	case !padded:
		none.Flaw = flawPadding
		return none
	case err != nil || !isObject || len(data) == 0:
		none.Flaw = flawJSON
		return none
	}
	n := noticeOf(fields)
	n.Authentic = true
	if !n.HasAmount {
		n.Flaw = flawAmount
	}
	return n
}

// noticeOf reads the fields of form A, names in lower case. Numbers may be texts and the reverse.
func noticeOf(fields object) kiosk.Notice {
	data, _ := fields["data"].(object)
	n := kiosk.Notice{Status: noticeStatus(fields, data)}
	n.PayID, _ = data.number("pay_id")
	n.Amount, n.HasAmount = data.money("amount")
	if id := data.text("user_id"); len(id) <= maxUserID {
		n.AccountNumber = id
	}
	return n
}

// noticeStatus knows three words. A notice whose own code does not say 1 reports no success,
// whatever its status.
func noticeStatus(fields, data object) kiosk.NoticeStatus {
	if fields.has("responsecode") && fields.text("responsecode") != "1" {
		return kiosk.NoticeOther
	}
	switch data.word("status") {
	case "success":
		return kiosk.NoticeSuccess
	case "cancel":
		return kiosk.NoticeCancel
	case "failed":
		return kiosk.NoticeFailed
	}
	return kiosk.NoticeOther
}
