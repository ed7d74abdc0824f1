package kiosktest

import (
	"github.com/chromedp/chromedp"
)

// Word is what an expression of the page makes.
func (p *Page) Word(expression string) string {
	p.T.Helper()
	text, err := chromedp.Run(p.Ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		p.T.Fatal(err)
	}
	return text
}
