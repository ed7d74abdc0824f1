package views

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"sync"

	"qrkiosk/kiosk"
)

// The grounds that a stall's colour stands on; the same values are the tokens of css/base.css.
var (
	paperLight, keyLight = mustHex("#f5f4f0"), mustHex("#ffffff")
	paperDark, keyDark   = mustHex("#0f1216"), mustHex("#20262d")
	white, inkDark       = mustHex("#ffffff"), mustHex("#0f1216")
)

// Contrast that WCAG 2.2 asks of text: AA for the till, AAA for what customers see.
const (
	contrastAA  = 4.5
	contrastAAA = 7.0
)

// DefaultAccent is the colour of a stall that has chosen none.
const DefaultAccent = "#12506b"

// colour is a colour in sRGB, each part 0 to 1.
type colour struct{ r, g, b float64 }

func parseHex(text string) (colour, bool) {
	if len(text) != 7 || text[0] != '#' {
		return colour{}, false
	}
	v, err := strconv.ParseUint(text[1:], 16, 32)
	if err != nil {
		return colour{}, false
	}
	return colour{float64(v>>16&255) / 255, float64(v>>8&255) / 255, float64(v&255) / 255}, true
}

func mustHex(text string) colour {
	c, ok := parseHex(text)
	if !ok {
		panic("views: colour " + text)
	}
	return c
}

func (c colour) hex() string {
	part := func(v float64) int { return int(math.Round(v * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", part(c.r), part(c.g), part(c.b))
}

// luminance is the relative luminance of WCAG.
func (c colour) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

// mix goes from c towards d; 0 is c, 1 is d. The result is what the hex form can express, so that
// what is measured is what is shown.
func (c colour) mix(d colour, part float64) colour {
	at := func(a, b float64) float64 { return math.Round((a+(b-a)*part)*255) / 255 }
	return colour{at(c.r, d.r), at(c.g, d.g), at(c.b, d.b)}
}

// until moves c towards d in small steps until it has the wanted contrast to every ground.
func (c colour) until(d colour, wanted float64, grounds ...colour) colour {
	for step := range 65 {
		m := c.mix(d, float64(step)/64)
		if m.clears(wanted, grounds) {
			return m
		}
	}
	return d
}

func (c colour) clears(wanted float64, grounds []colour) bool {
	for _, g := range grounds {
		if contrast(c, g) < wanted {
			return false
		}
	}
	return true
}

// bright is the same hue for dark grounds: two thirds light and not quite as colourful.
func (c colour) bright() colour {
	hue, colourful := c.hue()
	colourful = min(colourful, 0.62)
	const light = 0.68
	chroma := (1 - math.Abs(2*light-1)) * colourful
	part := func(offset float64) float64 {
		k := math.Mod(offset+hue/60, 6)
		return math.Round((light-chroma/2+chroma*(1-max(0, min(1, min(k, 4-k)))))*255) / 255
	}
	return colour{part(5), part(3), part(1)}
}

// hue is the angle of a colour in degrees and its saturation in the HSL model.
func (c colour) hue() (angle, saturation float64) {
	high, low := max(c.r, c.g, c.b), min(c.r, c.g, c.b)
	span := high - low
	if span == 0 {
		return 0, 0
	}
	switch high {
	case c.r:
		angle = math.Mod((c.g-c.b)/span+6, 6)
	case c.g:
		angle = (c.b-c.r)/span + 2
	default:
		angle = (c.r-c.g)/span + 4
	}
	return angle * 60, span / (1 - math.Abs(high+low-1))
}

// palette is what a stall's colour becomes.
type palette struct {
	light, dark colour // as text and as the ground of Charge
	onLight     colour // text on it
	onDark      colour
	deep        colour // ground of the idle display, white stands on it
	deepSoft    colour // quieter text on deep
}

func paletteOf(accent string) palette {
	c, ok := parseHex(accent)
	if !ok {
		c = mustHex(DefaultAccent)
	}
	black := colour{}
	p := palette{onLight: white, onDark: inkDark}
	p.light = c.until(black, contrastAA, paperLight, keyLight)
	p.dark = c.bright().until(white, contrastAA, paperDark, keyDark, inkDark)
	p.deep = c.until(black, contrastAAA+1.2, white)
	p.deepSoft = p.deep.mix(white, 0.75).until(white, contrastAAA, p.deep)
	return p
}

// BrandCSS is the style sheet with the colours of a stall, adjusted until text on them can be
// read (AA on the till, AAA on the display, light and dark), and the hash that is its address:
// serve it at /brand/<hash>.css, for ever the same.
func BrandCSS(s kiosk.Stall) (css, hash string) {
	b := brandOf(s.Accent)
	return b.css, b.hash
}

type brand struct{ css, hash string }

// brands keeps what was computed, for every page needs its address. There are as many entries as
// stalls have had colours; it starts anew before that could become many.
var brands struct {
	sync.Mutex
	of map[string]brand
}

const brandsKept = 1000

func brandOf(accent string) brand {
	brands.Lock()
	defer brands.Unlock()
	b, ok := brands.of[accent]
	if ok {
		return b
	}
	if brands.of == nil || len(brands.of) >= brandsKept {
		brands.of = map[string]brand{}
	}
	b = newBrand(accent)
	brands.of[accent] = b
	return b
}

func newBrand(accent string) brand {
	p := paletteOf(accent)
	css := fmt.Sprintf("@layer brand{:root{--accent:%s;--on-accent:%s;--deep:%s;--deep-soft:%s}"+
		"@media (prefers-color-scheme:dark){:root{--accent:%s;--on-accent:%s}}}\n",
		p.light.hex(), p.onLight.hex(), p.deep.hex(), p.deepSoft.hex(), p.dark.hex(), p.onDark.hex())
	sum := sha256.Sum256([]byte(css))
	return brand{css, hex.EncodeToString(sum[:8])}
}

// BrandPath is the address of a stall's style sheet.
func BrandPath(s kiosk.Stall) string {
	_, hash := BrandCSS(s)
	return PathBrand + hash + ".css"
}
