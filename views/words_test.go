package views

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"qrkiosk/kiosk"

	"qrkiosk/assets"
)

// speakers are the languages in which everything is said.
var speakers = []string{"en", "de", "fr", "es", "it", "nl", "pl"}

// official are the other languages of the European Union, which are spoken with customers.
var official = []string{
	"bg", "cs", "da", "el", "et", "fi", "ga", "hr", "hu", "lt", "lv", "mt", "pt", "ro", "sk", "sl", "sv",
}

// forCustomers is the one rule about which sentences a customer may ever read: on the display, on
// the receipt, in the errors that those two can meet, and the words all of them are made of.
var forCustomers = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`date\.full`, `month\..*`, `wait\..*`, `sandbox\..*`, `insecure\..*`, `match\..*`, `colour\..*`, `animal\..*`,
	`line\..*`, `js\.(?:lost|left)`, `display\..*`, `sheet\..*`, `receipt\..*`, `page\.error\..*`,
	`error\.(?:internal|invalid|not-found|conflict|too-many|unavailable|tip-closed)`,
	`error\.amount-(?:missing|zero|not-number|decimals|ambiguous|plain|too-large)`,
}, "|") + `)$`)

// The other languages say to customers everything that English says to them, and nothing else, and
// are marked as what they are.
func TestWords_forCustomers(t *testing.T) {
	if len(languages()) != len(speakers)+len(official) {
		t.Errorf("%d languages, want %d and %d", len(languages()), len(speakers), len(official))
	}
	for _, lang := range official {
		if l := languages()[lang]; l.Whole || l.Reviewed {
			t.Errorf("%s is marked as %+v", lang, l)
		}
		l := Words(lang)
		for key := range Words("en").texts {
			if forCustomers.MatchString(key) && strings.TrimSpace(l.texts[key].text) == "" {
				t.Errorf("%s has no words for %q", lang, key)
			}
		}
		for key := range l.texts {
			colour, beside := strings.CutPrefix(key, "match.") // another word for it than by itself
			if beside && slices.Contains(kiosk.Colours, colour) {
				continue
			}
			if !forCustomers.MatchString(key) || !Words("en").Has(key) {
				t.Errorf("%s has words that no customer reads: %q", lang, key)
			}
		}
	}
}

var gap = regexp.MustCompile(`\{[a-z0-9]+\}`)

