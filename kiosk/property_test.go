package kiosk

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// outside are the facts that may come in any order and any number of times.
var outside = []string{
	"live", "gone", "told-used", "notice", "odd", "used", "row=", "row<", "row>", "row2",
	"pending", "pending-over", "withdrawn", "back-part", "back-full", "dispute", "24h", "14d",
}

// beginnings bring a sale to where outside facts may meet it.
var beginnings = [][]string{
	{"charge"},
	{"charge", "unclear"},
	{"charge/strict"},
	{"charge/poll", "live"},
	{"charge/waits"},
	{"charge", "live", "cancel"},
	{"charge", "live", "lapse"},
	{"charge", "unclear", "given-up"},
	{"charge", "given-up!"},
	{"charge", "unclear", "given-up", "live.2", "cancel"},
}

func begin(t *rapid.T) *player {
	p := &player{}
	for _, word := range rapid.SampledFrom(beginnings).Draw(t, "beginning") {
		if _, err := p.play(word); err != nil {
			t.Fatalf("beginning: %s: %v", word, err)
		}
	}
	return p
}

func facts(t *rapid.T, p *player) []Step {
	words := rapid.SliceOfN(rapid.SampledFrom(outside), 0, 7).Draw(t, "facts")
	var steps []Step
	for _, word := range words {
		step := p.step(word)
		step.Link = rapid.IntRange(1, len(p.sale.Links)).Draw(t, "link")
		if step.Row.Key != "" {
			step.Row.Key += string(rune('0' + step.Link))
		}
		if word == "back-full" {
			step.Row.Amount = -testTotal
		}
		steps = append(steps, step)
	}
	return oneAmount(steps)
}

// oneAmount leaves only the first of several rows with one key: the gateway does not change what a
// row says, it adds rows.
func oneAmount(steps []Step) []Step {
	seen := map[string]bool{}
	return slices.DeleteFunc(steps, func(s Step) bool {
		if s.Kind != StepRow {
			return false
		}
		was := seen[s.Row.Key]
		seen[s.Row.Key] = true
		return was
	})
}

func takeAll(t *rapid.T, sale *Sale, steps []Step) *Sale {
	for _, step := range steps {
		out, err := sale.Take(step)
		if err != nil {
			t.Fatalf("a fact from outside was refused: %s: %v", step.Kind, err)
		}
		sale = out.Sale
	}
	return sale
}

// TestFault_F24_factsCommute: outside facts permuted and repeated give the same state.
func TestFault_F24_factsCommute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := begin(t)
		steps := facts(t, p)
		once := takeAll(t, p.sale, steps)
		twice := takeAll(t, p.sale, rapid.Permutation(append(slices.Clone(steps), steps...)).Draw(t, "order"))
		if once.State() != twice.State() {
			t.Fatalf("%s in order, %s permuted and repeated", once.State(), twice.State())
		}
		a, b := once.OpenTroubles(), twice.OpenTroubles()
		inOrder := func(x, y Trouble) int { return strings.Compare(x.String(), y.String()) }
		slices.SortFunc(a, inOrder)
		slices.SortFunc(b, inOrder)
		if !slices.Equal(a, b) {
			t.Fatalf("troubles %v in order, %v permuted", a, b)
		}
		if once.Received() != twice.Received() || once.Returned() != twice.Returned() {
			t.Fatal("sums differ")
		}
	})
}

// TestSaleTake_neverPaidWithoutProof: paid needs a standing row, the used list, or an authentic
// notice on a link that is known, not out, and not strict; and what came is what was kept
// plus what went back.
func TestSaleTake_neverPaidWithoutProof(t *testing.T) {
	commands := []string{"cancel", "aside", "handed", "refund", "refund-part", "filed", "declined", "unsure", "again", "rejected", "close", "attach", "lapse", "unpaid", "change", "changed", "freed"}
	rapid.Check(t, func(t *rapid.T) {
		p := begin(t)
		words := rapid.SliceOfN(rapid.SampledFrom(slices.Concat(outside, commands)), 0, 12).Draw(t, "words")
		for _, word := range words {
			_, _ = p.play(word) // a refused command changes nothing; that is checked below
			checkTruth(t, p.sale)
		}
	})
}

func checkTruth(t *rapid.T, s *Sale) {
	proven := false
	for i := range s.Links {
		l := &s.Links[i]
		proven = proven || l.Received() > 0 || l.Used || (l.Noticed && l.Live && !s.Strict && !l.Gone && !l.GivenUp)
	}
	if s.State() == Paid && !proven {
		t.Fatalf("paid without proof: %+v", s)
	}
	if s.Received() != s.Figures().Listed()+s.Returned() {
		t.Fatalf("received %d, listed %d, returned %d", s.Received(), s.Figures().Listed(), s.Returned())
	}
	if IsHeld(s) && !s.Cancel && !s.Lapse && s.Owes(Duty{ErrandOpen, 1}) {
		t.Fatalf("a sale that waits for another asks for its link: %+v", s)
	}
	payable := 0
	if s.Shown() != nil {
		payable++
	}
	if payable > 1 {
		t.Fatal("two links on show")
	}
	if s.State() == Retiring && len(s.Duties()) == 0 && !s.BankPending() {
		t.Fatalf("retiring and nothing to do: %+v", s)
	}
}

// TestSaleTake_leavesTheOldSale: Take is pure.
func TestSaleTake_leavesTheOldSale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := begin(t)
		before := p.sale.Clone()
		for _, step := range facts(t, p) {
			_, _ = p.sale.Take(step)
			if p.sale.State() != before.State() || len(p.sale.Links) != len(before.Links) {
				t.Fatal("the old sale changed")
			}
			for i := range before.Links {
				if len(p.sale.Links[i].Rows) != len(before.Links[i].Rows) || p.sale.Links[i].Odd != before.Links[i].Odd {
					t.Fatal("the old link changed")
				}
			}
		}
	})
}

// TestSaleBeside: what changes a sale beside Take changes nothing that is computed, neither now nor in
// what is told of it later, except that a sale which gave its register up has it no more.
func TestSaleBeside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := begin(t)
		before := takeAll(t, p.sale, facts(t, p))
		after := before.Clone()
		after.Note = "table 4"
		for i := range after.Links {
			after.Links[i].Sealed = []byte("sealed")
		}
		if !after.ForgetNote() || !after.ForgetKeys() {
			t.Fatal("nothing was there to forget")
		}
		if after.State() == Paid || !after.Current() {
			if err := after.Yield(); err != nil || after.Current() {
				t.Fatalf("%s: gives its register up: %v", after.State(), err)
			}
		}
		later := facts(t, p)
		same(t, before, after)
		same(t, takeAll(t, before, later), takeAll(t, after, later))
	})
}

func same(t *rapid.T, a, b *Sale) {
	if a.State() != b.State() || a.Figures() != b.Figures() || !slices.Equal(a.OpenTroubles(), b.OpenTroubles()) || !slices.Equal(a.Duties(), b.Duties()) {
		t.Fatalf("%s with %v and %v, then %s with %v and %v", a.State(), a.Duties(), a.Figures(), b.State(), b.Duties(), b.Figures())
	}
}
