package store

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
)

func TestBorn(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		fresh := kiosk.Installation{Code: "AB12", Epoch: "e1", Mode: kiosk.Sandbox, Created: noon}
		for range 2 {
			got, err := h.EnsureInstallation(ctx, fresh)
			if err != nil || got != fresh {
				t.Fatalf("born %+v, %v", got, err)
			}
			h.reopen()
		}
		other := kiosk.Installation{Code: "ZZ99", Epoch: "e2", Mode: kiosk.Sandbox, Created: noon + 1}
		if got, err := h.EnsureInstallation(ctx, other); err != nil || got != fresh {
			t.Fatalf("a second birth gave %+v, %v", got, err)
		}
		other.Mode = kiosk.Live
		if _, err := h.EnsureInstallation(ctx, other); kiosk.CodeOf(err) != kiosk.Conflict || kiosk.KeyOf(err) != KeyMode {
			t.Fatalf("the other mode: %v", err)
		}
	})
}

func TestChange_unknownStream(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		called := false
		h.refused(kiosk.NotFound, KeyNotFound, "nobody", func(kiosk.Tx) error { called = true; return nil })
		if called {
			t.Error("decide ran on a stream that does not exist")
		}
	})
}

func TestChange_versionAndNumber(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for want := int64(1); want <= 3; want++ {
			v := h.must(reg, func(tx kiosk.Tx) error {
				n, err := tx.Number()
				if n != want {
					t.Errorf("number %d, want %d", n, want)
				}
				return err
			})
			if v != want {
				t.Errorf("version %d, want %d", v, want)
			}
		}
		v := h.must(reg, func(kiosk.Tx) error { return nil })
		if v != 3 {
			t.Errorf("a change that stores nothing made version %d of 3", v)
		}
		h.look(func(r kiosk.Reader) error {
			got, err := r.Versions([]string{reg, reg2, "nobody"})
			if got[reg] != 3 || got[reg2] != 0 || got["nobody"] != 0 || got[kiosk.OfficeStream] != 0 {
				t.Errorf("versions %v", got)
			}
			return err
		})
	})
}

func TestVersions_many(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		var ids []string
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			for range 70 {
				ids = append(ids, h.id("many"))
				if err := tx.PutRegister(kiosk.Register{ID: ids[len(ids)-1], Stall: stallID}); err != nil {
					return err
				}
			}
			return nil
		})
		h.must(ids[69], func(tx kiosk.Tx) error { return tx.Append(event("x")) })
		h.must(ids[7], func(tx kiosk.Tx) error { return tx.Append(event("x")) })
		h.look(func(r kiosk.Reader) error {
			got, err := r.Versions(ids)
			if got[ids[69]] != 1 || got[ids[7]] != 1 || got[ids[0]] != 0 || len(got) != 70 {
				t.Errorf("versions %v", got)
			}
			if got, err := r.Versions(ids[5:8]); err != nil || got[ids[7]] != 1 || len(got) != 3 {
				t.Errorf("versions of three: %v, %v", got, err)
			}
			if none, err := r.Versions(nil); err != nil || len(none) != 0 {
				t.Errorf("no streams: %v, %v", none, err)
			}
			return err
		})
	})
}

