package faults

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// The second part of the catalogue: notices.

const json0 = "application/json"

// TestFault_F22_webhookNeverComes pays at many moments between two sweeps.
func TestFault_F22_webhookNeverComes(t *testing.T) {
	var longest time.Duration
	for wait := 10 * time.Second; wait < 15*time.Second; wait += 490 * time.Millisecond {
		drill(t, func(_ *testing.T, h *kiosktest.Installation) {
			h.Sandbox.Set(sandbox.WebhookOff, -1)
			sale := h.OnShow(1250)
			time.Sleep(wait)
			h.PayShown()
			longest = max(longest, h.Confirmed(sale, 5*time.Second))
			h.Records.Passed(sale, "opening awaiting paid")
		})
	}
	t.Logf("found by asking after at most %v", longest)
}

// TestFault_F23_fiftyAtOnce: the same webhook fifty times at the same moment counts once and is
// pushed once.
func TestFault_F23_fiftyAtOnce(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		screen := h.Customer().Watch(counterview.PathDisplayLive)
		sale := h.OnShow(1250)
		link := h.ShownLink()
		body := notice(h, link, "Success", 1250)
		h.PayShown()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if r := h.Guest().Send(http.MethodPost, h.Sandbox.HookPath(h.Now(sale)), body, kiosktest.Header("Content-Type", json0)); r.Status != 200 || r.Body != "" {
					t.Errorf("answered %d %q", r.Status, r.Body)
				}
			})
		}
		wg.Wait()
		h.Becomes(sale, kiosk.Paid, time.Second)
		screen.Want(t, time.Second, "#screen.paid .done", "Paid")
		if n := screen.Count(t, "#screen.paid"); n != 1 {
			t.Errorf("%d frames say paid", n)
		}
		if n := events(h, "sale.notice"); n != 1 {
			t.Errorf("%d notices in the journal", n)
		}
		h.Confirmed(sale, 10*time.Second)
		screen.Leave()
		h.Records.Passed(sale, "opening awaiting paid")
	})
}

// TestFault_F24_orderReversed sends success, pending, created and a decline in every order, each twice.
func TestFault_F24_orderReversed(t *testing.T) {
	for _, order := range permutations([]string{"Success", "Pending", "Created", "Failed"}) {
		drill(t, func(t *testing.T, h *kiosktest.Installation) {
			h.Sandbox.Set(sandbox.WebhookOff, -1)
			sale := h.OnShow(1250)
			link, path := h.ShownLink(), h.Sandbox.HookPath(h.Now(sale))
			h.PayShown()
			for _, status := range append(slices.Clone(order), order...) {
				h.Guest().Send(http.MethodPost, path, notice(h, link, status, 1250), kiosktest.Header("Content-Type", json0))
			}
			if s := h.Now(sale).State(); s != kiosk.Paid {
				t.Errorf("%v: the sale is %s", order, s)
			}
			h.Confirmed(sale, 10*time.Second)
			want := "opening awaiting paid"
			if order[0] != "Success" {
				want = "opening awaiting checking paid"
			}
			h.Records.Passed(sale, want)
		})
	}
}

func permutations(of []string) (all [][]string) {
	if len(of) <= 1 {
		return [][]string{of}
	}
	for i := range of {
		rest := slices.Delete(slices.Clone(of), i, i+1)
		for _, p := range permutations(rest) {
			all = append(all, append([]string{of[i]}, p...))
		}
	}
	return all
}

