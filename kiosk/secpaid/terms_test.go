package secpaid_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// TestTerms_previewIsPaidOut: for 10,000 random terms and amounts, what the office's preview says
// each party gets is what the gateway's book says each has got, before fees, to the cent.
func TestTerms_previewIsPaidOut(t *testing.T) {
	r := kiosktest.NewTrip(t, sandbox.WireSeeds, func(c *sandbox.Config) {
		for i := range 6 {
			c.Accounts = append(c.Accounts, sandbox.Account{
				Name: fmt.Sprint("T", i), Key: fmt.Sprint("test-key-t", i), UserID: fmt.Sprint("usr-t", i), RecipientToken: fmt.Sprint("token-", i),
			})
		}
	})
	dice := rand.New(rand.NewPCG(7, 11))
	want := map[string]kiosk.Money{}
	splits, cut := 0, 0
	for n := range 10_000 {
		terms, amount := randomTerms(dice), randomAmount(dice)
		if err := kiosk.CheckTerms(terms); err != nil {
			t.Fatalf("%+v: %v", terms, err)
		}
		p := kiosk.PreviewTerms(terms, amount)
		sum := p.OwnerPart
		want["Stall"] += p.OwnerPart
		for i, part := range p.Parts {
			sum += part
			want["T"+terms[i].Token[len("token-"):]] += part
			if part == 0 {
				cut++
			}
		}
		if sum != amount || p.OwnerPart < 0 {
			t.Fatalf("%+v of %d: %+v", terms, amount, p)
		}
		o := kiosk.Order{Ref: fmt.Sprint("R", n), Note: fmt.Sprint("R", n), Amount: amount, Parts: (kiosk.Stall{SplitTerms: terms}).Split(amount)}
		if len(o.Parts) > 0 {
			splits++
		}
		if err := r.Gateway.Pay(r.Open(o).PayID); err != nil {
			t.Fatal(err)
		}
		if n < 200 || n%100 == 99 {
			r.PaidOut(n, want)
		}
	}
	r.PaidOut(10_000, want)
	t.Logf("%d of 10000 were split, %d shares of nothing", splits, cut)
}

// randomTerms are terms that the office accepts: up to six recipients, by percent, fixed or both.
func randomTerms(dice *rand.Rand) (terms []kiosk.Share) {
	left := int64(10_000)
	for _, i := range dice.Perm(6)[:dice.IntN(7)] {
		s := kiosk.Share{Token: fmt.Sprint("token-", i), Name: fmt.Sprint("T", i)}
		if kind := dice.IntN(3); kind > 0 && left > 0 {
			s.Percent = 1 + dice.Int64N(left)
			if dice.IntN(2) == 0 {
				s.Percent = min(left, (1+dice.Int64N(40))*100)
			}
			left -= s.Percent
		} else if kind == 0 || left == 0 {
			s.Fixed = kiosk.Money(1 + dice.Int64N(500))
		}
		if dice.IntN(4) == 0 {
			s.Fixed = kiosk.Money(1 + dice.Int64N(200))
		}
		if s.Percent > 0 || s.Fixed > 0 {
			terms = append(terms, s)
		}
	}
	return terms
}

// randomAmount is a cent, a few, the price of something, or a lot.
func randomAmount(dice *rand.Rand) kiosk.Money {
	most := []int64{1, 10, 300, 5000, 100_000, int64(kiosk.MaxMoney)}[dice.IntN(6)]
	return kiosk.Money(1 + dice.Int64N(most))
}

// TestTerms_areTried: SecPaid looks at the terms by a link that is deleted at once; what it refuses is
// said, and whatever comes of it, nothing is stored and nothing can be paid.
func TestTerms_areTried(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Must(h.Sandbox.AddAccount(sandbox.Account{Name: "Baker", Key: "key-of-a-baker-to-be-tried", RecipientToken: "baker"}))
		ctx, stall, chief := context.Background(), h.Till().Stall.ID, kiosk.OfficeActor{Role: kiosk.Organizer}
		good := []kiosk.Share{{Name: "Baker", Token: "baker", Percent: 8900}}
		before := h.Records.Rows()
		try := func(name string, by kiosk.OfficeActor, terms []kiosk.Share, want kiosk.Code, made int) {
			t.Helper()
			there := len(h.Sandbox.Links())
			if err := h.Shop.Office.Stalls.TryTerms(ctx, by, stall, terms); kiosk.CodeOf(err) != want {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
			if n := len(h.Sandbox.Links()) - there; n != made || len(h.Sandbox.Payable()) != 0 {
				t.Errorf("%s: %d links made, %d payable", name, n, len(h.Sandbox.Payable()))
			}
			h.Records.Unchanged(name, before)
		}
		try("good terms", chief, good, "", 1)
		try("nobody gets anything", chief, nil, "", 0)
		try("nobody knows the recipient", chief, []kiosk.Share{{Name: "Nobody", Token: "nobody", Percent: 100}}, kiosk.Refused, 0)
		try("more than everything", chief, []kiosk.Share{{Name: "Baker", Token: "baker", Percent: 10_001}}, kiosk.Invalid, 0)
		try("another stall's manager", kiosk.OfficeActor{Role: kiosk.Manager, Stall: "elsewhere"}, good, kiosk.NotFound, 0)
		h.Sandbox.Set(sandbox.CreateRefuse, 1)
		try("SecPaid refuses", chief, good, kiosk.Refused, 0)
		h.Sandbox.Set(sandbox.Create500Unmade, 1)
		try("SecPaid stumbles", chief, good, kiosk.Unclear, 0)
		h.Sandbox.Set(sandbox.Create500Made, 1)
		try("SecPaid stumbles behind the link", chief, good, kiosk.Unclear, 1)
		h.Sandbox.Set(sandbox.CreateWrongAmount, 1)
		try("SecPaid makes another link", chief, good, kiosk.Refused, 1)
	})
}
