package screens

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// sheet is one thing that opens over a page.
type sheet struct {
	name   string
	opener string // selector of what opens it
	press  string // the script that opens it from there, "" is Enter
	parts  string // selector of what may have the focus while it is open; the first in the page is measured
	close  string // selector of what closes it
	dimmed string // expression: the page behind is darker
	header string // selector of what it lies below, "" nothing
	below  string // selector of what opened the sheet that it opens over, "" none
}

// popover is a sheet that the browser opens.
func popover(id, opener, header string) sheet {
	return sheet{
		name: id, opener: opener, parts: "#" + id, close: "#" + id + " .close", header: header,
		dimmed: `/, 0?\.[2-9]/.test(getComputedStyle(document.querySelector('#` + id + `'), '::backdrop').backgroundColor)`,
	}
}

// TestBrowser_sheets opens every sheet of till, display and office by keyboard, walks round in it, and closes it in
// every way there is: it lies below the header of a page that is dimmed, keeps the focus and gives it back.
func TestBrowser_sheets(t *testing.T) {
	c := kiosktest.NewCounter(t)
	address := "http://" + kiosktest.HostPort(t, c.Program.Till)
	office := openOffice(c)

	office.Do(chromedp.Click(`.stall h2 a`))
	office.Wait("the stall", `document.querySelector('.tabs a[href$="/selling"]')`, kiosktest.Patience)
	office.Do(chromedp.Click(`.tabs a[href$="/selling"]`))
	office.Wait("what it says", `document.querySelector('input[name^=lang]')`, kiosktest.Patience)
	office.Do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('input[name^=lang]').forEach((el) => el.checked = true); document.querySelector('form:has(input[name^=lang])').requestSubmit()`))
	office.Wait("all languages", `document.querySelector('.said')`, kiosktest.Patience)

	item := popover("item", `[data-item] .take`, ".top")
	item.press = `document.activeElement.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))`
	till := []sheet{
		popover("menu", `.place`, ".top"), popover("signs", `.signs[popovertarget]`, ".top"),
		popover("extra", `.extra`, ".top"), popover("park", `.tool[popovertarget=park]`, ".top"), item,
	}
	for _, z := range [][2]int64{{1280, 800}, {390, 664}} {
		phone := z[0] < 500
		for _, page := range []*kiosktest.Page{c.Till, c.Display, office} {
			page.Size(z[0], z[1])
		}
		c.Till.Open(address + "/till")
		c.Till.Wait("the till", `document.querySelector('#go') && document.querySelector('#root').dataset.version`, kiosktest.Patience)
		if !phone {
			c.Till.Do(chromedp.KeyEvent("3,5+"))
		}
		c.Till.Do(chromedp.Click(`button[data-pane="items"]`))
		c.Till.Wait("a line", `document.querySelectorAll('#cart-lines li').length == 1`, time.Second)
		if phone {
			checkSheet(c.Till, sheet{
				name: "cart", opener: "#cart-bar", parts: "#cart, #cart-bar, #go", close: "#cart-bar", header: ".top",
				dimmed: `getComputedStyle(document.querySelector('.top')).filter.startsWith('brightness(0.')`,
			})
		}
		for _, one := range till {
			if phone && one.name == "park" {
				c.Till.Do(chromedp.Click(`#cart-bar`))
			}
			checkSheet(c.Till, one)
			if phone && one.name == "park" {
				c.Till.Do(chromedp.KeyEvent("\x1b"))
				c.Till.Wait("the cart under its line", `!document.querySelector('#cart').checkVisibility()`, time.Second)
			}
		}
		c.Till.Do(chromedp.Click(`.place`))
		over := popover("signs", `#menu [popovertarget=signs]`, ".top")
		over.below = ".place"
		checkSheet(c.Till, over)
		c.Till.Wait("no sheet", `!document.querySelector(':popover-open, [inert]')`, time.Second)
		checkSheet(c.Display, popover("tongues", `.more`, ""))
		if phone {
			checkSheet(office, popover("sections", `.burger`, ".bar"))
		}
	}
}

