package views

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/language"
	names "golang.org/x/text/language/display"

	"qrkiosk/assets"
)

// Every catalogue begins with its marks, and names its language as its speakers do.
func TestLanguages_marks(t *testing.T) {
	for tag, l := range languages() {
		self := names.Self.Name(language.Make(tag))
		if !strings.EqualFold(l.Name, self) {
			t.Errorf("%s calls itself %q, not %q", tag, l.Name, self)
		}
		if l.Whole && !l.Reviewed {
			t.Errorf("%s is offered to staff though nobody has reviewed it", tag)
		}
		raw, _ := assets.Words.ReadFile("words/" + tag + ".json")
		if bytes.Contains(raw, []byte(`"for":`)) == l.Whole || bytes.Contains(raw, []byte(`"reviewed":`)) == l.Reviewed {
			t.Errorf("%s has a mark behind its words, where nobody reads it", tag)
		}
	}
	for _, tag := range []string{"en", "de"} {
		if l := languages()[tag]; !l.Whole || !l.Reviewed {
			t.Errorf("%s is marked as %+v", tag, l)
		}
	}
}

// A start reads no catalogue: one is read when it is first spoken.
func TestLanguages_readWhenSpoken(t *testing.T) {
	l, _ := languageOf("fr-CA")
	if first, again := l.words(), Words("fr"); first != again || again.Lang() != "fr" {
		t.Errorf("French was read twice: %p and %p", first, again)
	}
	if n := testing.AllocsPerRun(100, func() { Words("fr").T("display.paid") }); n != 0 {
		t.Errorf("a sentence costs %v allocations", n)
	}
	began := testing.AllocsPerRun(10, func() { readMarks("words/fr.json") })
	if whole := testing.AllocsPerRun(10, func() { read("fr") }); began > whole/10 {
		t.Errorf("the marks of a catalogue cost %v allocations, the whole of it %v", began, whole)
	}
}

func TestChooseForStaff(t *testing.T) {
	for _, c := range []struct {
		stall, wishes []string
		want          string
	}{
		{[]string{"de", "en"}, nil, "de"},
		{[]string{"de"}, []string{"", "fr-CH, en;q=0.5"}, "fr"},
		{[]string{"de"}, []string{"en", "fr"}, "en"},
		{[]string{"xx"}, []string{"xx"}, "en"},
		{nil, []string{"\x00;;;"}, "en"},
	} {
		if got := ChooseForStaff(c.stall, c.wishes...); got != c.want {
			t.Errorf("ChooseForStaff(%v, %q) = %q, want %q", c.stall, c.wishes, got, c.want)
		}
	}
}
