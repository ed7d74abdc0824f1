package reconcile

import (
	"context"
	"maps"
	"slices"

	"qrkiosk/kiosk"
)

// cancelledThere is what the journal says of a link that ended at the gateway and not here.
const cancelledThere = "cancelled-there"

// findCancelled finds codes on show that can no longer be paid because the payer pressed cancel on the
// gateway's page: no webhook tells of that (F94). A link counts as gone if the gateway lists
// it as cancelled, or in neither of its lists twice, a minute apart: lists lag behind.
func (p *patrol) findCancelled(ctx context.Context, sales []*kiosk.Sale) error {
	rd := p.rounds
	shown := map[string]map[int64]*kiosk.Sale{} // by account
	for _, sale := range sales {
		l := sale.Shown()
		if l == nil || rd.kernel.Now()-l.ShownAt < censusAge || !rd.rows.ours(l.Ref) {
			continue
		}
		if shown[l.AccountID] == nil {
			shown[l.AccountID] = map[int64]*kiosk.Sale{}
		}
		shown[l.AccountID][l.PayID] = sale
	}
	var failed []error
	missing, silent := map[int64]*kiosk.Sale{}, map[int64]*kiosk.Sale{}
	for _, holder := range p.rotate(slices.Sorted(maps.Keys(shown))) {
		complete, err := rd.census.strikeUnpaid(ctx, holder, shown[holder])
		failed = append(failed, err)
		if complete && err == nil {
			maps.Copy(missing, shown[holder])
		} else {
			maps.Copy(silent, shown[holder])
		}
	}
	maps.DeleteFunc(p.absent, func(id, _ int64) bool { return missing[id] == nil && silent[id] == nil })
	return kiosk.FirstOf(append(failed, p.searchMissingLinks(ctx, missing))...)
}

// rotate begins a round of accounts each time with another one: the calls of a minute may not reach for
// all of them.
func (p *patrol) rotate(all []string) []string {
	if len(all) < 2 {
		return all
	}
	p.turn++
	n := p.turn % len(all)
	return slices.Concat(all[n:], all[:n])
}

// searchMissingLinks searches for codes on show that the list of unpaid links does not hold.
func (p *patrol) searchMissingLinks(ctx context.Context, missing map[int64]*kiosk.Sale) error {
	ids := slices.Sorted(maps.Keys(missing))
	for _, id := range ids[:min(len(ids), censusFinds)] {
		if err := p.searchMissingLink(ctx, missing[id]); err != nil {
			return err
		}
	}
	return nil
}

func (p *patrol) searchMissingLink(ctx context.Context, sale *kiosk.Sale) error {
	rd, l := p.rounds, sale.Shown()
	kiosk.Crash("before-vanished-search")
	found, err := rd.kernel.Accounts.GatewayOf(ctx, l.AccountID).Find(ctx, l.Ref)
	kiosk.Crash("after-vanished-search")
	rd.kernel.Condition.NoteLowLaneCall(l.AccountID, err)
	if err != nil {
		return err
	}
	for _, f := range found.Links {
		switch {
		case f.PayID != l.PayID:
		case f.Used && f.Amount != l.Amount:
			return nil // no proof; the list of pay-ins has to tell how much came
		case f.Used:
			return rd.kernel.StoreFindings(ctx, errandOf(sale, l), kiosk.Step{Kind: kiosk.StepUsed})
		case f.Cancelled:
			return rd.census.storeCancelled(ctx, sale)
		default:
			delete(p.absent, l.PayID)
			return nil
		}
	}
	since, before := p.absent[l.PayID]
	switch {
	case !found.Complete:
	case !before:
		p.absent[l.PayID] = rd.kernel.Now()
	case rd.kernel.Now()-since >= censusAge/2:
		delete(p.absent, l.PayID)
		return rd.census.storeCancelled(ctx, sale)
	}
	return nil
}

func errandOf(sale *kiosk.Sale, l *kiosk.Link) kiosk.Errand {
	return kiosk.Errand{Sale: sale.ID, Register: sale.Register, Link: l.N, Kind: kiosk.ErrandLook}
}
