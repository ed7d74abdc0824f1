package reconcile_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// This file is about the books of stalls' own accounts: audits, payouts, what is found and what is left
// alone.

// sellBoth sells at both tills, so that both accounts have rows of today.
func sellBoth(h *kiosktest.Installation, neighbour kiosk.Actor) (owners, theirs *kiosk.Sale) {
	h.T.Helper()
	owners, _ = h.PaidSale(1250)
	at(h, neighbour, func() { theirs, _ = h.PaidSale(3000) })
	return owners, theirs
}

// TestOwnAccount_audit: every night both books are compared, each with the rows of its own account; a row
// that vanishes from one is told of that account, and the other day is complete.
func TestOwnAccount_audit(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		neighbour := neighbour(h)
		set := h.Owner()
		owners, theirs := sellBoth(h, neighbour)
		h.Gate.At("getPayInTransactions", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			status, body := kiosktest.AnswerOf(inner, r)
			if r.Header.Get("token") == kiosktest.OwnerKey {
				body = strings.ReplaceAll(body, "12.50", "12.49")
			}
			kiosktest.SayJSON(w, status, body)
		})
		day := h.UntilAudited()
		days, err := h.Shop.Reconciler.AuditDays(context.Background(), 100)
		h.Must(err)
		found := map[string]kiosk.AuditDay{}
		for _, d := range days {
			if d.Day == day {
				found[h.Shop.Kernel.Accounts.IDOf(d.Account)] = d
			}
		}
		house, own := found[""], found[set.ID]
		if len(found) != 2 || !house.Complete || house.Ours.Paid != 3000 || house.Theirs.Paid != 3000 {
			t.Errorf("the house's day is %+v", house)
		}
		if own.Complete || len(own.Differences) != 1 || own.Ours.Paid != 1250 || own.Differences[0].PayID != h.Now(owners).Last().PayID {
			t.Errorf("the owner's day is %+v", own)
		}
		h.Gate.Set(nil)
		h.Must(h.Shop.Reconciler.AuditAccounts(context.Background()))
		days, err = h.Shop.Reconciler.AuditDays(context.Background(), 2)
		h.Must(err)
		for _, d := range days {
			if !d.Complete {
				t.Errorf("after the row was right again: %+v", d)
			}
		}
		at(h, neighbour, func() {
			if !h.Now(theirs).Confirmed() || len(h.Unmatched(false)) != 0 || len(h.Quarantine(false)) != 0 {
				t.Errorf("unmatched %+v, quarantine %+v", h.Unmatched(false), h.Quarantine(false))
			}
		})
		h.Records.Sound()
	})
}

// TestOwnAccount_vanishedRow: a row that one account's list has lost needs the second witness of that
// account; the other one's rows stay.
func TestOwnAccount_vanishedRow(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		neighbour := neighbour(h)
		h.Owner()
		owners, theirs := sellBoth(h, neighbour)
		h.Gate.At("getPayInTransactions", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			status, body := kiosktest.AnswerOf(inner, r)
			if r.Header.Get("token") == kiosktest.OwnerKey {
				from, to := strings.Index(body, `"data":[`)+len(`"data":[`), strings.LastIndex(body, "]")
				body = body[:from] + body[to:]
			}
			kiosktest.SayJSON(w, status, body)
		})
		h.UntilAudited()
		if s := h.Now(owners); s.State() != kiosk.Review {
			t.Errorf("the owner's sale is %s", s.State())
		}
		at(h, neighbour, func() {
			if s := h.Now(theirs); s.State() != kiosk.Paid || !s.Confirmed() {
				t.Errorf("the house's sale is %s", s.State())
			}
		})
		h.Records.Sound()
	})
}

