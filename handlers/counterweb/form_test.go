package counterweb

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
)

func FuzzReadLines(f *testing.F) {
	for _, seed := range []string{"", "350 2x400 120", "1x", "x1", "0x5", "70000x1", "1x2x3", "2x350@01JD2", "350@", "@", "1x1@a@b", " 1\t2\u00a03 ", "-1", "1e3", "99999999", strings.Repeat("1 ", 3000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := readLines(text)
		if err != nil {
			if kiosk.CodeOf(err) != kiosk.Invalid || lines != nil {
				t.Errorf("%v with %v", err, lines)
			}
			return
		}
		var again strings.Builder
		for _, l := range lines {
			if l.Qty < 0 || l.Qty > 65535 || l.Unit <= 0 || l.Unit > kiosk.MaxMoney || front.PlainID(l.Item) != l.Item {
				t.Errorf("%q became %+v", text, l)
			}
			fmt.Fprintf(&again, "%dx%d", l.Qty, int64(l.Unit))
			if l.Item != "" {
				again.WriteString("@" + l.Item)
			}
			again.WriteByte(' ')
		}
		if again.Len() > 4096 {
			return
		}
		same, err := readLines(again.String())
		if err != nil || fmt.Sprint(same) != fmt.Sprint(lines) {
			t.Errorf("%q became %v and then %v, %v", text, lines, same, err)
		}
	})
}

// FuzzReadCharge: a charge read from a form is one that may be made, or refused as the caller's fault;
// so is a tip.
func FuzzReadCharge(f *testing.F) {
	for _, seed := range []string{
		"cents=1250&lines=1250&key=0123456789abcdef&note=x",
		"amount=12%2C50&key=k",
		"amount=1%2C00&item.01JD2=2&item.01JD3=&discount=10+%25&reason=x&key=k",
		"tip=5&cents=5", "item.=1", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		form, _ := url.ParseQuery(body)
		for name, values := range form {
			if values = values[:1]; !utf8.ValidString(name + values[0]) {
				values = []string{""}
			}
			form[name] = values // as the doors leave it: one value of UTF-8
		}
		r := &http.Request{PostForm: form}
		c, err := readCharge(r)
		switch {
		case err != nil && kiosk.CodeOf(err) != kiosk.Invalid:
			t.Errorf("%q: %v", body, err)
		case err == nil && (c.Amount < 0 || c.Amount > kiosk.MaxMoney || (c.Amount == 0 && len(c.Lines) == 0)):
			t.Errorf("%q: an amount of %v", body, c.Amount)
		}
		if tip, err := readTip(r); err == nil && (tip < 0 || tip > kiosk.MaxMoney) {
			t.Errorf("%q: a tip of %v", body, tip)
		}
	})
}
