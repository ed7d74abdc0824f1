package kiosk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
)

// draftItems is the kind of a draft that holds a file of items of a stall.
func draftItems(stall string) string { return "items " + stall }

// PreviewItems reads a file of items and says line by line what importing it would make of the
// catalogue of a stall. Nothing is made yet; if the file has no faults, the secret imports just this
// file into just this catalogue within half an hour. Whoever heads the stall may call it.
func (s *Shop) PreviewItems(ctx context.Context, by Clerk, stall string, raw []byte) (plan ItemPlan, secret string, err error) {
	if err := by.heads(stall); err != nil {
		return plan, "", err
	}
	var seal [sha256.Size]byte
	err = s.store.View(ctx, func(r Reader) (err error) {
		plan, seal, err = planCatalogue(r, stall, raw)
		return err
	})
	if err != nil || len(plan.Faults) > 0 {
		return plan, "", err
	}
	secret, err = s.keepDraft(ctx, by, draftItems(stall), append(seal[:], raw...))
	return plan, secret, err
}

// planCatalogue reads a file against what a stall sells. The seal stands for everything that the
// plan depends on besides the file.
func planCatalogue(r Reader, stall string, raw []byte) (plan ItemPlan, seal [sha256.Size]byte, err error) {
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
		Items []Item
	}{place.VAT, there})
	return planItems(raw, place, there), sha256.Sum256(text), err
}

// ImportItems makes of a stall's catalogue what a preview has said, all of it or nothing; remove takes
// off the tills what the file does not name. A secret that was used, or whose time is over, is [Gone];
// a catalogue that is another one than at the preview is [Conflict], so that nothing happens that no
// preview has said. Whoever heads the stall may call it.
func (s *Shop) ImportItems(ctx context.Context, by Clerk, stall, secret string, remove bool) error {
	if err := by.heads(stall); err != nil {
		return err
	}
	var registers []Register
	err := s.change(ctx, OfficeStream, func(tx Tx) error {
		plan, err := s.itemDraft(tx, by, stall, secret)
		if err != nil {
			return err
		}
		if err := tx.DropDraft(HashSecret(secret)); err != nil {
			return err
		}
		if registers, err = tx.Registers(stall); err != nil {
			return err
		}
		return s.putItems(tx, by, stall, plan, remove)
	})
	if err == nil {
		s.ringAll(registers)
	}
	return err
}

// itemDraft opens a previewed file and plans it again.
func (s *Shop) itemDraft(r Reader, by Clerk, stall, secret string) (ItemPlan, error) {
	raw, err := s.draft(r, by, draftItems(stall), secret)
	if err != nil {
		return ItemPlan{}, err
	}
	plan, seal, err := planCatalogue(r, stall, raw[sha256.Size:])
	if err == nil && !bytes.Equal(seal[:], raw[:sha256.Size]) {
		err = &Error{Code: Conflict, Key: KeyItemFileMoved}
	}
	return plan, err
}

// putItems stores what a plan changes, with an entry for each item as if it had been changed by hand,
// and one for the file.
func (s *Shop) putItems(tx Tx, by Clerk, stall string, plan ItemPlan, remove bool) error {
	now, removed := s.now(), 0
	for i, one := range plan.Items {
		if one.Fate == ItemSame {
			continue
		}
		if one.Fate == ItemNew {
			one.Item.ID, one.Item.Created = s.nextID(i), now
		}
		if err := s.putItem(tx, by, trailKind(one.Fate), one.Item, one.Was); err != nil {
			return err
		}
	}
	for _, i := range plan.Missing {
		if !remove {
			break
		}
		gone := i
		gone.Gone = now
		if err := s.putItem(tx, by, "item.remove", gone, i); err != nil {
			return err
		}
		removed++
	}
	return tx.Append(trail(by, "item.import", stall, now, nil, map[string]any{
		"New": plan.Count(ItemNew), "Back": plan.Count(ItemBack), "Changed": plan.Count(ItemChanged),
		"Same": plan.Count(ItemSame), "Removed": removed,
	}))
}

// trailKind is how the trail calls what happens to an item.
func trailKind(f ItemFate) string {
	if f == ItemChanged {
		return "item.change"
	}
	return "item.add"
}

func (s *Shop) putItem(tx Tx, by Clerk, kind string, item, was Item) error {
	if err := tx.PutItem(item); err != nil {
		return err
	}
	var before map[string]any
	if kind != "item.add" {
		before = was.record()
	}
	return tx.Append(trail(by, kind, item.ID, s.now(), before, item.record()))
}

// ringAll tells screens that they look different now, though no sale of theirs has changed.
func (s *Shop) ringAll(registers []Register) {
	for _, r := range registers {
		s.bus.Ring(r.ID, 0)
	}
}
