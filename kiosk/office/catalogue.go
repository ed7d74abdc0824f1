package office

import (
	"cmp"
	"context"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Catalogue is what stalls sell at a fixed price, changed by hand or by a file.
type Catalogue struct {
	kernel    *shop.Kernel
	store     kiosk.Store
	random    kiosk.Entropy
	additions *additions
	drafts    *drafts
}

func itemsOf(r kiosk.ItemReader, stall string) ([]kiosk.Item, error) {
	items, err := r.Items(stall)
	return sortItems(items), err
}

// Items lists what a stall sells now, in its order.
func (ct *Catalogue) Items(ctx context.Context, stall string) ([]kiosk.Item, error) {
	var items []kiosk.Item
	err := ct.store.View(ctx, func(r kiosk.Reader) (err error) {
		items, err = itemsOf(r, stall)
		return err
	})
	return items, err
}

// Put adds an item to a stall, or changes the one of its ID. What cannot be sold is [kiosk.Invalid];
// an unknown ID, or one of another stall, is [kiosk.NotFound].
func (ct *Catalogue) Put(ctx context.Context, by kiosk.OfficeActor, item kiosk.Item) (kiosk.Item, error) {
	item.Name, item.Category = strings.TrimSpace(item.Name), strings.TrimSpace(item.Category)
	if err := item.Check(); err != nil {
		return item, err
	}
	kind := "item.change"
	if item.ID == "" {
		kind, item.Created = "item.add", ct.kernel.Now()
		item.ID = ct.random.ID(item.Created)
	}
	err := ct.change(ctx, by, kind, item.ID, item.Stall, func(found *kiosk.Item) {
		item.Created, item.Gone, item.SoldOut = cmp.Or(found.Created, item.Created), 0, found.SoldOut
		*found = item
	})
	return item, err
}

// Remove takes an item of a stall off the tills. Sales that have it keep its name and price.
func (ct *Catalogue) Remove(ctx context.Context, by kiosk.OfficeActor, stall, id string) error {
	return ct.change(ctx, by, "item.remove", id, stall, func(found *kiosk.Item) { found.Gone = ct.kernel.Now() })
}

func (ct *Catalogue) change(ctx context.Context, by kiosk.OfficeActor, kind, id, stall string, edit func(*kiosk.Item)) error {
	if err := by.CheckMayChange(stall); err != nil {
		return err
	}
	var registers []kiosk.Register
	err := ct.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
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
		return tx.Append(shop.Trail(by, kind, id, ct.kernel.Now(), before, item.Record()))
	})
	if err == nil {
		ct.kernel.RingAll(registers)
	}
	return err
}
