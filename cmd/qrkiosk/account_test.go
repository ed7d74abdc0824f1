package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// The tests named TestOwnAccount_ are about a stall whose owner has an account at the gateway: what is
// made with its key is asked, found, deleted and sent back with it, and nothing of one account is ever
// taken for something of another.

const (
	ownerKey  = "test-key-of-the-owner-1234"
	secondKey = "test-key-of-the-owner-5678"
)

// boss is who may set accounts.
var boss = kiosk.Clerk{Login: "boss", Role: kiosk.Organizer}

// owner gives the house's stall an account of its own at the gateway.
func (h *house) owner() kiosk.OwnAccount {
	h.t.Helper()
	h.must(h.sandbox.AddAccount(sandbox.Account{Name: "Owner", Key: ownerKey, UserID: "u-owner"}))
	set, err := h.shop.SetOwnAccount(context.Background(), boss, h.till().Stall.ID, ownerKey)
	h.must(err)
	return set
}

// neighbour is a till of a second stall, which sells with the house's account.
func (h *house) neighbour() kiosk.Actor {
	h.t.Helper()
	ctx := context.Background()
	stall, err := h.shop.AddStall(ctx, kiosk.Stall{Name: "Cheese Vogt", Languages: []string{"en"}})
	h.must(err)
	register, err := h.shop.AddRegister(ctx, stall.ID, "Register 7", "C7")
	h.must(err)
	staff, err := h.shop.AddStaff(ctx, stall.ID, "Bea", kiosk.Manager, "582914")
	h.must(err)
	ticket, err := h.shop.Ticket(ctx, register.ID, kiosk.Tablet)
	h.must(err)
	device, _, err := h.shop.Enrol(ctx, ticket, "test")
	h.must(err)
	return kiosk.Actor{Staff: staff.ID, Role: staff.Role, Device: device.ID, Register: register.ID}
}

// at does something at another till.
func (h *house) at(other kiosk.Actor, do func()) {
	was := h.actor
	h.actor = other
	defer func() { h.actor = was }()
	do()
}

// held counts the links at the gateway by account.
func (h *house) held() map[string]int {
	held := map[string]int{}
	for _, l := range h.sandbox.Links() {
		held[l.Account]++
	}
	return held
}

// holds fails the test unless the gateway holds so many links of these accounts.
func (h *house) holdsLinks(demo, owner int) {
	h.t.Helper()
	if held := h.held(); held["Demo"] != demo || held["Owner"] != owner || len(h.sandbox.Links()) != demo+owner {
		h.t.Errorf("links by account %v, want %d of the house and %d of the owner", held, demo, owner)
	}
}

// callers counts the calls of an account at an endpoint.
func (h *house) callers(endpoint, account string) (n int) {
	for _, c := range h.sandbox.Calls() {
		if c.Endpoint == endpoint && c.Account == account {
			n++
		}
	}
	return n
}

// lapses lets a sale's time pass.
func (h *house) lapses(sale *kiosk.Sale) {
	h.t.Helper()
	time.Sleep(9 * time.Minute)
	h.becomes(sale, kiosk.Lapsed, 2*time.Minute)
}

func TestOwnAccount_sale(t *testing.T) {
	for name, c := range map[string]struct {
		deaf  bool
		limit time.Duration
	}{"by webhook": {false, time.Second}, "by the list alone": {true, 10 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				set := h.owner()
				if set.Last != "1234" || set.Number != "" || set.SetBy != "boss" {
					t.Errorf("set %+v", set)
				}
				sale := h.onShow(1250)
				h.holdsLinks(0, 1)
				if l := h.now(sale).Last(); l.Holder != set.ID || l.UserID != "u-owner" {
					t.Errorf("the link is %+v", l)
				}
				h.payShown()
				h.becomes(sale, kiosk.Paid, c.limit)
				h.confirmed(sale, 30*time.Second)
				money := h.sandbox.Money()
				if money[0].Paid != 0 || money[1].Paid != 1250 {
					t.Errorf("money %+v", money)
				}
				if n := h.callers("getPayInTransactions", "Owner"); n == 0 || h.callers("createLink", "Demo") != 0 {
					t.Errorf("%d lists of the owner's account were read, %d links made with the house's", n, h.callers("createLink", "Demo"))
				}
				house, err := h.shop.House(context.Background())
				h.must(err)
				if house.Accounts[0].Number != "u-owner" {
					t.Errorf("the first link told nothing: %+v", house.Accounts)
				}
				h.sound()
			}, func(h *house) { h.deaf = c.deaf })
		})
	}
}