func checkSheet(p *kiosktest.Page, s sheet) {
	p.T.Helper()
	for _, way := range []string{"Escape", "its close", "a tap beside it"} {
		s.open(p)
		switch way {
		case "Escape":
			s.measure(p)
			s.walk(p)
			p.Do(chromedp.KeyEvent("\x1b"))
		case "its close":
			p.Do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).focus()`, s.close)), chromedp.KeyEvent("\r"))
		default:
			if s.name == "cart" {
				p.Do(chromedp.KeyEvent("\x1b")) // only the header is beside it, and does nothing
				break
			}
			p.Do(chromedp.MouseClickXY(3, 300))
			if s.below != "" {
				s.opener = s.below // it closes both
			}
		}
		back := fmt.Sprintf(`!document.querySelector(%q).matches(':popover-open, [data-open]') && document.activeElement === document.querySelector(%q) && !document.fullscreenElement`, s.first(), s.opener)
		p.Wait(s.name+": closed by "+way+", and the focus where it was", back, 2*time.Second)
		p.Wait("the same cart", `(document.querySelectorAll('#cart-lines li').length || 1) === 1`, time.Second)
	}
}

func (s sheet) first() string { return strings.Split(s.parts, ",")[0] }

func (s sheet) open(p *kiosktest.Page) {
	p.T.Helper()
	p.Wait(s.name+": its opener", fmt.Sprintf(`document.querySelector(%q)?.checkVisibility() && !document.querySelector(%[1]q).closest('[inert]')`, s.opener), 5*time.Second)
	p.Do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).focus()`, s.opener)))
	if s.press != "" {
		p.Do(chromedp.Evaluate[chromedp.Void](s.press))
	} else {
		p.Do(chromedp.KeyEvent("\r"))
	}
	p.Wait(s.name+": open, with the focus in it", fmt.Sprintf(`document.querySelector(%q).matches(':popover-open, [data-open]') && document.activeElement.closest(%[1]q)`, s.first()), 2*time.Second)
}

// measure says where it lies, and whether it can be seen as what is in front.
func (s sheet) measure(p *kiosktest.Page) {
	p.T.Helper()
	fault := evaluate[string](p, fmt.Sprintf(`(() => {
		const sheet = document.querySelector(%q), box = sheet.getBoundingClientRect(), close = document.querySelector(%q);
		const header = %q && document.querySelector(%[3]q).getBoundingClientRect();
		const faults = [];
		if (header && box.top < header.bottom) faults.push("begins at " + box.top + ", the header ends at " + header.bottom);
		if (box.bottom > innerHeight || box.right > innerWidth || box.left < 0) faults.push("is not on the screen");
		if (!(%s)) faults.push("leaves the page as light as it was");
		const at = close.getBoundingClientRect();
		if (!(close.ariaLabel || close.innerText.trim())) faults.push("has a close without a name");
		if (at.height < 48 || at.width < 48 || !close.contains(document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2))) faults.push("has a close that cannot be pressed");
		return faults.join("; ");
	})()`, s.first(), s.close, s.header, s.dimmed))
	if fault != "" {
		p.T.Errorf("%s of the %s %s", s.name, p.Name, fault)
	}
}

// walk presses the tabulator three times more often than there are stops, and once back over the first one.
func (s sheet) walk(p *kiosktest.Page) {
	p.T.Helper()
	stops := evaluate[int](p, fmt.Sprintf(`[...document.querySelectorAll('a[href], button, input, select')].filter((el) => el.closest(%q) && !el.disabled && el.checkVisibility()).length`, s.parts))
	p.Do(chromedp.Evaluate[chromedp.Void](`window.stops = new Set()`))
	note := fmt.Sprintf(`(stops.add(document.activeElement), document.activeElement.closest(%q) ? "" : document.activeElement.outerHTML.slice(0, 80))`, s.parts)
	for n := range 3*stops + 1 {
		if n < 3*stops {
			p.Do(chromedp.KeyEvent("\t"))
		} else {
			p.Do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).focus()`, s.close)), chromedp.KeyEvent("\t", chromedp.KeyModifiers(chromedp.ModifierShift)))
		}
		if out := evaluate[string](p, note); out != "" {
			p.T.Fatalf("%s of the %s: after %d of %d stops the focus is on %s", s.name, p.Name, n+1, stops, out)
		}
	}
	// Of the buttons of one choice a single one is a stop.
	if seen := evaluate[int](p, `stops.size`); seen < min(stops, 2) || seen < stops-1 {
		p.T.Errorf("%s of the %s: %d of %d stops were reached", s.name, p.Name, seen, stops)
	}
}

func evaluate[V any](p *kiosktest.Page, expression string) V {
	p.T.Helper()
	v, err := chromedp.Run(p.Ctx, chromedp.Evaluate[V](expression))
	if err != nil {
		p.T.Fatalf("%s: %v: %.200s", p.Name, err, expression)
	}
	return v
}
