package views

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"qrkiosk/assets"
	"qrkiosk/kiosk"
)

// A catalogue begins with marks: "language" is what its speakers call it. A catalogue with
// "for": "customers" has the sentences of customers alone, and nobody is offered it as the language
// of a till. One with "reviewed": "no" has not been read by anybody who speaks the language, and is
// spoken only where a stall names it.
var marks = []string{"language", "for", "reviewed"}

// Language is one that has a catalogue.
type Language struct {
	Tag      string // "de"
	Name     string // as its speakers call it
	Whole    bool   // it has the sentences of tills and office, not of customers alone
	Reviewed bool   // somebody who speaks it has read it

	words func() *Lexicon
}

var catalogues struct {
	once sync.Once
	all  map[string]Language
}

// languages knows every catalogue by its first lines; the rest of one is read when it is first
// spoken, so that two dozen cost a start nothing.
func languages() map[string]Language {
	catalogues.once.Do(func() {
		files, err := fs.Glob(assets.Words, "words/*.json")
		if err != nil || len(files) == 0 {
			panic("views: no words")
		}
		catalogues.all = make(map[string]Language, len(files))
		for _, name := range files {
			l := readMarks(name)
			l.words = sync.OnceValue(func() *Lexicon { return read(l.Tag) })
			catalogues.all[l.Tag] = l
		}
	})
	return catalogues.all
}

func readMarks(name string) Language {
	raw, err := assets.Words.ReadFile(name)
	if err != nil {
		panic(err)
	}
	l := Language{Tag: strings.TrimSuffix(path.Base(name), ".json"), Whole: true, Reviewed: true}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		panic(fmt.Sprintf("views: %s: %v", name, err))
	}
	for {
		key, value, err := nextMark(dec)
		switch {
		case err != nil:
			panic(fmt.Sprintf("views: %s: %v", name, err))
		case key == "language":
			l.Name = value
		case key == "for":
			l.Whole = value != "customers"
		case key == "reviewed":
			l.Reviewed = value != "no"
		default:
			return l
		}
	}
}

// nextMark reads a key and, if it is a mark, its value.
func nextMark(dec *json.Decoder) (key, value string, err error) {
	t, err := dec.Token()
	if err != nil {
		return "", "", err
	}
	key, _ = t.(string)
	if slices.Contains(marks, key) {
		err = dec.Decode(&value)
	}
	return key, value, err
}

// Languages are all that have a catalogue, in the order of their names.
func Languages() []Language {
	var all []Language
	for _, l := range languages() {
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b Language) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return all
}

// Offered are the languages of a stall that have a catalogue, in its order.
func Offered(s kiosk.Stall) []Language {
	var all []Language
	for _, tag := range s.Languages {
		if l, ok := languageOf(tag); ok && !slices.ContainsFunc(all, func(o Language) bool { return o.Tag == l.Tag }) {
			all = append(all, l)
		}
	}
	return all
}

// StaffLanguages are those a till can speak.
func StaffLanguages() []Language {
	return slices.DeleteFunc(Languages(), func(l Language) bool { return !l.Whole })
}

// languageOf finds the language of a tag or of the tag's language.
func languageOf(tag string) (Language, bool) {
	if l, ok := languages()[tag]; ok {
		return l, true
	}
	base, _, _ := strings.Cut(tag, "-")
	l, ok := languages()[base]
	return l, ok
}

// Known tells whether there is a catalogue for a language or for the language of a region.
func Known(lang string) bool {
	_, ok := languageOf(lang)
	return ok
}

// Choose picks the language of a page for customers: the first of the wishes (the person's own
// choice, then Accept-Language headers) that the stall offers and that has a catalogue, else the
// stall's first, else English. No offer means that every language somebody has reviewed is offered.
func Choose(offered []string, wishes ...string) string {
	return choose(wishes, func(l Language) bool {
		if len(offered) == 0 {
			return l.Whole && l.Reviewed
		}
		return slices.ContainsFunc(offered, func(o string) bool {
			base, _, _ := strings.Cut(o, "-")
			return base == l.Tag
		})
	}, offered)
}

// ChooseForStaff picks the language of a till: the first of the wishes that has a whole catalogue,
// whatever the stall speaks with its customers, else the stall's first such, else English.
func ChooseForStaff(stall []string, wishes ...string) string {
	return choose(wishes, func(l Language) bool { return l.Whole }, stall)
}

func choose(wishes []string, may func(Language) bool, spare []string) string {
	for _, wish := range wishes {
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil {
			continue
		}
		for _, tag := range tags {
			base, _ := tag.Base()
			if l, ok := languages()[base.String()]; ok && may(l) {
				return l.Tag
			}
		}
	}
	for _, lang := range spare {
		if l, ok := languageOf(lang); ok && may(l) {
			return l.Tag
		}
	}
	return Fallback
}
