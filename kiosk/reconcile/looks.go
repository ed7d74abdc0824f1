package reconcile

import (
	"context"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// lookWaits are the pauses between looks that an errand demands: at 0, 2 and 5 seconds, then
// slower. By then the regular sweep asks anyway.
var lookWaits = []int64{2 * kiosk.SecondMillis, 3 * kiosk.SecondMillis, 10 * kiosk.SecondMillis, 30 * kiosk.SecondMillis, kiosk.MinuteMillis, 5 * kiosk.MinuteMillis}

// unpaidTries is how many looks must say unpaid before a code comes back.
const unpaidTries = 3

// looks are the errands that a reading of a list answers.
type looks struct {
	kernel  *shop.Kernel
	errands *errands
}

// giveBack returns looks that could not be made, to be made after wait milliseconds.
func (lk *looks) giveBack(ctx context.Context, looks []kiosk.Errand, wait int64) {
	for _, e := range looks {
		e.Tries--
		if err := lk.kernel.Later(ctx, e, wait); err != nil {
			lk.kernel.Complain(ctx, "a look cannot be given back", err)
		}
	}
}

// finish ends the looks that the list answered and plans the others.
func (lk *looks) finish(ctx context.Context, looks []kiosk.Errand, before []*kiosk.Sale, read payInList) {
	odd := map[string]int{}
	for _, sale := range before {
		for _, l := range sale.Links {
			odd[l.ID] = l.Odd
		}
	}
	for _, e := range looks {
		if err := lk.finishOne(ctx, e, odd, read); err != nil {
			lk.kernel.Complain(ctx, "a look cannot be finished", err)
		}
	}
}

func (lk *looks) finishOne(ctx context.Context, e kiosk.Errand, odd map[string]int, read payInList) error {
	sale, err := lk.kernel.Sale(ctx, e.Sale)
	if err != nil {
		return err
	}
	if !sale.Owes(kiosk.Duty{Kind: kiosk.ErrandLook, Link: e.Link}) {
		return lk.errands.drop(ctx, e)
	}
	link, wait := sale.Link(e.Link), backoff(lookWaits, e.Tries)
	if link.ToldUsed && e.Tries >= 2 && !link.Used {
		used, err := lk.secondWitness(ctx, link)
		if err != nil {
			wait = min(wait, pollWorst) // silence is no answer: tries that told nothing must not slow it down
		}
		if used {
			if err := lk.kernel.StoreFindings(ctx, e, kiosk.Step{Kind: kiosk.StepUsed}); err != nil {
				return err
			}
		}
	}
	if read.answers(link) && e.Tries >= unpaidTries && odd[link.ID] > link.MarkAnswered {
		if err := lk.kernel.StoreFindings(ctx, e, kiosk.Step{Kind: kiosk.StepUnpaid, Count: odd[link.ID]}); err != nil {
			return err
		}
	}
	return lk.kernel.Later(ctx, e, wait)
}

// secondWitness asks the list of used links, where the pay-in list has no row though the gateway
// says that the link was used.
func (lk *looks) secondWitness(ctx context.Context, link *kiosk.Link) (used bool, err error) {
	kiosk.Crash("before-witness")
	findings, err := lk.kernel.Accounts.GatewayOf(ctx, link.AccountID).Find(ctx, link.Ref)
	kiosk.Crash("after-witness")
	for _, f := range findings.Links {
		used = used || f.PayID == link.PayID && f.Used && f.Amount == link.Amount
	}
	return used, err
}

// accountOf is the account that an errand's link was made with; of a sale that cannot be read it is the
// house's, whose reading finds that out again.
func (lk *looks) accountOf(ctx context.Context, e kiosk.Errand) string {
	sale, err := lk.kernel.Sale(ctx, e.Sale)
	if err != nil || sale.Link(e.Link) == nil {
		return ""
	}
	return sale.Link(e.Link).AccountID
}
