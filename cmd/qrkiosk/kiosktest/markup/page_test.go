package markup_test

import (
	"fmt"
	"strings"
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
)

const page = `<!doctype html><html lang="en"><head><title>The till</title><style>.a{}</style></head><body>
<h1>Sales  of&nbsp;to&#x2060;day</h1><p hidden>not shown</p><template><b class="row">inside</b></template>
<ul><li>12<sup>50</sup></li><li><span>A</span><span>B &amp; C</span></li></ul><script>var words</script><noscript><i>no</i></noscript>
<input name="draft" value="a&quot;b"></body></html>`

func TestPage(t *testing.T) {
	p := markup.Parse(t, page)
	for what, c := range map[string]struct{ got, want any }{
		"a heading":         {p.Text("h1"), "Sales of today"},
		"the title":         {p.Text("title"), "The till"},
		"two elements":      {p.Text("li"), "1250 A B & C"},
		"all":               {p.String(), "Sales of today 1250 A B & C"},
		"its words":         {markup.Words(page), p.String()},
		"what is hidden":    {p.Text("p"), ""},
		"an attribute":      {p.Attr("input[name=draft]", "value"), `a"b`},
		"no attribute":      {p.Attr("input", "id"), ""},
		"of all":            {strings.Join(p.Attrs("html, input", "name"), " "), "draft"},
		"a number":          {p.Count("li span"), 2},
		"there":             {p.Has("template"), true},
		"within a template": {p.Has("b.row"), false},
		"without script":    {p.Text("noscript i"), "no"},
		"one by one":        {fmt.Sprint(p.All("li")), "[1250 A B & C]"},
		"of its own":        {p.All("li")[1].Count("span"), 2},
		"itself":            {p.All("li")[0].Is("ul > li"), true},
		"itself not":        {p.All("li")[0].Is("li + li"), false},
		"said":              {p.Says("h1", "of\u00a0today"), true},
		"said elsewhere":    {p.Says("h1", "B & C"), false},
		"with words":        {p.Saying("li", "B  & C"), 1},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", what, c.got, c.want)
		}
	}
}

// judge is a test that only notes what it is told.
type judge struct {
	testing.TB
	errors, ends int
}

func (*judge) Helper()                 {}
func (j *judge) Errorf(string, ...any) { j.errors++ }
func (j *judge) Fatalf(string, ...any) { j.ends++ }

func TestPage_mistakes(t *testing.T) {
	for what, c := range map[string]struct {
		ask          func(*markup.Page)
		errors, ends int
	}{
		"words of nothing":        {func(p *markup.Page) { p.Text("h2") }, 1, 0},
		"an attribute of nothing": {func(p *markup.Page) { p.Attr("h2", "id") }, 1, 0},
		"no selector":             {func(p *markup.Page) { p.Has("li[") }, 0, 1},
		"an empty one":            {func(p *markup.Page) { p.Count("") }, 0, 1},
		"a wrong one of two":      {func(p *markup.Page) { p.Count("li, <b>") }, 0, 1},
		"nothing of it":           {func(p *markup.Page) { p.Has("h2") }, 0, 0},
	} {
		j := &judge{TB: t}
		c.ask(markup.Parse(j, page))
		if j.errors != c.errors || j.ends != c.ends {
			t.Errorf("%s: %d errors and %d ends, want %d and %d", what, j.errors, j.ends, c.errors, c.ends)
		}
	}
}