func TestChange_errorUndoesEverything(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		tables := []string{
			"sale", "command", "receipt", "link", "payin", "totals", "takings_day", "takings_hour", "sold", "zreport", "live_token", "inbox", "errand",
			"event", "device", "staff", "shift", "cart", "ticket", "pairing", "tries",
		}
		ours := errors.New("ours")
		s := h.take(h.sale(reg), h.live(1), rowStep("tx1", 1000))
		everything := func(tx kiosk.Tx) error {
			err := tx.PutInbox(kiosk.Inbox{Link: "l", Sum: "s"})
			_, err2 := tx.Number()
			return errors.Join(err, err2, tx.PutSale(s), tx.Append(event("a"), event("b")),
				tx.Begin(s, 1, kiosk.Duty{Kind: kiosk.ErrandLook, Link: 1}), tx.PutToken("h", s.ID, 1, noon+1),
				tx.PutDevice(kiosk.Device{ID: "d"}), tx.PutStaff(kiosk.Staff{ID: "p"}),
				tx.Post(booking(1000)), tx.PutReport(kiosk.Report{Shift: "t", Register: reg, No: 1}),
				tx.PutShift(kiosk.Shift{ID: "t", Register: reg}), tx.PutCart(kiosk.Cart{Register: reg}),
				tx.PutTicket(kiosk.Ticket{Hash: "t"}), tx.PutPairing(kiosk.Pairing{Code: "c"}),
				tx.PutDeviceTries("d", kiosk.Tries{InRow: 1}))
		}
		_, err := h.Change(context.Background(), reg, func(tx kiosk.Tx) error {
			if err := everything(tx); err != nil {
				t.Error(err)
			}
			return ours
		})
		if !errors.Is(err, ours) || err.Error() != "ours" {
			t.Errorf("error %v is not returned as it is", err)
		}
		for _, table := range tables {
			if n := h.count("SELECT COUNT(*) FROM " + table); n != 0 {
				t.Errorf("%d rows of %s are left", n, table)
			}
		}
		h.look(func(r kiosk.Reader) error {
			got, err := r.Versions([]string{reg})
			if got[reg] != 0 {
				t.Errorf("version %v", got)
			}
			return err
		})
		h.must(reg, everything)
		for _, table := range tables {
			if n := h.count("SELECT COUNT(*) FROM " + table); n == 0 {
				t.Errorf("no row of %s was stored", table)
			}
		}
		h.look(func(r kiosk.Reader) error {
			events, err := r.Events(reg, 0, 9)
			if len(events) != 2 || events[0].Seq != 1 {
				t.Errorf("events after the rollback: %+v", events)
			}
			return err
		})
	})
}

func TestChange_failedWriteCannotBeSwallowed(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.put(h.sale(reg))
		h.refused(kiosk.Conflict, kiosk.ReasonBusy, reg, func(tx kiosk.Tx) error {
			if tx.PutSale(h.sale(reg)) == nil {
				t.Error("a second current sale was taken")
			}
			if err := tx.PutCart(kiosk.Cart{Register: reg}); kiosk.CodeOf(err) != kiosk.Conflict {
				t.Errorf("the next write says %v", err)
			}
			return nil
		})
		if n := h.count(`SELECT COUNT(*) FROM cart`); n != 0 {
			t.Error("something was kept")
		}
	})
}

func TestChange_panicIsTheCallersAlone(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.refused(kiosk.Internal, kiosk.KeyInternal, reg, func(tx kiosk.Tx) error {
			if err := tx.PutCart(kiosk.Cart{Register: reg}); err != nil {
				t.Error(err)
			}
			panic("defect")
		})
		if v := h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) }); v != 1 {
			t.Errorf("version %d after a panic", v)
		}
	})
}

func TestChange_keptTxIsHarmless(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		var kept kiosk.Tx
		h.must(reg, func(tx kiosk.Tx) error { kept = tx; return nil })
		if err := kept.PutCart(kiosk.Cart{Register: reg}); err == nil {
			t.Error("a Tx works after its transaction")
		}
		if n := h.count(`SELECT COUNT(*) FROM cart`); n != 0 {
			t.Error("it has even written")
		}
	})
}

func TestClosed(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		if err := h.Ready(context.Background()); err != nil {
			t.Error(err)
		}
		if err := errors.Join(h.Close(), h.Close()); err != nil {
			t.Fatal(err)
		}
		h.refused(kiosk.Unavailable, KeyAway, reg, func(kiosk.Tx) error { return nil })
		if err := h.Ready(context.Background()); kiosk.CodeOf(err) != kiosk.Unavailable {
			t.Errorf("ready after close: %v", err)
		}
	})
}

func TestCancelled(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := h.Change(ctx, reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
		if kiosk.CodeOf(err) != kiosk.Unavailable || !errors.Is(err, context.Canceled) {
			t.Errorf("a change of a caller who is gone: %v", err)
		}
		err = h.View(ctx, func(r kiosk.Reader) error { _, err := r.Stalls(); return err })
		if kiosk.CodeOf(err) != kiosk.Unavailable {
			t.Errorf("a view of a caller who is gone: %v", err)
		}
		if n := h.count(`SELECT COUNT(*) FROM event`); n != 0 {
			t.Error("an event was kept")
		}
	})
}

func TestView_oneSnapshot(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.look(func(r kiosk.Reader) error {
			before, err := r.Versions([]string{reg})
			if err != nil {
				return err
			}
			h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
			after, err := r.Versions([]string{reg})
			if before[reg] != after[reg] {
				t.Errorf("a view saw version %d and then %d", before[reg], after[reg])
			}
			return err
		})
		h.look(func(r kiosk.Reader) error {
			got, err := r.Versions([]string{reg})
			if got[reg] != 1 {
				t.Error("a view behind the answer does not see the change")
			}
			return err
		})
	})
}

