package views_test

import (
	"bytes"
	"compress/gzip"
	"html"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/static"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// tag is an opening, closing or empty tag of a page; from and to are where it stands, and text is
// what follows it up to the next one.
type tag struct {
	name     string
	closes   bool
	attrs    map[string]string
	from, to int
	text     string
}

var void = []string{"meta", "link", "input", "br", "img", "hr"}

// tags reads a page. It fails on markup that is not strict: an angle bracket outside of tags, an
// attribute without quotes, one that stands twice.
func tags(t *testing.T, page string) []tag {
	t.Helper()
	var all []tag
	at := 0
	if strings.HasPrefix(page, "<!doctype html>") {
		at = len("<!doctype html>")
	}
	for at < len(page) {
		end := strings.IndexByte(page[at:], '>')
		if page[at] != '<' || end < 0 {
			t.Fatalf("markup that is no tag: %.80q", page[at:])
		}
		one := readTag(t, page[at+1:at+end])
		one.from, one.to = at, at+end+1
		next := strings.IndexAny(page[one.to:], "<>")
		if next < 0 {
			next = len(page) - one.to
		}
		one.text = page[one.to : one.to+next]
		at = one.to + next
		all = append(all, one)
	}
	return all
}

// readTag reads what stands between the brackets of a tag.
func readTag(t *testing.T, inside string) tag {
	t.Helper()
	inside, closes := strings.CutPrefix(inside, "/")
	name, rest, _ := strings.Cut(inside, " ")
	one := tag{name: name, closes: closes, attrs: map[string]string{}}
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		end := strings.IndexAny(rest, " =")
		key, value := rest, ""
		switch {
		case end < 0:
			rest = ""
		case rest[end] == ' ':
			key, rest = rest[:end], rest[end:]
		default:
			key, rest = rest[:end], rest[end+1:]
			quoted := strings.SplitN(rest, `"`, 3)
			if len(quoted) != 3 || quoted[0] != "" {
				t.Fatalf("<%s>: %s is not quoted: %.60q", name, key, rest)
			}
			value, rest = quoted[1], quoted[2]
		}
		if _, twice := one.attrs[key]; twice {
			t.Errorf("<%s> has %s twice", name, key)
		}
		one.attrs[key] = html.UnescapeString(value)
	}
	return one
}

