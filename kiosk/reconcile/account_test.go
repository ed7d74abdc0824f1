package reconcile_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
)

// neighbour is a till of a second stall, which sells with the house's account.
func neighbour(h *kiosktest.Installation) kiosk.Actor {
	return h.Seat(kiosk.Stall{Name: "Cheese Vogt", Languages: []string{"en"}}, "Register 7", "C7", "Bea", "582914")
}

// at does something at another till.
func at(h *kiosktest.Installation, other kiosk.Actor, do func()) {
	was := h.Actor
	h.Actor = other
	defer func() { h.Actor = was }()
	do()
}

// held counts the links at the gateway by account.
func held(h *kiosktest.Installation) map[string]int {
	held := map[string]int{}
	for _, l := range h.Sandbox.Links() {
		held[l.Account]++
	}
	return held
}

// holds fails the test unless the gateway holds so many links of these accounts.
func holdsLinks(h *kiosktest.Installation, demo, owner int) {
	h.T.Helper()
	if held := held(h); held["Demo"] != demo || held["Owner"] != owner || len(h.Sandbox.Links()) != demo+owner {
		h.T.Errorf("links by account %v, want %d of the house and %d of the owner", held, demo, owner)
	}
}

// callers counts the calls of an account at an endpoint.
func callers(h *kiosktest.Installation, endpoint, account string) (n int) {
	for _, c := range h.Sandbox.Calls() {
		if c.Endpoint == endpoint && c.Account == account {
			n++
		}
	}
	return n
}

// lapses lets a sale's time pass.
func lapsesOf(h *kiosktest.Installation, sale *kiosk.Sale) {
	h.T.Helper()
	time.Sleep(time.Until(time.UnixMilli(sale.Expires)) + 3*time.Second)
	h.Becomes(sale, kiosk.Lapsed, time.Minute)
}

func TestOwnAccount_sale(t *testing.T) {
	for name, c := range map[string]struct {
		deaf  bool
		limit time.Duration
	}{"by webhook": {false, time.Second}, "by the list alone": {true, 10 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				set := h.Owner()
				if set.Last != "1234" || set.AccountNumber != "" || set.SetBy != "boss" {
					t.Errorf("set %+v", set)
				}
				sale := h.OnShow(1250)
				holdsLinks(h, 0, 1)
				if l := h.Now(sale).Last(); l.AccountID != set.ID || l.AccountNumber != "u-owner" {
					t.Errorf("the link is %+v", l)
				}
				h.PayShown()
				h.Becomes(sale, kiosk.Paid, c.limit)
				h.Confirmed(sale, 30*time.Second)
				money := h.Sandbox.Money()
				if money[0].Paid != 0 || money[1].Paid != 1250 {
					t.Errorf("money %+v", money)
				}
				if n := callers(h, "getPayInTransactions", "Owner"); n == 0 || callers(h, "createLink", "Demo") != 0 {
					t.Errorf("%d lists of the owner's account were read, %d links made with the house's", n, callers(h, "createLink", "Demo"))
				}
				house, err := h.Shop.Kernel.OfficeSettings(context.Background())
				h.Must(err)
				if house.Accounts[0].AccountNumber != "u-owner" {
					t.Errorf("the first link told nothing: %+v", house.Accounts)
				}
				h.Records.Sound()
			}, func(h *kiosktest.Installation) { h.Deaf = c.deaf })
		})
	}
}

// TestOwnAccount_restart: a house that begins anew opens the sealed key again, for the sale it left open
// and for the next one.
func TestOwnAccount_restart(t *testing.T) {
	kiosktest.Virtual(t, func(_ *testing.T, h *kiosktest.Installation) {
		h.Owner()
		sale := h.OnShow(1250)
		h.Restart(time.Minute)
		h.PayShown()
		h.Confirmed(sale, 30*time.Second)
		time.Sleep(10 * time.Second)
		h.OnShow(300)
		holdsLinks(h, 0, 2)
		h.Records.Sound()
	})
}

func TestOwnAccount_cancel(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Owner()
		sale := h.OnShow(1250)
		h.Cancel(sale)
		h.Becomes(sale, kiosk.Cancelled, 10*time.Second)
		if len(h.Sandbox.Payable()) != 0 || callers(h, "deleteLink", "Owner") != 1 || callers(h, "deleteLink", "Demo") != 0 {
			t.Errorf("%d payable, deleted by %d and %d", len(h.Sandbox.Payable()), callers(h, "deleteLink", "Owner"), callers(h, "deleteLink", "Demo"))
		}
		h.Records.Sound()
	})
}

