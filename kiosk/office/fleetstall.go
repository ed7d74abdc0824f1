package office

import (
	"strings"
	"unicode/utf8"

	"qrkiosk/kiosk"
)

// stallAttribute is what a column says of a stall; set returns the key of what is wrong.
type stallAttribute struct {
	column string
	set    func(s *kiosk.Stall, text string) string
}

var stallAttributes = append(textAttributes(),
	stallAttribute{"town", func(s *kiosk.Stall, text string) string { return setText(&s.Town, text, kiosk.NameLongest) }},
	stallAttribute{"tagline", func(s *kiosk.Stall, text string) string { return setText(&s.Tagline, text, kiosk.NameLongest) }},
	stallAttribute{"colour", setColour},
	stallAttribute{"languages", setLanguages},
	stallAttribute{"vat", setVAT},
	stallAttribute{"tip", setTip},
	stallAttribute{"share_to", func(s *kiosk.Stall, text string) string { s.FirstShare().Token = text; return "" }},
	stallAttribute{"share", setShare},
)

func textAttributes() (all []stallAttribute) {
	for _, t := range kiosk.StallTexts {
		all = append(all, stallAttribute{t.Column, func(s *kiosk.Stall, text string) string { return setText(t.Of(s), text, t.Most) }})
	}
	return all
}

// setShare takes what the recipient gets of each sale in percent.
func setShare(s *kiosk.Stall, text string) string {
	n, err := ParsePercent(text)
	if err != nil {
		return KeyFleetShare
	}
	s.FirstShare().Percent = n
	return ""
}

func setText(field *string, text string, most int) string {
	if !kiosk.PlainText(text) || utf8.RuneCountInString(text) > most {
		return KeyFleetText
	}
	*field = text
	return ""
}

// setColour takes "#rrggbb", with or without the mark.
func setColour(s *kiosk.Stall, text string) string {
	text = strings.ToLower(strings.TrimPrefix(text, "#"))
	if len(text) != 6 || strings.Trim(text, "0123456789abcdef") != "" {
		return KeyFleetColour
	}
	s.Accent = "#" + text
	return ""
}

// setLanguages takes codes of two letters, apart by blanks, commas, semicolons or bars.
func setLanguages(s *kiosk.Stall, text string) string {
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
func setVAT(s *kiosk.Stall, text string) string {
	n, err := ParsePercent(text)
	if err != nil || n >= kiosk.WholePercent {
		return KeyFleetVAT
	}
	s.VAT = n
	return ""
}

func setTip(s *kiosk.Stall, text string) string {
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
