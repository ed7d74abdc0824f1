package kiosk

import (
	"context"
	"strings"
)

// Unmatched lists the newest pay-ins that belong to no link of ours: those that wait for a person
// if open, else all of them.
func (s *Shop) Unmatched(ctx context.Context, open bool, n int) ([]Unmatched, error) {
	var all []Unmatched
	err := s.store.View(ctx, func(r Reader) (err error) {
		all, err = r.Unmatched(open, n)
		return err
	})
	return all, err
}

// SettleUnmatched says what a person found out about an unmatched pay-in, named by the key of its
// row. It needs a manager and a reason; one that is settled already is [Conflict].
func (s *Shop) SettleUnmatched(ctx context.Context, by Actor, key, reason string) error {
	if err := mayDecide(by, reason); err != nil {
		return err
	}
	return s.change(ctx, OfficeStream, func(tx Tx) error {
		u, err := s.unmatchedRow(tx, key)
		if err != nil {
			return err
		}
		if u.Settled != 0 {
			return refuse(ReasonNothingOpen)
		}
		return s.settleUnmatched(tx, u, by.Staff, reason)
	})
}

// unmatchedRow finds a row in the books of all accounts, one that waits before one that does not.
func (s *Shop) unmatchedRow(r Reader, key string) (Unmatched, error) {
	h, err := r.House()
	if err != nil {
		return Unmatched{}, err
	}
	found, missing := r.UnmatchedRow(s.account, key)
	for i := 0; i < len(h.Accounts) && (missing != nil || found.Settled != 0); i++ {
		u, err := r.UnmatchedRow(s.BookOf(h.Accounts[i].ID), key)
		if err == nil && (missing != nil || u.Settled == 0) {
			found, missing = u, nil
		}
	}
	return found, missing
}

func (s *Shop) settleUnmatched(tx Tx, u Unmatched, by, reason string) error {
	u.Settled, u.By, u.Reason = s.now(), by, reason
	if err := tx.PutUnmatched(u); err != nil {
		return err
	}
	return tx.Append(Event{
		Stream: OfficeStream, Kind: "unmatched.settled", Subject: u.Row.Key,
		Amount: u.Row.Amount, Actor: by, At: u.Settled, Data: reason,
	})
}

// stranger keeps a row of nobody's link. Rows of other systems on the same account, of the time
// before this one, and those that brought no money are none of our business.
func (s *Shop) stranger(ctx context.Context, holder string, row PayIn) error {
	money := row.Status == StatusSuccess || (row.Kind != RowPayment && row.Status != StatusPending)
	if !money || s.foreign(holder, row) {
		return nil
	}
	return s.keepUnmatched(ctx, Unmatched{
		Account: s.BookOf(holder), PayID: row.PayID, Ref: row.Ref, Why: s.strangeness(row.Ref),
		Row: rowOf(row, s.now()),
	}, row)
}

// share keeps what an account got of a link of another one, by its split terms. It is part of what is
// paid out to the account and counts in no sum of sales; nobody has to look into it.
func (s *Shop) share(ctx context.Context, holder string, row PayIn, sale string) error {
	if row.Status != StatusSuccess && (row.Kind == RowPayment || row.Status == StatusPending) {
		return nil
	}
	now := s.now()
	return s.keepUnmatched(ctx, Unmatched{
		Account: s.BookOf(holder), PayID: row.PayID, Ref: row.Ref, Why: UnmatchedShare, Row: rowOf(row, now),
		Settled: now, By: ActorGateway, Reason: sale,
	}, row)
}

func (s *Shop) keepUnmatched(ctx context.Context, u Unmatched, row PayIn) error {
	return s.change(ctx, OfficeStream, func(tx Tx) error {
		if _, err := findUnmatched(tx, u.Account, row); CodeOf(err) != NotFound {
			return err
		}
		if err := tx.PutUnmatched(u); err != nil {
			return err
		}
		return tx.Append(Event{
			Stream: OfficeStream, Kind: "unmatched.seen", Subject: u.Row.Key,
			Amount: u.Row.Amount, Actor: ActorGateway, At: u.Row.SeenAt, Data: u.Why,
		})
	})
}

// findUnmatched finds a row that is kept already, even if it got its transaction id only later.
func findUnmatched(r Reader, account string, row PayIn) (Unmatched, error) {
	u, err := r.UnmatchedRow(account, row.Key)
	if CodeOf(err) == NotFound && row.Bare != row.Key {
		u, err = r.UnmatchedRow(account, row.Bare)
	}
	return u, err
}

// foreign tells whether a row is surely not ours: its note begins with something that is no
// reference of this installation, as those of other systems on the same account do, or it is older
// than this one. Nobody knows the time zone of a row, so that a day is allowed for. On a stall's own
// account every row without our reference is the owner's business.
func (s *Shop) foreign(holder string, row PayIn) bool {
	if (row.Ref != "" || holder != "") && !s.ours(row.Ref) {
		return true
	}
	return row.Time != 0 && row.Time < s.settings.Created-dayMillis
}

// ours tells whether a reference was made by this installation.
func (s *Shop) ours(ref string) bool {
	return IsReference(ref) && strings.HasPrefix(ref, s.settings.Installation)
}

func (s *Shop) strangeness(ref string) string {
	if s.ours(ref) {
		return UnmatchedLost
	}
	return UnmatchedUnknown
}

// rematch settles what waits as unmatched though its sale is known now, as when a link was found
// after its payment.
func (s *Shop) rematch(ctx context.Context) error {
	waiting, err := s.Unmatched(ctx, true, watchAtOnce)
	if err != nil {
		return err
	}
	for _, u := range waiting {
		sale, _, err := s.saleOfRow(ctx, PayIn{PayID: u.PayID, Ref: u.Ref})
		if CodeOf(err) == NotFound {
			continue
		}
		if err != nil {
			return err
		}
		err = s.change(ctx, OfficeStream, func(tx Tx) error {
			found, err := tx.UnmatchedRow(u.Account, u.Row.Key)
			if err != nil || found.Settled != 0 {
				return err
			}
			return s.settleUnmatched(tx, found, ActorGateway, sale.Number)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
