package office

import (
	"cmp"
	"context"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

func itemsOf(r kiosk.Reader, stall string) ([]kiosk.Item, error) {
	items, err := r.Items(stall)
	return sortItems(items), err
}

// Items lists what a stall sells now, in its order.
func (o *Office) Items(ctx context.Context, stall string) ([]kiosk.Item, error) {
	var items []kiosk.Item
	err := o.store.View(ctx, func(r kiosk.Reader) (err error) {
		items, err = itemsOf(r, stall)
		return err
	})
	return items, err
}

// PutItem adds an item to a stall, or changes the one of its ID. What cannot be sold is [kiosk.Invalid];
// an unknown ID, or one of another stall, is [kiosk.NotFound].
func (o *Office) PutItem(ctx context.Context, by kiosk.OfficeActor, item kiosk.Item) (kiosk.Item, error) {
	item.Name, item.Category = strings.TrimSpace(item.Name), strings.TrimSpace(item.Category)
	if err := item.Check(); err != nil {
		return item, err
	}
	kind := "item.change"
	if item.ID == "" {
		kind, item.Created = "item.add", o.kernel.Now()
		item.ID = o.random.ID(item.Created)
	}
	err := o.changeItem(ctx, by, kind, item.ID, item.Stall, func(found *kiosk.Item) {
		item.Created, item.Gone = cmp.Or(found.Created, item.Created), 0
		*found = item
	})
	return item, err
}

// RemoveItem takes an item of a stall off the tills. Sales that have it keep its name and price.
func (o *Office) RemoveItem(ctx context.Context, by kiosk.OfficeActor, stall, id string) error {
	return o.changeItem(ctx, by, "item.remove", id, stall, func(found *kiosk.Item) { found.Gone = o.kernel.Now() })
}

func (o *Office) changeItem(ctx context.Context, by kiosk.OfficeActor, kind, id, stall string, edit func(*kiosk.Item)) error {
	if err := by.MustHead(stall); err != nil {
		return err
	}
	var registers []kiosk.Register
	err := o.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		if _, err := tx.Stall(stall); err != nil {
			return err
		}
		item, err := tx.Item(id)
		if kind != "item.add" && (err != nil || item.Stall != stall) {
			return &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyItemUnknown}
		}
		before := item.Record()
		edit(&item)
		if err := tx.PutItem(item); err != nil {
			return err
		}
		if registers, err = tx.Registers(stall); err != nil {
			return err
		}
		return tx.Append(shop.Trail(by, kind, id, o.kernel.Now(), before, item.Record()))
	})
	if err == nil {
		o.ringAll(registers)
	}
	return err
}
