package simulation

import (
	"context"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// change opens the cart of the sale in hand again, now and then while its customer pays, else that of
// one of the last sales; often the changed cart is charged at once.
func (s *simulation) change() {
	till := s.Till()
	sale, paid := till.Current, make(chan struct{})
	for _, last := range till.Last {
		if sale == nil && (last.Lapse || s.dice.IntN(3) == 0) && kiosk.CheckChange(last) == nil {
			sale = last
		}
	}
	if sale == nil {
		return
	}
	if link := sale.Shown(); link != nil && s.dice.IntN(3) == 0 {
		id := link.PayID
		go func() { _ = s.Sandbox.Pay(id); close(paid) }()
	} else {
		close(paid)
	}
	by := s.Actor
	if s.dice.IntN(3) == 0 {
		by = s.second
	}
	if _, err := s.Shop.Till.Changes.Open(context.Background(), by, sale.ID, false); err != nil {
		s.allowed(err)
	} else if s.dice.IntN(3) > 0 {
		s.ring()
	}
	<-paid
}

// oneOfEach holds that of a sale and those it was changed from one link at most can be paid.
func (s *simulation) oneOfEach() {
	if !s.changing {
		return
	}
	payable, sales := s.payable(), map[string]*kiosk.Sale{}
	for _, sale := range s.Records.Sales() {
		sales[sale.Number] = sale
	}
	for _, sale := range sales {
		if !payable(sale) {
			continue
		}
		for before := sales[sale.From]; before != nil; before = sales[before.From] {
			if payable(before) {
				s.T.Errorf("%s and %s, which it was changed from, can both be paid", sale.Number, before.Number)
			}
		}
	}
}

// payable tells of a sale whether a link of it that we know can be paid now.
func (s *simulation) payable() func(*kiosk.Sale) bool {
	unused := map[int64]bool{}
	for _, l := range s.Sandbox.Links() {
		unused[l.ID] = l.Status == sandbox.Unused
	}
	return func(sale *kiosk.Sale) bool {
		return sale.AnyLink(func(l *kiosk.Link) bool { return l.Live && !l.GivenUp && unused[l.PayID] })
	}
}