// checkNesting fails on tags that are closed in another order than they were opened.
func checkNesting(t *testing.T, all []tag) {
	t.Helper()
	var open []string
	for _, one := range all {
		switch {
		case slices.Contains(void, one.name):
		case !one.closes:
			open = append(open, one.name)
		case len(open) == 0 || open[len(open)-1] != one.name:
			t.Fatalf("</%s> closes %v", one.name, open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("never closed: %v", open)
	}
}

// checkPolicy holds a page against the content-security policy: nothing inline, nothing foreign.
func checkPolicy(t *testing.T, all []tag) {
	t.Helper()
	for _, one := range all {
		for name, value := range one.attrs {
			switch {
			case name == "style", strings.HasPrefix(name, "on"):
				t.Errorf("<%s> has %s", one.name, name)
			case name == "src", name == "href" && one.name == "link":
				if strings.HasPrefix(value, views.PathBrand) || (one.name == "img" && strings.HasPrefix(value, views.PathPicture)) {
					continue
				}
				if one.attrs["rel"] == "manifest" && strings.HasSuffix(value, ".webmanifest") {
					continue
				}
				if _, _, ok := static.Open(value); !ok {
					t.Errorf("<%s> loads %q", one.name, value)
				}
			case name == "action" && !strings.HasPrefix(value, "/"):
				t.Errorf("a form posts to %q", value)
			}
		}
		if one.name == "style" || (one.name == "script" && !one.closes && one.attrs["src"] == "") {
			t.Errorf("inline <%s>", one.name)
		}
	}
}

func checkIDs(t *testing.T, all []tag) {
	t.Helper()
	seen := map[string]bool{}
	for _, one := range all {
		if id := one.attrs["id"]; id != "" {
			if seen[id] {
				t.Errorf("id %q twice", id)
			}
			seen[id] = true
		}
	}
	for _, one := range all {
		for _, name := range []string{"for", "popovertarget"} {
			if ref := one.attrs[name]; ref != "" && !seen[ref] {
				t.Errorf("<%s %s=%q> points nowhere", one.name, name, ref)
			}
		}
	}
}

// checkNames fails on buttons and links that say nothing.
func checkNames(t *testing.T, all []tag) {
	t.Helper()
	for i, one := range all {
		if one.closes || (one.name != "button" && one.name != "a") || one.attrs["aria-label"] != "" {
			continue
		}
		said := ""
		for _, inner := range all[i:] {
			if inner.closes && inner.name == one.name {
				break
			}
			said += inner.text
		}
		if strings.TrimSpace(said) == "" {
			t.Errorf("a <%s> without a name: %v", one.name, one.attrs)
		}
	}
}

func TestPages_markup(t *testing.T) {
	for _, lang := range views.Speakers {
		for name, c := range scenes(views.Page{Lang: lang, Zone: time.UTC}) {
			t.Run(lang+"/"+name, func(t *testing.T) {
				page := render(t, c)
				if !strings.HasPrefix(page, `<!doctype html><html lang="`+lang+`">`) {
					t.Errorf("begins %.60q", page)
				}
				all := tags(t, page)
				checkNesting(t, all)
				checkPolicy(t, all)
				checkIDs(t, all)
				checkNames(t, all)
				asked := markup.Parse(t, page)
				if n := asked.Count("h1"); n != 1 {
					t.Errorf("%d main headings", n)
				}
				if n := asked.Count("main"); n != 1 {
					t.Errorf("%d main parts", n)
				}
				if asked.Text("title") == "" {
					t.Error("no title")
				}
			})
		}
	}
}

// No page shows the name of a message instead of its words, nor a gap that nothing filled.
func TestPages_noBareKeys(t *testing.T) {
	bare := regexp.MustCompile(`^[a-z]+(\.[a-z0-9-]+)+$`)
	for _, lang := range views.Speakers {
		for name, c := range scenes(views.Page{Lang: lang, Zone: time.UTC}) {
			for _, one := range tags(t, render(t, c)) {
				shown := []string{one.text, one.attrs["aria-label"], one.attrs["placeholder"]}
				for _, text := range shown {
					if bare.MatchString(text) {
						t.Errorf("%s/%s shows %q", lang, name, text)
					}
					if strings.ContainsAny(text, "{}") {
						t.Errorf("%s/%s shows an empty gap: %q", lang, name, text)
					}
				}
			}
		}
	}
}

func TestPages_sandboxIsMarked(t *testing.T) {
	for name, c := range others(views.Page{Lang: "en", Mode: kiosk.Sandbox}) {
		if !markup.Parse(t, render(t, c)).Says(".banner.sandbox strong", "SANDBOX") {
			t.Errorf("%s does not say that it is play money", name)
		}
	}
	till, x := counterview.SampleTill("ready")
	till.Mode = kiosk.Sandbox
	display := counterview.SampleDisplay("idle")
	display.Mode = kiosk.Sandbox
	receipt := counterview.SampleReceipt("confirmed")
	receipt.Mode = kiosk.Sandbox
	p := views.Page{Lang: "en"}
	for _, page := range []string{
		render(t, counterview.TillPage(p, till, x)), render(t, counterview.DisplayPage(p, display, counterview.DisplayExtras{})), render(t, counterview.ReceiptPage(p, receipt)),
	} {
		if !markup.Parse(t, page).Says(".banner.sandbox strong", "SANDBOX") {
			t.Error("a page does not say that it is play money")
		}
	}
	if live := markup.Parse(t, render(t, tillScene(p, "ready"))); live.Has(".banner.sandbox") || live.Says("body", "SANDBOX") {
		t.Error("a live till says sandbox")
	}
}

const hostile = `"><script>alert(1)</script><b onmouseover='x'>&lt; javascript:alert(2)`

func TestPages_hostileNames(t *testing.T) {
	till, x := counterview.SampleTill("awaiting")
	till.Stall.Name, till.Register.Name, x.Staff.Name = hostile, hostile, hostile
	till.Register.Prefix = hostile
	display := counterview.SampleDisplay("code")
	display.Stall.Name, display.Sale.Number, display.PayURL = hostile, hostile, "https://"+hostile
	receipt := counterview.SampleReceipt("confirmed")
	receipt.Stall.Seller, receipt.Stall.Town, receipt.Sale.Lines[0].Name = hostile, hostile, hostile
	sale := counterview.SampleSale(hostile, 100, nil)
	sale.Note = hostile
	p := views.Page{Lang: "en"}
	for name, page := range map[string]string{
		"till":    render(t, counterview.TillPage(p, till, x)),
		"display": render(t, counterview.DisplayPage(p, display, counterview.DisplayExtras{})),
		"receipt": render(t, counterview.ReceiptPage(p, receipt)),
		"sale":    render(t, counterview.SaleDetail(p, counterview.SaleView{Stall: lind, Sale: sale, Receipt: "javascript:alert(3)", Now: noon})),
		"error":   render(t, views.ErrorPage(p, p.Explain(&kiosk.Error{Code: kiosk.NotFound, Key: "not-found"}), hostile)),
		"pair":    render(t, counterview.TillPairForm(p, counterview.TillPair{Stall: lind, Code: hostile})),
	} {
		all := tags(t, page)
		checkNesting(t, all)
		checkPolicy(t, all)
		for _, one := range all {
			if strings.HasPrefix(one.attrs["href"], "javascript:") {
				t.Errorf("%s links to a script", name)
			}
		}
	}
}

// topLevel lists the ids of the elements a fragment is made of, with their markup.
func topLevel(t *testing.T, fragment string) (ids []string, parts map[string]string) {
	t.Helper()
	parts = map[string]string{}
	depth, start, id := 0, 0, ""
	for _, one := range tags(t, fragment) {
		switch {
		case slices.Contains(void, one.name):
		case !one.closes:
			if depth++; depth == 1 {
				start, id = one.from, one.attrs["id"]
				if id == "" {
					t.Fatalf("a part without an id: %.80s", fragment[start:])
				}
			}
		default:
			if depth--; depth == 0 {
				ids = append(ids, id)
				parts[id] = fragment[start:one.to]
			}
		}
	}
	return ids, parts
}

// Only the right side and the sentence for ears change when a sale does.
func TestTillFragment_onlyTheSideChanges(t *testing.T) {
	p := views.Page{Lang: "en", Zone: time.UTC}
	s, x := counterview.SampleTill("ready")
	_, before := topLevel(t, render(t, counterview.TillFragment(p, s, x)))
	for state := range counterview.SampleFacts {
		s, x := counterview.SampleTill(state)
		ids, parts := topLevel(t, render(t, counterview.TillFragment(p, s, x)))
		if want := []string{"devices", "device-words", "tested", "test", "side", "say"}; !slices.Equal(ids, want) {
			t.Fatalf("%s: parts %v, want %v", state, ids, want)
		}
		for _, id := range []string{"devices", "device-words", "tested", "test"} {
			if parts[id] != before[id] {
				t.Errorf("%s changes #%s", state, id)
			}
		}
		if parts["side"] == before["side"] {
			t.Errorf("%s looks like ready", state)
		}
		page := render(t, counterview.TillPage(p, s, x))
		for id, part := range parts {
			if strings.Count(page, part) != 1 {
				t.Errorf("%s: #%s of the fragment is not in the page as it is", state, id)
			}
		}
	}
}

// The fragment is drawn once for everybody: it must not hold what belongs to one person or page.
func TestTillFragment_isNobodys(t *testing.T) {
	s, x := counterview.SampleTill("awaiting")
	x.Staff.Name, x.Key = "Zebulon", "secret-command-key"
	fragment := render(t, counterview.TillFragment(views.Page{Lang: "en"}, s, x))
	for _, word := range []string{"Zebulon", "secret-command-key", s.Current.Receipt + `"`} {
		if strings.Contains(fragment, word) {
			t.Errorf("fragment holds %q", word)
		}
	}
}

// The same state gives the same bytes, or screens would flicker and live regions repeat.
func TestFragments_areStable(t *testing.T) {
	p := views.Page{Lang: "de", Zone: time.UTC}
	s, x := counterview.SampleTill("awaiting")
	first := render(t, counterview.TillFragment(p, s, x))
	s.Now += 7000
	if render(t, counterview.TillFragment(p, s, x)) != first {
		t.Error("the till's fragment changes with the clock alone")
	}
	d := counterview.SampleDisplay("code")
	first = render(t, counterview.DisplayFragment(p, d, counterview.DisplayExtras{}))
	d.Now += 7000
	if render(t, counterview.DisplayFragment(p, d, counterview.DisplayExtras{})) != first {
		t.Error("the display's fragment changes with the clock alone")
	}
}

// A code is on show only while it can be paid, green only when it is paid, and nothing of a sale
// when there is none.
func TestDisplay_showsWhatItMay(t *testing.T) {
	for _, state := range displayStates {
		d := counterview.SampleDisplay(state)
		ids, parts := topLevel(t, render(t, counterview.DisplayFragment(views.Page{Lang: "en"}, d, counterview.DisplayExtras{})))
		if want := []string{"screen", "tongues", "say", "cover", "lost", "wake"}; !slices.Equal(ids, want) {
			t.Fatalf("%s: parts %v, want %v", state, ids, want)
		}
		screen := markup.Parse(t, parts["screen"])
		if has := screen.Has("svg.qr"); has != (d.PayURL != "" || d.Receipt != "") {
			t.Errorf("%s: code on show: %v", state, has)
		}
		if green := screen.Has("#screen.paid"); green != (d.Shows == kiosk.ShowsPaid) {
			t.Errorf("%s: green: %v", state, green)
		}
		if told := screen.Says(".match.c-amber", "Amber Fox"); told != (d.Sale != nil && d.Sale.Match.Colour == "amber") {
			t.Errorf("%s: word of the sale: %v", state, told)
		}
	}
	// A screen says nothing aloud unless its register is to.
	for _, state := range displayStates {
		d := counterview.SampleDisplay(state)
		said := map[kiosk.DisplayState]string{kiosk.ShowsCode: "code:B2-0042", kiosk.ShowsPaid: "paid:B2-0042"}[d.Shows]
		for speaks, want := range map[bool][]string{false: nil, true: {said}} {
			d.Register.Speaks = speaks
			page := markup.Parse(t, render(t, counterview.DisplayFragment(views.Page{Lang: "en"}, d, counterview.DisplayExtras{})))
			if got := page.Attrs("#screen", "data-speaks"); !slices.Equal(got, want) {
				t.Errorf("%s of a register that speaks (%v): %q, want %q", state, speaks, got, want)
			}
		}
	}
	// A screen that is about a sale which is not there shows the stall, not a broken page.
	lost := counterview.SampleDisplay("idle")
	lost.Shows = kiosk.ShowsPaid
	if page := render(t, counterview.DisplayFragment(views.Page{}, lost, counterview.DisplayExtras{})); !markup.Parse(t, page).Has("#screen.idle h1") {
		t.Errorf("paid without a sale shows %.80s", page)
	}
}

func TestTill_tellsTheTruth(t *testing.T) {
	p := views.Page{Lang: "en", Zone: time.UTC}
	for state, want := range map[string][][2]string{
		"paid":        {{".strip.hollow h2", "12,70\u00a0€ paid"}, {".strip.hollow p", "confirming"}},
		"confirmed":   {{".strip.paid", "confirmed"}},
		"unconfirmed": {{".strip.alarm", "not confirmed"}, {".strip.alarm p", "Nothing to do now"}},
		"checking":    {{".stage", "Do not hand over yet"}, {".stage", "do not charge again"}, {"form[action='/till/look'] button", ""}, {"form[action='/till/aside'] button", ""}},
		"opening":     {{".stage", "Nothing can be paid yet"}, {"form[action='/till/cancel'] button", ""}},
		"retiring":    {{".strip h2", "Closing the code"}, {".strip p", "You can go on with the next sale"}},
		"cancelled":   {{".strip", "no money moved"}},
		"lapsed":      {{".strip", "no money moved"}},
		"refused":     {{".strip", "No money moved"}},
		"late":        {{".strip.alarm", "came after the sale had ended"}, {".strip.alarm", "refunds"}},
		"short":       {{".strip.alarm", "10,70\u00a0€ came, 12,70\u00a0€ was asked"}},
		"extra":       {{".strip.alarm", "paid more than once: 25,40\u00a0€"}},
		"over":        {{".strip", "and more came"}},
	} {
		page := markup.Parse(t, render(t, tillScene(p, state)))
		for _, one := range want {
			if !page.Says("#side "+one[0], one[1]) {
				t.Errorf("%s does not say %q in %s but: %s", state, one[1], one[0], page.Text("#side"))
			}
		}
		if green := page.Has("#side .strip.paid"); green != (state == "confirmed" || state == "over") {
			t.Errorf("%s: full tick: %v", state, green)
		}
	}
}

func TestReceipt_neverClaimsMoney(t *testing.T) {
	for state := range counterview.SampleFacts {
		r := counterview.SampleReceipt(state)
		page := markup.Parse(t, render(t, counterview.ReceiptPage(views.Page{Lang: "en"}, r)))
		paid := r.State == kiosk.Paid
		for _, where := range []string{"title", ".verdict h1", "body"} {
			if has := page.Says(where, "12,70\u00a0€ paid"); has != paid {
				t.Errorf("%s: says paid in %s: %v", state, where, has)
			}
		}
		if has := page.Has("header.verdict.paid"); has != paid {
			t.Errorf("%s: green: %v", state, has)
		}
	}
}

// weigh adds up what a browser loads for a page, compressed where we compress.
func weigh(t *testing.T, page string) int {
	t.Helper()
	sum := packed(t, []byte(page))
	seen := map[string]bool{}
	var load func(address string)
	load = func(address string) {
		if seen[address] {
			return
		}
		seen[address] = true
		raw, _, ok := static.Open(address)
		if !ok {
			t.Fatalf("%q is not there", address)
		}
		if small, _, ok := static.OpenGzip(address); ok {
			sum += len(small)
		} else {
			sum += len(raw)
		}
		for _, m := range regexp.MustCompile(`from "\./([^"]+)"`).FindAllSubmatch(raw, -1) {
			load(static.Path("js/" + string(m[1])))
		}
	}
	asked := markup.Parse(t, page)
	for _, address := range append(asked.Attrs("[href^='/static/']", "href"), asked.Attrs("[src^='/static/']", "src")...) {
		if !strings.HasSuffix(address, "/plain.css") {
			load(address)
		}
	}
	css, _ := views.BrandCSS(lind)
	return sum + packed(t, []byte(css))
}

func packed(t *testing.T, raw []byte) int {
	t.Helper()
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if _, err := z.Write(raw); err != nil {
		t.Fatal(err)
	}
	_ = z.Close()
	return b.Len()
}

func TestPages_weight(t *testing.T) {
	p := views.Page{Lang: "de"}
	for state := range counterview.SampleFacts {
		if got := weigh(t, render(t, tillScene(p, state))); got > 80<<10 {
			t.Errorf("till %s weighs %d bytes, want at most 80 KB", state, got)
		}
	}
	for _, state := range displayStates {
		if got := weigh(t, render(t, counterview.DisplayPage(p, counterview.SampleDisplay(state), counterview.DisplayExtras{}))); got > 60<<10 {
			t.Errorf("display %s weighs %d bytes, want at most 60 KB", state, got)
		}
	}
}

// A page about an error says what happened once, as its heading; a name with a full stop is no end of it.
func TestErrorPage_saysItOnce(t *testing.T) {
	for _, c := range []struct {
		err                  kiosk.Error
		lang, happened, then string
	}{
		{kiosk.Error{Key: kiosk.KeyTicketUnknown}, "en", "This link is not known", "Nothing was changed. Ask a manager for a new one."},
		{kiosk.Error{Code: kiosk.NotFound}, "de", "Diese Seite gibt es nicht", "Nichts wurde geändert. Bitte die Adresse prüfen."},
		{kiosk.Error{Key: kiosk.KeyAmountPlain, Amounts: []kiosk.Money{1250, 125000}}, "en", "Is this €12.50 or €1,250.00?", "Nothing was charged. Type the cents too."},
		{kiosk.Error{Key: "parked-held", Args: []string{"Register 2", "Ada B."}}, "en", "Ada B. has this cart at Register 2 now", "Nothing was changed. Take it over from there, or leave it."},
		{kiosk.Error{Key: "office-search-long"}, "en", "The text to search for is too long", ""},
	} {
		p := views.Page{Lang: c.lang, Region: c.lang}
		page := markup.Parse(t, render(t, views.ErrorPage(p, p.Explain(&c.err), "")))
		then := ""
		if page.Has("main p") {
			then = page.Text("main p")
		}
		if page.Text("h1") != c.happened || page.Text("title") != c.happened || then != c.then {
			t.Errorf("%s: %q, %q, %q", c.err.Key, page.Text("title"), page.Text("h1"), then)
		}
	}
}

// Frames travel to every screen at every change.
func TestFragments_size(t *testing.T) {
	p := views.Page{Lang: "de"}
	s, x := counterview.SampleTill("awaiting")
	if got := len(render(t, counterview.TillFragment(p, s, x))); got > 6<<10 {
		t.Errorf("till fragment of %d bytes", got)
	}
	if got := len(render(t, counterview.DisplayFragment(p, counterview.SampleDisplay("code"), counterview.DisplayExtras{}))); got > 5<<10 {
		t.Errorf("display fragment of %d bytes", got)
	}
}

// Every icon file is there, and every colour of a sale has a value in the style sheet.
func TestStatic_colours(t *testing.T) {
	raw, err := fs.ReadFile(static.FS, "css/base.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range kiosk.Colours {
		if !bytes.Contains(raw, []byte(".c-"+c+" {")) {
			t.Errorf("no value for the colour %q", c)
		}
	}
}

// partOf is what stands in the first element of a class, with its own tags; "" if there is none.
func partOf(t *testing.T, page, class string) string {
	t.Helper()
	depth, start := 0, -1
	for _, one := range tags(t, page) {
		switch {
		case start < 0 && !one.closes && slices.Contains(strings.Fields(one.attrs["class"]), class):
			start, depth = one.from, 1
		case start < 0 || slices.Contains(void, one.name):
		case !one.closes:
			depth++
		default:
			if depth--; depth == 0 {
				return page[start:one.to]
			}
		}
	}
	return ""
}

// attr are the values of an attribute in a fragment, in order.
func attr(t *testing.T, page, name string) (all []string) {
	t.Helper()
	for _, one := range tags(t, page) {
		if v, ok := one.attrs[name]; ok {
			all = append(all, v)
		}
	}
	return all
}

// A gateway that is away stands in the card, with its times; that no money moved is said only while no code
// of the sale was ever on show.
func TestAway_saysWhatIsTrue(t *testing.T) {
	p := views.Page{Lang: "en", Zone: time.UTC}
	s, x := counterview.SampleTill("away")
	d := counterview.SampleDisplay("away")
	for _, shown := range []bool{false, true} {
		if shown {
			s.Current.Links[0].ShownAt, d.Sale.Links[0].ShownAt = noon, noon
		}
		side := render(t, counterview.TillFragment(p, s, x))
		for screen, page := range map[string]string{
			"till": partOf(t, side, "away"), "display": partOf(t, render(t, counterview.DisplayFragment(p, d, counterview.DisplayExtras{})), "away"),
		} {
			if still := partOf(t, page, "still") != ""; still == shown {
				t.Errorf("%s: code shown %v, says that nothing moved: %v", screen, shown, still)
			}
			if since := attr(t, page, "data-since"); !slices.Equal(since, []string{views.Text64(noon - 41_000)}) {
				t.Errorf("%s: since %v", screen, since)
			}
			if until := attr(t, page, "data-until"); !slices.Equal(until, []string{views.Text64(noon + 4000)}) {
				t.Errorf("%s: next try %v", screen, until)
			}
		}
		if to := attr(t, partOf(t, side, "ends"), "action"); !slices.Equal(to, []string{counterview.PathOtherMeans, counterview.PathCancel, counterview.PathChange}) {
			t.Errorf("the sale may end by %v", to)
		}
	}
}

// No sign is green about what nobody knows.
func TestTill_signs(t *testing.T) {
	for state, want := range map[string]string{"ready": "sign", "gateway-down": "sign bad", "away": "sign bad", "unknown": "sign idle"} {
		s, x := counterview.SampleTill(state)
		signs := attr(t, partOf(t, render(t, counterview.TillFragment(views.Page{Lang: "en"}, s, x)), "row"), "class")
		if len(signs) < 2 || !slices.Contains(signs, want) {
			t.Errorf("%s: signs %q, want %q among them", state, signs, want)
		}
		if green := slices.Index(signs, "sign") >= 0 && signs[len(signs)-3] == "sign"; state != "ready" && green {
			t.Errorf("%s: the gateway's sign is green: %q", state, signs)
		}
	}
}

// A receipt tells how it was paid once that is listed, what is left of money that went back in part, and
// the tip apart from the rates.
func TestReceipt_tellsApart(t *testing.T) {
	s := counterview.SampleReceipt("confirmed")
	page := render(t, counterview.ReceiptPage(views.Page{Lang: "en"}, s))
	for _, class := range []string{"method", "kept", "apart"} {
		if got := partOf(t, page, class); got != "" {
			t.Errorf("without reason it says %s", got)
		}
	}
	l := &s.Sale.Links[0]
	s.Sale.Tip, l.Amount = 100, l.Amount+100
	l.Rows[0].Amount, l.Rows[0].Method = l.Amount, "card"
	l.Rows = append(l.Rows, kiosk.Row{Key: "b", Kind: kiosk.RowRefund, Amount: -370})
	page = render(t, counterview.ReceiptPage(views.Page{Lang: "en"}, s))
	for class, want := range map[string]string{"method": "Card", "kept": "10,00\u00a0€", "apart": "1,00\u00a0€"} {
		if got := partOf(t, page, class); !strings.Contains(got, want) {
			t.Errorf("%s says %q, want %q in it", class, got, want)
		}
	}
}
