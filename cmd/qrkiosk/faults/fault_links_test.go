package faults

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/secpaid"
	"qrkiosk/kiosk/till"
)

// The first part of the catalogue: making and deleting links.

// lost plays a sale whose first create goes wrong in some way that may or may not have made a link.
func lost(t *testing.T, fault sandbox.Fault, limit time.Duration, creates, made int) {
	t.Helper()
	drill(t, func(_ *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(fault, 1)
		sale := h.Ring(1250)
		h.Becomes(sale, kiosk.Awaiting, limit)
		links(h, creates, made, 1)
		h.PayShown()
		h.Confirmed(sale, 10*time.Second)
		sleep(h, 2*time.Minute)
		links(h, creates, made, 0)
		h.Records.Passed(sale, "opening awaiting paid")
	})
}

func TestFault_F01_answerNeverComes(t *testing.T) {
	lost(t, sandbox.CreateHang, 12*time.Second, 1, 1)
}

// TestFault_F02_resetAfterBytes cuts the connection at many places within the request and behind it.
func TestFault_F02_resetAfterBytes(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		for i, bytes := range []int{1, 30, 200, 400, 700, 100_000} {
			var once sync.Once
			h.Wires.Bending(func(addr string, c net.Conn) net.Conn {
				if addr == kiosktest.PayAddr {
					once.Do(func() { c = &snapped{Conn: c, path: "createLink", after: bytes} })
				}
				return c
			})
			time.Sleep(time.Minute) // kept connections are given up, the window of calls is empty
			before := len(h.Sandbox.Links())
			sale := h.Ring(kiosk.Money(1000 + i))
			h.Becomes(sale, kiosk.Awaiting, 20*time.Second)
			if made := len(h.Sandbox.Links()) - before; made != 1 {
				t.Errorf("cut after %d bytes: %d links were made", bytes, made)
			}
			h.PayShown()
			h.Confirmed(sale, 10*time.Second)
			h.Records.Passed(sale, "opening awaiting paid")
		}
	})
}

// unreached has every dial of the gateway fail.
func unreached(h *kiosktest.Installation, err error) {
	h.Wires.Naming(func(_ context.Context, addr string) error {
		if addr == kiosktest.PayAddr {
			return err
		}
		return nil
	})
}

// TestFault_F03_refusedConnection: what surely did not leave is tried again under the same reference, by
// fewer and fewer calls; till and display say so, and the code comes by itself.
func TestFault_F03_refusedConnection(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		time.Sleep(time.Minute)
		unreached(h, &net.OpError{Op: "dial", Net: "tcp", Err: net.ErrClosed})
		before := h.Wires.Dialled(kiosktest.PayAddr)
		sale := h.Ring(1250)
		h.Until("the till says so", 5*time.Second, func() bool { return h.Till().Away.Is() && h.Display().Away.Is() })
		sleep(h, time.Minute)
		if n := h.Wires.Dialled(kiosktest.PayAddr) - before; n < 3 || n > 15 {
			t.Errorf("%d tries in a minute", n)
		}
		if s := h.Now(sale); s.State() != kiosk.Opening || len(s.Links) != 1 {
			t.Errorf("it is %s after %d attempts", s.State(), len(s.Links))
		}
		if !h.TillPage().Says("#side .away h2", "SecPaid does not answer") {
			t.Error("the till does not say that the gateway is away")
		}
		shows(h, kiosk.ShowsMoment)
		h.Wires.Naming(nil)
		h.Becomes(sale, kiosk.Awaiting, 15*time.Second)
		if h.Till().Away.Is() || h.Display().Away.Is() {
			t.Error("it is said to be away still")
		}
		links(h, 1, 1, 1)
		h.Records.Passed(sale, "opening awaiting")
	})
}