// TestFault_F25_threeDaysLate: the sale has lapsed, its link is gone, and three days later a
// webhook tells of a payment that no list knew.
func TestFault_F25_threeDaysLate(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.PayDeleted, -1)
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		sale := h.OnShow(1250)
		link, path := h.ShownLink(), h.Sandbox.HookPath(h.Now(sale))
		body := notice(h, link, "Success", 1250)
		h.Becomes(sale, kiosk.Lapsed, 11*time.Minute)
		h.Sandbox.Set(sandbox.PayInsEmpty, -1)
		h.Must(h.Sandbox.Pay(link.ID))
		h.Restart(3 * 24 * time.Hour)
		sleep(h, 10*time.Second)
		h.Alarm()
		if r := h.Guest().Send(http.MethodPost, path, body, kiosktest.Header("Content-Type", json0)); r.Status != 200 {
			t.Errorf("answered %d", r.Status)
		}
		h.Alarm(sale)
		shows(h, kiosk.ShowsIdle)
		if got := h.Now(sale).OpenTroubles(); !slices.Equal(got, []kiosk.Trouble{{Kind: kiosk.TroubleClaimed, N: 1}}) {
			t.Errorf("troubles %v", got)
		}
		h.Sandbox.Set(sandbox.PayInsEmpty, 0)
		h.Until("the row", 6*time.Minute, func() bool { return h.Now(sale).Received() == 1250 })
		if got := h.Now(sale).OpenTroubles(); !slices.Equal(got, []kiosk.Trouble{{Kind: kiosk.TroubleLate, N: 1}}) {
			t.Errorf("troubles %v", got)
		}
		h.Records.Passed(sale, "opening awaiting retiring lapsed review")
	})
}

// TestFault_F26_forgedPlain: five hundred forged successes at a true address prove nothing, and
// what they make us ask is asked for all of them together.
func TestFault_F26_forgedPlain(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		sale := h.OnShow(1250)
		link, path := h.ShownLink(), h.Sandbox.HookPath(h.Now(sale))
		before := h.Sandbox.Counts()["getPayInTransactions"]
		for i := range 500 {
			forged := fmt.Sprintf(`{"ResponseCode":1,"data":{"pay_id":%d,"note":"%d","amount":12.50,"user_id":"x","status":"Success"}}`, link.ID, i)
			if r := h.Guest().Send(http.MethodPost, path, forged, kiosktest.Header("Content-Type", json0)); r.Status != 200 || r.Body != "" {
				t.Fatalf("answered %d %q", r.Status, r.Body)
			}
			if i%10 == 0 {
				sleep(h, time.Second)
			}
		}
		sleep(h, 10*time.Second)
		if n := h.Sandbox.Counts()["getPayInTransactions"] - before; n > 26 {
			t.Errorf("%d read-backs within a minute", n)
		}
		if s := h.Now(sale); len(s.Proofs()) != 0 {
			t.Errorf("proofs %v", s.Proofs())
		}
		h.Becomes(sale, kiosk.Awaiting, 20*time.Second)
		h.PayShown()
		h.Confirmed(sale, 15*time.Second)
		if got := strings.Join(h.Records.States(sale), " "); !strings.HasPrefix(got, "opening awaiting checking awaiting") || !strings.HasSuffix(got, "paid") {
			t.Errorf("passed %s", got)
		}
	})
}

// TestFault_F27_guessedAddresses: guesses are all alike not found, write nothing and are not logged
// one by one. QRKIOSK_GUESSES says how many, as make flood does.
func TestFault_F27_guessedAddresses(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		sale := h.OnShow(1250)
		before, said, base := h.Records.Rows(), len(h.Log.String()), runtime.NumGoroutine()
		door := h.Front.Handler()
		guesses := 20_000
		if n, err := strconv.Atoi(os.Getenv("QRKIOSK_GUESSES")); err == nil {
			guesses = n
		}
		for i := range guesses {
			r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, fmt.Sprintf("%s/hooks/secpaid/%032d", kiosktest.ShopURL, i), strings.NewReader("{}"))
			h.Must(err)
			r.RemoteAddr = fmt.Sprintf("192.0.2.%d:1", i%250)
			if status, body := kiosktest.AnswerOf(door, r); status != http.StatusNotFound || body != "" {
				t.Fatalf("guess %d is answered %d %q", i, status, body)
			}
		}
		h.Records.Unchanged("guesses", before)
		if n := len(h.Log.String()) - said; n > 2000 {
			t.Errorf("%d bytes of log", n)
		}
		if n := runtime.NumGoroutine(); n > base+5 {
			t.Errorf("%d goroutines, %d before", n, base)
		}
		h.Records.Passed(sale, "opening awaiting")
	})
}

