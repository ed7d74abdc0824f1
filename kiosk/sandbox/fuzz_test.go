package sandbox

import (
	"bytes"
	"encoding/json"
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
		for _, key := range append(v.keys, "amount", "") {
			item := v.get(key)
			item.flag(true)
			item.whole()
			readAmount(item)
			recipientsOf(item)
			resolve(item, []string{"http://a.example/"})
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