// TestFault_F04_nameNotResolved: no link is assumed, and the circuit opens: from then on nothing
// is asked but one probe now and then. Sales that are not wanted any more end without the gateway.
func TestFault_F04_nameNotResolved(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		time.Sleep(time.Minute)
		unreached(h, &net.DNSError{Err: "no such host", Name: "gateway.test", IsNotFound: true})
		before := h.Wires.Dialled(kiosktest.PayAddr)
		for i := range 4 {
			sale := h.Ring(kiosk.Money(1000 + i))
			sleep(h, 10*time.Second)
			h.Cancel(sale)
			h.Becomes(sale, kiosk.Cancelled, 15*time.Second)
			h.Records.Passed(sale, "opening retiring cancelled")
		}
		if c := h.Client.Health().Circuit; c != secpaid.CircuitOpen && c != secpaid.CircuitProbing {
			t.Errorf("the circuit is %s", c)
		}
		if n := h.Wires.Dialled(kiosktest.PayAddr) - before; n > 5+15 {
			t.Errorf("%d tries for four sales", n)
		}
		before = h.Wires.Dialled(kiosktest.PayAddr)
		sleep(h, 10*time.Minute)
		if n := h.Wires.Dialled(kiosktest.PayAddr) - before; n > 15 {
			t.Errorf("%d tries in ten minutes", n)
		}
		links(h, 0, 0, 0)
		h.Wires.Naming(nil)
		sleep(h, 6*time.Minute)
		h.OnShow(1250)
	})
}

func TestFault_F06_errorThoughMade(t *testing.T) {
	lost(t, sandbox.Create500Made, 3*time.Second, 1, 1)
}

// TestFault_F07_errorAndUnmade: after the settle time another attempt has another reference.
func TestFault_F07_errorAndUnmade(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.Create500Unmade, 1)
		sale := h.Ring(1250)
		took := h.Becomes(sale, kiosk.Awaiting, 20*time.Second)
		if took < 15*time.Second {
			t.Errorf("the settle time was over after %v", took)
		}
		links(h, 2, 1, 1)
		s := h.Now(sale)
		if len(s.Links) != 2 || s.Links[0].Ref == s.Links[1].Ref || !strings.HasPrefix(h.Sandbox.Payable()[0].Note, s.Links[1].Ref) {
			t.Errorf("attempts %+v", s.Links)
		}
		h.PayShown()
		h.Confirmed(sale, 10*time.Second)
		h.Records.Passed(sale, "opening awaiting paid")
	})
}

// TestFault_F08_answerCut cuts the answer to a create at many places; its end is the last of them.
func TestFault_F08_answerCut(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		for cut := 0; cut <= 100; cut += 4 {
			h.Gate.At("createLink", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
				h.Gate.Set(nil)
				status, body := kiosktest.AnswerOf(inner, r)
				if cut%8 == 0 { // the length says more than what comes
					w.Header().Set("Content-Length", fmt.Sprint(len(body)))
				}
				kiosktest.SayJSON(w, status, body[:(len(body)-1)*cut/100])
			})
			sale := h.Ring(1250)
			h.Becomes(sale, kiosk.Awaiting, 3*time.Second)
			h.PayShown()
			h.Becomes(sale, kiosk.Paid, 3*time.Second)
			h.Records.Passed(sale, "opening awaiting paid")
			sleep(h, 20*time.Second)
		}
		links(h, 26, 26, 0)
	})
}

func TestFault_F09_webPageInstead(t *testing.T) {
	lost(t, sandbox.CreateHTML, 20*time.Second, 2, 1)
	drill(t, func(_ *testing.T, h *kiosktest.Installation) { // good JSON under the wrong name is no answer either
		h.Gate.At("createLink", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			h.Gate.Set(nil)
			_, body := kiosktest.AnswerOf(inner, r)
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, body)
		})
		sale := h.Ring(1250)
		h.Becomes(sale, kiosk.Awaiting, 3*time.Second)
		links(h, 1, 1, 1)
		logged(h, "create failed", "content type is not JSON")
	})
}

