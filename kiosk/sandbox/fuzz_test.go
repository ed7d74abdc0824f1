package sandbox

import (
	"bytes"
	"encoding/json"
	"math/big"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// FuzzReadFields: no body crashes the reader, and what it accepts can be looked at.
func FuzzReadFields(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"amount":1,"recipients":[{"share":1,"token":"a"}]}`, "application/json"},
		{"amount=1&recipients[0][token]=a&recipients[][share]=%31", "application/x-www-form-urlencoded"},
		{"--b\r\nContent-Disposition: form-data; name=\"a[b]\"\r\n\r\n1\r\n--b--\r\n", "multipart/form-data; boundary=b"},
		{"a[[b]]=1&a[b=2&[c]=3&=4&a[1000000]=5", ""},
		{"\ufeff{}", ""},
	} {
		f.Add([]byte(seed[0]), seed[1])
	}
	f.Fuzz(func(t *testing.T, raw []byte, contentType string) {
		v, err := readFields(raw, contentType)
		if err != nil {
			return
		}
		if v.kind != object || len(v.keys) != len(v.items) {
			t.Fatalf("%+v", v)
		}
		lookAt(v)
	})
}

// lookAt hands a body to every reader of fields.
func lookAt(v value) {
	for _, key := range append(v.keys, "amount", "") {
		item := v.get(key)
		item.flag(true)
		item.whole()
		readAmount(item)
		recipientsOf(item)
		resolve(item, []string{"http://a.example/"})
	}
}

// FuzzForm compares the reading of forms with that of the standard library where names do not
// nest; where they do, it looks at what came out.
func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		"amount=1&amount=2", "recipients[0][token]=a&recipients[0][share]=1&recipients[1][token]=b", "a[]=1&a[]=2&a[x]=3", "a[0]=1&a[2]=2", "a=1&a[b]=2&a=3",
		"%61=%62&c=d+e", "&&=&a", "a[b[c]]=1&a[]]=2", "a=%zz", "a;b=1", "a[1000000][][]=x", "a=\xff&\xff=a", strings.Repeat("a[0]", 20) + "=1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		v, err := readForm(raw)
		if err != nil {
			return
		}
		lookAt(v)
		want, err := url.ParseQuery(raw)
		if err != nil || strings.ContainsAny(raw, "[]") || strings.Contains(strings.ToLower(raw), "%5b") || strings.Contains(strings.ToLower(raw), "%5d") {
			return
		}
		delete(want, "")
		if len(want) != len(v.keys) {
			t.Fatalf("%q has %d names, not %d", raw, len(v.keys), len(want))
		}
		for name, list := range want {
			if got := v.get(name); got.kind != text || got.text != list[len(list)-1] {
				t.Fatalf("%q: %q is %+v, not %q", raw, name, got, list)
			}
		}
	})
}

// FuzzMultipart: no multipart body crashes the reader, and what was written as one is read again.
func FuzzMultipart(f *testing.F) {
	const head = "--b\r\nContent-Disposition: form-data; name="
	for _, seed := range [][3]string{
		{head + "\"a[0][b]\"\r\n\r\n1\r\n" + head + "\"a[0][c]\"\r\n\r\n2\r\n--b--\r\n", "amount", "12.50"},
		{head + "amount; filename=x\r\nContent-Type: text/plain\r\n\r\n1\r\n--b--", "a[]", "--b"},
		{head + "x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41\r\n--b--\r\n", "recipients[0][token]", "\r\n--b--\r\n"},
		{"--b\r\n\r\n\r\n--b\r\n\r\n--b--", "", ""},
		{"preamble\n--b\n" + "X: " + strings.Repeat("y", 5000) + "\n\n\n--b--", "a b", "\x00"},
	} {
		f.Add([]byte(seed[0]), seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, raw []byte, name, val string) {
		if v, err := readMultipart(raw, "b"); err == nil {
			lookAt(v)
		}
		if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' || strings.ContainsRune("\"\\%[]", r) }) || name == "" {
			return
		}
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		w.WriteField(name, val)
		w.Close()
		if v, err := readFields(b.Bytes(), w.FormDataContentType()); err != nil || v.get(name).text != val {
			t.Fatalf("%q with %q became %+v, %v", name, val, v, err)
		}
	})
}

// FuzzReplay: no file crashes the replay; what it calls good is good again, and a cut of it never
// brings back more.
func FuzzReplay(f *testing.F) {
	line := string(sealLine([]byte(`[{"clock":5},{"link":{"id":7,"user":"u","amount":500,"echo":"5","fee":"1.0","created":"2026-01-01T00:00:00Z","status":"Unused"}}]`)))
	f.Add([]byte(bookHeader + line))
	f.Add([]byte(bookHeader + line + line[:20]))
	f.Add([]byte(bookHeader + "00000000 []\n" + line))
	f.Add([]byte(bookHeader + string(sealLine([]byte(`[{"attempt":{"delivery":9}}]`)))))
	f.Add([]byte("secpaid"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		seen := 0
		count := func(text []byte) error {
			seen++
			if !json.Valid(text) && newLedger().applyLine(text) == nil {
				t.Fatalf("applied %q", text)
			}
			return nil
		}
		good, err := replay(raw, count)
		if err != nil {
			return
		}
		first := seen
		seen = 0
		if again, err := replay(raw[:good], count); err != nil || again != good || seen != first {
			t.Fatalf("%d of %d bytes good, then %d, %v", good, len(raw), again, err)
		}
		if good > 0 && !bytes.HasPrefix(raw, []byte(bookHeader)) {
			t.Fatalf("%d good bytes without a header", good)
		}
	})
}

// FuzzParseShare compares the reading of shares with exact fractions.
func FuzzParseShare(f *testing.F) {
	for _, seed := range []string{"10", "4.9", "-0.000001", "999999999.999999", " 1 ", "+1", "1e3", "0x1", "1_0", ".5", "5."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := parseShare(text)
		if !ok {
			return
		}
		want, good := new(big.Rat).SetString(strings.TrimSuffix(strings.TrimSpace(text), "."))
		if !good || want.Mul(want, big.NewRat(million, 1)).Cmp(new(big.Rat).SetInt64(got)) != 0 {
			t.Fatalf("%q is %v, not %d", text, want, got)
		}
	})
}

// FuzzGoodURL: what is accepted as an address can be called and redirected to, and its host is not
// an address in disguise.
func FuzzGoodURL(f *testing.F) {
	for _, seed := range []string{
		"https://shop.example/a?b=c", "http://[::1]:8080/", "http://127.0.0.1/", "http://2130706433/", "http://a@b/", "http://x/\r\n", "//x", "http://[::ffff:1.2.3.4]/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if !goodURL(raw) {
			return
		}
		req, err := http.NewRequest(http.MethodPost, raw, nil)
		if err != nil {
			t.Fatalf("%q cannot be called: %v", raw, err)
		}
		u, err := url.Parse(raw)
		if err != nil || u.User != nil || req.URL.Host == "" {
			t.Fatalf("%q: %+v", raw, u)
		}
		if addr, err := netip.ParseAddr(u.Hostname()); err == nil && addr.Is4In6() {
			t.Fatalf("%q is mapped", raw)
		}
		if strings.ContainsAny(raw, "\r\n\x00") {
			t.Fatalf("%q breaks a header", raw)
		}
	})
}

// FuzzLinkOf: no address of a checkout crashes the reader, and a pay link leads to its id.
func FuzzLinkOf(f *testing.F) {
	f.Add("OTkyOTA=", int64(99290))
	f.Add("MTI0", int64(124))
	f.Add("====", int64(-1))
	f.Fuzz(func(t *testing.T, text string, id int64) {
		linkOf(&http.Request{URL: &url.URL{RawQuery: "link_id=" + text}})
		s := &address{}
		got, _ := linkOf(httptest.NewRequest(http.MethodGet, s.payLink(id), nil))
		if got != id {
			t.Fatalf("%d became %d", id, got)
		}
	})
}
