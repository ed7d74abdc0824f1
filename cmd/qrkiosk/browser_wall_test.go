package main

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"qrkiosk/kiosk"
)

// TestBrowser_wall watches a market on the wall: with 500 registers where pictures are wanted.
func TestBrowser_wall(t *testing.T) {
	browser := chromium(t)
	registers := 40
	if os.Getenv("QRKIOSK_SCREENS") != "" {
		registers = 500
	}
	f := newFairground(t, registers)
	f.evening(t, registers)
	wall := newPage(t, browser, "wall", chromedp.WithNewBrowserContext())
	wall.size(1280, 800)
	wall.open(f.web.URL + "/office/signin")
	wall.do(chromedp.SendKeys(`#f-name`, "demo"), chromedp.SendKeys(`#f-password`, fairPassword+"\r"))
	wall.wait("the office", `location.pathname === '/office'`, patience)
	wall.open(f.web.URL + "/office/wall")
	wall.wait("every tile", fmt.Sprintf(`document.querySelectorAll('#tiles > li').length === %d`, registers), patience)

	sale := f.charge(registers-1, 99900, "the-sale-that-the-wall-is-to-show")
	tile := "#w-" + f.registers[registers-1].ID
	wall.wait("a sale", fmt.Sprintf(`/waiting/.test(document.querySelector('%s')?.innerText)`, tile), patience)
	for _, l := range f.play.Links() {
		if l.Amount == sale.Total() {
			f.must(f.play.Pay(l.ID))
		}
	}
	wall.wait("paid", fmt.Sprintf(`/1 sale/.test(document.querySelector('%s')?.innerText) && /999,00.*paid/.test(document.querySelector('%s .last').innerText)`,
		tile, tile), patience)
	wall.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#matter').focus()`), chromedp.KeyEvent(kb.Tab))
	if got := wall.word(`document.activeElement.closest('li')?.id ?? ''`); got != wall.word(`document.querySelector('#tiles > li').id`) {
		t.Errorf("the first key leads to %q", got)
	}
	for _, size := range [][2]int64{{1920, 1080}, {1280, 800}, {390, 844}} {
		wall.size(size[0], size[1])
		for _, look := range []string{"light", "dark"} {
			wall.scheme(look)
			time.Sleep(300 * time.Millisecond) // the page lays itself out anew; there is no event to wait for
			wall.shot(fmt.Sprintf("office-wall-%dx%d-%s", size[0], size[1], look))
		}
		if wide := wall.word(`String(document.documentElement.scrollWidth - innerWidth)`); wide != "0" {
			t.Errorf("%v: the page is wider than the screen by %s", size, wide)
		}
	}
}

// scheme is what the person prefers, "light" or "dark".
func (p *page) scheme(look string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look}},
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// evening lets a part of the registers sell, with devices of all kinds of health.
func (f *fairground) evening(t *testing.T, registers int) {
	t.Helper()
	for i := range registers / 5 {
		at := i * 3 % registers
		f.charge(at, kiosk.Money(350+i*175), fmt.Sprintf("one-command-key-of-evening-%d", i))
		if i%4 == 3 {
			continue
		}
		for k, kind := range []kiosk.DeviceKind{kiosk.Tablet, kiosk.Display} {
			d, secret := f.enrol(at, kind)
			f.must(f.shop.Till.StoreDeviceHealth(t.Context(), []kiosk.DeviceHealth{{
				Device: d.ID, Register: d.Register, Kind: kind, Seen: time.Now().UnixMilli(), Via: "elsewhere",
				Awake: []string{"on", "on", "off", "on", "on"}[(i+k)%5], Sound: []string{"on", "off", "on", "on"}[(i+2*k)%4],
				Battery: 100 - i*7%95, Charging: i%3 == 0,
			}}))
			_ = secret
		}
	}
	f.pays(registers / 5 * 9 / 10)
}
