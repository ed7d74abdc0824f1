package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/bus"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/shop"
	"qrkiosk/kiosk/till"
	"qrkiosk/kiosk/vault"
)

// The tests named TestOwnAccount_ are about a stall whose owner has an account at the gateway: what is
// made with its key is asked, found, deleted and sent back with it, and nothing of one account is ever
// taken for something of another.

const (
	ownerKey  = "test-key-of-the-owner-1234"
	secondKey = "test-key-of-the-owner-5678"
)

// boss is who may set accounts.
var boss = kiosk.OfficeActor{User: "boss", Role: kiosk.Organizer}

// owner gives the house's stall an account of its own at the gateway.
func (h *house) owner() kiosk.StallAccount {
	h.t.Helper()
	h.must(h.sandbox.AddAccount(sandbox.Account{Name: "Owner", Key: ownerKey, UserID: "u-owner"}))
	set, err := h.shop.Office.StallAccounts.Set(context.Background(), boss, h.till().Stall.ID, ownerKey)
	h.must(err)
	return set
}

// neighbour is a till of a second stall, which sells with the house's account.
func (h *house) neighbour() kiosk.Actor {
	return h.seat(kiosk.Stall{Name: "Cheese Vogt", Languages: []string{"en"}}, "Register 7", "C7", "Bea", "582914")
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
	time.Sleep(time.Until(time.UnixMilli(sale.Expires)) + 3*time.Second)
	h.becomes(sale, kiosk.Lapsed, time.Minute)
}

func TestOwnAccount_sale(t *testing.T) {
	for name, c := range map[string]struct {
		deaf  bool
		limit time.Duration
	}{"by webhook": {false, time.Second}, "by the list alone": {true, 10 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				set := h.owner()
				if set.Last != "1234" || set.AccountNumber != "" || set.SetBy != "boss" {
					t.Errorf("set %+v", set)
				}
				sale := h.onShow(1250)
				h.holdsLinks(0, 1)
				if l := h.now(sale).Last(); l.AccountID != set.ID || l.AccountNumber != "u-owner" {
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
				house, err := h.shop.Kernel.OfficeSettings(context.Background())
				h.must(err)
				if house.Accounts[0].AccountNumber != "u-owner" {
					t.Errorf("the first link told nothing: %+v", house.Accounts)
				}
				h.sound()
			}, func(h *house) { h.deaf = c.deaf })
		})
	}
}

// TestOwnAccount_restart: a house that begins anew opens the sealed key again, for the sale it left open
// and for the next one.
func TestOwnAccount_restart(t *testing.T) {
	inBubble(t, func(_ *testing.T, h *house) {
		h.owner()
		sale := h.onShow(1250)
		h.restart(time.Minute)
		h.payShown()
		h.confirmed(sale, 30*time.Second)
		time.Sleep(10 * time.Second)
		h.onShow(300)
		h.holdsLinks(0, 2)
		h.sound()
	})
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
		h.must(h.shop.Office.StallAccounts.End(context.Background(), boss, sale.Stall))
		h.paidLate(sale, link)
		h.becomes(sale, kiosk.Review, time.Second)
		next := h.onShow(300)
		if h.now(next).Last().AccountID != "" {
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
				second, err := h.shop.Office.StallAccounts.Set(context.Background(), boss, sale.Stall, secondKey)
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
				if h.now(next).Last().AccountID != second.ID || h.now(sale).Last().AccountID != first.ID {
					t.Error("a link changed its account")
				}
				house, err := h.shop.Kernel.OfficeSettings(context.Background())
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
		renewed, err := h.shop.Office.StallAccounts.Set(context.Background(), boss, sale.Stall, secondKey)
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
		h.becomes(sale, kiosk.LinkRefused, 10*time.Second)
		h.alerted(kiosk.AlarmKey)
		if !strings.Contains(h.tillSays(), "SecPaid refuses our key") {
			t.Error("the till does not say so")
		}
		if h.till().Health.KeyRefused == 0 || h.shop.Kernel.Condition.Health().KeyRefused != 0 {
			t.Error("the wrong account is refused")
		}
		told, err := h.shop.Kernel.Alarms.OfInstallation(context.Background())
		h.must(err)
		if len(told) != 1 || told[0].Kind != kiosk.AlarmKey || told[0].Account.Name != "Bakery Lind" || told[0].Account.Last != "1234" {
			t.Errorf("the office is told %+v", told)
		}
		for stall, hears := range map[string]bool{h.till().Stall.ID: true, "another": false} {
			if (kiosk.OfficeActor{Role: kiosk.Manager, Stall: stall}).Receives(told[0]) != hears {
				t.Errorf("the manager of %s hears the wrong thing", stall)
			}
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
		h.wantKey(h.refund(paid, 700), kiosk.Conflict, kiosk.KeyAccountKey)
		_, err := h.shop.Till.SetAside(context.Background(), h.actor, open.ID)
		h.must(err)
		_, err = h.shop.Till.Charge(context.Background(), h.actor, till.Charge{Amount: 100, Key: freshKey()})
		h.wantKey(err, kiosk.Conflict, kiosk.KeyAccountKey)
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
			house, err := tx.OfficeSettings()
			if err != nil {
				return err
			}
			was = house.Accounts[0].Sealed
			house.Accounts[0].Sealed = sealed
			return tx.PutOfficeSettings(house)
		})
		h.must(err)
		return was
	}
	was := put([]byte("no seal at all"))
	return func() { put(was) }
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
				_, err := h.shop.Office.StallAccounts.Set(context.Background(), boss, h.till().Stall.ID, key)
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

// TestOwnAccount_houseKey: a sale that is open with the owner's account does not keep the house's key from
// being changed; one that is open with the house's does.
func TestOwnAccount_houseKey(t *testing.T) {
	inBubble(t, func(_ *testing.T, h *house) {
		ctx, neighbour := context.Background(), h.neighbour()
		h.owner()
		v, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize))
		h.must(err)
		taker := &fakeTaker{account: "usr-1"}
		office, err := front.OpenRooms(ctx, shop.Config{Store: h.store, Bus: bus.NewLocal(), Vault: v, Keys: taker, Mode: kiosk.Sandbox})
		h.must(err)
		_, err = office.Office.Settings.SetGatewayKey(ctx, boss, "some-key-of-the-house")
		h.must(err)
		h.onShow(1250)
		taker.account = "usr-2"
		_, err = office.Office.Settings.SetGatewayKey(ctx, boss, "another-key-of-the-house")
		h.must(err)
		h.at(neighbour, func() { h.onShow(300) })
		taker.account = "usr-3"
		_, err = office.Office.Settings.SetGatewayKey(ctx, boss, "a-third-key-of-the-house")
		h.wantKey(err, kiosk.Conflict, kiosk.KeyKeyBusy)
	})
}
