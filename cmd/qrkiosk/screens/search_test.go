package screens

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"qrkiosk/cmd/qrkiosk/kiosktest"
)

// TestBrowser_search searches the tiles and the trail, with and without accents: what is there is found, and
// where nothing is it is said in sight of the field.
func TestBrowser_search(t *testing.T) {
	c := kiosktest.NewCounter(t)
	address := "http://" + kiosktest.HostPort(t, c.Program.Till)
	office := openOffice(c)
	office.Do(chromedp.SendKeys(`#f-name`, "Käsestand Łosoś\r"))
	office.Wait("the new stall", `document.body.innerText.includes('Käsestand')`, kiosktest.Patience)

	for _, z := range [][2]int64{{1280, 800}, {390, 664}} {
		c.Till.Size(z[0], z[1])
		c.Till.Open(address + "/till")
		c.Till.Wait("the till", kiosktest.TillReady, kiosktest.Patience)
		c.Till.Do(chromedp.Click(`button[data-pane="items"]`))
		for text, found := range map[string]bool{"RYÉ bread": true, "rye": true, "Käse": false} {
			c.Till.Do(chromedp.Evaluate[chromedp.Void](`(() => { const f = document.querySelector('.search input'); f.value = "` + text + `"; f.dispatchEvent(new Event('input', { bubbles: true })); })()`))
			if found {
				c.Till.Wait("tiles for "+text, `document.querySelector('.items .none').textContent === '' && document.querySelector('.tiles li:not([hidden]) .take')`, time.Second)
			} else {
				c.Till.Wait("nothing for "+text, inSight(".items .none[role=status]"), time.Second)
				under := evaluate[float64](c.Till, `document.querySelector('.items .none').getBoundingClientRect().top - document.querySelector('.search').getBoundingClientRect().bottom`)
				if under < 0 || under > 160 {
					t.Errorf("%v: nothing found is said %.0f px below the field", z, under)
				}
			}
		}
		office.Size(z[0], z[1])
		for text, found := range map[string]bool{"kasestand": true, "K%C3%84SESTAND%20L": true, "losos": true, "nobody": false} {
			office.Open(address + "/office/trail?q=" + text)
			if found {
				office.Wait("entries for "+text, `document.querySelector('.trail li') && !document.querySelector('.search .none')`, kiosktest.Patience)
			} else {
				office.Wait("nothing for "+text, inSight(".search .none[role=status]"), kiosktest.Patience)
			}
		}
	}
}
