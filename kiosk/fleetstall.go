package kiosk

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// stallAttribute is what a column says of a stall; set returns the key of what is wrong.
type stallAttribute struct {
	column string
	set    func(s *Stall, text string) string
}

var stallAttributes = []stallAttribute{
	{"town", func(s *Stall, text string) string { return setText(&s.Place, text, nameLongest) }},
	{"tagline", func(s *Stall, text string) string { return setText(&s.Tagline, text, nameLongest) }},
	{"seller", func(s *Stall, text string) string { return setText(&s.Seller, text, 2*nameLongest) }},
	{"vat_number", func(s *Stall, text string) string { return setText(&s.VATNumber, text, 20) }},
	{"colour", setColour},
	{"languages", setLanguages},
	{"vat", setVAT},
	{"tip", setTip},
}

func setText(field *string, text string, most int) string {
	if !plainText(text) || utf8.RuneCountInString(text) > most {
		return KeyFleetText
	}
	*field = text
	return ""
}

// setColour takes "#rrggbb", with or without the mark.
func setColour(s *Stall, text string) string {
	text = strings.ToLower(strings.TrimPrefix(text, "#"))
	if len(text) != 6 || strings.Trim(text, "0123456789abcdef") != "" {
		return KeyFleetColour
	}
	s.Accent = "#" + text
	return ""
}

// setLanguages takes codes of two letters, apart by blanks, commas, semicolons or bars.
func setLanguages(s *Stall, text string) string {
	all := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" ,;|/+", r) })
	for _, code := range all {
		if len(code) != 2 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz") != "" {
			return KeyFleetWords
		}
	}
	if len(all) > 24 {
		return KeyFleetWords
	}
	s.Languages = all
	return ""
}

// setVAT takes a rate in percent with up to two decimals: "19", "7,7 %".
func setVAT(s *Stall, text string) string {
	text = strings.TrimSpace(strings.TrimSuffix(text, "%"))
	whole, part, _ := strings.Cut(strings.Replace(text, ",", ".", 1), ".")
	if len(part) > 2 || whole == "" || len(whole) > 2 || strings.Trim(whole+part, "0123456789") != "" {
		return KeyFleetVAT
	}
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if err != nil {
		return KeyFleetVAT
	}
	s.VAT = n
	return ""
}

func setTip(s *Stall, text string) string {
	switch strings.ToLower(text) {
	case "yes", "ja", "1", "x", "true":
		s.AsksTip = true
	case "no", "nein", "0", "-", "false":
		s.AsksTip = false
	default:
		return KeyFleetYes
	}
	return ""
}
