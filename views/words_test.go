package views

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"qrkiosk/kiosk"
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
	`line\.typed`, `js\.(?:lost|left)`, `display\..*`, `receipt\..*`, `page\.error\..*`,
	`error\.(?:internal|invalid|not-found|conflict|too-many|unavailable|tip-closed)`,
	`error\.amount-(?:missing|zero|not-number|decimals|ambiguous|plain|too-large)`,
}, "|") + `)$`)

// needed is every key that some code may ask for.
func needed(t *testing.T) []string {
	t.Helper()
	keys := append(literalKeys(t), domainKeys(t)...)
	keys = append(keys, scriptWords...)
	for _, code := range []kiosk.Code{
		kiosk.Invalid, kiosk.NotFound, kiosk.Conflict, kiosk.Forbidden, kiosk.Unauthorized, kiosk.Gone,
		kiosk.TooMany, kiosk.Refused, kiosk.NotSent, kiosk.Unclear, kiosk.Unavailable, kiosk.Internal,
	} {
		keys = append(keys, "error."+string(code))
	}
	for _, s := range kiosk.States {
		keys = append(keys, "state."+string(s), "receipt."+string(s)+".title")
		if s != kiosk.Paid {
			keys = append(keys, "receipt."+string(s)+".text")
		}
	}
	for _, s := range []kiosk.State{kiosk.Asking, kiosk.Opening, kiosk.Awaiting, kiosk.Checking} {
		keys = append(keys, "say."+string(s), "till.since."+string(s))
	}
	for _, s := range []kiosk.DisplayState{
		kiosk.ShowsIdle, kiosk.ShowsCart, kiosk.ShowsTip, kiosk.ShowsMoment, kiosk.ShowsCode,
		kiosk.ShowsChecking, kiosk.ShowsPaid,
	} {
		keys = append(keys, "till.display."+string(s), "display.say."+string(s))
	}
	for _, kind := range []kiosk.TroubleKind{
		kiosk.TroubleLate, kiosk.TroubleLateUsed, kiosk.TroubleClaimed, kiosk.TroubleShort, kiosk.TroubleExtra,
		kiosk.TroubleUnconfirmed, kiosk.TroubleWithdrawn, kiosk.TroubleDispute, kiosk.TroubleBank,
	} {
		keys = append(keys, "trouble."+string(kind)+".what", "trouble."+string(kind)+".next")
	}
	for _, c := range kiosk.Colours {
		keys = append(keys, "colour."+c)
	}
	for _, a := range kiosk.Animals {
		keys = append(keys, "animal."+a)
	}
	for _, r := range []kiosk.Role{kiosk.Cashier, kiosk.Manager, kiosk.Organizer} {
		keys = append(keys, "role."+string(r))
	}
	for _, do := range []string{"handed", "close", "attach", "refund", "again", "rejected"} {
		keys = append(keys, "decide."+do+".title", "decide."+do+".text", "decide."+do+".button")
	}
	keys = append(keys, "decided.close", "decided.attach", "decided.handed")
	for _, stage := range refundStages {
		keys = append(keys, "refund."+string(stage)+".title", "refund."+string(stage)+".text")
	}
	for _, strip := range []string{
		"confirmed", "paid", "over", "unconfirmed", "retiring", "cancelled", "lapsed", "refused", "aside",
		"refunding", "refunded", "settled", "gateway", "none",
	} {
		keys = append(keys, "strip."+strip+".title", "strip."+strip+".text")
	}
	for _, kind := range kiosk.AlarmKinds {
		switch kind {
		case kiosk.AlarmReview, kiosk.AlarmUnconfirmed: // strips tell of them
		default:
			keys = append(keys, "alarm."+string(kind)+".title", "alarm."+string(kind)+".text", "alarm."+string(kind)+".next")
		}
	}
	for m := range 12 {
		keys = append(keys, "month."+strconv.Itoa(m+1))
	}
	keys = append(
		keys, "strip.review.title", "decide.cancel.button", "proof.webhook", "proof.used-link", "proof.pay-in",
		"key.back", "key.times", "key.plus", "key.clear",
		"enrol.tablet.title", "enrol.tablet.text", "enrol.display.title", "enrol.display.text",
		"stranger.tablet.title", "stranger.tablet.text", "stranger.display.title", "stranger.display.text",
	)
	keys = append(keys, officeKeys()...)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// literalKeys finds the keys written out in this package.
func literalKeys(t *testing.T) []string {
	t.Helper()
	call := regexp.MustCompile(`\.(?:T|N)\("([a-z][a-z0-9.-]*[a-z0-9])"`)
	var keys []string
	files, _ := filepath.Glob("*")
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") || filepath.Ext(name) == "" {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		for _, m := range call.FindAllSubmatch(raw, -1) {
			if key := string(m[1]); key != "greeting" {
				keys = append(keys, key)
			}
		}
	}
	if len(keys) < 80 {
		t.Fatalf("only %d keys found in the code: the search is broken", len(keys))
	}
	return keys
}

// domainKeys reads the message keys that package kiosk and its rooms of use cases declare.
func domainKeys(t *testing.T) []string {
	t.Helper()
	var keys []string
	var files []string
	for _, room := range []string{"", "shop/", "till/", "reconcile/", "office/", "report/"} {
		of, _ := filepath.Glob("../kiosk/" + room + "*.go")
		files = append(files, of...)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			lit, ok := spec.Values[0].(*ast.BasicLit)
			if named := spec.Names[0].Name; ok && lit.Kind == token.STRING &&
				(strings.HasPrefix(named, "Key") || strings.HasPrefix(named, "Reason")) {
				text, _ := strconv.Unquote(lit.Value)
				keys = append(keys, "error."+text)
			}
			return true
		})
	}
	if len(keys) < 40 {
		t.Fatalf("only %d keys found in the domain: the search is broken", len(keys))
	}
	return keys
}

func TestWords_complete(t *testing.T) {
	keys := needed(t)
	for _, lang := range speakers {
		l := Words(lang)
		for _, key := range keys {
			if m, ok := l.texts[key]; !ok || strings.TrimSpace(m.text) == "" {
				t.Errorf("%s has no words for %q", lang, key)
			}
		}
		for key := range l.texts {
			if !slices.Contains(keys, key) {
				t.Errorf("%s has words nobody asks for: %q", lang, key)
			}
		}
	}
}

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
