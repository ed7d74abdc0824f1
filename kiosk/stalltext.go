package kiosk

import "strings"

// StallText is a line that a stall sets and that its receipts and statements end with. Another one is a
// field of [Stall], a row of [StallTexts] and words.
type StallText struct {
	Name   string // of its field in forms, where its words are "office.receipt." and the name
	Stored string // as the trail names it
	Column string // of a file of the fleet
	Word   string // key of the sentence around it where people read it, "" for the text alone
	Most   int    // characters
	Of     func(*Stall) *string

	wrong   string // key of the message about a text that cannot be
	letters string // all it may be written with, "" for everything that can be read
}

// StallTexts are these lines, in order.
var StallTexts = []StallText{
	{
		Name: "seller", Stored: "Seller", Column: "seller", Most: 160, wrong: KeyStallText,
		Of: func(s *Stall) *string { return &s.Seller },
	},
	{
		Name: "vatnumber", Stored: "VATNumber", Column: "vat_number", Word: "receipt.vatid", Most: 20, wrong: KeyStallVATID,
		letters: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ./-+*",
		Of:      func(s *Stall) *string { return &s.VATNumber },
	},
}

// Long tells whether a text is written in a field of several lines.
func (t StallText) Long() bool { return t.Most > NameLongest }

// check is [Invalid] for a text that cannot be.
func (t StallText) check(text string) error {
	if shortText(text, t.Most) && (t.letters == "" || strings.Trim(text, t.letters) == "") {
		return nil
	}
	return &Error{Code: Invalid, Key: t.wrong, Field: t.Name}
}
