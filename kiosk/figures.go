package kiosk

import (
	"strconv"
	"strings"
)

// Figures are the sums of a sale, and of any set of sales: they add up field by field. All amounts
// are cents. What a sale adds is computed from its facts by [Sale.Figures] alone.
type Figures struct {
	Sales            int64 // sales for which money came
	Gross            Money // all money that came, whatever became of it; unconfirmed money with it
	Tips             Money // the part of Gross that is tip
	Over             Money // the part of Gross beyond what was asked
	Refunds          Money // went back: the gateway's negative refund rows, as a positive amount
	Disputes         Money // taken back by payers: the gateway's dispute rows, as a positive amount
	Withdrawn        Money // the part of Gross whose rows the gateway no longer lists as Success
	UnconfirmedSales int64
	Unconfirmed      Money // the part of Gross that no pay-in row tells of yet
	ReviewSales      int64 // sales a person has to decide about, with money or without
	Review           Money // what is kept of their money
	Commission       Money // parts of other accounts of the split links that brought money
	Fee              Money // the gateway's fee, in its own word
	FeePSP           Money // the payment provider's fee, in the gateway's word
	Net              Money // what is left of its rows, in the gateway's word
}

// Figure is one of the Figures with its name.
type Figure struct {
	Name  string
	Value *int64
}

// Each lists the figures in the order in which they are written everywhere.
func (f *Figures) Each() []Figure {
	cents := func(m *Money) *int64 { return (*int64)(m) }
	return []Figure{
		{"sales", &f.Sales},
		{"gross", cents(&f.Gross)},
		{"tips", cents(&f.Tips)},
		{"over", cents(&f.Over)},
		{"refunds", cents(&f.Refunds)},
		{"disputes", cents(&f.Disputes)},
		{"withdrawn", cents(&f.Withdrawn)},
		{"unconfirmed_sales", &f.UnconfirmedSales},
		{"unconfirmed", cents(&f.Unconfirmed)},
		{"review_sales", &f.ReviewSales},
		{"review", cents(&f.Review)},
		{"commission", cents(&f.Commission)},
		{"fee", cents(&f.Fee)},
		{"fee_psp", cents(&f.FeePSP)},
		{"net", cents(&f.Net)},
	}
}

// Plus is the sum of both, figure by figure.
func (f Figures) Plus(o Figures) Figures {
	add := o.Each()
	for i, v := range f.Each() {
		*v.Value += *add[i].Value
	}
	return f
}

// Minus is what f has more than o, figure by figure.
func (f Figures) Minus(o Figures) Figures {
	less := o.Each()
	for i, v := range f.Each() {
		*v.Value -= *less[i].Value
	}
	return f
}

// Kept is what is left of the money that came.
func (f Figures) Kept() Money { return f.Gross - f.Withdrawn - f.Refunds - f.Disputes }

// Listed is the sum of our own rows in the gateway's pay-in list, as stored.
func (f Figures) Listed() Money { return f.Kept() - f.Unconfirmed }

// String writes the figures that are not zero, "sales=1 gross=1250"; it is the text that events
// hold and that their hash covers.
func (f Figures) String() string {
	var b strings.Builder
	for _, v := range f.Each() {
		if *v.Value == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(v.Name + "=" + strconv.FormatInt(*v.Value, 10))
	}
	return b.String()
}

// ParseFigures reads what [Figures.String] wrote, and nothing else; the error is an [*Error] with
// code [Internal]: nobody but us writes it.
func ParseFigures(text string) (Figures, error) {
	var f Figures
	if text == "" {
		return f, nil
	}
	rest := f.Each()
	for word := range strings.SplitSeq(text, " ") {
		name, digits, _ := strings.Cut(word, "=")
		for len(rest) > 0 && rest[0].Name != name {
			rest = rest[1:]
		}
		v, err := strconv.ParseInt(digits, 10, 64)
		if len(rest) == 0 || err != nil || v == 0 || strconv.FormatInt(v, 10) != digits {
			return Figures{}, &Error{Code: Internal, Key: KeyInternal}
		}
		*rest[0].Value, rest = v, rest[1:]
	}
	return f, nil
}

// Figures computes what the sale adds to every sum, from its facts alone. A sale for which no money
// came and about which nobody has to decide adds nothing.
func (s *Sale) Figures() Figures { return s.figuresIn(s.State()) }

func (s *Sale) figuresIn(state State) Figures {
	var f Figures
	came := false
	for i := range s.Links {
		l := &s.Links[i]
		came = l.addTo(&f, s.Strict) || came
	}
	if came {
		f.Sales = 1
	}
	if f.Unconfirmed != 0 {
		f.UnconfirmedSales = 1
	}
	f.Tips = max(0, min(s.Tip, f.Gross-s.Goods))
	f.Over = max(0, f.Gross-s.Total())
	if state == Review {
		f.ReviewSales, f.Review = 1, f.Kept()
	}
	return f
}

// addTo adds what the link brought and tells whether it brought anything.
func (l *Link) addTo(f *Figures, strict bool) (came bool) {
	for _, r := range l.Rows {
		f.Fee, f.FeePSP, f.Net = f.Fee+r.Fee, f.FeePSP+r.FeePSP, f.Net+r.Net
		switch r.Kind {
		case RowRefund:
			f.Refunds -= r.Amount
		case RowDispute:
			f.Disputes -= r.Amount
		case RowPayment, RowExtra:
			came = came || r.Amount != 0
			f.Gross += r.Amount
			if r.Withdrawn {
				f.Withdrawn += r.Amount
			}
		}
	}
	if !l.HasPayment() {
		claimed := l.value(strict)
		f.Gross, f.Unconfirmed = f.Gross+claimed, f.Unconfirmed+claimed
		came = claimed != 0
	}
	if came {
		for _, p := range l.Parts {
			f.Commission += p.Amount
		}
	}
	return came
}
