package kiosk

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The keys of messages about a stall's settings.
const (
	KeyStallText    = "office-stall-text"
	KeyStallColour  = "office-stall-colour"
	KeyStallWords   = "office-stall-languages"
	KeyStallRegion  = "office-stall-region"
	KeyStallZone    = "office-stall-zone"
	KeyStallVATID   = "office-stall-vat-number"
	KeyStallVAT     = "office-stall-vat"
	KeyStallLapse   = "office-stall-lapse"
	KeyStallLimit   = "office-stall-limit"
	KeyStallTips    = "office-stall-tips"
	KeyStallPIN     = "office-stall-pin-length"
	KeyStallReasons = "office-stall-reasons"
	KeyTermsToken   = "office-terms-token"
	KeyTermsTwice   = "office-terms-twice"
	KeyTermsShare   = "office-terms-share"
	KeyTermsPercent = "office-terms-percent"
	KeyTermsMany    = "office-terms-many"
)

const (
	taglineLongest = 80
	languagesMost  = 24
	shortestLapse  = 2 * MinuteMillis
	longestLapse   = 60 * MinuteMillis
	recipientsMost = 10
	tokenLongest   = 200
)

// Record is what the trail says of a stall.
func (s *Stall) Record() map[string]any {
	all := map[string]any{
		"Name": s.Name, "Place": s.Town, "Tagline": s.Tagline, "Accent": s.Accent,
		"Languages": strings.Join(s.Languages, " "), "Region": s.Region, "Zone": s.Zone,
		"VAT": s.VAT, "Strict": s.Strict,
		"StrictAbove": int64(s.StrictAbove), "LapseAfter": s.LapseAfter, "Limit": int64(s.Limit),
		"AsksTip": s.AsksTip, "TipPercents": fmt.Sprint(s.TipPercents), "TipSums": fmt.Sprint(s.TipSums), "Logo": s.Logo, "SplitTerms": termsText(s.SplitTerms),
		"PINLength": s.PINDigits(), "CallsUp": s.CallsUp, "Reasons": strings.Join(s.Reasons, " / "),
	}
	for _, t := range StallTexts {
		all[t.Stored] = *t.Of(s)
	}
	return all
}

// Check is [Invalid] for the first field that cannot be as it is.
func (s *Stall) Check() error {
	if err := CheckName(s.Name); err != nil {
		return err
	}
	for _, c := range []struct {
		wrong bool
		key   string
		field string
	}{
		{!shortText(s.Town, NameLongest), KeyStallText, "place"},
		{!shortText(s.Tagline, taglineLongest), KeyStallText, "tagline"},
		{!accentForm(s.Accent), KeyStallColour, "accent"},
		{!languageForm(s.Languages), KeyStallWords, "languages"},
		{len(s.Region) > 10 || strings.Trim(s.Region, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "", KeyStallRegion, "region"},
		{!zoneForm(s.Zone), KeyStallZone, "zone"},
		{s.VAT < 0 || s.VAT >= WholePercent, KeyStallVAT, "vat"},
		{s.LapseAfter != 0 && (s.LapseAfter < shortestLapse || s.LapseAfter > longestLapse), KeyStallLapse, "lapse"},
		{s.Limit < 0 || s.Limit > MaxMoney, KeyStallLimit, "limit"},
		{!tipsForm(s.TipPercents, 1, tipPercentMost), KeyStallTips, "tippercents"},
		{!tipsForm(s.TipSums, tipSumLeast, tipSumMost), KeyStallTips, "tipsums"},
		{s.PINDigits() < pinShortest || s.PINDigits() > pinLongest, KeyStallPIN, "pinlength"},
		{!reasonsForm(s.Reasons), KeyStallReasons, "reasons"},
		{s.StrictAbove < 0 || s.StrictAbove > MaxMoney, KeyStallLimit, "strictabove"},
	} {
		if c.wrong {
			return &Error{Code: Invalid, Key: c.key, Field: c.field}
		}
	}
	for _, t := range StallTexts {
		if err := t.check(*t.Of(s)); err != nil {
			return err
		}
	}
	return CheckTerms(s.SplitTerms)
}

func shortText(text string, most int) bool {
	return utf8.RuneCountInString(text) <= most && PlainText(text)
}

// accentForm is "#rrggbb" or nothing.
func accentForm(text string) bool {
	return text == "" || (len(text) == 7 && text[0] == '#' && strings.Trim(text[1:], "0123456789abcdef") == "")
}

func languageForm(all []string) bool {
	for i, tag := range all {
		if len(tag) < 2 || len(tag) > 5 || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" ||
			slices.Contains(all[:i], tag) {
			return false
		}
	}
	return len(all) <= languagesMost
}

func zoneForm(name string) bool {
	if name == "" {
		return true
	}
	_, err := time.LoadLocation(name)
	return err == nil && name != "Local" && len(name) <= 40
}
