package kiosk

import (
	"testing"

	"pgregory.net/rapid"
)

// twoPaid is a sale of ten whose first link was given up, and both links were paid.
func twoPaid(t *testing.T) *player {
	t.Helper()
	p := &player{}
	for _, word := range []string{"charge", "unclear", "given-up", "live.2", "row=.2"} {
		if _, err := p.play(word); err != nil {
			t.Fatal(word, err)
		}
	}
	late := Row{Key: "late", Kind: RowPayment, Amount: testTotal}
	out, err := p.sale.Take(Step{Kind: StepRow, Link: 1, Row: late})
	if err != nil {
		t.Fatal(err)
	}
	p.sale = out.Sale
	return p
}

func refundStep(id string, amount Money) Step {
	return Step{Kind: StepRefund, ID: id, Amount: amount, Actor: "ada", Reason: "paid twice", At: 1}
}

// TestRefund_perLink: each payment may be refunded once, what came too late first, and never more
// than it brought.
func TestRefund_perLink(t *testing.T) {
	sale := twoPaid(t).sale
	if sale.Received() != 2*testTotal || sale.Refundable() != testTotal {
		t.Fatalf("received %d, refundable %d", sale.Received(), sale.Refundable())
	}
	take := func(step Step, want string) {
		t.Helper()
		out, err := sale.Take(step)
		if KeyOf(err) != want {
			t.Fatalf("%s of %d: %v, want %q", step.Kind, step.Amount, err, want)
		}
		if err == nil {
			sale = out.Sale
		}
	}
	take(refundStep("r0", 2*testTotal), ReasonTooMuch)
	take(refundStep("r0", 0), ReasonTooMuch)
	take(refundStep("r1", testTotal), "")
	if r := sale.Refunds[0]; r.Link != 1 || sale.State() != Refunding {
		t.Fatalf("the refund is of link %d, the sale %s", r.Link, sale.State())
	}
	take(refundStep("r2", testTotal-1), "")
	if sale.Refunds[1].Link != 2 || len(sale.refundDuties()) != 2 {
		t.Fatalf("%+v, duties %v", sale.Refunds, sale.refundDuties())
	}
	take(refundStep("r3", 1), ReasonOneRefund)
	take(Step{Kind: StepFiled, ID: "r2"}, "")
	if a, b := sale.Stage(sale.Refunds[0]), sale.Stage(sale.Refunds[1]); a != RefundAsked || b != RefundFiled {
		t.Fatalf("stages %s and %s", a, b)
	}
	back := Step{Kind: StepRow, Link: 1, Row: Row{Key: "back", Kind: RowRefund, Amount: -testTotal}}
	take(back, "")
	if a := sale.Stage(sale.Refunds[0]); a != RefundSeen || len(sale.refundDuties()) != 0 || sale.State() != Refunding {
		t.Fatalf("stage %s, duties %v, %s", a, sale.refundDuties(), sale.State())
	}
	take(Step{Kind: StepRejected, ID: "r2", Reason: "no"}, "")
	if sale.State() != Paid || sale.Refundable() != testTotal {
		t.Fatalf("%s, refundable %d", sale.State(), sale.Refundable())
	}
}

// TestRefund_again: only a lost answer may be asked about again, and it is asked once.
func TestRefund_again(t *testing.T) {
	p := &player{}
	for _, c := range []struct {
		word, want string
		stage      RefundStage
		duties     int
	}{
		{"charge", "", "", 0},
		{"live", "", "", 0},
		{"row=", "", "", 0},
		{"again", ReasonNothingUnclear, "", 0},
		{"refund", "", RefundAsked, 1},
		{"again", ReasonNothingUnclear, RefundAsked, 1},
		{"rejected", ReasonNoRefund, RefundAsked, 1},
		{"unsure", "", RefundUnsure, 0},
		{"again", "", RefundAsked, 1},
		{"again", ReasonNothingUnclear, RefundAsked, 1},
		{"filed", "", RefundFiled, 0},
		{"again", ReasonNothingUnclear, RefundFiled, 0},
		{"refund-part", ReasonOneRefund, RefundFiled, 0},
		{"rejected", "", RefundRejected, 0},
		{"refund", "", RefundRejected, 1},
	} {
		_, err := p.play(c.word)
		if KeyOf(err) != c.want {
			t.Fatalf("%s: %v, want %q", c.word, err, c.want)
		}
		stage := RefundStage("")
		if len(p.sale.Refunds) > 0 {
			stage = p.sale.Stage(p.sale.Refunds[0])
		}
		if d := len(p.sale.refundDuties()); stage != c.stage || d != c.duties {
			t.Fatalf("after %s: stage %q, %d duties", c.word, stage, d)
		}
	}
}

func TestRefundOverdue(t *testing.T) {
	p := &player{}
	for _, word := range []string{"charge", "live", "row="} {
		if _, err := p.play(word); err != nil {
			t.Fatal(err)
		}
	}
	out, err := p.sale.Take(refundStep("r", testTotal))
	if err != nil {
		t.Fatal(err)
	}
	s := out.Sale
	if s.RefundOverdue(1+14*DayMillis) || !s.RefundOverdue(1+14*DayMillis+1) {
		t.Error("the alarm is not on the fourteenth day")
	}
	if out, err = s.Take(Step{Kind: StepRow, Row: Row{Key: "back", Kind: RowRefund, Amount: -testTotal}}); err != nil {
		t.Fatal(err)
	}
	if out.Sale.RefundOverdue(1 + 99*DayMillis) {
		t.Error("the alarm stays though the row is there")
	}
}

// TestRefund_bounded: whatever happens, the requests that stand on a link never exceed what it
// brought, unknown outcomes counted as done.
func TestRefund_bounded(t *testing.T) {
	words := []string{
		"row=", "row<", "row>", "row2", "back-part", "withdrawn", "refund", "refund-part", "refund", "filed",
		"unsure", "declined", "again", "rejected", "close", "cancel", "gone",
	}
	rapid.Check(t, func(t *rapid.T) {
		p := begin(t)
		for _, word := range rapid.SliceOfN(rapid.SampledFrom(words), 0, 15).Draw(t, "words") {
			out, err := p.play(word)
			if err != nil || out.Posting == nil && len(p.sale.Refunds) == 0 {
				continue
			}
			for i := range p.sale.Links {
				standing, n := Money(0), 0
				for _, r := range p.sale.Refunds {
					if r.Link == i+1 && r.stands() {
						standing, n = standing+r.Amount, n+1
					}
				}
				if brought := p.sale.Links[i].Received() + withdrawnOf(&p.sale.Links[i]); n > 1 || standing > brought {
					t.Fatalf("%d requests of %d on a link that brought %d", n, standing, brought)
				}
			}
		}
	})
}

func withdrawnOf(l *Link) (sum Money) {
	for _, r := range l.Rows {
		if r.Withdrawn {
			sum += r.Amount
		}
	}
	return sum
}
