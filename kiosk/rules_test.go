package kiosk

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTries_waitsAndLocks(t *testing.T) {
	var tries Tries
	now := int64(100 * DayMillis)
	for i := range freeTries {
		tries = tries.Failed(now)
		if wait := tries.Blocked(now); wait != 0 {
			t.Fatalf("after %d wrong PINs one waits %d ms", i+1, wait)
		}
	}
	for i, want := range []int64{1, 5, 15, 60, 60} {
		tries = tries.Failed(now)
		if wait := tries.Blocked(now); wait != want*MinuteMillis {
			t.Errorf("after wrong PIN %d one waits %d ms, want %d min", freeTries+i+1, wait, want)
		}
	}
	if later := now + 61*MinuteMillis; tries.Blocked(later) != 0 {
		t.Error("the wait does not end")
	}
	for tries.Today < triesPerDay {
		tries = tries.Right().Failed(now)
	}
	if tries.Right().Blocked(now) == 0 {
		t.Error("twenty wrong PINs in a day do not lock")
	}
	if tries.Right().Blocked(now+DayMillis) != 0 {
		t.Error("the lock does not end with the day")
	}
}

func TestCheckNewPIN(t *testing.T) {
	for pin, key := range map[string]string{
		"": KeyPINForm, "123": KeyPINForm, "1234567890123": KeyPINForm, "12a4": KeyPINForm, "１２３４": KeyPINForm,
		"0000": KeyPINSimple, "1234": KeyPINSimple, "111111": KeyPINSimple, "654321": KeyPINSimple, "1987": KeyPINSimple,
		"482915": "", "7294": "",
	} {
		if got := KeyOf(CheckNewPIN(pin)); got != key {
			t.Errorf("%q: got %q, want %q", pin, got, key)
		}
	}
}

func TestReferences(t *testing.T) {
	m := &RefMaker{"AB12", Entropy{rand.Reader}}
	seen := map[string]bool{}
	for range 1000 {
		ref := m.Next(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC))
		if !IsReference(ref) || !strings.HasPrefix(ref, "AB12") || seen[ref] {
			t.Fatalf("reference %q", ref)
		}
		seen[ref] = true
		for i := range len(ref) {
			wrong := []byte(ref)
			wrong[i] = Crockford[(strings.IndexByte(Crockford, wrong[i])+1)%32]
			if IsReference(string(wrong)) {
				t.Fatalf("%q with letter %d wrong is taken for a reference", ref, i)
			}
		}
	}
}

func TestIDs_orderOfTime(t *testing.T) {
	r := Entropy{rand.Reader}
	var ids []string
	for i := range int64(100) {
		ids = append(ids, r.ID(1_700_000_000_000+i))
	}
	if !slices.IsSorted(ids) || len(ids[0]) != 26 {
		t.Errorf("ids %v", ids[:3])
	}
	if key := r.LinkKey(); len(key) != 32 || strings.ContainsAny(key, "-_+/=") {
		t.Errorf("a link key has %d characters", len(key))
	}
}

// TestStallSplit: parts and the owner's rest always add up, and nobody is negative.
func TestStallSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := Money(rapid.Int64Range(1, int64(MaxMoney)).Draw(t, "amount"))
		var stall Stall
		for range rapid.IntRange(0, 5).Draw(t, "shares") {
			stall.SplitTerms = append(stall.SplitTerms, Share{
				Token:   "t",
				Percent: rapid.Int64Range(0, 10000).Draw(t, "percent"),
				Fixed:   Money(rapid.Int64Range(0, 5000).Draw(t, "fixed")),
			})
		}
		parts := stall.Split(amount)
		rest := OwnerPart(amount, parts)
		if rest < 0 {
			t.Fatalf("the owner owes %v", rest)
		}
		sum := rest
		for _, p := range parts {
			if p.Amount <= 0 {
				t.Fatalf("a part of %v", p.Amount)
			}
			sum += p.Amount
		}
		if sum != amount {
			t.Fatalf("parts and rest are %v of %v", sum, amount)
		}
	})
}

