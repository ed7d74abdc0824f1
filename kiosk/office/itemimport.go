package office

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// draftItems is the kind of a draft that holds a file of items of a stall.
func draftItems(stall string) string { return "items " + stall }

// Preview reads a file of items and says line by line what importing it would make of the
// catalogue of a stall. Nothing is made yet; if the file has no faults, the secret imports just this
// file into just this catalogue within half an hour. Whoever heads the stall may call it.
func (ct *Catalogue) Preview(ctx context.Context, by kiosk.OfficeActor, stall string, raw []byte) (plan kiosk.ItemPlan, secret string, err error) {
	if err := by.CheckMayChange(stall); err != nil {
		return plan, "", err
	}
	var seal [sha256.Size]byte
	err = ct.store.View(ctx, func(r kiosk.Reader) (err error) {
		plan, seal, err = planCatalogue(r, stall, raw)
		return err
	})
	if err != nil || len(plan.Faults) > 0 {
		return plan, "", err
	}
	secret, err = ct.drafts.keep(ctx, by, draftItems(stall), append(seal[:], raw...))
	return plan, secret, err
}

// planCatalogue reads a file against what a stall sells. The seal stands for everything that the
// plan depends on besides the file.
func planCatalogue(r kiosk.Reader, stall string, raw []byte) (plan kiosk.ItemPlan, seal [sha256.Size]byte, err error) {
	place, err := r.Stall(stall)
	if err != nil {
		return plan, seal, err
	}
	there, err := r.Items(stall)
	if err != nil {
		return plan, seal, err
	}
	text, err := json.Marshal(struct {
		VAT   int64
		Items []kiosk.Item
	}{place.VAT, there})
	return planItems(raw, place, there), sha256.Sum256(text), err
}

// Import makes of a stall's catalogue what a preview has said, all of it or nothing; remove takes
// off the tills what the file does not name. A secret that was used, or whose time is over, is [kiosk.Gone];
// a catalogue that is another one than at the preview is [kiosk.Conflict], so that nothing happens that no
// preview has said. Whoever heads the stall may call it.
func (ct *Catalogue) Import(ctx context.Context, by kiosk.OfficeActor, stall, secret string, remove bool) error {
	if err := by.CheckMayChange(stall); err != nil {
		return err
	}
	var registers []kiosk.Register
	err := ct.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		plan, err := ct.draft(tx, by, stall, secret)
		if err != nil {
			return err
		}
		if err := tx.DropDraft(kiosk.HashSecret(secret)); err != nil {
			return err
		}
		if registers, err = tx.Registers(stall); err != nil {
			return err
		}
		return ct.putItems(tx, by, stall, plan, remove)
	})
	if err == nil {
		ct.kernel.RingAll(registers)
	}
	return err
}

// draft opens a previewed file and plans it again.
func (ct *Catalogue) draft(r kiosk.Reader, by kiosk.OfficeActor, stall, secret string) (kiosk.ItemPlan, error) {
	raw, err := ct.drafts.open(r, by, draftItems(stall), secret)
	if err != nil {
		return kiosk.ItemPlan{}, err
	}
	plan, seal, err := planCatalogue(r, stall, raw[sha256.Size:])
	if err == nil && !bytes.Equal(seal[:], raw[:sha256.Size]) {
		err = &kiosk.Error{Code: kiosk.Conflict, Key: KeyItemFileMoved}
	}
	return plan, err
}

// putItems stores what a plan changes, with an entry for each item as if it had been changed by hand,
// and one for the file.
func (ct *Catalogue) putItems(tx kiosk.Tx, by kiosk.OfficeActor, stall string, plan kiosk.ItemPlan, remove bool) error {
	now, removed := ct.kernel.Now(), 0
	for i, one := range plan.Items {
		if one.Fate == kiosk.ItemSame {
			continue
		}
		if one.Fate == kiosk.ItemNew {
			one.Item.ID, one.Item.Created = ct.additions.nextID(i), now
		}
		if err := ct.putItem(tx, by, trailKind(one.Fate), one.Item, one.Was); err != nil {
			return err
		}
	}
	for _, i := range plan.Missing {
		if !remove {
			break
		}
		gone := i
		gone.Gone = now
		if err := ct.putItem(tx, by, "item.remove", gone, i); err != nil {
			return err
		}
		removed++
	}
	return tx.Append(shop.Trail(by, "item.import", stall, now, nil, map[string]any{
		"New": plan.Count(kiosk.ItemNew), "Back": plan.Count(kiosk.ItemBack), "Changed": plan.Count(kiosk.ItemChanged),
		"Same": plan.Count(kiosk.ItemSame), "Removed": removed,
	}))
}

// trailKind is how the trail calls what happens to an item.
func trailKind(f kiosk.ItemFate) string {
	if f == kiosk.ItemChanged {
		return "item.change"
	}
	return "item.add"
}

func (ct *Catalogue) putItem(tx kiosk.Tx, by kiosk.OfficeActor, kind string, item, was kiosk.Item) error {
	if err := tx.PutItem(item); err != nil {
		return err
	}
	var before map[string]any
	if kind != "item.add" {
		before = was.Record()
	}
	return tx.Append(shop.Trail(by, kind, item.ID, ct.kernel.Now(), before, item.Record()))
}