// TestFault_F10_otherThanOrdered: such a link is never shown and is deleted.
func TestFault_F10_otherThanOrdered(t *testing.T) {
	for _, fault := range []sandbox.Fault{sandbox.CreateWrongAmount, sandbox.CreateWrongNote} {
		otherThanOrdered(t, fault)
	}
	for _, what := range [][2]string{{`"amount":"12.50"`, `"amount":"12.51"`}, {`"amount":12.50`, `"amount":12.51`}, {`"amount":12.5`, `"amount":12.51`}} {
		otherEcho(t, what[0], what[1])
	}
}

func otherThanOrdered(t *testing.T, fault sandbox.Fault) {
	t.Helper()
	drill(t, func(_ *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(fault, -1)
		sale := h.Ring(1250)
		h.Becomes(sale, kiosk.LinkRefused, 10*time.Second)
		h.Until("nothing to pay", 10*time.Second, func() bool { return len(h.Sandbox.Payable()) == 0 })
		if len(h.Eye.Shown) != 0 {
			h.T.Errorf("%s: on show were %v", fault, h.Eye.Shown)
		}
		h.Records.Passed(sale, "opening refused")
		logged(h, "level=ERROR", "another link than ordered")
		if why := h.Now(sale).Last().Why; why != kiosk.KeyGatewayWrong {
			h.T.Errorf("%s: the cashier is told %q", fault, why)
		}
	})
}

// otherEcho changes one field of the answer to a create, if the gateway writes it so.
func otherEcho(t *testing.T, is, says string) {
	t.Helper()
	drill(t, func(_ *testing.T, h *kiosktest.Installation) {
		changed := false
		h.Gate.Rewrite("createLink", func(body string) string {
			changed = changed || strings.Contains(body, is)
			return strings.Replace(body, is, says, 1)
		})
		sale := h.Ring(1250)
		sleep(h, time.Second)
		if !changed {
			h.Becomes(sale, kiosk.Awaiting, 3*time.Second)
			return
		}
		h.Becomes(sale, kiosk.LinkRefused, 10*time.Second)
		h.Until("nothing to pay", 10*time.Second, func() bool { return len(h.Sandbox.Payable()) == 0 })
		h.Records.Passed(sale, "opening refused")
	})
}

// TestFault_F11_tooManyRequests: nine minutes of 429. The cashier is told, nothing is asked blindly,
// and the sale goes on by itself.
func TestFault_F11_tooManyRequests(t *testing.T) {
	for fault, most := range map[sandbox.Fault]int{sandbox.TooMany: 12, sandbox.TooManyWait: 22} {
		drill(t, func(t *testing.T, h *kiosktest.Installation) {
			before := len(h.Sandbox.Calls())
			h.Sandbox.Set(fault, -1)
			sale := h.Ring(1250)
			sleep(h, 5*time.Second)
			if page := h.TillPage(); !page.Says("#side .stage .title", "slow down") {
				t.Errorf("the till does not say why it waits: %s", page.Text("#side"))
			}
			sleep(h, 9*time.Minute-5*time.Second)
			if n := len(h.Sandbox.Calls()) - before; n > most {
				t.Errorf("%s: %d calls in nine minutes", fault, n)
			}
			shows(h, kiosk.ShowsMoment)
			h.Sandbox.Set(fault, 0)
			h.Becomes(sale, kiosk.Awaiting, 70*time.Second)
			if page := h.TillPage(); !page.Has("#side svg.qr") || page.Says("#side", "slow down") {
				t.Errorf("the till still speaks of waiting: %s", page.Text("#side"))
			}
			h.PayShown()
			h.Confirmed(sale, time.Minute)
			if len(h.Sandbox.Links()) != 1 {
				t.Errorf("%d links", len(h.Sandbox.Links()))
			}
			h.Records.Passed(sale, "opening awaiting paid")
		})
	}
}