func TestOwnAccount_cancel(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.owner()
		sale := h.onShow(1250)
		h.cancel(sale)
		h.becomes(sale, kiosk.Cancelled, 10*time.Second)
		if len(h.payable()) != 0 || h.callers("deleteLink", "Owner") != 1 || h.callers("deleteLink", "Demo") != 0 {
			t.Errorf("%d payable, deleted by %d and %d", len(h.payable()), h.callers("deleteLink", "Owner"), h.callers("deleteLink", "Demo"))
		}
		h.sound()
	})
}

// TestOwnAccount_answerLost: the attempt is looked for on its own account, and made no second time.
func TestOwnAccount_answerLost(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.owner()
		h.sandbox.Set(sandbox.CreateLost, 1)
		sale := h.ring(1250)
		h.becomes(sale, kiosk.Awaiting, 3*time.Second)
		h.holdsLinks(0, 1)
		if h.callers("getMyUnusedLinks", "Demo") != 0 {
			t.Error("the house's account was searched")
		}
		h.payShown()
		h.confirmed(sale, 30*time.Second)
		h.holdsLinks(0, 1)
		h.sound()
	})
}

func TestOwnAccount_refund(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.owner()
		sale, link := h.paidSale(1250)
		h.must(h.refund(sale, 1250))
		h.stage(sale, kiosk.RefundFiled, 5*time.Second)
		if own := h.sandbox.Money()[1]; len(own.Refunds) != 1 || h.requests() != 0 {
			t.Errorf("the owner's account was asked for %+v", own.Refunds)
		}
		h.must(h.sandbox.ApproveRefund(link))
		h.stage(sale, kiosk.RefundSeen, 15*time.Minute)
		if s := h.now(sale); s.State() != kiosk.Refunded {
			t.Errorf("the sale is %s", s.State())
		}
		h.books("sales=1 gross=1250 refunds=1250")
		h.sound()
	})
}

// TestOwnAccount_latePayment: money that comes after the end is seen on the owner's account, also once
// the stall has given it up.
func TestOwnAccount_latePayment(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.owner()
		sale := h.onShow(1250)
		link := h.shownLink().ID
		h.cancel(sale)
		h.becomes(sale, kiosk.Cancelled, 10*time.Second)
		h.must(h.shop.EndOwnAccount(context.Background(), boss, sale.Stall))
		h.paidLate(sale, link)
		h.becomes(sale, kiosk.Review, time.Second)
		next := h.onShow(300)
		if h.now(next).Last().Holder != "" {
			t.Error("the next sale is not the house's")
		}
		h.holdsLinks(1, 1)
		h.sound()
	})
}

