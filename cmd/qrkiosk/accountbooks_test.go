package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// This file is about the books of stalls' own accounts: audits, payouts, what is found and what is left
// alone.

// sellBoth sells at both tills, so that both accounts have rows of today.
func (h *house) sellBoth(neighbour kiosk.Actor) (owners, theirs *kiosk.Sale) {
	h.t.Helper()
	owners, _ = h.paidSale(1250)
	h.at(neighbour, func() { theirs, _ = h.paidSale(3000) })
	return owners, theirs
}

// TestOwnAccount_audit: every night both books are compared, each with the rows of its own account; a row
// that vanishes from one is told of that account, and the other day is complete.
func TestOwnAccount_audit(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		neighbour := h.neighbour()
		set := h.owner()
		owners, theirs := h.sellBoth(neighbour)
		h.gate.at("getPayInTransactions", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			status, body := answerOf(inner, r)
			if r.Header.Get("token") == ownerKey {
				body = strings.ReplaceAll(body, "12.50", "12.49")
			}
			sayJSON(w, status, body)
		})
		day := h.untilAudited()
		days, err := h.shop.Reconciler.AuditDays(context.Background(), 100)
		h.must(err)
		found := map[string]kiosk.AuditDay{}
		for _, d := range days {
			if d.Day == day {
				found[h.shop.Kernel.Accounts.IDOf(d.Account)] = d
			}
		}
		house, own := found[""], found[set.ID]
		if len(found) != 2 || !house.Complete || house.Ours.Paid != 3000 || house.Theirs.Paid != 3000 {
			t.Errorf("the house's day is %+v", house)
		}
		if own.Complete || len(own.Differences) != 1 || own.Ours.Paid != 1250 || own.Differences[0].PayID != h.now(owners).Last().PayID {
			t.Errorf("the owner's day is %+v", own)
		}
		h.gate.set(nil)
		h.must(h.shop.Reconciler.AuditAccounts(context.Background()))
		days, err = h.shop.Reconciler.AuditDays(context.Background(), 2)
		h.must(err)
		for _, d := range days {
			if !d.Complete {
				t.Errorf("after the row was right again: %+v", d)
			}
		}
		h.at(neighbour, func() {
			if !h.now(theirs).Confirmed() || len(h.unmatched(false)) != 0 || len(h.quarantine(false)) != 0 {
				t.Errorf("unmatched %+v, quarantine %+v", h.unmatched(false), h.quarantine(false))
			}
		})
		h.sound()
	})
}

// TestOwnAccount_vanishedRow: a row that one account's list has lost needs the second witness of that
// account; the other one's rows stay.
func TestOwnAccount_vanishedRow(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		neighbour := h.neighbour()
		h.owner()
		owners, theirs := h.sellBoth(neighbour)
		h.gate.at("getPayInTransactions", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			status, body := answerOf(inner, r)
			if r.Header.Get("token") == ownerKey {
				from, to := strings.Index(body, `"data":[`)+len(`"data":[`), strings.LastIndex(body, "]")
				body = body[:from] + body[to:]
			}
			sayJSON(w, status, body)
		})
		h.untilAudited()
		if s := h.now(owners); s.State() != kiosk.Review {
			t.Errorf("the owner's sale is %s", s.State())
		}
		h.at(neighbour, func() {
			if s := h.now(theirs); s.State() != kiosk.Paid || !s.Confirmed() {
				t.Errorf("the house's sale is %s", s.State())
			}
		})
		h.sound()
	})
}

// TestOwnAccount_payouts: what each account was paid out agrees with its own rows to the cent, and no
// statement holds the other's.
func TestOwnAccount_payouts(t *testing.T) {
	for name, terms := range map[string][]kiosk.Share{
		"plain": nil, "with a share for the house": {{Token: "recipient_demo", Name: "the organizer", Percent: 1000}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				neighbour := h.neighbour()
				set := h.owner()
				if terms != nil {
					h.must(h.shop.Office.Stalls.TryTerms(context.Background(), boss, h.till().Stall.ID, terms))
					h.sandbox.Set(sandbox.PayInsOwnPart, -1)
				}
				if terms != nil {
					h.trade()
				} else {
					h.paidSale(1250)
				}
				h.at(neighbour, func() { h.paidSale(3000); h.paidSale(4_321) })
				h.untilAudited() // two of the gateway's nights, and our own question behind them
				h.untilAudited()
				h.apart(set, neighbour, terms != nil)
			}, func(h *house) { h.settings = func(s *kiosk.Stall) { s.SplitTerms = terms } })
		})
	}
}

// apart compares the books of both accounts.
func (h *house) apart(set kiosk.StallAccount, neighbour kiosk.Actor, split bool) {
	h.t.Helper()
	ctx, today := context.Background(), h.shop.Reports.Today("")
	matches, err := h.shop.Reconciler.Payouts(ctx, kiosk.DayName(today-7), kiosk.DayName(today))
	h.must(err)
	paid := map[string]kiosk.Money{}
	for _, m := range matches {
		paid[m.AccountID] += m.Paid
		if m.Difference() != 0 || m.Waits() || m.Ours.Open != 0 || len(m.Unmatched) != 0 {
			h.t.Errorf("day %s of %q: %+v", m.Day, m.AccountID, m)
		}
	}
	money := h.sandbox.Money()
	if paid[""] != money[0].PaidOut || paid[set.ID] != money[1].PaidOut || paid[""] == 0 || paid[set.ID] == 0 || len(paid) != 2 {
		h.t.Errorf("paid out %v, the gateway says %v and %v", paid, money[0].PaidOut, money[1].PaidOut)
	}
	h.stated(h.actor, set.ID)
	h.stated(neighbour, "")
	shares := map[string]int{}
	for _, u := range h.unmatched(false) {
		shares[u.Why+" "+h.shop.Kernel.Accounts.IDOf(u.Account)]++
	}
	if n := shares[kiosk.UnmatchedShare+" "]; split && (n < 5 || len(shares) != 1) || !split && len(shares) != 0 {
		h.t.Errorf("shares of the house %v", shares)
	}
}