// TestFault_F12_redirects: no redirect is followed, wherever it leads and whatever it says.
func TestFault_F12_redirects(t *testing.T) {
	for _, status := range []int{302, 307, 308} {
		for _, to := range []string{"http://" + kiosktest.PayAddr + "/api/v2/createLink", "http://elsewhere.test/api/v2/createLink"} {
			drill(t, func(t *testing.T, h *kiosktest.Installation) {
				asked := 0
				h.Gate.At("createLink", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
					if asked++; asked > 1 {
						inner.ServeHTTP(w, r)
						return
					}
					w.Header().Set("Location", to)
					kiosktest.SayJSON(w, status, "{}")
				})
				sale := h.Ring(1250)
				sleep(h, 500*time.Millisecond)
				if asked != 1 {
					t.Errorf("%d to %s: asked %d times", status, to, asked)
				}
				h.Becomes(sale, kiosk.Awaiting, 20*time.Second)
				if n := h.Wires.Dialled("elsewhere.test:80"); n != 0 {
					t.Errorf("%d to %s: the key went elsewhere", status, to)
				}
				links(h, 1, 1, 1)
				h.Records.Passed(sale, "opening awaiting")
			})
		}
	}
}

// TestFault_F13_listsLag: an answer is lost and the lists know of the link only later. Below the
// settle time it is found; above, another link is shown and the first one dies.
func TestFault_F13_listsLag(t *testing.T) {
	for _, lag := range []time.Duration{0, 2 * time.Second, 6 * time.Second, 14 * time.Second, 30 * time.Second} {
		drill(t, func(t *testing.T, h *kiosktest.Installation) {
			h.Sandbox.Set(sandbox.CreateLost, 1)
			began := time.Now()
			h.Gate.Set(func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
				if strings.HasSuffix(r.URL.Path, "Links") && time.Since(began) < lag {
					kiosktest.SayJSON(w, 200, `{"ResponseCode":1,"Result":"True","ResponseMsg":"Success","data":[]}`)
					return
				}
				inner.ServeHTTP(w, r)
			})
			sale := h.Ring(1250)
			h.Becomes(sale, kiosk.Awaiting, 20*time.Second)
			if lag < 15*time.Second {
				links(h, 1, 1, 1)
			}
			h.Until("one link to pay", 2*time.Minute, func() bool { return len(h.Sandbox.Payable()) == 1 })
			if len(h.Eye.Shown) != 1 {
				t.Errorf("lag %v: on show were %v", lag, h.Eye.Shown)
			}
			h.PayShown()
			h.Confirmed(sale, 10*time.Second)
			h.Records.Passed(sale, "opening awaiting paid")
		})
	}
}

// TestFault_F14_listsOutOfOrder: lists in another order, with repeated and missing pages and many
// old rows. Nothing is taken for absent that was not seen to be, and nothing foreign is touched.
func TestFault_F14_listsOutOfOrder(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		strangers := strangers(h, 30)
		h.Sandbox.Set(sandbox.ListReorder, -1)
		h.Sandbox.Set(sandbox.PagesLoop, -1)
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		h.Sandbox.Set(sandbox.CreateLost, 1)
		sale := h.Ring(1250)
		h.Becomes(sale, kiosk.Awaiting, 3*time.Second)
		h.PayShown()
		h.Confirmed(sale, 10*time.Second)
		h.Records.Passed(sale, "opening awaiting paid")
		left := 0
		for _, l := range h.Sandbox.Payable() {
			if strangers[l.ID] {
				left++
			}
		}
		if left != len(strangers) {
			t.Errorf("%d of %d foreign links are left", left, len(strangers))
		}
	})
	drill(t, func(t *testing.T, h *kiosktest.Installation) { // the page with the payment is missing, and all others are full
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		sale := h.OnShow(1250)
		h.PayShown()
		h.Gate.At("getPayInTransactions", func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			kiosktest.SayJSON(w, 200, `{"ResponseCode":1,"Result":"True","ResponseMsg":"Success","data":[`+fullPage(limitOf(r))+`]}`)
		})
		h.Guest().Send(http.MethodPost, h.Sandbox.HookPath(h.Now(sale)), "{")
		sleep(h, 2*time.Minute)
		if s := h.Now(sale).State(); s != kiosk.Checking {
			t.Errorf("with a page missing the sale is %s", s)
		}
		h.Gate.Set(nil)
		h.Confirmed(sale, 90*time.Second)
		h.Records.Passed(sale, "opening awaiting checking paid")
	})
}

