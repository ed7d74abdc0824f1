package kiosk

import (
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
	{"share_to", func(s *Stall, text string) string { s.share().Token = text; return "" }},
	{"share", setShare},
}

// share is the one recipient that a file may name for a stall.
func (s *Stall) share() *Share {
	if len(s.SplitTerms) == 0 {
		s.SplitTerms = []Share{{Name: s.Name}}
	}
	return &s.SplitTerms[0]
}

// setShare takes what the recipient gets of each sale in percent.
func setShare(s *Stall, text string) string {
	n, err := ParsePercent(text)
	if err != nil {
		return KeyFleetShare
	}
	s.share().Percent = n
	return ""
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
	n, err := ParsePercent(text)
	if err != nil || n >= wholePercent {
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
