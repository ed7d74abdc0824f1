package secpaid

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"qrkiosk/kiosk"
)

// FuzzReadNotice: no body does harm, and nothing is authentic that was not encrypted whole with
// the link's key.
func FuzzReadNotice(f *testing.F) {
	for _, raw := range []string{
		genuine, string(sealed(genuine, testKey)), "", "{", "[]", "data[pay_id]=1&data[status]=Success", "data=AAAA",
		`{"data[pay_id]":1,"data[Status]":"cancel"}`, `{"data":{"a":{"b":{"c":1}}}}`, "--b\r\n\r\nx\r\n--b--",
		`{"data":{"status":"x","Status":"y"}}`, "{\"a\":\"\xff\"}", "a=%zz", "a;b",
	} {
		f.Add("application/json", []byte(raw))
		f.Add("multipart/form-data; boundary=b", []byte(raw))
	}
	other := strings.Repeat("k", 32)
	f.Fuzz(func(t *testing.T, contentType string, raw []byte) {
		c := new(Client)
		for _, key := range []string{"", "short", other} {
			if n := c.ReadNotice(contentType, raw, key); n.Authentic || n.Flaw == "" {
				t.Errorf("with key %q read %+v", key, n)
			}
		}
		n := c.ReadNotice(contentType, raw, testKey)
		switch n.Status {
		case kiosk.NoticeSuccess, kiosk.NoticeCancel, kiosk.NoticeFailed, kiosk.NoticeOther:
		default:
			t.Errorf("status %q", n.Status)
		}
		if n != c.ReadNotice(contentType, raw, testKey) {
			t.Error("read twice, two results")
		}
	})
}

// FuzzSealedNotice: whatever is inside the encryption, only strict JSON is authentic, and reading
// it again from its own fields gives the same.
func FuzzSealedNotice(f *testing.F) {
	for _, text := range []string{
		genuine, "", "{}", `{"data":{}}`, `{"data":{"pay_id":1}} `, genuine + "x", `{"data":{"amount":1e9,"status":"SUCCESS"}}`,
		`{"ResponseCode":0,"data":{"status":"success"}}`, "{\"data\":{\"a\":\"\xff\"}}", `{"data":{"a":1,"A":2}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n := new(Client).ReadNotice("", sealed(text, testKey), testKey)
		if !n.Authentic {
			if n.Flaw == "" || n.PayID != 0 || n.HasAmount || n.AccountNumber != "" {
				t.Errorf("read %+v", n)
			}
			return
		}
		if !utf8.ValidString(text) || !json.Valid([]byte(text)) || len(text) > maxSealed {
			t.Errorf("authentic though not strict: %q", text)
		}
		again := fmt.Sprintf(`{"data":{"pay_id":%d,"amount":%s,"user_id":%s,"status":%q}}`,
			n.PayID, n.Amount, quote(n.AccountNumber), n.Status)
		m := new(Client).ReadNotice("", sealed(again, testKey), testKey)
		if m.PayID != n.PayID || m.AccountNumber != n.AccountNumber || m.Status != n.Status || n.HasAmount && m.Amount != n.Amount {
			t.Errorf("read %+v, then %+v", n, m)
		}
	})
}

func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return `""`
	}
	return string(b)
}

// FuzzRead: every answer falls into exactly one class, and success only with both marks.
func FuzzRead(f *testing.F) {
	for _, body := range []string{
		done("[]"), done(echo), `{"ResponseCode":0,"Result":"False"}`, `{"error":"x","errorMessage":"y"}`, `{"message":"z"}`,
		"", "null", "[]", "<html>", `{"ResponseCode":1,"Result":"False"}`, `{"ResponseCode":"1","Result":true}`,
	} {
		for _, status := range []int{200, 201, 400, 404, 429, 500} {
			f.Add(status, "application/json", body, "7")
		}
	}
	c, err := New(Config{URL: "https://app.secpaid.com", Token: "t"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, contentType, body, after string) {
		o, contact, err := read(reply{status: status, contentType: contentType, retryAfter: after, body: []byte(body)}, noon)
		switch kiosk.CodeOf(err) {
		case "":
			if status != 200 || !contact || o == nil {
				t.Errorf("done with status %d", status)
			}
			walk(c, o)
		case kiosk.Refused:
			if status >= 500 || status == 429 || !contact {
				t.Errorf("refused with status %d", status)
			}
			retiredBy(err)
		case kiosk.TooMany:
			if wait := waitOf(err); status != 429 || wait <= 0 || wait > maxRetryAfter {
				t.Errorf("too many with status %d, wait %v", status, wait)
			}
		case kiosk.Unclear:
		default:
			t.Errorf("class %v", err)
		}
	})
}

// walk hands an answer to every reader.
func walk(c *Client, o object) {
	link, _ := o["data"].(object)
	id, _ := link.number("id", "linktopay_id", "pay_id")
	c.wrongEcho(order(), link, id)
	rows, err := o.rows()
	if err != nil {
		return
	}
	returnedLinks(rows)
	each(rows, payOut)
	each(rows, taxInvoice)
	for _, row := range rows {
		item, _ := row.(object)
		c.found(item, false)
		payIn(item, id)
	}
}

// FuzzDecimal: what is read as an amount is written back to the same amount, and only plain
// decimal text is read at all.
func FuzzDecimal(f *testing.F) {
	for _, text := range []string{"12.50", "-0.05", "25", "1e2", "12,50", "12.505", "25.0", "0", "", ".5", "5.", "999999999999.99"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, ok := object{"a": text}.money("a")
		if !ok {
			return
		}
		if strings.Trim(text, "-.0123456789") != "" {
			t.Errorf("%q read as %s", text, m)
		}
		written, err := json.Marshal(decimal(m))
		again, readable := object{"a": json.Number(written)}.money("a")
		if err != nil || !readable || again != m {
			t.Errorf("%q read as %s, written %s, read again as %s, %v", text, m, written, again, err)
		}
	})
}
