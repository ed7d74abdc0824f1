package views_test

import (
	"fmt"
	"html"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// TestReadings holds testdata/readings.txt against what the views say: for each state of a sale and
// each odd outcome what the cashier, the customer's screen and the receipt read, in English and
// German, and every sentence about a fault that they may meet. The file is there to be read by people: it has to say
// what happened, whether money moved and what comes next. QRKIOSK_UPDATE=1 writes it anew.
func TestReadings(t *testing.T) {
	var b strings.Builder
	b.WriteString("What people read. Every line is what the real page says, its parts set apart by bars.\n")
	tellTills(t, &b)
	tellDisplays(t, &b)
	tellReceipts(t, &b)
	tellFaults(&b)
	const file = "testdata/readings.txt"
	if os.Getenv("QRKIOSK_UPDATE") != "" {
		writeFile(t, file, []byte(b.String()))
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("people read something else than %s says (QRKIOSK_UPDATE=1 writes it anew):\n%s", file, firstOther(string(want), got))
	}
}

func firstOther(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\n  file: %s\n  page: %s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("%d lines against %d", len(w), len(g))
}

var readIn = []string{"en", "de"}

func tellTills(t *testing.T, b *strings.Builder) {
	b.WriteString("\nTHE CASHIER\n")
	names := []string{"ready", "parked", "closed", "gateway-down", "away", "display-offline", "alarm", "alerts", "changing", "after-all"}
	for state := range counterview.SampleFacts {
		names = append(names, state)
	}
	slices.Sort(names)
	for _, state := range names {
		fmt.Fprintf(b, "\n%s\n", state)
		for _, lang := range readIn {
			p := views.Page{Lang: lang, Zone: time.UTC}
			s, x := counterview.SampleTill(state)
			page := render(t, counterview.TillPage(p, s, x))
			fmt.Fprintf(b, "  %s  %s\n", lang, reads(t, page, "id", "side"))
			if say := reads(t, page, "id", "say"); say != "" {
				fmt.Fprintf(b, "      said: %s\n", say)
			}
		}
	}
}

func tellDisplays(t *testing.T, b *strings.Builder) {
	b.WriteString("\nTHE CUSTOMER'S SCREEN\n")
	for _, state := range displayStates {
		fmt.Fprintf(b, "\n%s\n", state)
		for _, lang := range readIn {
			page := render(t, counterview.DisplayPage(views.Page{Lang: lang, Zone: time.UTC}, counterview.SampleDisplay(state), counterview.DisplayExtras{}))
			fmt.Fprintf(b, "  %s  %s\n      said: %s\n", lang, reads(t, page, "id", "screen"), reads(t, page, "id", "say"))
		}
	}
}

func tellReceipts(t *testing.T, b *strings.Builder) {
	b.WriteString("\nTHE RECEIPT\n")
	var names []string
	for state := range counterview.SampleFacts {
		names = append(names, state)
	}
	slices.Sort(names)
	for _, state := range names {
		fmt.Fprintf(b, "\n%s\n", state)
		for _, lang := range readIn {
			page := render(t, counterview.ReceiptPage(views.Page{Lang: lang, Zone: time.UTC}, counterview.SampleReceipt(state)))
			fmt.Fprintf(b, "  %s  %s\n", lang, reads(t, page, "class", "sheet"))
		}
	}
}

// inTheOffice are the sentences that neither a cashier nor a customer meets.
var inTheOffice = regexp.MustCompile(`^(?:office|fleet|csv|import|item|picture|export|register|staff|ticket|zone|days)-`)

// tellFaults tells every sentence about something that did not work, with its gaps filled.
func tellFaults(b *strings.Builder) {
	b.WriteString("\nWHEN SOMETHING DOES NOT WORK\n")
	var keys []string
	for _, key := range views.Words("en").Keys() {
		if name, ok := strings.CutPrefix(key, "error."); ok && !inTheOffice.MatchString(name) {
			keys = append(keys, name)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		fmt.Fprintf(b, "\n%s\n", key)
		for _, lang := range readIn {
			told := views.Page{Lang: lang, Region: "de"}.Explain(&kiosk.Error{
				Code: kiosk.Invalid, Key: key, Wait: 30_000,
				Amounts: []kiosk.Money{1250, 125_000, 980}, Args: []string{"B2-0042", "7", "3"},
			})
			fmt.Fprintf(b, "  %s  %s\n", lang, plainly(told.Text))
		}
	}
}

// reads is what people read in the element that has such an attribute, without lists of earlier
// sales, drawings and what is hidden.
func reads(t *testing.T, page, attr, value string) string {
	t.Helper()
	var parts []string
	var open []string
	from, hidden := -1, -1
	for _, one := range tags(t, page) {
		switch {
		case slices.Contains(void, one.name):
		case one.closes:
			open = open[:len(open)-1]
		default:
			open = append(open, one.name)
		}
		switch {
		case from < 0 && !one.closes && slices.Contains(strings.Fields(one.attrs[attr]), value):
			from = len(open)
		case from >= 0 && len(open) < from:
			return strings.Join(parts, " | ")
		}
		if hidden >= 0 && len(open) < hidden {
			hidden = -1
		}
		if from >= 0 && hidden < 0 && !one.closes && skipped(one) {
			hidden = len(open)
		}
		if from >= 0 && hidden < 0 {
			parts = said(parts, one)
		}
	}
	return strings.Join(parts, " | ")
}

func skipped(one tag) bool {
	classes := strings.Fields(one.attrs["class"])
	_, hides := one.attrs["hidden"]
	return hides || one.name == "svg" || one.name == "noscript" || one.name == "table" ||
		slices.Contains(classes, "sales") || slices.Contains(classes, "langs") || slices.Contains(classes, "tongues") ||
		slices.Contains(classes, "label") || one.name == "footer"
}

// said adds the words behind a tag; those in the middle of a line stay in one part.
func said(parts []string, one tag) []string {
	text := plainly(html.UnescapeString(one.text))
	if text == "" {
		return parts
	}
	inline := slices.Contains([]string{"span", "b", "strong", "small", "time"}, one.name)
	if inline && len(parts) > 0 && one.attrs["class"] != "" && one.attrs["class"] != "before" && !one.closes {
		parts[len(parts)-1] += " " + text
		return parts
	}
	return append(parts, text)
}

// plainly has one kind of blank and none twice.
func plainly(text string) string {
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2060", "").Replace(text)
	return strings.Join(strings.Fields(text), " ")
}

// Whatever a cashier or a customer is refused, the sentence says what became of money or data, and
// has something to do next. At the sign-in nothing could have moved.
func TestReadings_moneyAndNext(t *testing.T) {
	money := regexp.MustCompile(`(?i)nothing (?:was|more)|no money|was not (?:changed|cancelled|shown)|no sale is lost|do not charge`)
	signIn := regexp.MustCompile(`^error\.(?:pin-wrong|pin-wait|staff-gone|hashes-busy)$`)
	for _, key := range views.Words("en").Keys() {
		m := views.Words("en").T(key)
		name, ok := strings.CutPrefix(key, "error.")
		if !ok || inTheOffice.MatchString(name) {
			continue
		}
		if !signIn.MatchString(key) && !money.MatchString(m) {
			t.Errorf("%s does not say what became of the money: %s", key, m)
		}
		if strings.Count(m, ". ")+strings.Count(m, "? ") == 0 {
			t.Errorf("%s does not say what comes next: %s", key, m)
		}
	}
}