// TestOwnAccount_replaced: a sale that is open while the account changes is read and ended with the key
// it was made with; the next one is made with the new key.
func TestOwnAccount_replaced(t *testing.T) {
	for name, end := range map[string]func(h *house, sale *kiosk.Sale){
		"paid": func(h *house, sale *kiosk.Sale) {
			h.payShown()
			h.becomes(sale, kiosk.Paid, 10*time.Second)
			h.confirmed(sale, 30*time.Second)
		},
		"cancelled": func(h *house, sale *kiosk.Sale) {
			h.cancel(sale)
			h.becomes(sale, kiosk.Cancelled, 10*time.Second)
			if h.callers("deleteLink", "Owner") != 1 || len(h.payable()) != 0 {
				h.t.Errorf("deleted %d times by the owner of before", h.callers("deleteLink", "Owner"))
			}
		},
		"lapsed": func(h *house, sale *kiosk.Sale) { h.lapses(sale) },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				first := h.owner()
				sale := h.onShow(1250)
				h.must(h.sandbox.AddAccount(sandbox.Account{Name: "Second", Key: secondKey, UserID: "u-second"}))
				second, err := h.shop.SetOwnAccount(context.Background(), boss, sale.Stall, secondKey)
				h.must(err)
				if second.ID == first.ID {
					t.Error("two accounts are one")
				}
				end(h, sale)
				time.Sleep(10 * time.Second)
				next := h.onShow(300)
				if held := h.held(); held["Owner"] != 1 || held["Second"] != 1 || len(h.sandbox.Links()) != 2 {
					t.Errorf("links by account %v", held)
				}
				if h.now(next).Last().Holder != second.ID || h.now(sale).Last().Holder != first.ID {
					t.Error("a link changed its account")
				}
				house, err := h.shop.House(context.Background())
				h.must(err)
				if len(house.Accounts) != 2 || house.Accounts[0].Ended == 0 || len(house.Accounts[0].Sealed) == 0 || house.Accounts[1].Ended != 0 {
					t.Errorf("accounts %+v", house.Accounts)
				}
				h.sound()
			})
		})
	}
}

// TestOwnAccount_renewed: a new key of the same account counts for links of before as well, which the
// old one could not read any more.
func TestOwnAccount_renewed(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		first := h.owner()
		sale := h.onShow(1250)
		h.must(h.sandbox.AddAccount(sandbox.Account{Name: "Owner", Key: secondKey, UserID: "u-owner"}))
		h.until("the alarm", time.Minute, func() bool { return slices.Contains(h.alerts(), kiosk.AlarmKey) })
		renewed, err := h.shop.SetOwnAccount(context.Background(), boss, sale.Stall, secondKey)
		h.must(err)
		if renewed.ID != first.ID || renewed.Last != "5678" {
			t.Errorf("renewed %+v, first %+v", renewed, first)
		}
		h.alerted()
		h.payShown()
		h.confirmed(sale, 30*time.Second)
		h.sound()
	})
}

// TestOwnAccount_revoked: the till of a stall whose key the gateway refuses says so; the other stall
// sells on, and hears nothing of it.
func TestOwnAccount_revoked(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		other := h.neighbour()
		h.owner()
		h.must(h.sandbox.AddAccount(sandbox.Account{Name: "Owner", Key: secondKey, UserID: "u-owner"}))
		sale := h.ring(1250)
		h.becomes(sale, kiosk.RefusedSt, 10*time.Second)
		h.alerted(kiosk.AlarmKey)
		if !strings.Contains(h.tillSays(), "SecPaid refuses our key") {
			t.Error("the till does not say so")
		}
		if h.till().Health.KeyRefused == 0 || h.shop.Health().KeyRefused != 0 {
			t.Error("the wrong account is refused")
		}
		h.at(other, func() {
			h.alerted()
			sale := h.onShow(300)
			h.payShown()
			h.becomes(sale, kiosk.Paid, time.Second)
			h.confirmed(sale, 30*time.Second)
			h.alerted()
		})
		h.sound()
	})
}

// silence lets the gateway fail one kind of call of one account.
func (h *house) silence(endpoint, key string) {
	h.gate.at(endpoint, func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		if r.Header.Get("token") == key {
			sayJSON(w, http.StatusBadGateway, `{"message":"upstream"}`)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// TestOwnAccount_listDown: while one account's list cannot be read nothing of it lapses, and no look of
// it is lost; the other account's sales are confirmed and lapse as usual.
func TestOwnAccount_listDown(t *testing.T) {
	for name, down := range map[string]string{"the owner's": ownerKey, "the house's": testKey} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				neighbour, owners := h.neighbour(), h.actor
				h.owner()
				silent, loud := owners, neighbour
				if down == testKey {
					silent, loud = neighbour, owners
				}
				h.silence("getPayInTransactions", down)
				var waits, lapses *kiosk.Sale
				h.at(silent, func() { waits = h.onShow(1250) })
				h.at(loud, func() {
					paid := h.onShow(300)
					h.payShown()
					h.confirmed(paid, 30*time.Second)
					time.Sleep(10 * time.Second)
					lapses = h.onShow(400)
					h.lapses(lapses)
				})
				time.Sleep(5 * time.Minute)
				h.at(silent, func() {
					if s := h.now(waits); s.State() != kiosk.Awaiting || time.Now().UnixMilli() < s.Expires {
						t.Fatalf("the sale of the silent account is %s", s.State())
					}
					h.payShown()
					h.becomes(waits, kiosk.Paid, time.Second) // by its webhook
					time.Sleep(time.Minute)
					if h.now(waits).Confirmed() {
						t.Error("it was confirmed by nobody")
					}
					h.gate.set(nil)
					h.confirmed(waits, 30*time.Second)
				})
				h.sound()
			})
		})
	}
}

