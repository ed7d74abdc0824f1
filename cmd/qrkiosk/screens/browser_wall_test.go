package screens

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestBrowser_wall watches a market on the wall: with 500 registers where pictures are wanted.
func TestBrowser_wall(t *testing.T) {
	browser := kiosktest.Chromium(t)
	registers := 40
	if os.Getenv("QRKIOSK_SCREENS") != "" {
		registers = 500
	}
	f := kiosktest.NewFairground(t, registers)
	f.Evening(t, registers)
	wall := kiosktest.NewPage(t, browser, "wall", chromedp.WithNewBrowserContext())
	wall.Size(1280, 800)
	wall.Open(f.Web.URL + "/office/signin")
	wall.Do(chromedp.SendKeys(`#f-name`, "demo"), chromedp.SendKeys(`#f-password`, kiosktest.FairPassword+"\r"))
	wall.Wait("the office", `location.pathname === '/office'`, kiosktest.Patience)
	wall.Open(f.Web.URL + "/office/wall")
	wall.Wait("every tile", fmt.Sprintf(`document.querySelectorAll('#tiles > li').length === %d`, registers), kiosktest.Patience)

	sale := f.Charge(registers-1, 99900, "the-sale-that-the-wall-is-to-show")
	tile := "#w-" + f.Registers[registers-1].ID
	wall.Wait("a sale", fmt.Sprintf(`/waiting/.test(document.querySelector('%s')?.innerText)`, tile), kiosktest.Patience)
	for _, l := range f.Play.Links() {
		if l.Amount == sale.Total() {
			f.Must(f.Play.Pay(l.ID))
		}
	}
	wall.Wait("paid", fmt.Sprintf(`/1 sale/.test(document.querySelector('%s')?.innerText) && /999,00.*paid/.test(document.querySelector('%s .last').innerText)`,
		tile, tile), kiosktest.Patience)
	wall.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#matter').focus()`), chromedp.KeyEvent(kb.Tab))
	if got := wall.Word(`document.activeElement.closest('li')?.id ?? ''`); got != wall.Word(`document.querySelector('#tiles > li').id`) {
		t.Errorf("the first key leads to %q", got)
	}
	for _, size := range [][2]int64{{1920, 1080}, {1280, 800}, {390, 844}} {
		wall.Size(size[0], size[1])
		for _, look := range []string{"light", "dark"} {
			wall.Scheme(look)
			time.Sleep(300 * time.Millisecond) // the page lays itself out anew; there is no event to wait for
			wall.Shot(fmt.Sprintf("office-wall-%dx%d-%s", size[0], size[1], look))
		}
		if wide := wall.Word(`String(document.documentElement.scrollWidth - innerWidth)`); wide != "0" {
			t.Errorf("%v: the page is wider than the screen by %s", size, wide)
		}
	}
}