// stated reads the statement of a till's stall, which may hold payouts of one account alone.
func (h *house) stated(till kiosk.Actor, holder string) {
	h.t.Helper()
	h.at(till, func() {
		today := h.shop.Reports.Today("")
		st, err := h.shop.Reports.Statement(context.Background(), h.till().Stall.ID, today-7, today)
		h.must(err)
		var held int
		for _, p := range st.Payouts {
			held += len(p.Payouts)
			for _, o := range p.Payouts {
				if p.AccountID != holder || h.shop.Kernel.Accounts.IDOf(o.Account) != holder {
					h.t.Errorf("the statement of %q holds a payout of %q", holder, o.Account)
				}
			}
		}
		if held == 0 || st.ToCome != 0 {
			h.t.Errorf("the statement of %q holds %d payouts, %v is to come", holder, held, st.ToCome)
		}
	})
}

// TestOwnAccount_strangers: links and payments on the owner's account that are not ours are the owner's
// business: nothing of them is listed, asked or deleted.
func TestOwnAccount_strangers(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.owner()
		sale := h.onShow(1250)
		h.callAs(ownerKey, "createLink", `{"amount":5,"recipient_note":"somebody's order"}`)
		h.callAs(ownerKey, "createLink", `{"amount":6}`)
		h.callAs(ownerKey, "createLink", `{"amount":7}`)
		links := h.sandbox.Links()
		h.must(h.sandbox.Pay(links[2].ID))
		h.must(h.sandbox.Pay(links[0].ID))
		h.confirmed(sale, 30*time.Second)
		time.Sleep(30 * time.Minute)
		h.untilAudited()
		if len(h.payable()) != 2 || h.callers("deleteLink", "Owner") != 0 {
			t.Errorf("%d payable, %d deleted", len(h.payable()), h.callers("deleteLink", "Owner"))
		}
		if len(h.unmatched(false)) != 0 || len(h.quarantine(false)) != 0 {
			t.Errorf("unmatched %+v, quarantine %+v", h.unmatched(false), h.quarantine(false))
		}
		h.alerted()
		h.sound()
	})
}

// TestOwnAccount_restored: after a backup was brought back, what happened meanwhile on the owner's account
// is found there: a payment, and a link that a person may have deleted with the owner's key.
func TestOwnAccount_restored(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.owner()
		h.paidSale(700)
		copied := h.copyAside()
		time.Sleep(time.Minute)
		h.paidSale(800)
		time.Sleep(10 * time.Second)
		h.onShow(900)
		open := h.shownLink()
		h.bringBack(copied)
		h.until("both were found", 30*time.Minute, func() bool { return len(h.unmatched(true)) == 1 && len(h.quarantine(true)) == 1 })
		h.must(h.shop.Office.Unexplained.DeleteQuarantined(context.Background(), h.actor, open.ID, "the customer has left"))
		if len(h.payable()) != 0 || h.callers("deleteLink", "Owner") != 1 || h.callers("deleteLink", "Demo") != 0 {
			t.Errorf("%d payable, %d deleted by the owner", len(h.payable()), h.callers("deleteLink", "Owner"))
		}
		h.must(h.shop.Office.Unexplained.ResolveUnmatched(context.Background(), h.actor, h.unmatched(true)[0].Row.Key, "found in the book"))
		if len(h.unmatched(true)) != 0 || len(h.quarantine(true)) != 0 {
			t.Errorf("unmatched %+v, quarantine %+v", h.unmatched(true), h.quarantine(true))
		}
		h.sound()
	})
}

// TestOwnAccount_vanishedCode: a code that ended at the gateway is noticed by the census of its own
// account.
func TestOwnAccount_vanishedCode(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.owner()
		sale := h.onShow(1250)
		h.callAs(ownerKey, "deleteLink", fmt.Sprintf(`{"link_id":%d}`, h.shownLink().ID))
		time.Sleep(2 * time.Minute)
		h.becomes(sale, kiosk.Cancelled, 2*time.Minute)
		h.sound()
	})
}

// TestOwnAccount_forgotten: the key of an account that ended is kept as long as the keys of links are, and
// then it is gone; an attempt to send money back says so.
func TestOwnAccount_forgotten(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		h.owner()
		sale, _ := h.paidSale(1250)
		h.must(h.shop.Office.StallAccounts.End(ctx, boss, sale.Stall))
		sealed := func() int {
			house, err := h.shop.Kernel.OfficeSettings(ctx)
			h.must(err)
			return len(house.Accounts[0].Sealed)
		}
		h.close()
		time.Sleep((kiosk.KeysDays - 1) * 24 * time.Hour)
		h.open()
		_, err := h.shop.Office.Retention.Purge(ctx)
		h.must(err)
		if sealed() == 0 {
			t.Error("the key is gone a day early")
		}
		h.close()
		time.Sleep(2 * 24 * time.Hour)
		h.open()
		_, err = h.shop.Office.Retention.Purge(ctx)
		h.must(err)
		if sealed() != 0 {
			t.Error("the key is still there")
		}
		h.wantKey(h.refund(sale, 1250), kiosk.Conflict, kiosk.KeyAccountKey)
		h.sound()
	})
}