// TestOwnAccount_answerLost: the attempt is looked for on its own account, and made no second time.
func TestOwnAccount_answerLost(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Owner()
		h.Sandbox.Set(sandbox.CreateLost, 1)
		sale := h.Ring(1250)
		h.Becomes(sale, kiosk.Awaiting, 3*time.Second)
		holdsLinks(h, 0, 1)
		if callers(h, "getMyUnusedLinks", "Demo") != 0 {
			t.Error("the house's account was searched")
		}
		h.PayShown()
		h.Confirmed(sale, 30*time.Second)
		holdsLinks(h, 0, 1)
		h.Records.Sound()
	})
}

func TestOwnAccount_refund(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Owner()
		sale, link := h.PaidSale(1250)
		h.Must(h.Refund(sale, 1250))
		h.Stage(sale, kiosk.RefundFiled, 5*time.Second)
		if own := h.Sandbox.Money()[1]; len(own.Refunds) != 1 || h.Sandbox.RefundRequests() != 0 {
			t.Errorf("the owner's account was asked for %+v", own.Refunds)
		}
		h.Must(h.Sandbox.ApproveRefund(link))
		h.Stage(sale, kiosk.RefundSeen, 15*time.Minute)
		if s := h.Now(sale); s.State() != kiosk.Refunded {
			t.Errorf("the sale is %s", s.State())
		}
		h.Records.Books("sales=1 gross=1250 refunds=1250")
		h.Records.Sound()
	})
}

// TestOwnAccount_latePayment: money that comes after the end is seen on the owner's account, also once
// the stall has given it up.
func TestOwnAccount_latePayment(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Owner()
		sale := h.OnShow(1250)
		link := h.ShownLink().ID
		h.Cancel(sale)
		h.Becomes(sale, kiosk.Cancelled, 10*time.Second)
		h.Must(h.Shop.Office.StallAccounts.End(context.Background(), kiosktest.Boss, sale.Stall))
		paidLate(h, sale, link)
		h.Becomes(sale, kiosk.Review, time.Second)
		next := h.OnShow(300)
		if h.Now(next).Last().AccountID != "" {
			t.Error("the next sale is not the house's")
		}
		holdsLinks(h, 1, 1)
		h.Records.Sound()
	})
}

// TestOwnAccount_replaced: a sale that is open while the account changes is read and ended with the key
// it was made with; the next one is made with the new key.
func TestOwnAccount_replaced(t *testing.T) {
	for name, end := range map[string]func(h *kiosktest.Installation, sale *kiosk.Sale){
		"paid": func(h *kiosktest.Installation, sale *kiosk.Sale) {
			h.PayShown()
			h.Becomes(sale, kiosk.Paid, 10*time.Second)
			h.Confirmed(sale, 30*time.Second)
		},
		"cancelled": func(h *kiosktest.Installation, sale *kiosk.Sale) {
			h.Cancel(sale)
			h.Becomes(sale, kiosk.Cancelled, 10*time.Second)
			if callers(h, "deleteLink", "Owner") != 1 || len(h.Sandbox.Payable()) != 0 {
				h.T.Errorf("deleted %d times by the owner of before", callers(h, "deleteLink", "Owner"))
			}
		},
		"lapsed": func(h *kiosktest.Installation, sale *kiosk.Sale) { lapsesOf(h, sale) },
	} {
		t.Run(name, func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				first := h.Owner()
				sale := h.OnShow(1250)
				h.Must(h.Sandbox.AddAccount(sandbox.Account{Name: "Second", Key: kiosktest.SecondKey, UserID: "u-second"}))
				second, err := h.Shop.Office.StallAccounts.Set(context.Background(), kiosktest.Boss, sale.Stall, kiosktest.SecondKey)
				h.Must(err)
				if second.ID == first.ID {
					t.Error("two accounts are one")
				}
				end(h, sale)
				time.Sleep(10 * time.Second)
				next := h.OnShow(300)
				if held := held(h); held["Owner"] != 1 || held["Second"] != 1 || len(h.Sandbox.Links()) != 2 {
					t.Errorf("links by account %v", held)
				}
				if h.Now(next).Last().AccountID != second.ID || h.Now(sale).Last().AccountID != first.ID {
					t.Error("a link changed its account")
				}
				house, err := h.Shop.Kernel.OfficeSettings(context.Background())
				h.Must(err)
				if len(house.Accounts) != 2 || house.Accounts[0].Ended == 0 || len(house.Accounts[0].Sealed) == 0 || house.Accounts[1].Ended != 0 {
					t.Errorf("accounts %+v", house.Accounts)
				}
				h.Records.Sound()
			})
		})
	}
}

