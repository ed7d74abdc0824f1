package counterview

import (
	"slices"
	"strconv"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// category is a group of tiles and the colour of its first item.
type category struct{ name, colour string }

// categories are those of the items, in their order; items without one have none.
func categories(items []kiosk.Item) []category {
	var list []category
	for _, i := range items {
		known := slices.ContainsFunc(list, func(c category) bool { return c.name == i.Category })
		if i.Category != "" && !known {
			list = append(list, category{i.Category, i.Colour})
		}
	}
	return list
}

func tileClass(colour string) string {
	if colour == "" {
		return "tile"
	}
	return "tile c-" + colour
}

// postedLines writes lines as the till posts them: "350 2x400@item".
func postedLines(lines []kiosk.Line) string {
	words := make([]string, len(lines))
	for i, l := range lines {
		words[i] = views.Text64(l.Qty) + "x" + views.Text64(int64(l.Unit))
		if l.Item != "" {
			words[i] += "@" + l.Item
		}
	}
	return strings.Join(words, " ")
}

func soldOut(s kiosk.TillScreen, i kiosk.Item) bool { return i.SoldOutAt(s.Stall.Zone, s.Now) }

// itemPrice is the price of an item, or that it is sold out.
func itemPrice(p views.Page, s kiosk.TillScreen, i kiosk.Item) string {
	if soldOut(s, i) {
		return p.T("till.soldout")
	}
	return p.Amount(i.Price)
}

func (t till) itemPrice(i kiosk.Item) string { return itemPrice(t.Page, t.s, i) }

// restOfDay is for how many milliseconds what is sold out today stays so.
func restOfDay(s kiosk.TillScreen) string {
	return views.Text64(kiosk.DayEnds(s.Stall.Zone, s.Now) - s.Now)
}

// reasons are what a till offers as reasons for a discount: the stall's own words, or the usual ones.
func (t till) reasons() []string {
	if len(t.s.Stall.Reasons) > 0 {
		return t.s.Stall.Reasons
	}
	return []string{t.T("reason.regular"), t.T("reason.evening"), t.T("reason.flaw"), t.T("reason.staff")}
}

// offText writes a discount as the till posts it, "" for none.
func offText(d kiosk.Discount) string {
	switch {
	case d.Percent > 0:
		return strconv.FormatInt(d.Percent/100, 10) + "." + strconv.FormatInt(100+d.Percent%100, 10)[1:] + "%"
	case d.Fixed > 0:
		return d.Fixed.String()
	}
	return ""
}
