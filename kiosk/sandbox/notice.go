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

	"qrkiosk/kiosk"
)

// The status words of webhooks. Form B, the flat one, writes success in small letters.
const (
	statusSuccess = "Success"
	statusCancel  = "cancel"
	statusFailed  = "Failed"
)

// notice is what a webhook says before it is written in one of its forms.
type notice struct {
	payID  int64
	note   string
	amount kiosk.Money
	user   string
	status string
}

// body is a webhook ready to be sent.
type body struct{ kind, text string }

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
