package sandbox

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/url"
	"strconv"
	"strings"
	"time"

	"qrkiosk/kiosk"
)

// The status words of webhooks. Form B, the flat one, writes success in small letters.
const (
	statusSuccess = "Success"
	statusCancel  = "cancel"
	statusFailed  = "Failed"
)

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// notice is what a webhook says before it is written in one of its forms.
type notice struct {
	payID  int64
	note   string
	amount kiosk.Money
	user   string
	status string
}

// webhooksLocked lists the deliveries that an event of a link causes, one per endpoint, and the
// second one of an encrypted split link behind each; s.mu is held.
func (s *Server) webhooksLocked(l *ledger, k *link, sum kiosk.Money, status string, now time.Time) []entry {
	if k.Endpoint == "" || s.strikes(WebhookOff, k) {
		return nil
	}
	n := notice{payID: k.ID, note: k.Note, amount: sum, user: k.User, status: status}
	if s.strikes(WebhookWrongAmount, k) {
		n.amount += wrongPlus
	}
	if s.strikes(WebhookWrongLink, k) {
		n.payID++
	}
	bodies := s.bodies(k, n)
	due := now
	if s.strikes(WebhookLate, k) {
		due = due.Add(lateness)
	}
	tries := 1 + len(retryAfter)
	if s.strikes(WebhookNoRetry, k) {
		tries = 1
	}
	copies := 1
	if s.strikes(WebhookDuplicate, k) {
		copies = 3
	}
	var entries []entry
	for target := range strings.SplitSeq(k.Endpoint, ",") {
		for range copies {
			after := int64(0)
			for _, b := range bodies {
				d := &delivery{
					ID: int64(len(l.deliveries)+len(entries)) + 1, Link: k.ID, URL: target, Type: b.kind, Body: b.text,
					Made: now, Due: due, After: after, Tries: tries, State: stateWaiting,
				}
				entries = append(entries, entry{Delivery: d})
				after = d.ID
			}
		}
	}
	return entries
}

// body is a webhook ready to be sent.
type body struct{ kind, text string }

// bodies writes the notice in the form the link ordered. A split link with encryption gets a second
// one with the breakdown, sent after the first: the vendor announces it without saying when.
func (s *Server) bodies(k *link, n notice) []body {
	first, second := n.nested(), ""
	if k.Split != "" && k.Encrypt && n.status == statusSuccess {
		second = n.breakdown(k)
	}
	key := k.Key
	if k.Encrypt && s.strikes(WebhookWrongKey, k) {
		key = randomHex(16)
	}
	if !k.Encrypt || s.strikes(WebhookPlain, k) {
		list := []body{s.plainBody(n)}
		if second != "" {
			list = append(list, body{jsonType, second})
		}
		return list
	}
	list := []body{{jsonType, seal(first, key)}}
	if second != "" {
		list = append(list, body{jsonType, seal(second, key)})
		if s.take(WebhookReordered) {
			list[0], list[1] = list[1], list[0]
		}
	}
	return list
}

// plainBody writes an unencrypted notice in the form of the wire, or of an armed knob.
func (s *Server) plainBody(n notice) body {
	older := s.cfg.Wire == Wire2025 || s.cfg.Wire == Wire2024
	switch {
	case s.take(WebhookFormC):
		return body{formType, n.form()}
	case s.take(WebhookMultipart):
		return n.multipart()
	case s.take(WebhookFormB), older:
		return body{jsonType, n.flat()}
	}
	return body{jsonType, n.nested()}
}

// nested is form A, that of the newest pages: an object within an object.
func (n notice) nested() string {
	return new(message).raw("ResponseCode", "1").raw("data", n.data().end()).end()
}

func (n notice) data() *message {
	m := new(message).raw("pay_id", strconv.FormatInt(n.payID, 10)).text("note", n.note)
	return m.raw("amount", short(n.amount)).text("user_id", n.user).text("status", n.status)
}