// TestFault_F28_bodyOfAnotherSale sends the genuine notice of each of twenty paid sales to the
// addresses of all the others.
func TestFault_F28_bodyOfAnotherSale(t *testing.T) {
	const n = 20
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		h.Sandbox.Set(sandbox.PayInsEmpty, -1)
		var sales []*kiosk.Sale
		var paths, bodies []string
		for range n {
			sale := h.OnShow(1250)
			link := h.ShownLink()
			sales, paths = append(sales, sale), append(paths, h.Sandbox.HookPath(h.Now(sale)))
			bodies = append(bodies, notice(h, link, "Success", 1250))
			_, err := h.Shop.Till.SetAside(context.Background(), h.Actor, sale.ID)
			h.Must(err)
			sleep(h, 5*time.Second)
		}
		for i, path := range paths {
			for j, body := range bodies {
				if i != j {
					h.Guest().Send(http.MethodPost, path, body, kiosktest.Header("Content-Type", json0))
				}
			}
		}
		for _, sale := range sales {
			if s := h.Now(sale); len(s.Proofs()) != 0 || s.State() == kiosk.Paid {
				t.Errorf("%s is %s with %v", s.Number, s.State(), s.Proofs())
			}
			h.Records.Passed(sale, "opening awaiting checking")
		}
		for i, path := range paths { // each is believed at its own address
			h.Must(h.Sandbox.Pay(h.Now(sales[i]).Last().PayID))
			h.Guest().Send(http.MethodPost, path, bodies[i], kiosktest.Header("Content-Type", json0))
			h.Becomes(sales[i], kiosk.Paid, time.Second)
			h.Records.Passed(sales[i], "opening awaiting checking paid")
		}
	})
}

// TestFault_F30_oracleAtTheDoor asks the endpoint with blocks whose padding is right and blocks
// whose padding is wrong, and compares everything that can be seen from outside: answers, what the
// display shows, how often it changes, and what the gateway is asked.
func TestFault_F30_oracleAtTheDoor(t *testing.T) {
	const rounds = 10
	seen := map[string]int{}
	for round := range 2 * rounds {
		kiosktest.Virtual(t, func(_ *testing.T, h *kiosktest.Installation) {
			screen := h.Customer().Watch(counterview.PathDisplayLive)
			sale := h.OnShow(1250)
			key, _ := keyOf(h, h.ShownLink())
			text := fmt.Sprintf("%-47d", round)
			body := sealedBlocks(key, text+"\x01") // right padding around nonsense
			if round%2 == 1 {
				body = sealedBlocks(key, text+"\x00")
			}
			synctest.Wait() // until the screen has seen all of it
			calls, version, from := len(h.Sandbox.Calls()), h.Display().Version, screen.Frames()
			r := h.Guest().Send(http.MethodPost, h.Sandbox.HookPath(h.Now(sale)), body, kiosktest.Header("Content-Type", json0))
			r.Header.Del("Date")
			sleep(h, 12*time.Second)
			seen[fmt.Sprintf("%d %q %v, %v, %d changes, %d calls, %v", r.Status, r.Body, r.Header, screen.Told(t, from),
				h.Display().Version-version, len(h.Sandbox.Calls())-calls, h.Records.States(sale))]++
			screen.Leave()
		})
	}
	if len(seen) != 1 {
		t.Errorf("the attacker sees %d different things: %v", len(seen), seen)
	}
}

// TestFault_F31_webhookBeforeTheAnswer: the payment is told before the create is answered, or while
// its answer is lost.
func TestFault_F31_webhookBeforeTheAnswer(t *testing.T) {
	for _, answerLost := range []bool{false, true} {
		drill(t, func(t *testing.T, h *kiosktest.Installation) {
			h.Sandbox.Set(sandbox.CreatePaid, 1)
			if answerLost {
				h.Sandbox.Set(sandbox.CreateLost, 1)
			}
			sale := h.Ring(1250)
			h.Becomes(sale, kiosk.Paid, 3*time.Second)
			// Where the list was read before the link was found, its row has ended the search.
			if now := h.Now(sale); now.Last().Live && !slices.Contains(now.Proofs(), "webhook") {
				t.Errorf("proofs %v: the notice that came first is forgotten", now.Proofs())
			}
			h.Confirmed(sale, 10*time.Second)
			links(h, 1, 1, 0)
			if len(h.Eye.Shown) != 0 {
				t.Error("a code was on show that was paid already")
			}
			got := h.Records.States(sale)
			if got[0] != "opening" || got[len(got)-1] != "paid" || len(got) > 3 {
				t.Errorf("passed %v", got)
			}
		})
	}
}

