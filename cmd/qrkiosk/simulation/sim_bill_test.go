package simulation

import (
	"context"
	"fmt"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
)

// These are named states of whole bills, which no sale alone is in.
const (
	billPaid  = "bill paid by several"
	billEnded = "bill ended with a rest"
)

// split charges a portion of the bill of the table, which it parks first where there is none; now and
// then it ends the bill.
func (s *simulation) split() {
	if s.bill == "" {
		s.parkBill()
		return
	}
	ctx := context.Background()
	bill, err := s.Shop.Till.Bills.Bill(ctx, s.Actor.Register, s.bill)
	if err == nil && bill.IsPaid() && len(bill.Standing()) > 1 {
		s.tally.state(billPaid)
	}
	if kiosk.CodeOf(err) == kiosk.NotFound || bill.IsPaid() {
		s.bill = "" // paid, ended, or its day is over
		return
	}
	if err == nil && s.dice.IntN(8) == 0 {
		s.endBill(ctx)
		return
	}
	if err == nil {
		err = s.chargePortion(ctx, bill)
	}
	if err != nil {
		s.allowed(err)
	}
}

func (s *simulation) parkBill() {
	s.rung++
	c := kiosk.Cart{}
	for range 2 + s.dice.IntN(3) {
		c.Lines = append(c.Lines, kiosk.Line{Qty: 1 + int64(s.dice.IntN(4)), Unit: kiosk.Money(100 + s.dice.IntN(900))})
	}
	if s.dice.IntN(3) == 0 {
		c.Discount = kiosk.Discount{Percent: 1000, Reason: "regulars"}
	}
	id, err := s.Shop.Till.Parking.Park(context.Background(), s.Actor, fmt.Sprintf("key-of-a-simulated-bill-%d", s.rung), "Table 5", c)
	if err != nil {
		s.allowed(err)
		return
	}
	s.bill = id
}

// chargePortion charges some pieces, or an equal part; now and then two people do at once.
func (s *simulation) chargePortion(ctx context.Context, bill kiosk.Bill) error {
	s.rung++
	o := till.PortionOrder{Bill: bill.ID, Key: fmt.Sprintf("key-of-a-simulated-portion-%d", s.rung), Equal: int64(s.dice.IntN(4))}
	for _, l := range bill.Rest() {
		o.Counts = append(o.Counts, s.dice.Int64N(l.Choices()+1))
	}
	lines, err := o.Of(bill.Rest())
	if err != nil {
		return err
	}
	o.Amount = kiosk.NetOf(lines)
	rival := make(chan error, 1)
	if s.dice.IntN(6) == 0 {
		other := o
		other.Key += "-rival"
		go func() {
			_, err := s.Shop.Till.Bills.Charge(ctx, s.second, other)
			rival <- err
		}()
	} else {
		rival <- nil
	}
	_, err = s.Shop.Till.Bills.Charge(ctx, s.Actor, o)
	if err := <-rival; err != nil {
		s.allowed(err)
	}
	return err
}

func (s *simulation) endBill(ctx context.Context) {
	if err := s.Shop.Till.Bills.End(ctx, s.Actor, s.bill); err != nil {
		s.allowed(err)
		return
	}
	s.tally.state(billEnded)
}

// eachPieceOnce holds that no piece of a bill is paid or can be paid twice, unless money came for a
// portion whose end was asked for.
func (s *simulation) eachPieceOnce() {
	bill, err := s.Shop.Till.Bills.Bill(context.Background(), s.Actor.Register, s.bill)
	if err != nil {
		return
	}
	payable, pieces, net, late := s.payable(), make([]int64, len(bill.Whole)), kiosk.Money(0), false
	for i, sale := range bill.Sales {
		late = late || (sale.Cancel || sale.Lapse) && kiosk.HasMoney(sale.State())
		if !payable(sale) && sale.Received() <= sale.Returned() {
			continue
		}
		net += kiosk.NetOf(bill.Portions[i].Lines)
		for n, l := range bill.Portions[i].Lines {
			pieces[n] += l.Qty
		}
	}
	for n, l := range bill.Whole {
		if pieces[n] > l.Qty && !late {
			s.T.Errorf("of %d pieces of line %d of a bill, %d are paid or can be", l.Qty, n, pieces[n])
		}
	}
	if whole := kiosk.NetOf(bill.Whole); net > whole && !late {
		s.T.Errorf("of a bill of %v, %v are paid or can be", whole, net)
	}
}