// TestOwnAccount_payouts: what each account was paid out agrees with its own rows to the cent, and no
// statement holds the other's.
func TestOwnAccount_payouts(t *testing.T) {
	for name, terms := range map[string][]kiosk.Share{
		"plain": nil, "with a share for the house": {{Token: "recipient_demo", Name: "the organizer", Percent: 1000}},
	} {
		t.Run(name, func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				neighbour := neighbour(h)
				set := h.Owner()
				if terms != nil {
					h.Must(h.Shop.Office.Stalls.TryTerms(context.Background(), kiosktest.Boss, h.Till().Stall.ID, terms))
					h.Sandbox.Set(sandbox.PayInsOwnPart, -1)
				}
				if terms != nil {
					trade(h)
				} else {
					h.PaidSale(1250)
				}
				at(h, neighbour, func() { h.PaidSale(3000); h.PaidSale(4_321) })
				h.UntilAudited() // two of the gateway's nights, and our own question behind them
				h.UntilAudited()
				bookedApart(h, set, neighbour, terms != nil)
			}, func(h *kiosktest.Installation) { h.Settings = func(s *kiosk.Stall) { s.SplitTerms = terms } })
		})
	}
}

// apart compares the books of both accounts.
func bookedApart(h *kiosktest.Installation, set kiosk.StallAccount, neighbour kiosk.Actor, split bool) {
	h.T.Helper()
	ctx, today := context.Background(), h.Shop.Reports.Today("")
	matches, err := h.Shop.Reconciler.Payouts(ctx, kiosk.DayName(today-7), kiosk.DayName(today))
	h.Must(err)
	paid := map[string]kiosk.Money{}
	for _, m := range matches {
		paid[m.AccountID] += m.Paid
		if m.Difference() != 0 || m.Waits() || m.Ours.Open != 0 || len(m.Unmatched) != 0 {
			h.T.Errorf("day %s of %q: %+v", m.Day, m.AccountID, m)
		}
	}
	money := h.Sandbox.Money()
	if paid[""] != money[0].PaidOut || paid[set.ID] != money[1].PaidOut || paid[""] == 0 || paid[set.ID] == 0 || len(paid) != 2 {
		h.T.Errorf("paid out %v, the gateway says %v and %v", paid, money[0].PaidOut, money[1].PaidOut)
	}
	stated(h, h.Actor, set.ID)
	stated(h, neighbour, "")
	shares := map[string]int{}
	for _, u := range h.Unmatched(false) {
		shares[u.Why+" "+h.Shop.Kernel.Accounts.IDOf(u.Account)]++
	}
	if n := shares[kiosk.UnmatchedShare+" "]; split && (n < 5 || len(shares) != 1) || !split && len(shares) != 0 {
		h.T.Errorf("shares of the house %v", shares)
	}
}

// stated reads the statement of a till's stall, which may hold payouts of one account alone.
func stated(h *kiosktest.Installation, till kiosk.Actor, holder string) {
	h.T.Helper()
	at(h, till, func() {
		today := h.Shop.Reports.Today("")
		st, err := h.Shop.Reports.Statement(context.Background(), h.Till().Stall.ID, today-7, today)
		h.Must(err)
		var held int
		for _, p := range st.Payouts {
			held += len(p.Payouts)
			for _, o := range p.Payouts {
				if p.AccountID != holder || h.Shop.Kernel.Accounts.IDOf(o.Account) != holder {
					h.T.Errorf("the statement of %q holds a payout of %q", holder, o.Account)
				}
			}
		}
		if held == 0 || st.ToCome != 0 {
			h.T.Errorf("the statement of %q holds %d payouts, %v is to come", holder, held, st.ToCome)
		}
	})
}