func TestPlaces(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		stall := kiosk.Stall{
			ID: "s-2", Name: "Ünï 'q\"", Languages: []string{"de", "en"}, VAT: 700, StrictAbove: 5000,
			SplitTerms: []kiosk.Share{{Token: "t", Percent: 1050}}, Created: noon,
		}
		register := kiosk.Register{ID: "r-3", Stall: "s-2", Name: "Left", Prefix: "C1", Created: noon}
		tablet := kiosk.Device{ID: "d-1", Kind: kiosk.Tablet, Register: "r-3", SecretHash: "h1", Revoked: 7}
		display := kiosk.Device{ID: "d-2", Kind: kiosk.Display, Register: "r-3", SecretHash: "h2"}
		anna := kiosk.Staff{ID: "p-1", Stall: "s-2", Role: kiosk.Manager, PINHash: "x", Tries: kiosk.Tries{InRow: 3}}
		ben := kiosk.Staff{ID: "p-2", Stall: "s-2", Role: kiosk.Cashier}
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			return errors.Join(tx.PutStall(stall), tx.PutRegister(register), tx.PutDevice(display), tx.PutDevice(tablet),
				tx.PutStaff(ben), tx.PutStaff(anna))
		})
		check := func() {
			h.look(func(r kiosk.Reader) error {
				same(t, stall)(r.Stall("s-2"))
				same(t, register)(r.Register("r-3"))
				same(t, []kiosk.Register{register})(r.Registers("s-2"))
				same(t, tablet)(r.Device("h1"))
				same(t, []kiosk.Device{tablet, display})(r.Devices("r-3"))
				same(t, anna)(r.Staff("p-1"))
				same(t, []kiosk.Staff{anna, ben})(r.StaffOf("s-2"))
				stalls, err := r.Stalls()
				if len(stalls) != 2 || stalls[1].ID != "s-2" {
					t.Errorf("stalls %+v", stalls)
				}
				return err
			})
		}
		check()
		stall.Name, register.Name, tablet.SecretHash, anna.Tries.InRow = "Other", "Right", "h3", 0
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			return errors.Join(tx.PutStall(stall), tx.PutRegister(register), tx.PutDevice(tablet), tx.PutStaff(anna))
		})
		h.look(func(r kiosk.Reader) error {
			absent(t)(r.Device("h1"))
			same(t, tablet)(r.Device("h3"))
			return nil
		})
		tablet.SecretHash = "h1"
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutDevice(tablet) })
		check()
		h.refused(kiosk.Conflict, KeyKnown, kiosk.OfficeStream, func(tx kiosk.Tx) error {
			return tx.PutDevice(kiosk.Device{ID: "d-3", SecretHash: "h2"})
		})
	})
}

func TestRegisterStuff(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		cart := kiosk.Cart{Register: reg, Lines: []kiosk.Line{{Name: "Tea", Qty: 1, Unit: 250}}, Updated: noon}
		ticket := kiosk.Ticket{Hash: "t1", Kind: kiosk.Tablet, Register: reg, Expires: noon + 5}
		tries := kiosk.Tries{InRow: 2, Until: noon}
		shift := kiosk.Shift{ID: "sh-1", Register: reg, No: 1, Opened: noon, OpenedBy: "p"}
		h.must(reg, func(tx kiosk.Tx) error {
			return errors.Join(tx.PutCart(cart), tx.PutTicket(ticket), tx.PutDeviceTries("d", tries), tx.PutShift(shift))
		})
		h.look(func(r kiosk.Reader) error {
			same(t, cart)(r.Cart(reg))
			same(t, ticket)(r.Ticket("t1"))
			same(t, tries)(r.DeviceTries("d"))
			same(t, shift)(r.OpenShift(reg))
			return nil
		})
		second := kiosk.Shift{ID: "sh-2", Register: reg, No: 2}
		h.refused(kiosk.Conflict, KeyShiftOpen, reg, func(tx kiosk.Tx) error { return tx.PutShift(second) })
		shift.Closed, ticket.Used, cart.Lines = noon+9, noon+1, nil
		h.must(reg, func(tx kiosk.Tx) error {
			return errors.Join(tx.PutShift(shift), tx.PutTicket(ticket), tx.PutCart(cart))
		})
		h.look(func(r kiosk.Reader) error {
			absent(t)(r.OpenShift(reg))
			same(t, ticket)(r.Ticket("t1"))
			same(t, cart)(r.Cart(reg))
			return nil
		})
		h.must(reg, func(tx kiosk.Tx) error { return tx.PutShift(second) })
	})
}

