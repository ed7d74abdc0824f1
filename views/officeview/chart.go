package officeview

import (
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// Bar is one bar of a chart.
type Bar struct {
	Label string // below it
	Text  string // its value in words
	Value kiosk.Money
}

// chart is a drawing of bars in its own units; CSS scales it to the page.
type chart struct {
	Title string
	Bars  []Bar
	most  kiosk.Money
}

const (
	chartWidth  = 960
	chartHeight = 200
	widestBar   = 72
)

func newChart(title string, bars []Bar) chart {
	c := chart{Title: title, Bars: bars}
	for _, b := range bars {
		c.most = max(c.most, b.Value)
	}
	return c
}

// plot is a rectangle.
type plot struct {
	Bar
	X, Y, Width, Height int64
}

// plots places the bars: evenly, at least a hair high where there is money at all.
func (c chart) plots() []plot {
	n := int64(len(c.Bars))
	step := chartWidth / max(n, 1)
	width := min(max(step*3/4, 1), widestBar)
	all := make([]plot, 0, n)
	for i, b := range c.Bars {
		p := plot{Bar: b, X: int64(i)*step + (step-width)/2, Width: width}
		if b.Value > 0 && c.most > 0 {
			p.Height = max(2, chartHeight*int64(b.Value)/int64(c.most))
		}
		p.Y = chartHeight - p.Height
		all = append(all, p)
	}
	return all
}

// label stands below the first of some bars.
type label struct {
	Label string
	bars  int
}

func (l label) class() string { return "g" + views.Text64(int64(l.bars)) }

// labels names as many bars as there is room for, on phones too; each label has the width of the
// bars it stands for.
func (c chart) labels() (all []label) {
	longest := 1
	for _, b := range c.Bars {
		longest = max(longest, len([]rune(b.Label)))
	}
	fit := max(2, phoneColumns/longest) // labels side by side
	every := (len(c.Bars) + fit - 1) / fit
	if every > widestLabel {
		return nil // the table names them
	}
	for i := 0; i < len(c.Bars); i += every {
		all = append(all, label{c.Bars[i].Label, min(every, len(c.Bars)-i)})
	}
	return all
}

// widestLabel is how many bars share one label at most; css/books.css knows them.
const widestLabel = 8

// phoneColumns is how many characters of labels a phone shows side by side.
const phoneColumns = 36

// words say the chart to those who do not see it: its highest bar and its range. The table beside
// a chart holds every figure.
func (c chart) words(p views.Page) string {
	if len(c.Bars) == 0 || c.most == 0 {
		return p.T("office.chart.none")
	}
	top := c.Bars[0]
	for _, b := range c.Bars {
		if b.Value > top.Value {
			top = b
		}
	}
	last := c.Bars[len(c.Bars)-1]
	return p.T("office.chart.words", "first", c.Bars[0].Label, "last", last.Label, "top", strings.TrimSpace(top.Label+" "+top.Text))
}
