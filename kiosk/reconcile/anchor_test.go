package reconcile

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"qrkiosk/kiosk"
)

func testSeal(key string) func([]byte) []byte {
	return func(text []byte) []byte {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write(text)
		return mac.Sum(nil)
	}
}

func someAnchors() []byte {
	a := NewAnchors("VJ9E", testSeal("k"))
	hash := func(c string) string { return strings.Repeat(c, 64) }
	text := a.First()
	text = append(text, a.Add(1_000, []kiosk.Head{{Stream: "r1", Seq: 4, Hash: hash("a")}, {Stream: "office", Seq: 2, Hash: hash("b")}})...)
	text = append(text, a.Add(90_000, []kiosk.Head{{Stream: "r1", Seq: 9, Hash: hash("c")}, {Stream: "office", Seq: 2, Hash: hash("b")}})...)
	return text
}

func TestAnchors(t *testing.T) {
	text := someAnchors()
	a, whole, err := ParseAnchors(text, testSeal("k"))
	if err != nil || whole != len(text) || len(a.All) != 2 || a.Installation != "VJ9E" {
		t.Fatalf("read %+v, %d of %d, %v", a, whole, len(text), err)
	}
	if got := a.Newest(); got["r1"].Seq != 9 || got["office"].Seq != 2 || len(a.All[1].Heads) != 1 {
		t.Errorf("newest %+v", got)
	}
	if more := a.Add(99_000, []kiosk.Head{a.Newest()["r1"]}); more != nil {
		t.Errorf("nothing new is written as %q", more)
	}
	more := a.Add(99_000, []kiosk.Head{{Stream: "r2", Seq: 1, Hash: strings.Repeat("d", 64)}})
	if b, _, err := ParseAnchors(append(bytes.Clone(text), more...), testSeal("k")); err != nil || len(b.All) != 3 {
		t.Errorf("appended: %v", err)
	}
}

// TestAnchors_everyChange: no byte can be changed, and no block left out or moved, unseen.
func TestAnchors_everyChange(t *testing.T) {
	text := someAnchors()
	if _, _, err := ParseAnchors(text, testSeal("another key")); !errors.Is(err, ErrAnchorSeal) {
		t.Errorf("another key: %v", err)
	}
	for i := range text {
		other := bytes.Clone(text)
		other[i] ^= 1
		a, _, err := ParseAnchors(other, testSeal("k"))
		if err == nil {
			t.Fatalf("byte %d can be changed: %+v", i, a)
		}
	}
	blocks := strings.SplitAfter(string(text), "\n@")
	without := blocks[0] + blocks[2]
	if _, _, err := ParseAnchors([]byte(without), testSeal("k")); !errors.Is(err, ErrAnchorSeal) {
		t.Errorf("without its first block: %v", err)
	}
	second := bytes.LastIndexByte(text, '@')
	for cut := second + 1; cut < len(text); cut++ {
		a, whole, err := ParseAnchors(text[:cut], testSeal("k"))
		if !errors.Is(err, ErrAnchorTorn) || whole != second || len(a.All) != 1 {
			t.Fatalf("cut at %d: %d, %v", cut, whole, err)
		}
	}
}

func FuzzParseAnchors(f *testing.F) {
	f.Add(someAnchors())
	f.Add([]byte("qrkiosk-anchors-1 A\n@ x\n"))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, whole, err := ParseAnchors(text, testSeal("k"))
		if err == nil && whole != len(text) || a != nil && whole > len(text) {
			t.Errorf("%d of %d bytes, %v", whole, len(text), err)
		}
	})
}
