package kiosk

import (
	"context"
	"time"
)

// Retention says for how many days things are kept that no sum depends on; 0 means the default.
// Sales, shifts and the journal are never removed.
type Retention struct {
	Inbox int // bodies of webhooks as they came
	Notes int // what cashiers noted on sales
	Keys  int // keys of links whose sale is at rest
}

// The defaults and limits of retention, in days.
const (
	InboxDays   = 30
	NotesDays   = 400
	KeysDays    = 90
	longestKeep = 4000
)

// Days are the numbers that count: those that were set, or else the defaults.
func (r Retention) Days() Retention {
	if r.Inbox == 0 {
		r.Inbox = InboxDays
	}
	if r.Notes == 0 {
		r.Notes = NotesDays
	}
	if r.Keys == 0 {
		r.Keys = KeysDays
	}
	return r
}

// RetentionReader finds what has been kept long enough.
type RetentionReader interface {
	// SalesBetween returns up to n sales whose IDs lie behind after and before before, in order.
	SalesBetween(after, before string, n int) ([]*Sale, error)
}

// RetentionTx removes it.
type RetentionTx interface {
	// DropInbox removes deliveries of up to n links older than the ID link that arrived before at,
	// and tells how many rows went.
	DropInbox(link string, at int64, n int) (int64, error)
}

// SetRetention changes for how long things are kept.
func (s *Shop) SetRetention(ctx context.Context, by Clerk, r Retention) error {
	if err := by.organizes(); err != nil {
		return err
	}
	for _, d := range []struct {
		days, least int
		field       string
	}{{r.Inbox, 1, "inbox"}, {r.Notes, 1, "notes"}, {r.Keys, 30, "keys"}} {
		if d.days != 0 && (d.days < d.least || d.days > longestKeep) {
			return &Error{Code: Invalid, Key: KeyKeepDays, Field: d.field}
		}
	}
	return s.changeHouse(ctx, by, "house.retention", func(_ Tx, h *House) error {
		h.Retention = r
		return nil
	})
}

const (
	retainEvery = 6 * time.Hour
	retainBatch = 200
	retainMost  = 100 // batches of one run; the next one goes on
)

// retain removes what has been kept long enough, now and every few hours, in one process of those
// that share a store.
func (s *Shop) retain(ctx context.Context) {
	name := s.random.code(8)
	for ctx.Err() == nil {
		now := s.now()
		leads, err := s.store.Lead(ctx, "retention", name, now, now+retainEvery.Milliseconds())
		if err == nil && leads {
			_, err = s.Retain(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.complain(ctx, "what was kept long enough cannot be removed", err)
		}
		s.sleep(ctx, nil, retainEvery.Milliseconds())
	}
}

// Retained counts what a run has removed.
type Retained struct {
	Inbox int64 // deliveries
	Notes int   // notes of sales
	Keys  int   // secrets of links, and keys of stalls' accounts that ended
}

// Retain removes what has been kept long enough, in small transactions, so that no sale waits. How
// far it came is stored, so that no sale is looked at twice.
func (s *Shop) Retain(ctx context.Context) (Retained, error) {
	var done Retained
	h, err := s.House(ctx)
	if err != nil {
		return done, err
	}
	days := h.Retention.Days()
	if done.Inbox, err = s.dropInbox(ctx, s.now()-int64(days.Inbox)*dayMillis); err != nil {
		return done, err
	}
	done.Keys, err = s.erase(ctx, days.Keys, func(h *House) *string { return &h.Erased.Keys }, (*Sale).forgetKeys)
	if err == nil {
		var n int
		n, err = s.forgetAccounts(ctx, days.Keys)
		done.Keys += n
	}
	if err == nil {
		done.Notes, err = s.erase(ctx, days.Notes, func(h *House) *string { return &h.Erased.Notes }, (*Sale).forgetNote)
	}
	if done != (Retained{}) {
		s.log.Info("removed what was kept long enough", "inbox", done.Inbox, "notes", done.Notes, "keys", done.Keys)
	}
	return done, err
}

func (s *Shop) dropInbox(ctx context.Context, before int64) (all int64, err error) {
	for range retainMost {
		var n int64
		err = s.change(ctx, OfficeStream, func(tx Tx) (err error) {
			n, err = tx.DropInbox(IDFrom(before), before, retainBatch)
			return err
		})
		if all += n; err != nil || n == 0 {
			break
		}
	}
	return all, err
}

// done tells whether nothing is left to be done for a sale, by us or by anybody.
func (s *Sale) done() bool {
	switch s.State() {
	case Paid, Refunded, Settled, Cancelled, Lapsed, RefusedSt:
		return len(s.Duties()) == 0 && !s.Current()
	default:
		return false
	}
}

// forgetKeys drops what only the gateway and we know of the links of a sale at rest: webhooks of so
// long ago can neither arrive nor be read again.
func (s *Sale) forgetKeys() bool {
	held := false
	for i := range s.Links {
		held = held || len(s.Links[i].Sealed) > 0
		s.Links[i].Sealed = nil
	}
	return held
}

func (s *Sale) forgetNote() bool {
	held := s.Note != ""
	s.Note = ""
	return held
}

// erase has every sale older than so many days forget something, from where the last run ended.
func (s *Shop) erase(ctx context.Context, days int, mark func(*House) *string, forget func(*Sale) bool) (all int, err error) {
	before := IDFrom(s.now() - int64(days)*dayMillis)
	for range retainMost {
		var old []*Sale
		err := s.store.View(ctx, func(r Reader) error {
			h, err := r.House()
			if err != nil {
				return err
			}
			old, err = r.SalesBetween(*mark(&h), before, retainBatch)
			return err
		})
		if err != nil || len(old) == 0 {
			return all, err
		}
		for _, sale := range old {
			n, err := s.eraseOf(ctx, sale, forget)
			if all += n; err != nil {
				return all, err
			}
		}
		err = s.change(ctx, OfficeStream, func(tx Tx) error {
			h, err := tx.House()
			if err != nil {
				return err
			}
			*mark(&h) = old[len(old)-1].ID
			return tx.PutHouse(h)
		})
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// eraseOf is erase for one sale, which may have moved on since it was read. What is not at rest
// after all that time keeps everything: somebody still has to look at it.
func (s *Shop) eraseOf(ctx context.Context, old *Sale, forget func(*Sale) bool) (n int, err error) {
	err = s.change(ctx, old.Register, func(tx Tx) error {
		n = 0
		sale, err := tx.Sale(old.ID)
		if err != nil || !sale.done() {
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
