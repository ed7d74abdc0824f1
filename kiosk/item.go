package kiosk

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Item is something a stall sells at a fixed price. Its price is ours: a till says which item is
// sold, and at most which price it showed.
type Item struct {
	ID       string
	Stall    string
	Category string // as people call it; items of one category stand together
	Name     string
	Price    Money  // of one, VAT included
	VAT      int64  // hundredths of a percent, 700 = 7 %; 0 none
	Colour   string // one of Colours, "" none
	Order    int64  // ascending within the stall; equal ones by name
	Gone     int64  // Unix milliseconds since when it is sold no more, 0 while it is
	Created  int64  // Unix milliseconds
	SoldOut  int64  `json:",omitempty"` // local day of the stall (since 1 January 1970) on which there is none left, 0 never
}

// ItemReader finds what stalls sell.
type ItemReader interface {
	// Item finds an item, also one that is sold no more.
	Item(id string) (Item, error)
	// Items lists all items of a stall, also those that are sold no more.
	Items(stall string) ([]Item, error)
}

// The keys of messages about items.
const (
	KeyItemName     = "item-name"
	KeyItemCategory = "item-category"
	KeyItemVAT      = "item-vat"
	KeyItemColour   = "item-colour"
	KeyItemUnknown  = "item-unknown"
	KeyItemPrice    = "item-price"
	KeyItemGone     = "item-gone"
	KeyItemSoldOut  = "item-sold-out"
)

const (
	itemNameLongest = 60
	categoryLongest = 40
	highestVAT      = WholePercent
)

// CheckName is [Invalid] for a name that is empty, too long or not plain text.
func (i *Item) CheckName() error {
	if strings.TrimSpace(i.Name) == "" || utf8.RuneCountInString(i.Name) > itemNameLongest || !PlainText(i.Name) {
		return &Error{Code: Invalid, Key: KeyItemName, Field: "name"}
	}
	return nil
}

// CheckCategory is [Invalid] for a category that is too long or not plain text.
func (i *Item) CheckCategory() error {
	if utf8.RuneCountInString(i.Category) > categoryLongest || !PlainText(i.Category) {
		return &Error{Code: Invalid, Key: KeyItemCategory, Field: "category"}
	}
	return nil
}

// Check is [Invalid] for the first field that cannot be as it is.
func (i Item) Check() error {
	if err := cmp.Or(i.CheckName(), i.CheckCategory()); err != nil {
		return err
	}
	switch {
	case i.VAT < 0 || i.VAT > highestVAT:
		return &Error{Code: Invalid, Key: KeyItemVAT, Field: "vat"}
	case i.Colour != "" && !slices.Contains(Colours, i.Colour):
		return &Error{Code: Invalid, Key: KeyItemColour, Field: "colour"}
	}
	return i.Price.CheckChargeable()
}

// Record is what the trail says of an item.
func (i *Item) Record() map[string]any {
	return map[string]any{
		"Name": i.Name, "Category": i.Category, "Price": int64(i.Price), "VAT": i.VAT, "Colour": i.Colour, "Order": i.Order,
	}
}
