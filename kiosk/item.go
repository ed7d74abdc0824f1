package kiosk

import (
	"cmp"
	"context"
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
)

const (
	itemNameLongest = 60
	categoryLongest = 40
	highestVAT      = wholePercent
)

func (i *Item) checkName() error {
	if strings.TrimSpace(i.Name) == "" || utf8.RuneCountInString(i.Name) > itemNameLongest || !plainText(i.Name) {
		return &Error{Code: Invalid, Key: KeyItemName, Field: "name"}
	}
	return nil
}

func (i *Item) checkCategory() error {
	if utf8.RuneCountInString(i.Category) > categoryLongest || !plainText(i.Category) {
		return &Error{Code: Invalid, Key: KeyItemCategory, Field: "category"}
	}
	return nil
}

func (i Item) check() error {
	if err := cmp.Or(i.checkName(), i.checkCategory()); err != nil {
		return err
	}
	switch {
	case i.VAT < 0 || i.VAT > highestVAT:
		return &Error{Code: Invalid, Key: KeyItemVAT, Field: "vat"}
	case i.Colour != "" && !slices.Contains(Colours, i.Colour):
		return &Error{Code: Invalid, Key: KeyItemColour, Field: "colour"}
	}
	return i.Price.checkChargeable()
}

// Items lists what a stall sells now, in its order.
func (s *Shop) Items(ctx context.Context, stall string) ([]Item, error) {
	var items []Item
	err := s.store.View(ctx, func(r Reader) (err error) {
		items, err = itemsOf(r, stall)
		return err
	})
	return items, err
}

func itemsOf(r Reader, stall string) ([]Item, error) {
	items, err := r.Items(stall)
	return sortItems(items), err
}

// PutItem adds an item to a stall, or changes the one of its ID. What cannot be sold is [Invalid];
// an unknown ID, or one of another stall, is [NotFound].
func (s *Shop) PutItem(ctx context.Context, by Clerk, item Item) (Item, error) {
	item.Name, item.Category = strings.TrimSpace(item.Name), strings.TrimSpace(item.Category)
	if err := item.check(); err != nil {
		return item, err
	}
	kind := "item.change"
	if item.ID == "" {
		kind, item.Created = "item.add", s.now()
		item.ID = s.random.id(item.Created)
	}
	err := s.changeItem(ctx, by, kind, item.ID, item.Stall, func(found *Item) {
		item.Created, item.Gone = cmp.Or(found.Created, item.Created), 0
		*found = item
	})
	return item, err
}

// RemoveItem takes an item of a stall off the tills. Sales that have it keep its name and price.
func (s *Shop) RemoveItem(ctx context.Context, by Clerk, stall, id string) error {
	return s.changeItem(ctx, by, "item.remove", id, stall, func(found *Item) { found.Gone = s.now() })
}

func (s *Shop) changeItem(ctx context.Context, by Clerk, kind, id, stall string, edit func(*Item)) error {
	if err := by.heads(stall); err != nil {
		return err
	}
	var registers []Register
	err := s.change(ctx, OfficeStream, func(tx Tx) error {
		if _, err := tx.Stall(stall); err != nil {
			return err
		}
		item, err := tx.Item(id)
		if kind != "item.add" && (err != nil || item.Stall != stall) {
			return &Error{Code: NotFound, Key: KeyItemUnknown}
		}
		before := item.record()
		edit(&item)
		if err := tx.PutItem(item); err != nil {
			return err
		}
		if registers, err = tx.Registers(stall); err != nil {
			return err
		}
		return tx.Append(trail(by, kind, id, s.now(), before, item.record()))
	})
	if err == nil {
		s.ringAll(registers)
	}
	return err
}

// record is what the trail says of an item.
func (i *Item) record() map[string]any {
	return map[string]any{
		"Name": i.Name, "Category": i.Category, "Price": int64(i.Price), "VAT": i.VAT, "Colour": i.Colour, "Order": i.Order,
	}
}

// price fills in what the catalogue says of the items of a charge. A price that a till showed and
// that is another one by now is refused: nobody is charged what no screen said.
// A typed amount has the rate of the stall.
func price(r Reader, stall Stall, lines []Line) error {
	for i := range lines {
		if lines[i].Item == "" {
			lines[i].Name, lines[i].VAT = "", stall.VAT
			continue
		}
		item, err := r.Item(lines[i].Item)
		switch {
		case CodeOf(err) == NotFound || (err == nil && item.Stall != stall.ID):
			return &Error{Code: Invalid, Key: KeyItemUnknown, Field: "lines"}
		case err != nil:
			return err
		case item.Gone > 0:
			return &Error{Code: Invalid, Key: KeyItemGone, Field: "lines", Args: []string{item.Name}}
		case lines[i].Unit != 0 && lines[i].Unit != item.Price:
			return &Error{
				Code: Invalid, Key: KeyItemPrice, Field: "lines", Args: []string{item.Name},
				Amounts: []Money{item.Price, lines[i].Unit},
			}
		}
		lines[i].Name, lines[i].Unit, lines[i].VAT = item.Name, item.Price, item.VAT
	}
	return nil
}