// TestOwnAccount_renewed: a new key of the same account counts for links of before as well, which the
// old one could not read any more.
func TestOwnAccount_renewed(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		first := h.Owner()
		sale := h.OnShow(1250)
		h.Must(h.Sandbox.AddAccount(sandbox.Account{Name: "Owner", Key: kiosktest.SecondKey, UserID: "u-owner"}))
		h.Until("the alarm", time.Minute, func() bool { return slices.Contains(h.Alerts(), kiosk.AlarmKey) })
		renewed, err := h.Shop.Office.StallAccounts.Set(context.Background(), kiosktest.Boss, sale.Stall, kiosktest.SecondKey)
		h.Must(err)
		if renewed.ID != first.ID || renewed.Last != "5678" {
			t.Errorf("renewed %+v, first %+v", renewed, first)
		}
		h.Alerted()
		h.PayShown()
		h.Confirmed(sale, 30*time.Second)
		h.Records.Sound()
	})
}

// TestOwnAccount_revoked: the till of a stall whose key the gateway refuses says so; the other stall
// sells on, and hears nothing of it.
func TestOwnAccount_revoked(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		other := neighbour(h)
		h.Owner()
		h.Must(h.Sandbox.AddAccount(sandbox.Account{Name: "Owner", Key: kiosktest.SecondKey, UserID: "u-owner"}))
		sale := h.Ring(1250)
		h.Becomes(sale, kiosk.LinkRefused, 10*time.Second)
		h.Alerted(kiosk.AlarmKey)
		if page := h.TillPage(); !page.Says("#side .strip h2", "SecPaid refuses our key") {
			t.Errorf("the till says %s", page.Text("#side"))
		}
		if h.Till().Health.KeyRefused == 0 || h.Shop.Kernel.Condition.Health().KeyRefused != 0 {
			t.Error("the wrong account is refused")
		}
		told, err := h.Shop.Kernel.Alarms.OfInstallation(context.Background())
		h.Must(err)
		if len(told) != 1 || told[0].Kind != kiosk.AlarmKey || told[0].Account.Name != "Bakery Lind" || told[0].Account.Last != "1234" {
			t.Errorf("the office is told %+v", told)
		}
		for stall, hears := range map[string]bool{h.Till().Stall.ID: true, "another": false} {
			if (kiosk.OfficeActor{Role: kiosk.Manager, Stall: stall}).Receives(told[0]) != hears {
				t.Errorf("the manager of %s hears the wrong thing", stall)
			}
		}
		at(h, other, func() {
			h.Alerted()
			sale := h.OnShow(300)
			h.PayShown()
			h.Becomes(sale, kiosk.Paid, time.Second)
			h.Confirmed(sale, 30*time.Second)
			h.Alerted()
		})
		h.Records.Sound()
	})
}

// silence lets the gateway fail one kind of call of one account.
func silence(h *kiosktest.Installation, endpoint, key string) {
	h.Gate.At(endpoint, func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		if r.Header.Get("token") == key {
			kiosktest.SayJSON(w, http.StatusBadGateway, `{"message":"upstream"}`)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// TestOwnAccount_listDown: while one account's list cannot be read nothing of it lapses, and no look of
// it is lost; the other account's sales are confirmed and lapse as usual.
func TestOwnAccount_listDown(t *testing.T) {
	for name, down := range map[string]string{"the owner's": kiosktest.OwnerKey, "the house's": kiosktest.TestKey} {
		t.Run(name, func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				neighbour, owners := neighbour(h), h.Actor
				h.Owner()
				silent, loud := owners, neighbour
				if down == kiosktest.TestKey {
					silent, loud = neighbour, owners
				}
				silence(h, "getPayInTransactions", down)
				var waits, lapses *kiosk.Sale
				at(h, silent, func() { waits = h.OnShow(1250) })
				at(h, loud, func() {
					paid := h.OnShow(300)
					h.PayShown()
					h.Confirmed(paid, 30*time.Second)
					time.Sleep(10 * time.Second)
					lapses = h.OnShow(400)
					lapsesOf(h, lapses)
				})
				time.Sleep(5 * time.Minute)
				at(h, silent, func() {
					if s := h.Now(waits); s.State() != kiosk.Awaiting || time.Now().UnixMilli() < s.Expires {
						t.Fatalf("the sale of the silent account is %s", s.State())
					}
					h.PayShown()
					h.Becomes(waits, kiosk.Paid, time.Second) // by its webhook
					time.Sleep(time.Minute)
					if h.Now(waits).Confirmed() {
						t.Error("it was confirmed by nobody")
					}
					h.Gate.Set(nil)
					h.Confirmed(waits, 30*time.Second)
				})
				h.Records.Sound()
			})
		})
	}
}

