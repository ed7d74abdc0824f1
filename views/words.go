package views

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"qrkiosk/assets"
)

// Fallback is the language of every message that a catalogue does not have.
const Fallback = "en"

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

// read loads the catalogue of a language. It is part of the binary, so a broken one is a defect that
// tests find: it panics.
func read(lang string) *Lexicon {
	raw, err := assets.Words.ReadFile("words/" + lang + ".json")
	if err != nil {
		panic(err)
	}
	l := &Lexicon{lang: lang, tag: language.Make(lang)}
	if err := json.Unmarshal(raw, &l.texts); err != nil {
		panic(fmt.Sprintf("views: words of %q: %v", lang, err))
	}
	l.addOffice()
	for _, mark := range marks {
		delete(l.texts, mark)
	}
	l.script = sync.OnceValue(func() string { return packScript(l) })
	return l
}

// addOffice adds the words of the office, which fewer languages have than what customers read.
// They have a catalogue of their own, "words/office/en.json".
func (l *Lexicon) addOffice() {
	raw, err := assets.Words.ReadFile("words/office/" + l.lang + ".json")
	if err != nil {
		return // the office speaks English to them
	}
	var more map[string]message
	if err := json.Unmarshal(raw, &more); err != nil {
		panic(fmt.Sprintf("views: office words of %s: %v", l.lang, err))
	}
	maps.Copy(l.texts, more)
}

// Words returns the lexicon of a language, read when it is first spoken; a region ("de-AT") falls
// back to its language, an unknown language to English.
func Words(lang string) *Lexicon {
	all := languages()
	if l, ok := all[lang]; ok {
		return l.words()
	}
	base, _, _ := strings.Cut(lang, "-")
	if l, ok := all[base]; ok {
		return l.words()
	}
	return all[Fallback].words()
}

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
	if l.lang == Fallback {
		return message{text: key}
	}
	return Words(Fallback).find(key)
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
func packScript(l *Lexicon) string {
	var b strings.Builder
	for _, key := range scriptWords {
		b.WriteString(strings.TrimPrefix(key, "js.") + "=" + l.find(key).text + "\n")
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
