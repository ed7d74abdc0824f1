// Package markup reads pages as tests ask for them: by selector, and by the words that stand at one
// place. It owns no page, knows none of ours, and needs nothing of the program, so that the tests of
// every room can use it. Tests alone import it.
package markup

import (
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// Page is a page, or a part of one, read once.
type Page struct {
	t    testing.TB
	part *goquery.Selection
}

// Parse reads a page, or the part of one that a screen is told. What a template holds is taken out: a
// browser finds it by no selector and shows it to nobody. What is for browsers without script is found
// by selectors, and among the words of nothing around it.
func Parse(t testing.TB, text string) *Page {
	t.Helper()
	root, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	doc := goquery.NewDocumentFromNode(root)
	doc.Find("template").Empty()
	return &Page{t, doc.Selection}
}

func parse(text string) (*html.Node, error) {
	return html.ParseWithOptions(strings.NewReader(text), html.ParseOptionEnableScripting(false))
}

// Has tells whether anything matches the selector.
func (p *Page) Has(selector string) bool {
	p.t.Helper()
	return p.find(selector).Length() > 0
}

// Count is how many elements match the selector.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	return p.find(selector).Length()
}

// Text is what people read in the elements that match, in the order of the page. It fails the test if
// nothing matches: words of a place that is not there are a mistake of the test, or of the page.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return words(p.must(selector).Nodes)
}

// Attr is an attribute of the first element that matches, "" if the element has none. It fails the test
// if nothing matches.
func (p *Page) Attr(selector, name string) string {
	p.t.Helper()
	return p.must(selector).AttrOr(name, "")
}

// Attrs are the values of an attribute of all elements that match and have it.
func (p *Page) Attrs(selector, name string) (values []string) {
	p.t.Helper()
	for _, one := range p.find(selector).EachIter() {
		if value, has := one.Attr(name); has {
			values = append(values, value)
		}
	}
	return values
}

// All are the elements that match, each to be asked by itself.
func (p *Page) All(selector string) (parts []*Page) {
	p.t.Helper()
	for _, one := range p.find(selector).EachIter() {
		parts = append(parts, &Page{p.t, one})
	}
	return parts
}

// Says tells whether people read the words in one of the elements that match.
func (p *Page) Says(selector, text string) bool {
	p.t.Helper()
	return p.Saying(selector, text) > 0
}

// Saying is in how many of the elements that match people read the words.
func (p *Page) Saying(selector, text string) (n int) {
	p.t.Helper()
	text = strings.Join(strings.Fields(text), " ")
	for _, one := range p.All(selector) {
		if strings.Contains(one.String(), text) {
			n++
		}
	}
	return n
}

// Is tells whether the part itself matches the selector.
func (p *Page) Is(selector string) bool {
	p.t.Helper()
	p.find(selector) // or it is none
	return p.part.Is(selector)
}

// String is what people read of the whole.
func (p *Page) String() string { return words(p.part.Nodes) }

func (p *Page) must(selector string) *goquery.Selection {
	p.t.Helper()
	found := p.find(selector)
	if found.Length() == 0 {
		p.t.Errorf("nothing matches %s in: %.1500s", selector, p)
	}
	return found
}

// sample is a document in which every list of selectors that ends with html finds something.
var sample = goquery.NewDocumentFromNode(sampleRoot())

func sampleRoot() *html.Node {
	root := &html.Node{Type: html.DocumentNode}
	root.AppendChild(&html.Node{Type: html.ElementNode, Data: "html"})
	return root
}

// find asks for what matches. A selector that is none would find nothing, and so pass every test that
// something is absent: it ends the test.
func (p *Page) find(selector string) *goquery.Selection {
	p.t.Helper()
	if sample.Find(selector+", html").Length() == 0 {
		p.t.Fatalf("%q is no selector", selector)
	}
	return p.part.Find(selector)
}

// Words are what people read of a page, for messages about it.
func Words(text string) string {
	root, err := parse(text)
	if err != nil {
		return text
	}
	return words([]*html.Node{root})
}

// words joins what is shown of elements, blanks collapsed. Elements are parted by a blank as boxes are on
// paper, but for those that belong to the word they stand in.
func words(nodes []*html.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		b.WriteByte(' ')
		write(&b, n)
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(b.String(), wordJoiner, "")), " ")
}

// wordJoiner keeps a number of a sale on one line, and nobody sees it.
const wordJoiner = "\u2060"

var (
	unseen = []string{"head", "script", "style", "template", "noscript"}
	within = []string{"a", "b", "bdi", "em", "i", "strong", "sub", "sup", "wbr"}
)

func write(b *strings.Builder, n *html.Node) {
	switch n.Type {
	case html.TextNode:
		b.WriteString(n.Data)
		return
	case html.ElementNode:
		if slices.Contains(unseen, n.Data) || hidden(n) {
			return
		}
	}
	apart := n.Type == html.ElementNode && !slices.Contains(within, n.Data)
	if apart {
		b.WriteByte(' ')
	}
	for c := range n.ChildNodes() {
		write(b, c)
	}
	if apart {
		b.WriteByte(' ')
	}
}

func hidden(n *html.Node) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "hidden" })
}