// TestLinkBelieves changes each single field of a good notice: a forged one that is right in all but one
// is still no proof.
func TestLinkBelieves(t *testing.T) {
	link := Link{Live: true, PayID: 7, Amount: 1250, AccountNumber: "u"}
	good := Notice{Authentic: true, PayID: 7, Amount: 1250, HasAmount: true, AccountNumber: "u", Status: NoticeSuccess}
	if !link.Believes(good) {
		t.Fatal("a good notice is not believed")
	}
	for name, change := range map[string]func(*Notice){
		"plain":      func(n *Notice) { n.Authentic = false },
		"other link": func(n *Notice) { n.PayID = 8 },
		"less":       func(n *Notice) { n.Amount = 1249 },
		"more":       func(n *Notice) { n.Amount = 1251 },
		"no amount":  func(n *Notice) { n.HasAmount = false },
		"other user": func(n *Notice) { n.AccountNumber = "v" },
		"no user":    func(n *Notice) { n.AccountNumber = "" },
		"cancel":     func(n *Notice) { n.Status = NoticeCancel },
		"failed":     func(n *Notice) { n.Status = NoticeFailed },
		"other word": func(n *Notice) { n.Status = NoticeOther },
	} {
		bad := good
		change(&bad)
		if link.Believes(bad) {
			t.Errorf("%s: believed", name)
		}
	}
	unknown := link
	unknown.Live = false
	if unknown.Believes(good) {
		t.Error("believed before the link is known")
	}
}

func TestChain(t *testing.T) {
	var events []Event
	prev := ""
	for i := range int64(5) {
		e := Event{Stream: "R", Kind: "sale.charge", Subject: "S", Amount: 100, At: i}
		e.Seal(i+1, prev)
		prev = e.Hash
		events = append(events, e)
	}
	check := func(events []Event) *Break {
		var c Chain
		for _, e := range events {
			if b := c.Next(e); b != nil {
				return b
			}
		}
		return nil
	}
	if b := check(events); b != nil {
		t.Fatalf("an untouched chain breaks: %+v", *b)
	}
	altered := slices.Clone(events)
	altered[2].Amount = 1
	if b := check(altered); b == nil || b.Seq != 3 || b.Why != "altered" {
		t.Errorf("altered: %+v", b)
	}
	if b := check(slices.Delete(slices.Clone(events), 2, 3)); b == nil || b.Seq != 3 || b.Why != "gap" {
		t.Errorf("gap: %+v", b)
	}
	regrown := slices.Clone(events)
	regrown[2].Data = "other"
	regrown[2].Seal(3, regrown[1].Hash)
	if b := check(regrown); b == nil || b.Seq != 4 || b.Why != "unlinked" {
		t.Errorf("regrown: %+v", b)
	}
}

// TestPayoutState_stored: a state that was stored as it came reads the same as one the client read.
func TestPayoutState_stored(t *testing.T) {
	for state, want := range map[PayoutState]bool{
		PayoutPending: false, PayoutInProgress: false, PayoutCompleted: true, PayoutApproved: true,
		"completed": true, "APPROVED": true, "Complete": false, "": false,
	} {
		if state.Done() != want {
			t.Errorf("%q is done: %v", state, !want)
		}
	}
}

// TestRowDay: a row belongs to the day its text begins with, whatever form its time has.
func TestRowDay(t *testing.T) {
	for at, want := range map[string]string{
		"2026-11-20 23:59:59": "2026-11-20", "2026-11-20T23:59:59Z": "2026-11-20", "2026-11-20": "2026-11-20",
		"2026-11-2": "", "20.11.2026 23:59": "", "2026-13-20 23:59:59": "", "": "",
	} {
		if got := (Row{At: at}).Day(); got != want {
			t.Errorf("%q is of %q, want %q", at, got, want)
		}
	}
}