// breakdown is the second webhook of a split link. The vendor announces it and shows it nowhere:
// this shape is invented.
func (n notice) breakdown(k *link) string {
	each, owner := k.parts()
	rows := make([]string, len(each))
	for i, r := range k.Recipients {
		m := new(message).text("token", r.Token).raw("share", strings.Trim(r.Text, `"`)).raw("amount", short(each[i]))
		rows[i] = m.end()
	}
	m := n.data().text("split_type", k.Split).raw("recipients", "["+strings.Join(rows, ",")+"]")
	m.raw("owner_amount", short(owner))
	return new(message).raw("ResponseCode", "1").raw("data", m.end()).end()
}

// flat is form B: bracket keys inside JSON, Status with a capital S on cancel, success in small
// letters.
func (n notice) flat() string {
	m := new(message).raw("ResponseCode", "1").raw("data[pay_id]", strconv.FormatInt(n.payID, 10))
	m.raw("data[amount]", short(n.amount)).text("data[user_id]", n.user)
	switch n.status {
	case statusCancel:
		m.text("data[Status]", n.status)
	case statusSuccess:
		m.text("data[status]", "success")
	default:
		m.text("data[status]", n.status)
	}
	return m.end()
}

// form is form C, which the vendor's shop plugin reads.
func (n notice) form() string {
	return fmt.Sprintf("ResponseCode=1&data%%5Bpay_id%%5D=%d&data%%5Bamount%%5D=%s&data%%5Buser_id%%5D=%s&data%%5Bstatus%%5D=%s",
		n.payID, short(n.amount), url.QueryEscape(n.user), url.QueryEscape(n.status))
}

// multipart is form C in the other encoding of forms.
func (n notice) multipart() body {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range [][2]string{
		{"ResponseCode", "1"},
		{"data[pay_id]", strconv.FormatInt(n.payID, 10)},
		{"data[amount]", short(n.amount)},
		{"data[user_id]", n.user},
		{"data[status]", n.status},
	} {
		w.WriteField(field[0], field[1]) //nolint:errcheck // a buffer does not fail
	}
	w.Close() // a buffer does not fail
	return body{w.FormDataContentType(), b.String()}
}

// Forge sends what somebody who guessed a webhook's address could send: a plain success that never
// happened, to every endpoint of the link. It fails with ErrNoLink.
func (s *Server) Forge(linkID int64) error {
	return s.change(func(l *ledger) ([]entry, error) {
		k := l.links[linkID]
		if k == nil {
			return nil, ErrNoLink
		}
		n := notice{payID: k.ID, note: k.Note, amount: k.Amount, user: k.User, status: statusSuccess}
		now := s.nowLocked()
		var entries []entry
		for target := range strings.SplitSeq(k.Endpoint, ",") {
			if target != "" {
				entries = append(entries, entry{Delivery: &delivery{
					ID: int64(len(l.deliveries)+len(entries)) + 1, Link: k.ID, URL: target, Type: jsonType, Body: n.nested(),
					Made: now, Due: now, Tries: 1, State: stateWaiting,
				}})
			}
		}
		return entries, nil
	})
}

// seal is the encrypted envelope: AES-256-CBC, the key's characters as the key,
// its first sixteen as a constant IV, PKCS#7. Keys of another length are cut or filled with zero
// bytes, as PHP does.
func seal(plain, key string) string {
	raw := make([]byte, 32)
	copy(raw, key)
	block, err := aes.NewCipher(raw)
	if err != nil {
		return "{}" // cannot be: the key has 32 bytes
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	data := append([]byte(plain), strings.Repeat(string(rune(pad)), pad)...)
	cipher.NewCBCEncrypter(block, raw[:aes.BlockSize]).CryptBlocks(data, data)
	return new(message).text("data", base64.StdEncoding.EncodeToString(data)).end()
}