// TestFault_F15_absentLinkAppears: a link that the lists did not know when the attempt was given up
// comes into being half a minute later, is never shown and is deleted.
func TestFault_F15_absentLinkAppears(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.CreateLate, 1)
		sale := h.Ring(1250)
		h.Becomes(sale, kiosk.Awaiting, 20*time.Second)
		h.Until("the late link", time.Minute, func() bool { return len(h.Sandbox.Links()) == 2 })
		late := h.Sandbox.Links()[0]
		if strings.HasPrefix(late.Note, h.Now(sale).Links[1].Ref) {
			late = h.Sandbox.Links()[1]
		}
		h.Until("the late link is deleted", 15*time.Minute, func() bool { return len(h.Sandbox.Payable()) <= 1 })
		if h.Eye.Shown[late.PayLink] != "" {
			t.Error("the late link was on show")
		}
		h.Records.Passed(sale, "opening awaiting")
	})
}

// TestFault_F16_killedBeforeTheCall: the house dies with the intent stored (and, in the second
// round, claimed) and nothing asked of the gateway.
func TestFault_F16_killedBeforeTheCall(t *testing.T) {
	for commits, limit := range map[int]time.Duration{1: 3 * time.Second, 2: 20 * time.Second} {
		drill(t, func(_ *testing.T, h *kiosktest.Installation) {
			sale := dieIn(h, &kiosktest.Mortal{Left: commits})
			links(h, 0, 0, 0)
			h.Revive()
			h.Becomes(sale(), kiosk.Awaiting, limit)
			links(h, 1, 1, 1)
			h.PayShown()
			h.Confirmed(sale(), 10*time.Second)
			h.Records.Passed(sale(), "opening awaiting paid")
		})
	}
}

// TestFault_F17_killedBeforeTheCommit: the house dies between the gateway's answer and its commit.
func TestFault_F17_killedBeforeTheCommit(t *testing.T) {
	drill(t, func(_ *testing.T, h *kiosktest.Installation) {
		sale := dieIn(h, &kiosktest.Mortal{Left: 1 << 30, AtOpen: true})
		links(h, 1, 1, 1)
		h.Revive()
		h.Becomes(sale(), kiosk.Awaiting, 3*time.Second)
		links(h, 1, 1, 1)
		h.PayShown()
		h.Confirmed(sale(), 10*time.Second)
		h.Records.Passed(sale(), "opening awaiting paid")
	})
}

// TestFault_F18_killedBeforeThePush: the link is stored and no screen was told. The display has
// the code as soon as it is connected again.
func TestFault_F18_killedBeforeThePush(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		screen := h.Customer()
		w := screen.Watch(counterview.PathDisplayLive)
		sale := dieIn(h, &kiosktest.Mortal{Left: 3}) // charge, claim, answer
		links(h, 1, 1, 1)
		if page := w.Page(t); page.Has("svg.qr") || !page.Has("#screen") {
			t.Error("the display knows of the code although nobody told it")
		}
		w.Leave()
		h.Revive()
		w = screen.Watch(counterview.PathDisplayLive)
		w.Want(t, 3*time.Second, "#screen.code svg.qr", "")
		shows(h, kiosk.ShowsCode)
		w.Leave()
		h.Records.Passed(sale(), "opening awaiting")
	})
}

