package kiosk

import (
	"context"
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
	KeyItemOrder    = "office-item-order"
	KeyTermsToken   = "office-terms-token"
	KeyTermsTwice   = "office-terms-twice"
	KeyTermsShare   = "office-terms-share"
	KeyTermsPercent = "office-terms-percent"
	KeyTermsMany    = "office-terms-many"
)

const (
	taglineLongest = 80
	sellerLongest  = 160
	vatNumberLong  = 20
	languagesMost  = 24
	shortestLapse  = 2 * minuteMillis
	longestLapse   = 60 * minuteMillis
	recipientsMost = 10
	tokenLongest   = 200
)

// NewStall adds a stall for the organizer; its ID and time of creation are set here.
func (s *Shop) NewStall(ctx context.Context, by Clerk, stall Stall) (Stall, error) {
	if err := by.organizes(); err != nil {
		return stall, err
	}
	stall.Name = strings.TrimSpace(stall.Name)
	if err := stall.check(); err != nil {
		return stall, err
	}
	stall.Created = s.now()
	stall.ID = s.random.id(stall.Created)
	err := s.officeBy(ctx, by, func(tx Tx) (changed, error) {
		return changed{kind: "stall.add", subject: stall.ID, after: stall.record()}, tx.PutStall(stall)
	})
	return stall, err
}

// ChangeStall has a clerk change a stall. What cannot be is [Invalid] and nothing is stored. Sales
// that were begun keep what they were begun with. edit may run more than once.
func (s *Shop) ChangeStall(ctx context.Context, by Clerk, id string, edit func(*Stall)) (Stall, error) {
	return s.changeStall(ctx, by, id, func(_ Tx, stall *Stall) error {
		edit(stall)
		return nil
	})
}

func (s *Shop) changeStall(ctx context.Context, by Clerk, id string, edit func(Tx, *Stall) error) (Stall, error) {
	if err := by.heads(id); err != nil {
		return Stall{}, err
	}
	var stall Stall
	var registers []Register
	err := s.officeBy(ctx, by, func(tx Tx) (c changed, err error) {
		if stall, err = tx.Stall(id); err != nil {
			return c, err
		}
		before := stall.record()
		if err := edit(tx, &stall); err != nil {
			return c, err
		}
		stall.ID, stall.Name = id, strings.TrimSpace(stall.Name)
		if err := stall.check(); err != nil {
			return c, err
		}
		if registers, err = tx.Registers(id); err != nil {
			return c, err
		}
		return changed{"stall.change", id, before, stall.record()}, tx.PutStall(stall)
	})
	if err == nil {
		s.ringAll(registers)
	}
	return stall, err
}

// record is what the trail says of a stall.
func (s *Stall) record() map[string]any {
	return map[string]any{
		"Name": s.Name, "Place": s.Place, "Tagline": s.Tagline, "Accent": s.Accent,
		"Languages": strings.Join(s.Languages, " "), "Region": s.Region, "Zone": s.Zone,
		"Seller": s.Seller, "VATNumber": s.VATNumber, "VAT": s.VAT, "Strict": s.Strict,
		"StrictAbove": int64(s.StrictAbove), "LapseAfter": s.LapseAfter, "Limit": int64(s.Limit),
		"AsksTip": s.AsksTip, "TipPercents": fmt.Sprint(s.TipPercents), "TipSums": fmt.Sprint(s.TipSums), "Logo": s.Logo, "SplitTerms": termsText(s.SplitTerms),
	}
}

func (s *Stall) check() error {
	if err := checkName(s.Name); err != nil {
		return err
	}
	for _, c := range []struct {
		wrong bool
		key   string
		field string
	}{
		{!shortText(s.Place, nameLongest), KeyStallText, "place"},
		{!shortText(s.Tagline, taglineLongest), KeyStallText, "tagline"},
		{!shortText(s.Seller, sellerLongest), KeyStallText, "seller"},
		{!accentForm(s.Accent), KeyStallColour, "accent"},
		{!languageForm(s.Languages), KeyStallWords, "languages"},
		{len(s.Region) > 10 || strings.Trim(s.Region, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "", KeyStallRegion, "region"},
		{!zoneForm(s.Zone), KeyStallZone, "zone"},
		{len(s.VATNumber) > vatNumberLong || strings.Trim(s.VATNumber, vatLetters) != "", KeyStallVATID, "vatnumber"},
		{s.VAT < 0 || s.VAT >= wholePercent, KeyStallVAT, "vat"},
		{s.LapseAfter != 0 && (s.LapseAfter < shortestLapse || s.LapseAfter > longestLapse), KeyStallLapse, "lapse"},
		{s.Limit < 0 || s.Limit > MaxMoney, KeyStallLimit, "limit"},
		{!tipsForm(s.TipPercents, 1, tipPercentMost), KeyStallTips, "tippercents"},
		{!tipsForm(s.TipSums, tipSumLeast, tipSumMost), KeyStallTips, "tipsums"},
		{s.StrictAbove < 0 || s.StrictAbove > MaxMoney, KeyStallLimit, "strictabove"},
	} {
		if c.wrong {
			return &Error{Code: Invalid, Key: c.key, Field: c.field}
		}
	}
	return CheckTerms(s.SplitTerms)
}

const vatLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ./-+*"

func shortText(text string, most int) bool {
	return utf8.RuneCountInString(text) <= most && plainText(text)
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

// StallsOf lists the stalls that a clerk may see, with their registers.
func (s *Shop) StallsOf(ctx context.Context, by Clerk) ([]Stall, map[string][]Register, error) {
	stalls, registers, err := s.Stalls(ctx)
	var own []Stall
	for _, stall := range stalls {
		if by.Heads(stall.ID) {
			own = append(own, stall)
		} else {
			delete(registers, stall.ID)
		}
	}
	return own, registers, err
}