// TestFault_F32_noticeOfAnotherAmount: it is a hint and no proof; the look decides.
func TestFault_F32_noticeOfAnotherAmount(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.WebhookWrongAmount, 1)
		sale := h.OnShow(1250)
		h.PayShown()
		h.Confirmed(sale, 5*time.Second)
		if got := h.Now(sale).Proofs(); !slices.Equal(got, []string{"pay-in"}) {
			t.Errorf("proofs %v", got)
		}
		h.Records.Passed(sale, "opening awaiting checking paid")
	})
	for _, amount := range []kiosk.Money{1249, 1251, 0, 125000} {
		drill(t, func(_ *testing.T, h *kiosktest.Installation) { // and nobody has paid at all
			sale := h.OnShow(1250)
			h.Guest().Send(http.MethodPost, h.Sandbox.HookPath(h.Now(sale)), notice(h, h.ShownLink(), "Success", amount), kiosktest.Header("Content-Type", json0))
			shows(h, kiosk.ShowsChecking)
			h.Becomes(sale, kiosk.Awaiting, 12*time.Second)
			h.Records.Passed(sale, "opening awaiting checking awaiting")
		})
	}
}

// TestFault_F34_killedBeforeTheAnswer: the notice is stored, the gateway never hears the 200 and
// sends it again.
func TestFault_F34_killedBeforeTheAnswer(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Close()
		h.Mortal = &kiosktest.Mortal{Left: 1 << 30}
		h.Open()
		sale := h.OnShow(1250)
		h.Sandbox.Set(sandbox.PayInsEmpty, -1)
		h.Mortal.Mu.Lock()
		h.Mortal.Left = 1
		h.Mortal.Mu.Unlock()
		h.Must(h.Sandbox.Pay(h.Sandbox.Payable()[0].ID))
		time.Sleep(2 * time.Second)
		if !h.Mortal.Dead() {
			t.Fatal("it did not die of the notice")
		}
		h.Revive()
		if s := h.Now(sale).State(); s != kiosk.Paid {
			t.Errorf("after the start it is %s: the stored notice is lost", s)
		}
		h.Until("the webhook is delivered", 10*time.Minute, func() bool {
			w := h.Sandbox.Webhooks()
			return len(w) == 1 && w[0].State == "delivered" && len(w[0].Attempts) > 1
		})
		if n := events(h, "sale.notice"); n != 1 {
			t.Errorf("%d notices in the journal", n)
		}
		h.Sandbox.Set(sandbox.PayInsEmpty, 0)
		h.Confirmed(sale, 40*time.Second)
		h.Records.Passed(sale, "opening awaiting paid")
	})
}

// TestFault_F35_flood: five hundred deliveries a second, one in a hundred of them true; the others
// go to guessed addresses and to one that has taken more odd bodies than are read. All true ones
// count within a second, the flooded one as soon as the lists tell, and nothing of the flood stays.
func TestFault_F35_flood(t *testing.T) {
	const true1, every = 25, 100
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		var sales []*kiosk.Sale
		var paths, bodies []string
		for range true1 + 1 {
			sale := h.OnShow(1250)
			sales, paths = append(sales, sale), append(paths, h.Sandbox.HookPath(h.Now(sale)))
			bodies = append(bodies, notice(h, h.ShownLink(), "Success", 1250))
			_, err := h.Shop.Till.SetAside(context.Background(), h.Actor, sale.ID)
			h.Must(err)
			time.Sleep(4 * time.Second)
		}
		time.Sleep(time.Minute)
		base, g := runtime.NumGoroutine(), h.Guest()
		pay := func(i int) { h.Must(h.Sandbox.Pay(h.Now(sales[i]).Last().PayID)) }
		send := func(path, body string, want int) {
			if r := g.Send(http.MethodPost, path, body, kiosktest.Header("Content-Type", json0)); r.Status != want {
				t.Fatalf("answered %d, want %d", r.Status, want)
			}
		}
		for i := range true1 * every {
			switch at := i / every; {
			case i%every == 0:
				pay(at)
				send(paths[at], bodies[at], http.StatusOK)
				h.Becomes(sales[at], kiosk.Paid, time.Second)
			case i%10 == 1:
				send(paths[true1], fmt.Sprintf(`{"data":%q}`, fmt.Sprint(i)), http.StatusOK)
			default:
				send(fmt.Sprintf("/hooks/secpaid/%032d", i), "{}", http.StatusNotFound)
			}
			time.Sleep(2 * time.Millisecond)
		}
		pay(true1)
		send(paths[true1], bodies[true1], http.StatusOK)
		h.Becomes(sales[true1], kiosk.Paid, 6*time.Second)
		for _, sale := range sales {
			h.Confirmed(sale, time.Minute)
		}
		time.Sleep(time.Minute)
		if n := runtime.NumGoroutine(); n > base*11/10+2 {
			t.Errorf("%d goroutines, %d before", n, base)
		}
		if n := h.Records.Rows()["inbox"]; len(n) > 2 {
			t.Errorf("%s rows in the inbox", n)
		}
	})
}

