package views

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"qrkiosk/assets"
)

// fallback is the language of every message that a catalogue does not have.
const fallback = "en"

// Lexicon is every sentence of one language.
type Lexicon struct {
	lang  string
	tag   language.Tag
	texts map[string]message
	// script is what the modules say, packed for a data attribute, once.
	script func() string
}

// message is one sentence, or one for each plural form of its number. Gaps are written {name}.
type message struct {
	text  string
	forms map[string]string
}

// UnmarshalJSON reads "a sentence" or {"one": "…", "other": "…"}.
func (m *message) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		return json.Unmarshal(raw, &m.text)
	}
	if err := json.Unmarshal(raw, &m.forms); err != nil {
		return err
	}
	if m.text = m.forms["other"]; m.text == "" {
		return fmt.Errorf("plural message without other form: %s", raw)
	}
	return nil
}

// lexicons reads every catalogue once. They are part of the binary, so a broken one is a defect
// that tests find: it panics.
var lexicons = sync.OnceValue(func() map[string]*Lexicon {
	all := map[string]*Lexicon{}
	files, err := fs.Glob(assets.Words, "words/*.json")
	if err != nil || len(files) == 0 {
		panic("views: no words")
	}
	for _, name := range files {
		lang := strings.TrimSuffix(path.Base(name), ".json")
		raw, err := assets.Words.ReadFile(name)
		if err != nil {
			panic(err)
		}
		l := &Lexicon{lang: lang, tag: language.Make(lang)}
		if err := json.Unmarshal(raw, &l.texts); err != nil {
			panic(fmt.Sprintf("views: %s: %v", name, err))
		}
		l.script = sync.OnceValue(func() string { return packScript(l.texts, all[fallback].texts) })
		all[lang] = l
	}
	return all
})

// Words returns the lexicon of a language; a region ("de-AT") falls back to its language, an
// unknown language to English.
func Words(lang string) *Lexicon {
	all := lexicons()
	if l, ok := all[lang]; ok {
		return l
	}
	base, _, _ := strings.Cut(lang, "-")
	if l, ok := all[base]; ok {
		return l
	}
	return all[fallback]
}

// Known tells whether there is a catalogue for a language or for the language of a region.
func Known(lang string) bool {
	base, _, _ := strings.Cut(lang, "-")
	_, ok := lexicons()[base]
	return ok
}

// Choose picks the language of a page: the first of the wishes (the person's own choice, then
// Accept-Language headers) that the stall offers and that has a catalogue, else the stall's first,
// else English. No offer means that every catalogue is offered.
func Choose(offered []string, wishes ...string) string {
	for _, wish := range wishes {
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil {
			continue
		}
		for _, tag := range tags {
			base, _ := tag.Base()
			if lang := offer(offered, base.String()); lang != "" {
				return lang
			}
		}
	}
	for _, lang := range offered {
		if Known(lang) {
			return Words(lang).lang
		}
	}
	return fallback
}

func offer(offered []string, lang string) string {
	if !Known(lang) {
		return ""
	}
	for _, o := range offered {
		if base, _, _ := strings.Cut(o, "-"); base == lang {
			return lang
		}
	}
	if len(offered) == 0 {
		return lang
	}
	return ""
}

// Lang is the language of the lexicon, "en".
func (l *Lexicon) Lang() string { return l.lang }

// Has tells whether the lexicon itself has a message.
func (l *Lexicon) Has(key string) bool {
	_, ok := l.texts[key]
	return ok
}

// T returns the message of a key with its gaps filled: T("greeting", "name", "Ada") for
// "Hello {name}". A key that no catalogue has comes back as it is; a test forbids such keys.
func (l *Lexicon) T(key string, gaps ...string) string {
	return fill(l.find(key).text, gaps)
}

// N is [Lexicon.T] with the plural form for n; the gap {n} is filled with it.
func (l *Lexicon) N(key string, n int, gaps ...string) string {
	m, form := l.find(key), pluralForm(l.tag, n)
	text, ok := m.forms[form]
	if !ok {
		text = m.text
	}
	return fill(text, append(gaps, "n", strconv.Itoa(n)))
}

func (l *Lexicon) find(key string) message {
	if m, ok := l.texts[key]; ok {
		return m
	}
	if m, ok := lexicons()[fallback].texts[key]; ok {
		return m
	}
	return message{text: key}
}

// fill writes the values into the gaps of a sentence; a gap without a value stays, and tests see it.
func fill(text string, gaps []string) string {
	open := strings.IndexByte(text, '{')
	if open < 0 || len(gaps) < 2 {
		return text
	}
	b := make([]byte, 0, len(text)+64)
	for ; open >= 0; open = strings.IndexByte(text, '{') {
		b = append(b, text[:open]...)
		text = text[open:]
		end := strings.IndexByte(text, '}')
		if end < 0 {
			break
		}
		b = append(b, valueOf(text[:end+1], gaps)...)
		text = text[end+1:]
	}
	return string(append(b, text...))
}

// valueOf finds the value for a gap, "{name}", in pairs of names and values.
func valueOf(gap string, gaps []string) string {
	for i := 0; i+1 < len(gaps); i += 2 {
		if gaps[i] == gap[1:len(gap)-1] {
			return gaps[i+1]
		}
	}
	return gap
}

// packScript writes one "name=sentence" per line: unlike JSON, nothing in it needs escaping.
func packScript(texts, spare map[string]message) string {
	var b strings.Builder
	for _, key := range scriptWords {
		m, ok := texts[key]
		if !ok {
			m = spare[key]
		}
		b.WriteString(strings.TrimPrefix(key, "js.") + "=" + m.text + "\n")
	}
	return b.String()
}

func pluralForm(tag language.Tag, n int) string {
	switch plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	case plural.Other:
	}
	return "other"
}