// TestOwnAccount_unopened: a key that cannot be opened refuses the sale before anything is made, and what
// is open is neither lost nor lapses.
func TestOwnAccount_unopened(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Owner()
		paid, _ := h.PaidSale(700)
		time.Sleep(10 * time.Second)
		open := h.OnShow(1250)
		whole := spoil(h)
		time.Sleep(15 * time.Minute)
		if s := h.Now(open); s.State() != kiosk.Awaiting {
			t.Errorf("the open sale is %s", s.State())
		}
		h.Alerted(kiosk.AlarmKey)
		before, calls := len(h.Sandbox.Links()), len(h.Sandbox.Calls())
		h.WantKey(h.Refund(paid, 700), kiosk.Conflict, kiosk.KeyAccountKey)
		_, err := h.Shop.Till.SetAside(context.Background(), h.Actor, open.ID)
		h.Must(err)
		_, err = h.Shop.Till.Charge(context.Background(), h.Actor, till.Charge{Amount: 100, Key: kiosktest.FreshKey()})
		h.WantKey(err, kiosk.Conflict, kiosk.KeyAccountKey)
		if len(h.Sandbox.Links()) != before || len(h.Sandbox.Calls()) != calls {
			t.Error("something was asked of the gateway")
		}
		whole()
		h.Becomes(open, kiosk.Lapsed, 6*time.Minute)
		h.Records.Sound()
	})
}

// spoil breaks the seal of the first account's key and returns how to mend it.
func spoil(h *kiosktest.Installation) (mend func()) {
	h.T.Helper()
	put := func(sealed []byte) (was []byte) {
		_, err := h.Store.Change(context.Background(), kiosk.OfficeStream, func(tx kiosk.Tx) error {
			house, err := tx.OfficeSettings()
			if err != nil {
				return err
			}
			was = house.Accounts[0].Sealed
			house.Accounts[0].Sealed = sealed
			return tx.PutOfficeSettings(house)
		})
		h.Must(err)
		return was
	}
	was := put([]byte("no seal at all"))
	return func() { put(was) }
}

// TestOwnAccount_many: eight stalls with accounts of their own and without webhooks share the sixty calls
// of a minute: every payment is found by its own list, none is taken for another's, and no minute has
// more calls.
func TestOwnAccount_many(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		const stalls = 8
		var tills []kiosk.Actor
		for i := range stalls {
			tills = append(tills, neighbour(h))
			key := fmt.Sprintf("test-key-of-owner-number-%d", i)
			h.Must(h.Sandbox.AddAccount(sandbox.Account{Name: fmt.Sprint("Owner ", i), Key: key, UserID: fmt.Sprint("u-", i)}))
			at(h, tills[i], func() {
				_, err := h.Shop.Office.StallAccounts.Set(context.Background(), kiosktest.Boss, h.Till().Stall.ID, key)
				h.Must(err)
			})
			time.Sleep(time.Minute)
		}
		var sales []*kiosk.Sale
		for i, till := range tills {
			at(h, till, func() {
				sale := h.Ring(kiosk.Money(1000 + i))
				h.Becomes(sale, kiosk.Awaiting, 10*time.Second)
				sales = append(sales, sale)
			})
		}
		for _, till := range tills {
			at(h, till, h.PayShown)
		}
		for i, till := range tills {
			at(h, till, func() { h.Confirmed(sales[i], time.Minute) })
		}
		time.Sleep(10 * time.Minute)
		for i, m := range h.Sandbox.Money()[1:] {
			if m.Paid != kiosk.Money(1000+i) {
				t.Errorf("%s was paid %v", m.Account, m.Paid)
			}
		}
		for _, till := range tills {
			at(h, till, func() { h.Alerted() })
		}
		h.Sandbox.NeverMoreThan(60)
		h.Records.Sound()
	}, func(h *kiosktest.Installation) { h.Deaf = true })
}

// TestOwnAccount_houseKey: a sale that is open with the owner's account does not keep the house's key from
// being changed; one that is open with the house's does.
func TestOwnAccount_houseKey(t *testing.T) {
	taker := &kiosktest.FakeTaker{Account: "usr-1"}
	kiosktest.Virtual(t, func(_ *testing.T, h *kiosktest.Installation) {
		ctx, neighbour := context.Background(), neighbour(h)
		h.Owner()
		_, err := h.Shop.Office.Settings.SetGatewayKey(ctx, kiosktest.Boss, "some-key-of-the-house")
		h.Must(err)
		h.OnShow(1250)
		taker.Account = "usr-2"
		_, err = h.Shop.Office.Settings.SetGatewayKey(ctx, kiosktest.Boss, "another-key-of-the-house")
		h.Must(err)
		at(h, neighbour, func() { h.OnShow(300) })
		taker.Account = "usr-3"
		_, err = h.Shop.Office.Settings.SetGatewayKey(ctx, kiosktest.Boss, "a-third-key-of-the-house")
		h.WantKey(err, kiosk.Conflict, kiosk.KeyKeyBusy)
	}, func(h *kiosktest.Installation) { h.Keys = taker })
}