func gaps(text string) []string {
	all := gap.FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

// Every catalogue fills the same gaps as English, in every plural form; a form of its own for one
// need not repeat the number.
func TestWords_gaps(t *testing.T) {
	en := Words("en").texts
	for lang := range languages() {
		for key, m := range Words(lang).texts {
			want := gaps(en[key].text)
			for form, text := range withText(m) {
				got := gaps(text)
				if (form == "one" || form == "two" || form == "zero") && !slices.Contains(got, "{n}") {
					got = append(got, "{n}")
					slices.Sort(got)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s %q has gaps %v, English %v", lang, key, got, want)
				}
				if strings.Count(text, "{") != len(gap.FindAllString(text, -1)) {
					t.Errorf("%s %q has a broken gap: %q", lang, key, text)
				}
			}
		}
	}
}

func withText(m message) map[string]string {
	all := map[string]string{"": m.text}
	maps.Copy(all, m.forms)
	return all
}

// Every catalogue has exactly the plural forms of its language.
func TestWords_plurals(t *testing.T) {
	for lang := range languages() {
		l, want := Words(lang), map[string]bool{}
		for n := range 1000 {
			want[pluralForm(l.tag, n)] = true
		}
		for key, m := range l.texts {
			if m.forms == nil {
				if Words("en").texts[key].forms != nil {
					t.Errorf("%s %q has no plural forms", lang, key)
				}
				continue
			}
			for form := range want {
				if m.forms[form] == "" {
					t.Errorf("%s %q has no form %q", lang, key, form)
				}
			}
		}
	}
}

func TestWords_falls(t *testing.T) {
	if got := Words("de-AT").Lang(); got != "de" {
		t.Errorf("de-AT is spoken as %q", got)
	}
	if got := Words("xx").Lang(); got != "en" {
		t.Errorf("xx is spoken as %q", got)
	}
	if got := Words("de").N("wait.minutes", 1); got != "1 Minute" {
		t.Errorf("one minute is %q", got)
	}
	if got := Words("en").N("wait.minutes", 5); got != "5 minutes" {
		t.Errorf("five minutes are %q", got)
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		offered []string
		wishes  []string
		want    string
	}{
		{[]string{"de", "en"}, nil, "de"},
		{[]string{"de", "en"}, []string{""}, "de"},
		{[]string{"de", "en"}, []string{"en-US,en;q=0.9"}, "en"},
		{[]string{"de", "en"}, []string{"xx", "fr-FR, en;q=0.5"}, "en"},
		{[]string{"de"}, []string{"en"}, "de"},
		{[]string{"de-AT"}, []string{"de-CH"}, "de"},
		{nil, []string{"de"}, "de"},
		{nil, nil, "en"},
		{[]string{"xx"}, []string{"\x00;;;"}, "en"},
	} {
		if got := Choose(c.offered, c.wishes...); got != c.want {
			t.Errorf("Choose(%v, %q) = %q, want %q", c.offered, c.wishes, got, c.want)
		}
	}
}

// The sentences about faults say what to do or what did not happen, not only a name.
func TestWords_faultsAreSentences(t *testing.T) {
	for lang := range languages() {
		for key, m := range Words(lang).texts {
			if strings.HasPrefix(key, "error.") && !strings.HasSuffix(m.text, ".") {
				t.Errorf("%s %q is no sentence: %q", lang, key, m.text)
			}
		}
	}
}

// TestWords_onceEach: no catalogue has a key twice; of two the last one would be spoken without a word.
func TestWords_onceEach(t *testing.T) {
	files, err := fs.Glob(assets.Words, "words/*.json")
	if err != nil {
		t.Fatal(err)
	}
	office, err := fs.Glob(assets.Words, "words/office/*.json")
	if err != nil || len(files) == 0 || len(office) == 0 {
		t.Fatal("no catalogues", err)
	}
	for _, name := range slices.Concat(files, office) {
		raw, err := assets.Words.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, found := range regexp.MustCompile(`(?m)"([a-z][^"]*)":`).FindAllSubmatch(raw, -1) {
			key := string(found[1])
			if strings.Contains(key, ".") && seen[key] {
				t.Errorf("%s has %s twice", name, key)
			}
			seen[key] = true
		}
	}
}

// The word of a sale is one that people would call out.
func TestPage_matchIsSaid(t *testing.T) {
	for lang, want := range map[string]string{
		"en": "Red Lark", "de": "Lerche in Rot", "fr": "Alouette en rouge", "es": "Alondra en rojo", "it": "Allodola in rosso",
		"nl": "Leeuwerik in rood", "pl": "Skowronek w czerwieni", "cs": "Skřivan v červeném", "sk": "Škovránok v červenom",
		"sl": "Škrjanec v rdečem", "hr": "Ševa u crvenom", "bg": "Чучулига в червено", "ro": "Ciocârlie în roșu",
		"pt": "Cotovia em vermelho", "el": "Κορυδαλλός στα κόκκινα", "lv": "Cīrulis sarkanā",
	} {
		if got := (Page{Lang: lang}).Match(kiosk.Match{Colour: "red", Animal: "lark"}); got != want {
			t.Errorf("%s: %q", lang, got)
		}
	}
	for lang := range languages() {
		if some := slices.ContainsFunc(kiosk.Colours, func(c string) bool { return Words(lang).Has("match." + c) }); !some {
			continue
		}
		for _, c := range kiosk.Colours {
			if !Words(lang).Has("match." + c) {
				t.Errorf("%s has no word for %s beside an animal", lang, c)
			}
		}
	}
}