// TestOwnAccount_strangers: links and payments on the owner's account that are not ours are the owner's
// business: nothing of them is listed, asked or deleted.
func TestOwnAccount_strangers(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Owner()
		sale := h.OnShow(1250)
		h.Sandbox.CallAs(kiosktest.OwnerKey, "createLink", `{"amount":5,"recipient_note":"somebody's order"}`)
		h.Sandbox.CallAs(kiosktest.OwnerKey, "createLink", `{"amount":6}`)
		h.Sandbox.CallAs(kiosktest.OwnerKey, "createLink", `{"amount":7}`)
		links := h.Sandbox.Links()
		h.Must(h.Sandbox.Pay(links[2].ID))
		h.Must(h.Sandbox.Pay(links[0].ID))
		h.Confirmed(sale, 30*time.Second)
		time.Sleep(30 * time.Minute)
		h.UntilAudited()
		if len(h.Sandbox.Payable()) != 2 || callers(h, "deleteLink", "Owner") != 0 {
			t.Errorf("%d payable, %d deleted", len(h.Sandbox.Payable()), callers(h, "deleteLink", "Owner"))
		}
		if len(h.Unmatched(false)) != 0 || len(h.Quarantine(false)) != 0 {
			t.Errorf("unmatched %+v, quarantine %+v", h.Unmatched(false), h.Quarantine(false))
		}
		h.Alerted()
		h.Records.Sound()
	})
}

// TestOwnAccount_restored: after a backup was brought back, what happened meanwhile on the owner's account
// is found there: a payment, and a link that a person may have deleted with the owner's key.
func TestOwnAccount_restored(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Owner()
		h.PaidSale(700)
		copied := h.CopyAside()
		time.Sleep(time.Minute)
		h.PaidSale(800)
		time.Sleep(10 * time.Second)
		h.OnShow(900)
		open := h.ShownLink()
		h.BringBack(copied)
		h.Until("both were found", 30*time.Minute, func() bool { return len(h.Unmatched(true)) == 1 && len(h.Quarantine(true)) == 1 })
		h.Must(h.Shop.Office.Unexplained.DeleteQuarantined(context.Background(), h.Actor, open.ID, "the customer has left"))
		if len(h.Sandbox.Payable()) != 0 || callers(h, "deleteLink", "Owner") != 1 || callers(h, "deleteLink", "Demo") != 0 {
			t.Errorf("%d payable, %d deleted by the owner", len(h.Sandbox.Payable()), callers(h, "deleteLink", "Owner"))
		}
		h.Must(h.Shop.Office.Unexplained.ResolveUnmatched(context.Background(), h.Actor, h.Unmatched(true)[0].Row.Key, "found in the book"))
		if len(h.Unmatched(true)) != 0 || len(h.Quarantine(true)) != 0 {
			t.Errorf("unmatched %+v, quarantine %+v", h.Unmatched(true), h.Quarantine(true))
		}
		h.Records.Sound()
	})
}

// TestOwnAccount_vanishedCode: a code that ended at the gateway is noticed by the census of its own
// account.
func TestOwnAccount_vanishedCode(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Owner()
		sale := h.OnShow(1250)
		h.Sandbox.CallAs(kiosktest.OwnerKey, "deleteLink", fmt.Sprintf(`{"link_id":%d}`, h.ShownLink().ID))
		time.Sleep(2 * time.Minute)
		h.Becomes(sale, kiosk.Cancelled, 2*time.Minute)
		h.Records.Sound()
	})
}

// TestOwnAccount_forgotten: the key of an account that ended is kept as long as the keys of links are, and
// then it is gone; an attempt to send money back says so.
func TestOwnAccount_forgotten(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		h.Owner()
		sale, _ := h.PaidSale(1250)
		h.Must(h.Shop.Office.StallAccounts.End(ctx, kiosktest.Boss, sale.Stall))
		sealed := func() int {
			house, err := h.Shop.Kernel.OfficeSettings(ctx)
			h.Must(err)
			return len(house.Accounts[0].Sealed)
		}
		h.Close()
		time.Sleep((kiosk.KeysDays - 1) * 24 * time.Hour)
		h.Open()
		_, err := h.Shop.Office.Retention.Purge(ctx)
		h.Must(err)
		if sealed() == 0 {
			t.Error("the key is gone a day early")
		}
		h.Close()
		time.Sleep(2 * 24 * time.Hour)
		h.Open()
		_, err = h.Shop.Office.Retention.Purge(ctx)
		h.Must(err)
		if sealed() != 0 {
			t.Error("the key is still there")
		}
		h.WantKey(h.Refund(sale, 1250), kiosk.Conflict, kiosk.KeyAccountKey)
		h.Records.Sound()
	})
}
