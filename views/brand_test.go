package views

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"qrkiosk/kiosk"
	"qrkiosk/static"
)

// accents is a grid over all colours, and what people may type instead of one.
func accents() []string {
	all := []string{"", "red", "#fff", "#12506B", "#ffffff", "#000000", "#ffff00", "#00ff00", "#808080", "#zzzzzz", "javascript:"}
	for r := 0; r < 256; r += 51 {
		for g := 0; g < 256; g += 51 {
			for b := 0; b < 256; b += 51 {
				all = append(all, fmt.Sprintf("#%02x%02x%02x", r, g, b))
			}
		}
	}
	return all
}

func TestBrand_contrast(t *testing.T) {
	for _, accent := range accents() {
		p := paletteOf(accent)
		for _, pair := range []struct {
			what   string
			a, b   colour
			wanted float64
		}{
			{"accent on paper", p.light, paperLight, contrastAA},
			{"accent on key", p.light, keyLight, contrastAA},
			{"words on accent", p.onLight, p.light, contrastAA},
			{"dark accent on paper", p.dark, paperDark, contrastAA},
			{"dark accent on key", p.dark, keyDark, contrastAA},
			{"words on dark accent", p.onDark, p.dark, contrastAA},
			{"white on idle", white, p.deep, contrastAAA},
			{"soft words on idle", p.deepSoft, p.deep, contrastAAA},
		} {
			if got := contrast(pair.a, pair.b); got < pair.wanted {
				t.Errorf("%q: %s is %.2f, want %.1f", accent, pair.what, got, pair.wanted)
			}
		}
	}
}

func TestBrandCSS(t *testing.T) {
	css, hash := BrandCSS(kiosk.Stall{Accent: "#12506B"})
	if !strings.Contains(css, "--accent:#12506b;") {
		t.Errorf("a colour that passes was changed: %s", css)
	}
	if got := BrandPath(kiosk.Stall{Accent: "#12506B"}); got != "/brand/"+hash+".css" {
		t.Errorf("address %q", got)
	}
	if other, second := BrandCSS(kiosk.Stall{Accent: "#aa0000"}); second == hash || other == css {
		t.Error("another colour has the same style sheet")
	}
	broken, _ := BrandCSS(kiosk.Stall{Accent: "red;}body{display:none"})
	if usual, _ := BrandCSS(kiosk.Stall{}); broken != usual {
		t.Errorf("what is no colour came through: %s", broken)
	}
}

// tokens reads the custom properties of base.css, light and dark.
func tokens(t *testing.T, name string) (light, dark map[string]colour) {
	t.Helper()
	raw, err := fs.ReadFile(static.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if i := strings.Index(text, "@layer page"); i > 0 {
		text = text[:i]
	}
	parts := strings.SplitN(text, "prefers-color-scheme: dark", 3)
	read := func(text string) map[string]colour {
		found := map[string]colour{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{3,6});`).FindAllStringSubmatch(text, -1) {
			value := m[2]
			if len(value) == 4 {
				value = "#" + strings.Repeat(value[1:2], 2) + strings.Repeat(value[2:3], 2) + strings.Repeat(value[3:], 2)
			}
			if _, ok := found[m[1]]; !ok {
				found[m[1]] = mustHex(value)
			}
		}
		return found
	}
	return read(parts[0]), read(parts[1])
}

func TestTokens_contrast(t *testing.T) {
	light, dark := tokens(t, "css/base.css")
	screen, screenDark := tokens(t, "css/display.css")
	for mode, set := range map[string]map[string]colour{"light": light, "dark": dark} {
		for _, pair := range []struct {
			a, b   string
			wanted float64
		}{
			{"ink", "paper", contrastAAA},
			{"ink", "card", contrastAAA},
			{"ink", "key", contrastAAA},
			{"soft", "paper", contrastAA},
			{"soft", "card", contrastAA},
			{"soft", "off", contrastAA},
			{"paid", "card", contrastAA},
			{"paid", "paid-ground", contrastAA},
			{"on-paid", "paid", contrastAA},
			{"warn", "card", contrastAA},
			{"warn", "paper", contrastAA},
			{"warn", "warn-ground", contrastAA},
			{"on-accent", "accent", contrastAA},
		} {
			if got := contrast(set[pair.a], set[pair.b]); got < pair.wanted {
				t.Errorf("%s: %s on %s is %.2f, want %.1f", mode, pair.a, pair.b, got, pair.wanted)
			}
		}
	}
	for mode, pair := range map[string][2]colour{
		"light": {screen["soft"], light["paper"]}, "dark": {screenDark["soft"], dark["paper"]},
	} {
		if got := contrast(pair[0], pair[1]); got < contrastAAA {
			t.Errorf("display %s: soft on paper is %.2f", mode, got)
		}
	}
	if light["paper"] != paperLight || light["key"] != keyLight || dark["paper"] != paperDark || dark["key"] != keyDark {
		t.Error("the grounds of brand.go are not the tokens of base.css")
	}
}

// What stands on white cards and on the green of the display is checked by name.
func TestDisplay_contrast(t *testing.T) {
	raw, err := fs.ReadFile(static.FS, "css/display.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]string{
		{"#4b5159", "#ffffff"},
		{"#15181e", "#ffffff"},
		{"#7a4200", "#ffffff"},
		{"#ffffff", "#0a6540"},
	} {
		if got := contrast(mustHex(pair[0]), mustHex(pair[1])); got < contrastAAA {
			t.Errorf("%s on %s is %.2f", pair[0], pair[1], got)
		}
		for _, value := range pair {
			if value != "#ffffff" && !strings.Contains(string(raw), value) {
				t.Errorf("display.css does not use %s any more", value)
			}
		}
	}
}

// Both grounds of the guide have the tokens of the sheets.
func TestGuide_tokens(t *testing.T) {
	light, dark := tokens(t, "css/base.css")
	raw, err := fs.ReadFile(static.FS, "css/guide.css")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), ".ground.light {")
	lightSide, rest, _ := strings.Cut(rest, "}")
	_, rest, _ = strings.Cut(rest, ".ground.dark {")
	darkSide, _, _ := strings.Cut(rest, "}")
	for side, c := range map[string]struct {
		text string
		want map[string]colour
	}{"light": {lightSide, light}, "dark": {darkSide, dark}} {
		found := regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]+);`).FindAllStringSubmatch(c.text, -1)
		if len(found) < 12 {
			t.Errorf("%s has only %d tokens", side, len(found))
		}
		for _, m := range found {
			value := m[2]
			if len(value) == 4 {
				value = "#" + strings.Repeat(value[1:2], 2) + strings.Repeat(value[2:3], 2) + strings.Repeat(value[3:], 2)
			}
			if mustHex(value) != c.want[m[1]] {
				t.Errorf("%s: --%s is %s in the guide", side, m[1], m[2])
			}
		}
	}
}