// TestOwnAccount_unopened: a key that cannot be opened refuses the sale before anything is made, and what
// is open is neither lost nor lapses.
func TestOwnAccount_unopened(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.owner()
		paid, _ := h.paidSale(700)
		time.Sleep(10 * time.Second)
		open := h.onShow(1250)
		whole := h.spoil()
		time.Sleep(15 * time.Minute)
		if s := h.now(open); s.State() != kiosk.Awaiting {
			t.Errorf("the open sale is %s", s.State())
		}
		h.alerted(kiosk.AlarmKey)
		before, calls := len(h.sandbox.Links()), len(h.sandbox.Calls())
		h.wantKey(h.refund(paid, 700), kiosk.Conflict, kiosk.KeyOwnKey)
		_, err := h.shop.SetAside(context.Background(), h.actor, open.ID)
		h.must(err)
		_, err = h.shop.Charge(context.Background(), h.actor, kiosk.Charge{Amount: 100, Key: freshKey()})
		h.wantKey(err, kiosk.Conflict, kiosk.KeyOwnKey)
		if len(h.sandbox.Links()) != before || len(h.sandbox.Calls()) != calls {
			t.Error("something was asked of the gateway")
		}
		whole()
		h.becomes(open, kiosk.Lapsed, 6*time.Minute)
		h.sound()
	})
}

// spoil breaks the seal of the first account's key and returns how to mend it.
func (h *house) spoil() (mend func()) {
	h.t.Helper()
	put := func(sealed []byte) (was []byte) {
		_, err := h.store.Change(context.Background(), kiosk.OfficeStream, func(tx kiosk.Tx) error {
			house, err := tx.House()
			if err != nil {
				return err
			}
			was = house.Accounts[0].Sealed
			house.Accounts[0].Sealed = sealed
			return tx.PutHouse(house)
		})
		h.must(err)
		return was
	}
	was := put([]byte("no seal at all"))
	return func() { put(was) }
}

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
		days, err := h.shop.AuditDays(context.Background(), 100)
		h.must(err)
		found := map[string]kiosk.AuditDay{}
		for _, d := range days {
			if d.Day == day {
				found[h.shop.OwnOf(d.Account)] = d
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
		h.must(h.shop.ReadBooks(context.Background()))
		days, err = h.shop.AuditDays(context.Background(), 2)
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
					h.must(h.shop.TryTerms(context.Background(), boss, h.till().Stall.ID, terms))
					h.sandbox.Set(sandbox.PayInsOwnPart, -1)
				}
				h.trade()
				h.at(neighbour, func() { h.paidSale(3000); h.paidSale(4_321) })
				h.untilAudited() // two of the gateway's nights, and our own question behind them
				h.untilAudited()
				h.apart(set, neighbour, terms != nil)
			}, func(h *house) { h.settings = func(s *kiosk.Stall) { s.SplitTerms = terms } })
		})
	}
}