// TestFault_F19_twoTablets: two tablets charge fifty times at the same moment; one sale is made,
// and all others are told whose it is.
func TestFault_F19_twoTablets(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		errs := make(chan error, 50)
		for i := range cap(errs) {
			by := h.Actor
			by.Device = fmt.Sprintf("%s-%d", by.Device, i%2)
			charge := till.Charge{Amount: 1250, Key: kiosktest.FreshKey()}
			go func() {
				_, err := h.Shop.Till.Charge(context.Background(), by, charge)
				errs <- err
			}()
		}
		made := 0
		for range cap(errs) {
			var told *kiosk.Error
			switch err := <-errs; {
			case err == nil:
				made++
			case kiosk.KeyOf(err) != kiosk.ReasonBusy:
				t.Error(err)
			case !errors.As(err, &told) || !slices.Contains(told.Args, h.Last().Number):
				t.Errorf("the loser is not told whose it is: %v", told.Args)
			}
		}
		if made != 1 {
			t.Errorf("%d sales were made", made)
		}
		h.Becomes(h.Last(), kiosk.Awaiting, 3*time.Second)
		links(h, 1, 1, 1)
		h.Records.Passed(h.Last(), "opening awaiting")
	})
}

// TestFault_F20_deleteFails: a cancel whose delete is not surely done stays "closing", is tried
// again, and keeps nobody waiting.
func TestFault_F20_deleteFails(t *testing.T) {
	used := func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		kiosktest.SayJSON(w, 200, `{"ResponseCode":0,"Result":"False","ResponseMsg":"This link is already used","data":null}`)
	}
	silent := func(http.ResponseWriter, *http.Request, http.Handler) { time.Sleep(20 * time.Second) }
	broken := func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(500) }
	for name, do := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){"500": broken, "silent": silent, "used": used} {
		t.Run(name, func(t *testing.T) {
			drill(t, func(t *testing.T, h *kiosktest.Installation) {
				sale := h.OnShow(1250)
				link := h.ShownLink()
				h.Gate.At("deleteLink", do)
				h.Cancel(sale)
				shows(h, kiosk.ShowsIdle)
				sleep(h, 45*time.Second)
				if s := h.Now(sale).State(); s != kiosk.Retiring {
					t.Errorf("without a clear answer it is %s", s)
				}
				next := h.Ring(700) // the register goes on
				h.Becomes(next, kiosk.Awaiting, 15*time.Second)
				h.Must(h.Sandbox.Pay(link.ID)) // the watch goes on too
				h.Confirmed(sale, 45*time.Second)
				shows(h, kiosk.ShowsCode)
				if d := h.Display(); d.Sale.ID != next.ID || !kiosktest.Despite(h.Now(sale)) {
					t.Errorf("the display is about %s; despite %v", d.Sale.Number, kiosktest.Despite(h.Now(sale)))
				}
				h.Records.Passed(sale, "opening awaiting retiring paid")
				h.Records.Passed(next, "opening awaiting")
			})
		})
	}
}

// TestFault_F21_paidAfterDelete: the customer stood on the paying page when the link was deleted.
func TestFault_F21_paidAfterDelete(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.PayDeleted, -1)
		sale := h.OnShow(1250)
		link := h.ShownLink()
		h.Cancel(sale)
		h.Becomes(sale, kiosk.Cancelled, 5*time.Second)
		next := h.OnShow(700)
		h.Must(h.Sandbox.Pay(link.ID))
		h.Becomes(sale, kiosk.Review, 10*time.Second)
		h.Alarm(sale)
		if d := h.Display(); d.Shows != kiosk.ShowsCode || d.Sale.ID != next.ID {
			t.Errorf("the display shows %s of %s", d.Shows, d.Sale.Number)
		}
		h.Until("late money", 15*time.Second, func() bool { return h.Now(sale).Received() == 1250 })
		h.Records.Passed(sale, "opening awaiting retiring cancelled review")
		h.Records.Passed(next, "opening awaiting")
		if !h.Till().Current.Current() || h.Till().Current.ID != next.ID {
			t.Error("the register no longer waits for the next sale")
		}
	})
}