func TestPairing(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		first := kiosk.Pairing{Code: "AAAA1111", SecretHash: "x", Expires: noon + 100, Match: kiosk.Match{Colour: "amber", Animal: "fox"}}
		h.must(reg, func(tx kiosk.Tx) error { return tx.PutPairing(first) })
		later := first
		later.Code = "BBBB2222"
		h.must(reg, func(tx kiosk.Tx) error { return tx.PutPairing(later) })
		h.look(func(r kiosk.Reader) error {
			absent(t)(r.PairingByCode("AAAA1111"))
			same(t, later)(r.PairingByCode("BBBB2222"))
			same(t, later)(r.PairingBySecret("x"))
			return nil
		})
		other := kiosk.Pairing{Code: "BBBB2222", SecretHash: "y", Expires: noon + 900}
		h.refused(kiosk.Conflict, KeyCodeInUse, reg, func(tx kiosk.Tx) error { return tx.PutPairing(other) })
		h.clock.Add(100)
		h.must(reg, func(tx kiosk.Tx) error { return tx.PutPairing(other) })
		h.look(func(r kiosk.Reader) error {
			same(t, other)(r.PairingByCode("BBBB2222"))
			absent(t)(r.PairingBySecret("x"))
			return nil
		})
	})
}

// TestAppendOffice: a change of a register leaves its entry in the office's stream too, sealed behind what
// others left there, or leaves none at all.
func TestAppendOffice(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		told := func(kind string) kiosk.Event { return kiosk.Event{Kind: kind, At: noon} }
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.AppendOffice(told("one")) })
		h.must(reg, func(tx kiosk.Tx) error {
			return errors.Join(tx.AppendOffice(told("two")), tx.Append(told("enrol")), tx.AppendOffice(told("three")))
		})
		h.refused(kiosk.Gone, "undone", reg, func(tx kiosk.Tx) error {
			return errors.Join(tx.AppendOffice(told("undone")), &kiosk.Error{Code: kiosk.Gone, Key: "undone"})
		})
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.Append(told("four")) })
		h.look(func(r kiosk.Reader) error {
			var kinds []string
			prev := ""
			events, err := r.Events(kiosk.OfficeStream, 0, 9)
			for i, e := range events {
				kinds = append(kinds, e.Kind)
				if e.Seq != int64(i+1) || e.Prev != prev || e.Stream != kiosk.OfficeStream {
					t.Errorf("%d is %+v", i, e)
				}
				prev = e.Hash
			}
			if got := strings.Join(kinds, " "); got != "one two three four" {
				t.Errorf("the office has %q", got)
			}
			if own, ownErr := r.Events(reg, 0, 9); ownErr != nil || len(own) != 1 || own[0].Kind != "enrol" {
				t.Errorf("the register has %+v, %v", own, ownErr)
			}
			return err
		})
	})
}

// TestTrimPairings: of more codes than are kept the newest stay, used ones among them.
func TestTrimPairings(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.must(reg, func(tx kiosk.Tx) error {
			for i, name := range []string{"c", "a", "e", "b", "d"} {
				p := kiosk.Pairing{Code: name, SecretHash: name, Kind: kiosk.Tablet, Expires: noon + int64(name[0])}
				if i == 2 {
					p.Device = "used"
				}
				if err := tx.PutPairing(p); err != nil {
					return err
				}
			}
			return tx.TrimPairings(3)
		})
		h.look(func(r kiosk.Reader) error {
			for _, gone := range []string{"a", "b"} {
				absent(t)(r.PairingByCode(gone))
			}
			return nil
		})
		if n := h.count(`SELECT COUNT(*) FROM pairing`); n != 3 {
			t.Errorf("%d are left", n)
		}
	})
}