// TestFault_F36_noReadBack: the lists are away for ten minutes after a webhook. The cashier is told
// after a minute, and confirmation follows within fifteen seconds of their return.
func TestFault_F36_noReadBack(t *testing.T) {
	for _, away := range []time.Duration{10 * time.Minute, 10*time.Minute + 7*time.Second, 10*time.Minute + 21*time.Second} {
		drill(t, func(t *testing.T, h *kiosktest.Installation) {
			h.Sandbox.Set(sandbox.PayInsDown, -1)
			h.Sandbox.Set(sandbox.ListDown, -1)
			sale := h.OnShow(1250)
			h.PayShown()
			h.Becomes(sale, kiosk.Paid, 2*time.Second)
			h.Alarm()
			sleep(h, 62*time.Second)
			h.Alarm(sale)
			if !h.TillPage().Says("#side .strip.alarm h2", "not confirmed") {
				t.Error("the till does not say that it is not confirmed")
			}
			sleep(h, away-time.Minute)
			h.Sandbox.Set(sandbox.PayInsDown, 0)
			h.Sandbox.Set(sandbox.ListDown, 0)
			h.Confirmed(sale, 15*time.Second)
			h.Alarm()
			h.Records.Passed(sale, "opening awaiting paid")
		})
	}
}

// TestFault_F38_secondPayment: a second row on a one-time link is kept apart and put before a person.
func TestFault_F38_secondPayment(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.PayTwice, 1)
		sale := h.OnShow(1000)
		h.PayShown()
		h.Becomes(sale, kiosk.Review, 15*time.Second)
		if s := h.Now(sale); !slices.Contains(s.OpenTroubles(), kiosk.Trouble{Kind: kiosk.TroubleExtra, N: 2}) || s.Received() != 2000 || len(s.Last().Rows) != 2 {
			t.Errorf("troubles %v, received %v", s.OpenTroubles(), s.Received())
		}
		h.Alarm(sale)
		shows(h, kiosk.ShowsIdle)
		h.Records.Passed(sale, "opening awaiting paid review")
	})
}

// TestFault_F39_aCentShort: not green once the row is known; the cashier reads both sums.
func TestFault_F39_aCentShort(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.PayShort, 1)
		sale := h.OnShow(1250)
		h.PayShown()
		h.Becomes(sale, kiosk.Review, 15*time.Second)
		shows(h, kiosk.ShowsShort)
		h.Alarm(sale)
		for _, words := range []string{"12.49", "12.50", "came"} {
			if !h.TillPage().Says("#side .strip.alarm", words) {
				t.Errorf("the till does not say %q", words)
			}
		}
		if s := h.Now(sale); s.Received() != 1249 || !slices.Equal(s.OpenTroubles(), []kiosk.Trouble{{Kind: kiosk.TroubleShort, N: 1}}) {
			t.Errorf("received %v, troubles %v", s.Received(), s.OpenTroubles())
		}
		h.Records.Passed(sale, "opening awaiting checking review")
		_, err := h.Shop.Till.Close(context.Background(), h.Actor, sale.ID, "the customer paid the rest")
		h.Must(err)
		h.Records.Passed(sale, "opening awaiting checking review settled")
		h.Alarm()
	})
}

