package office

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Retention removes what has been kept for long enough.
type Retention struct {
	kernel        *shop.Kernel
	store         kiosk.Store
	random        kiosk.Entropy
	log           *slog.Logger
	stallAccounts *StallAccounts
}

// Run removes what was kept long enough until ctx ends. One call per process.
func (rt *Retention) Run(ctx context.Context) { rt.kernel.Supervise(ctx, "retention", rt.purgeLoop) }

// purgeLoop removes what has been kept long enough, now and every few hours, in one process of those
// that share a store.
func (rt *Retention) purgeLoop(ctx context.Context) {
	name := rand.Text() // not of the source that makes numbers and words: it is asked beside everything else
	for ctx.Err() == nil {
		now := rt.kernel.Now()
		leads, err := rt.store.Lead(ctx, "retention", name, now, now+purgeEvery.Milliseconds())
		if err == nil && leads {
			_, err = rt.Purge(ctx)
		}
		if err != nil && ctx.Err() == nil {
			rt.kernel.Complain(ctx, "what was kept long enough cannot be removed", err)
		}
		rt.kernel.Sleep(ctx, nil, purgeEvery.Milliseconds())
	}
}

// Purge removes what has been kept long enough, in small transactions, so that no sale waits. How
// far it came is stored, so that no sale is looked at twice.
func (rt *Retention) Purge(ctx context.Context) (kiosk.Purged, error) {
	var done kiosk.Purged
	h, err := rt.kernel.OfficeSettings(ctx)
	if err != nil {
		return done, err
	}
	days := h.Retention.Days()
	if done.Inbox, err = rt.dropInbox(ctx, rt.kernel.Now()-int64(days.Inbox)*kiosk.DayMillis); err != nil {
		return done, err
	}
	done.Keys, err = rt.erase(ctx, days.Keys, func(h *kiosk.OfficeSettings) *string { return &h.Erased.Keys }, (*kiosk.Sale).ForgetKeys)
	if err == nil {
		var n int
		n, err = rt.stallAccounts.forget(ctx, days.Keys)
		done.Keys += n
	}
	if err == nil {
		err = rt.emptyCarts(ctx, rt.kernel.Now()-int64(days.Notes)*kiosk.DayMillis)
	}
	if err == nil {
		err = rt.removeParked(ctx, rt.kernel.Now()-int64(days.Notes)*kiosk.DayMillis)
	}
	if err == nil {
		done.Notes, err = rt.erase(ctx, days.Notes, func(h *kiosk.OfficeSettings) *string { return &h.Erased.Notes }, (*kiosk.Sale).ForgetNote)
	}
	if done != (kiosk.Purged{}) {
		rt.log.Info("removed what was kept long enough", "inbox", done.Inbox, "notes", done.Notes, "keys", done.Keys)
	}
	return done, err
}

func (rt *Retention) dropInbox(ctx context.Context, before int64) (all int64, err error) {
	for range purgeMost {
		var n int64
		err = rt.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) (err error) {
			n, err = tx.DropInbox(kiosk.IDFrom(before), before, purgeBatch)
			return err
		})
		if all += n; err != nil || n == 0 {
			break
		}
	}
	return all, err
}

// emptyCarts empties what nobody has rung up further since: a cart has a note as well. Pages that still have
// it in hand empty theirs, so that none brings it back.
func (rt *Retention) emptyCarts(ctx context.Context, before int64) error {
	var old []string
	err := rt.store.View(ctx, func(r kiosk.Reader) (err error) {
		old, err = registersWithOldCarts(r, before)
		return err
	})
	if err != nil {
		return err
	}
	for _, register := range old {
		err := rt.kernel.Change(ctx, register, func(tx kiosk.Tx) error {
			c, err := tx.Cart(register)
			if err != nil || !isOld(c, before) {
				return err
			}
			emptied := c.Emptied
			if !c.IsEmpty() {
				emptied = rt.kernel.Now()
			}
			return tx.PutCart(kiosk.Cart{Register: register, Emptied: emptied})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// removeParked removes parked carts of which nobody has read that their day is over: their names are
// notes. Who still has one in hand at a till goes on without it. A bill loses its name alone: what it owes is
// told until it was read.
func (rt *Retention) removeParked(ctx context.Context, before int64) error {
	return rt.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		stalls, err := tx.Stalls()
		if err != nil {
			return err
		}
		for _, stall := range stalls {
			parked, err := tx.ParkedCarts(stall.ID)
			if err != nil {
				return err
			}
			for _, p := range parked {
				if p.At >= before {
					continue
				}
				if err := forgetParked(tx, p); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func forgetParked(tx kiosk.Tx, p kiosk.ParkedCart) error {
	switch {
	case !p.IsSplit():
		return tx.RemoveParkedCart(p)
	case p.Name == "" && p.Note == "":
		return nil
	}
	p.Name, p.Note = "", ""
	return tx.PutParkedCart(p)
}

func isOld(c kiosk.Cart, before int64) bool {
	return (!c.IsEmpty() && c.Updated < before) || (c.Taken != nil && c.Taken.By.At < before)
}

func registersWithOldCarts(r kiosk.StallReader, before int64) (old []string, err error) {
	stalls, err := r.Stalls()
	if err != nil {
		return nil, err
	}
	for _, stall := range stalls {
		registers, err := r.Registers(stall.ID)
		if err != nil {
			return nil, err
		}
		for _, register := range registers {
			c, err := r.Cart(register.ID)
			if err != nil && kiosk.CodeOf(err) != kiosk.NotFound {
				return nil, err
			}
			if isOld(c, before) {
				old = append(old, register.ID)
			}
		}
	}
	return old, nil
}

// erase has every sale older than so many days forget something, from where the last run ended.
func (rt *Retention) erase(ctx context.Context, days int, mark func(*kiosk.OfficeSettings) *string, forget func(*kiosk.Sale) bool) (all int, err error) {
	before := kiosk.IDFrom(rt.kernel.Now() - int64(days)*kiosk.DayMillis)
	for range purgeMost {
		var old []*kiosk.Sale
		err := rt.store.View(ctx, func(r kiosk.Reader) error {
			h, err := r.OfficeSettings()
			if err != nil {
				return err
			}
			old, err = r.SalesBetween(*mark(&h), before, purgeBatch)
			return err
		})
		if err != nil || len(old) == 0 {
			return all, err
		}
		for _, sale := range old {
			n, err := rt.eraseOf(ctx, sale, forget)
			if all += n; err != nil {
				return all, err
			}
		}
		err = rt.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
			h, err := tx.OfficeSettings()
			if err != nil {
				return err
			}
			*mark(&h) = old[len(old)-1].ID
			return tx.PutOfficeSettings(h)
		})
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// eraseOf is erase for one sale, which may have moved on since it was read. What is not at rest
// after all that time keeps everything: somebody still has to look at it.
func (rt *Retention) eraseOf(ctx context.Context, old *kiosk.Sale, forget func(*kiosk.Sale) bool) (n int, err error) {
	err = rt.kernel.Change(ctx, old.Register, func(tx kiosk.Tx) error {
		n = 0
		sale, err := tx.Sale(old.ID)
		if err != nil || !sale.Done() {
			return err
		}
		sale = sale.Clone()
		if !forget(sale) {
			return nil
		}
		n = 1
		return tx.PutSale(sale)
	})
	return n, err
}

const (
	purgeEvery = 6 * time.Hour
	purgeBatch = 200
	purgeMost  = 100 // batches of one run; the next one goes on
)