// apart compares the books of both accounts.
func (h *house) apart(set kiosk.OwnAccount, neighbour kiosk.Actor, split bool) {
	h.t.Helper()
	ctx, today := context.Background(), h.shop.Today("")
	matches, err := h.shop.Payouts(ctx, kiosk.DayName(today-7), kiosk.DayName(today))
	h.must(err)
	paid := map[string]kiosk.Money{}
	for _, m := range matches {
		paid[m.Holder] += m.Paid
		if m.Difference() != 0 || m.Waits() || m.Ours.Open != 0 || len(m.Unmatched) != 0 {
			h.t.Errorf("day %s of %q: %+v", m.Day, m.Holder, m)
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
		shares[u.Why+" "+h.shop.OwnOf(u.Account)]++
	}
	if n := shares[kiosk.UnmatchedShare+" "]; split && (n < 5 || len(shares) != 1) || !split && len(shares) != 0 {
		h.t.Errorf("shares of the house %v", shares)
	}
}

// stated reads the statement of a till's stall, which may hold payouts of one account alone.
func (h *house) stated(till kiosk.Actor, holder string) {
	h.t.Helper()
	h.at(till, func() {
		today := h.shop.Today("")
		st, err := h.shop.Statement(context.Background(), h.till().Stall.ID, today-7, today)
		h.must(err)
		var held int
		for _, p := range st.Payouts {
			held += len(p.Payouts)
			for _, o := range p.Payouts {
				if p.Holder != holder || h.shop.OwnOf(o.Account) != holder {
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
		h.must(h.shop.DeleteQuarantined(context.Background(), h.actor, open.ID, "the customer has left"))
		if len(h.payable()) != 0 || h.callers("deleteLink", "Owner") != 1 || h.callers("deleteLink", "Demo") != 0 {
			t.Errorf("%d payable, %d deleted by the owner", len(h.payable()), h.callers("deleteLink", "Owner"))
		}
		h.must(h.shop.SettleUnmatched(context.Background(), h.actor, h.unmatched(true)[0].Row.Key, "found in the book"))
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
		h.becomes(sale, kiosk.Cancelled, 5*time.Minute)
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
		h.must(h.shop.EndOwnAccount(ctx, boss, sale.Stall))
		sealed := func() int {
			house, err := h.shop.House(ctx)
			h.must(err)
			return len(house.Accounts[0].Sealed)
		}
		h.close()
		time.Sleep((kiosk.KeysDays - 1) * 24 * time.Hour)
		h.open()
		_, err := h.shop.Retain(ctx)
		h.must(err)
		if sealed() == 0 {
			t.Error("the key is gone a day early")
		}
		h.close()
		time.Sleep(2 * 24 * time.Hour)
		h.open()
		_, err = h.shop.Retain(ctx)
		h.must(err)
		if sealed() != 0 {
			t.Error("the key is still there")
		}
		h.wantKey(h.refund(sale, 1250), kiosk.Conflict, kiosk.KeyOwnKey)
		h.sound()
	})
}

// TestOwnAccount_many: eight stalls with accounts of their own and without webhooks share the sixty calls
// of a minute: every payment is found by its own list, none is taken for another's, and no minute has
// more calls.
func TestOwnAccount_many(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		const stalls = 8
		var tills []kiosk.Actor
		for i := range stalls {
			tills = append(tills, h.neighbour())
			key := fmt.Sprintf("test-key-of-owner-number-%d", i)
			h.must(h.sandbox.AddAccount(sandbox.Account{Name: fmt.Sprint("Owner ", i), Key: key, UserID: fmt.Sprint("u-", i)}))
			h.at(tills[i], func() {
				_, err := h.shop.SetOwnAccount(context.Background(), boss, h.till().Stall.ID, key)
				h.must(err)
			})
			time.Sleep(time.Minute)
		}
		var sales []*kiosk.Sale
		for i, till := range tills {
			h.at(till, func() {
				sale := h.ring(kiosk.Money(1000 + i))
				h.becomes(sale, kiosk.Awaiting, 10*time.Second)
				sales = append(sales, sale)
			})
		}
		for _, till := range tills {
			h.at(till, h.payShown)
		}
		for i, till := range tills {
			h.at(till, func() { h.confirmed(sales[i], time.Minute) })
		}
		time.Sleep(10 * time.Minute)
		for i, m := range h.sandbox.Money()[1:] {
			if m.Paid != kiosk.Money(1000+i) {
				t.Errorf("%s was paid %v", m.Account, m.Paid)
			}
		}
		for _, till := range tills {
			h.at(till, func() { h.alerted() })
		}
		h.neverMoreThan(60)
		h.sound()
	}, func(h *house) { h.deaf = true })
}
