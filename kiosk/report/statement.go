package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Statement draws up the statement of a stall for the local days from first to last. An unknown
// stall is [kiosk.NotFound], days in the wrong order or more than a year are [kiosk.Invalid]. The stall's own
// people, its owner's link and whoever may see all stalls may call it.
func (rp *Reports) Statement(ctx context.Context, stall string, first, last int64) (kiosk.Statement, error) {
	if err := CheckDays(first, last); err != nil {
		return kiosk.Statement{}, err
	}
	st := kiosk.Statement{First: first, Last: last, Names: map[string]string{}}
	err := rp.store.View(ctx, func(r kiosk.Reader) error { return readStatement(&st, r, stall, rp.kernel.Accounts.IDOf) })
	return st, err
}

// CheckDays refuses days in the wrong order, before the year 1990, or more than a report holds.
func CheckDays(first, last int64) error {
	const y1990 = 7305
	if first < y1990 || last < first || last-first > mostDays || last > y1990+200*366 {
		return &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyDays, Field: "first"}
	}
	return nil
}

func readStatement(st *kiosk.Statement, r kiosk.Reader, stall string, ownOf func(book string) string) (err error) {
	if st.Stall, err = r.Stall(stall); err != nil {
		return err
	}
	q := kiosk.TakingsQuery{Stall: stall, First: st.First, Last: st.Last, By: []kiosk.TakingsBy{kiosk.ByDay}}
	if st.Days, err = r.Takings(q); err != nil {
		return err
	}
	q.By = []kiosk.TakingsBy{kiosk.ByRegister}
	if st.Registers, err = r.Takings(q); err != nil {
		return err
	}
	for _, t := range st.Registers {
		st.Figures = st.Figures.Plus(t.Figures)
	}
	if st.ByVAT, err = r.Sold(kiosk.SoldQuery{Stall: stall, First: st.First, Last: st.Last, ByVAT: true}); err != nil {
		return err
	}
	for _, d := range st.ByVAT {
		if d.Item == kiosk.SoldTip {
			st.Tip += d.Amount
		}
	}
	registers, err := r.Registers(stall)
	for _, g := range registers {
		st.Names[g.ID] = g.Name
	}
	if err != nil {
		return err
	}
	if st.Accounts, err = shop.AccountNames(r); err != nil {
		return err
	}
	return readPayouts(st, r, ownOf)
}

// readPayouts takes the gateway's days of the statement: its clock is not ours, so that one more on
// either side may belong to it, and then only its rows decide.
func readPayouts(st *kiosk.Statement, r kiosk.StatementReader, ownOf func(book string) string) error {
	first, last := kiosk.DayName(st.First), kiosk.DayName(st.Last)
	rows, err := r.PayInSums(kiosk.PayInSumQuery{Stall: st.Stall.ID, First: first, Last: last})
	if err != nil {
		return err
	}
	payouts, err := r.Payouts(first, last)
	if err != nil {
		return err
	}
	for _, l := range rows {
		st.ToCome += l.Open
		p := kiosk.StallPayout{Day: l.Day, AccountID: l.AccountID, Rows: l}
		for _, o := range payouts {
			if o.Day == l.Day && ownOf(o.Account) == l.AccountID {
				p.Payouts = append(p.Payouts, o)
			}
		}
		st.Payouts = append(st.Payouts, p)
	}
	return nil
}

// Today is the day that the clocks of a stall show now.
func (rp *Reports) Today(zone string) int64 {
	day, _ := kiosk.LocalHour(zone, rp.kernel.Now())
	return day
}

// NewOwnerLink makes the secret of a read-only link to a stall's statements. It is told once: only
// its hash is kept. The link before it is dead from now on. Organizers may call it.
func (rp *Reports) NewOwnerLink(ctx context.Context, by kiosk.OfficeActor, stall string) (secret string, err error) {
	if err := by.CheckOrganizer(); err != nil {
		return "", err
	}
	secret = rp.random.Secret(16)
	err = rp.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (kiosk.OfficeChange, error) {
		if _, err := tx.Stall(stall); err != nil {
			return kiosk.OfficeChange{}, err
		}
		return kiosk.OfficeChange{Kind: "owner-link.made", Subject: stall}, tx.PutOwnerKey(stall, hashOwner(secret), rp.kernel.Now())
	})
	return secret, err
}

// EndOwnerLink makes a stall's read-only link dead. Organizers may call it.
func (rp *Reports) EndOwnerLink(ctx context.Context, by kiosk.OfficeActor, stall string) error {
	if err := by.CheckOrganizer(); err != nil {
		return err
	}
	return rp.kernel.ChangeOfficeAs(ctx, by, func(tx kiosk.Tx) (kiosk.OfficeChange, error) {
		return kiosk.OfficeChange{Kind: "owner-link.ended", Subject: stall}, tx.PutOwnerKey(stall, "", rp.kernel.Now())
	})
}

// OwnerStall finds the stall of a read-only link; unknown or ended ones are [kiosk.NotFound].
func (rp *Reports) OwnerStall(ctx context.Context, secret string) (kiosk.Stall, error) {
	var stall kiosk.Stall
	err := rp.store.View(ctx, func(r kiosk.Reader) error {
		id, err := r.OwnerKey(hashOwner(secret))
		if err != nil {
			return err
		}
		stall, err = r.Stall(id)
		return err
	})
	return stall, err
}

func hashOwner(secret string) string {
	sum := sha256.Sum256([]byte("owner " + secret))
	return hex.EncodeToString(sum[:])
}

// mostDays bounds what a report may be asked for.
const mostDays = 400