func TestNotFound(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.look(func(r kiosk.Reader) error {
			absent(t)(r.Sale("x"))
			absent(t)(r.SaleByKey("x", "y"))
			absent(t)(r.SaleByReceipt("x"))
			absent(t)(r.SaleByNumber(reg, "x"))
			absent(t)(r.Current(reg))
			absent(t)(r.Errand("x", kiosk.Duty{Kind: kiosk.ErrandLook, Link: 1}))
			absent(t)(r.Stall("x"))
			absent(t)(r.Register("x"))
			absent(t)(r.Device("x"))
			absent(t)(r.Staff("x"))
			absent(t)(r.OpenShift(reg))
			absent(t)(r.Cart(reg))
			absent(t)(r.Ticket("x"))
			absent(t)(r.PairingByCode("x"))
			absent(t)(r.PairingBySecret("x"))
			absent(t)(r.DeviceTries("x"))
			_, _, err := r.SaleByPayID(account, 1)
			absent(t)(nil, err)
			_, _, err = r.SaleByRef("x")
			absent(t)(nil, err)
			_, _, err = r.SaleByToken("x")
			absent(t)(nil, err)
			none(t)(r.LastSales(reg, 5))
			none(t)(r.Watched(0, 5))
			none(t)(r.Waiting("x"))
			none(t)(r.Registers("x"))
			none(t)(r.Devices("x"))
			none(t)(r.StaffOf("x"))
			none(t)(r.Events("x", 0, 5))
			none(t)(streamsOf(r))
			return nil
		})
	})
}

func TestSessions(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		s := h.Sessions()
		soon := time.UnixMilli(noon + 1000)
		if _, found, err := s.Find("a"); found || err != nil {
			t.Errorf("unknown session: %v, %v", found, err)
		}
		for _, data := range [][]byte{{1, 2, 0}, {3}} {
			if err := s.Commit("a", data, soon); err != nil {
				t.Fatal(err)
			}
			if got, found, err := s.Find("a"); !found || err != nil || !reflect.DeepEqual(got, data) {
				t.Errorf("found %v %v, %v", got, found, err)
			}
		}
		if err := errors.Join(s.Commit("b", nil, soon.Add(time.Hour)), s.Commit("c", nil, soon), s.Delete("c"), s.Delete("nobody")); err != nil {
			t.Fatal(err)
		}
		all, err := s.All()
		if err != nil || len(all) != 2 || string(all["a"]) != "\x03" {
			t.Errorf("all: %v, %v", all, err)
		}
		h.clock.Add(1000)
		if _, found, _ := s.Find("a"); found {
			t.Error("a session outlives its time")
		}
		if all, _ := s.All(); len(all) != 1 {
			t.Errorf("all after the time of one: %v", all)
		}
		if n, err := h.Purge(context.Background()); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		if n := h.count(`SELECT COUNT(*) FROM session`); n != 1 {
			t.Errorf("%d sessions are left", n)
		}
	})
}

func TestSweep(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.must(reg, func(tx kiosk.Tx) error {
			return errors.Join(tx.PutToken("old", "s", 1, noon), tx.PutToken("new", "s", 1, noon+1),
				tx.PutTicket(kiosk.Ticket{Hash: "old", Expires: noon - dayMillis}), tx.PutTicket(kiosk.Ticket{Hash: "new", Expires: noon}),
				tx.PutPairing(kiosk.Pairing{Code: "o", SecretHash: "o", Expires: noon - dayMillis}),
				tx.PutPairing(kiosk.Pairing{Code: "n", SecretHash: "n", Expires: noon}))
		})
		if n, err := h.Purge(context.Background()); n != 3 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		for _, table := range []string{"live_token", "ticket", "pairing"} {
			if n := h.count("SELECT COUNT(*) FROM " + table); n != 1 {
				t.Errorf("%d rows of %s are left", n, table)
			}
		}
	})
}

func same[T any](t *testing.T, want T) func(T, error) {
	t.Helper()
	return func(got T, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%T: %v", want, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%T: -want +got\n%s", want, d)
		}
	}
}

func absent(t *testing.T) func(any, error) {
	t.Helper()
	return func(got any, err error) {
		t.Helper()
		if kiosk.CodeOf(err) != kiosk.NotFound {
			t.Errorf("%T: error %v, want not found", got, err)
		}
	}
}

func none(t *testing.T) func(any, error) {
	t.Helper()
	return func(got any, err error) {
		t.Helper()
		if err != nil || reflect.ValueOf(got).Len() != 0 {
			t.Errorf("%T: %v, error %v, want nothing", got, got, err)
		}
	}
}