// TestFault_F40_paidMore: green for the customer, a flag for the cashier, and the whole sum kept.
func TestFault_F40_paidMore(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.PayOver, 1)
		sale := h.OnShow(1250)
		h.PayShown()
		h.Becomes(sale, kiosk.Paid, 15*time.Second)
		shows(h, kiosk.ShowsPaid)
		h.Confirmed(sale, 5*time.Second)
		if s := h.Now(sale); !s.Over() || s.Received() != 1350 || s.Total() != 1250 {
			t.Errorf("over %v, received %v of %v", s.Over(), s.Received(), s.Total())
		}
		if !h.TillPage().Says("#side .strip h2", "more came") {
			t.Error("the till does not say that more came")
		}
		h.Records.Passed(sale, "opening awaiting checking paid")
	})
}

// TestFault_F42_sameMoment lets a payment, a cancel and the next customer happen in every order,
// and at the very same moment, with and without webhooks.
func TestFault_F42_sameMoment(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		orders := append(permutations([]string{"pay", "cancel", "next"}), permutations([]string{"pay", "lapse", "next"})...)
		for _, order := range append(orders, nil) {
			t.Run(fmt.Sprint(order, deaf), func(t *testing.T) {
				drill(t, func(_ *testing.T, h *kiosktest.Installation) { meet(h, order, deaf) })
			})
		}
	}
}

func meet(h *kiosktest.Installation, order []string, deaf bool) {
	h.T.Helper()
	if deaf {
		h.Sandbox.Set(sandbox.WebhookOff, -1)
	}
	sale := h.OnShow(1250)
	link := h.ShownLink()
	does := map[string]func(){
		"pay":    func() { _ = h.Sandbox.Pay(link.ID) },
		"cancel": func() { _, _ = h.Shop.Till.Cancel(context.Background(), h.Actor, sale.ID) },
		"next": func() {
			_, err := h.ChargeAs("next", 700)
			if err != nil && kiosk.KeyOf(err) != kiosk.ReasonBusy {
				h.T.Error(err)
			}
		},
		"lapse": func() {},
	}
	if slices.Contains(order, "lapse") {
		time.Sleep(time.Until(time.UnixMilli(sale.Expires)))
	}
	var wg sync.WaitGroup
	for _, what := range order {
		does[what]()
	}
	if order == nil {
		for _, what := range []string{"pay", "cancel", "next"} {
			wg.Go(does[what])
		}
	}
	wg.Wait()
	sleep(h, 2*time.Minute)
	paid := h.Sandbox.Brought(sale)
	switch s := h.Now(sale); {
	case s.Received() != paid:
		h.T.Errorf("the gateway was paid %v, and the sale has %v", paid, s.Received())
	case paid > 0 && s.State() != kiosk.Paid && s.State() != kiosk.Review:
		h.T.Errorf("it was paid and is %s", s.State())
	case paid == 0 && s.State() != kiosk.Cancelled && s.State() != kiosk.Lapsed:
		h.T.Errorf("it was not paid and is %s", s.State())
	}
	if d := h.Display(); d.Sale != nil && d.Sale.ID == sale.ID {
		h.T.Errorf("two minutes later the display is still about %s", sale.Number)
	}
	got := strings.Join(h.Records.States(sale), " ")
	if !slices.Contains([]string{
		"opening awaiting paid", "opening awaiting retiring paid", "opening awaiting retiring cancelled",
		"opening awaiting retiring lapsed", "opening awaiting retiring cancelled review",
	}, got) {
		h.T.Errorf("passed %s", got)
	}
}

// TestFault_F43_paymentOnAStray: somebody pays the link of an attempt that was given up and never
// shown, while another one is on show.
func TestFault_F43_paymentOnAStray(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.CreateLate, 1)
		sale := h.Ring(1250)
		h.Becomes(sale, kiosk.Awaiting, 20*time.Second)
		first := h.Now(sale).Links[0].Ref
		var stray sandbox.LinkView
		h.Until("the stray", time.Minute, func() bool {
			for _, l := range h.Sandbox.Links() {
				if strings.HasPrefix(l.Note, first) {
					stray = l
				}
			}
			return stray.ID != 0
		})
		h.Must(h.Sandbox.Pay(stray.ID))
		h.Becomes(sale, kiosk.Review, 2*time.Minute)
		h.Alarm(sale)
		h.Until("the row", time.Minute, func() bool { return h.Now(sale).Received() == 1250 })
		if got := h.Now(sale).OpenTroubles(); !slices.Equal(got, []kiosk.Trouble{{Kind: kiosk.TroubleLate, N: 1}}) {
			t.Errorf("troubles %v", got)
		}
		if h.Eye.Shown[stray.PayLink] != "" {
			t.Error("the stray was on show")
		}
		h.Records.Passed(sale, "opening awaiting review")
	})
}

// TestFault_F44_fieldsChange: what is harmless is tolerated; what could be money is unknown until
// it is understood, and never zero.
func TestFault_F44_fieldsChange(t *testing.T) {
	for _, c := range []struct {
		what, is, says string
		understood     bool
	}{
		{"an added field", `"pay_id":`, `"brand_new":{"a":[1,2]},"pay_id":`, true},
		{"four decimals", `"amount":12.50,`, `"amount":12.5000,`, true},
		{"a number as text", `"amount":12.50,`, `"amount":"12.50",`, true},
		{"a comma", `"amount":12.50,`, `"amount":"12,50",`, false},
		{"an exponent", `"amount":12.50,`, `"amount":1.25e1,`, false},
		{"no amount", `"amount":12.50,`, ``, false},
		{"another name", `"amount":12.50,`, `"total":12.5,`, false},
		{"null", `"amount":12.50,`, `"amount":null,`, false},
		{"a fraction of a cent", `"amount":12.50,`, `"amount":12.505,`, false},
		{"another word", `"status":"Success"`, `"status":"Succeeded"`, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			drill(t, func(t *testing.T, h *kiosktest.Installation) {
				h.Sandbox.Set(sandbox.WebhookOff, -1)
				h.Gate.Rewrite("getPayInTransactions", func(body string) string {
					if strings.Contains(body, "pay_id") && !strings.Contains(body, c.is) {
						t.Errorf("the gateway does not write %s: %s", c.is, body)
					}
					return strings.ReplaceAll(body, c.is, c.says)
				})
				sale := h.OnShow(1250)
				h.PayShown()
				if c.understood {
					h.Confirmed(sale, 10*time.Second)
					h.Records.Passed(sale, "opening awaiting paid")
					return
				}
				sleep(h, 11*time.Minute) // longer than a sale lives: what cannot be read is not "unpaid"
				s := h.Now(sale)
				if s.Received() != 0 || len(s.Last().Rows) != 0 {
					t.Errorf("it is %s with %v", s.State(), s.Last().Rows)
				}
				if got := s.Proofs(); !slices.Equal(got, []string{"used-link"}) { // the other list is legible
					t.Errorf("proofs %v", got)
				}
				if c.what != "another word" {
					logged(h, "cannot be used")
					h.Records.Passed(sale, "opening awaiting paid")
				}
				h.Gate.Set(nil)
				h.Until("confirmed", time.Minute, func() bool { return h.Now(sale).Received() == 1250 })
			})
		})
	}
}

// TestVirtual_secondWitness: the webhook and the row of a payment never come, and the delete says
// that the link was used. While the list of used links cannot be read it is asked again and again:
// silence is no answer, and must not make the next question later and later.
func TestVirtual_secondWitness(t *testing.T) {
	kiosktest.Virtual(t, func(_ *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		h.Sandbox.Set(sandbox.PayUnlisted, 1)
		sale := h.OnShow(1250)
		h.PayShown()
		h.Sandbox.Set(sandbox.ListDown, -1)
		h.Cancel(sale)
		h.Until("told used", 10*time.Second, func() bool { return h.Now(sale).Links[0].ToldUsed })
		time.Sleep(20 * time.Minute)
		h.Sandbox.Set(sandbox.ListDown, 0)
		h.Becomes(sale, kiosk.Paid, 15*time.Second)
	})
}
