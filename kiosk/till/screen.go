package till

import (
	"context"
	"math"
	"slices"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

const (
	lastSales = 8
)

// TillScreen reads the screen of a register's till. It returns [kiosk.NotFound] for an unknown register.
func (t *Till) TillScreen(ctx context.Context, register string) (kiosk.TillScreen, error) {
	tillScreen := kiosk.TillScreen{Epoch: t.installation.Epoch, Mode: t.installation.Mode, Now: t.kernel.Now()}
	err := t.store.View(ctx, func(r kiosk.Reader) error { return t.readTill(r, &tillScreen, register) })
	return tillScreen, err
}

func (t *Till) readTill(r kiosk.Reader, tillScreen *kiosk.TillScreen, register string) error {
	if err := readTillScreen(tillScreen, r, register); err != nil {
		return err
	}
	tillScreen.Health = t.kernel.Condition.HealthOf(tillScreen.Stall.AccountID)
	alarms, err := t.kernel.Alarms.In(r, register)
	if err != nil {
		return err
	}
	arrange(tillScreen, alarms)
	tillScreen.Away, err = readAway(r, tillScreen.Current, tillScreen.Health, tillScreen.Now, &tillScreen.Next)
	return err
}

// readAway reads whether the gateway is away for a sale that waits for its code, and when the screen will
// have to say so: next becomes no later than that.
func readAway(r kiosk.SaleReader, sale *kiosk.Sale, h kiosk.Health, now int64, next *int64) (kiosk.Away, error) {
	if sale == nil || sale.State() != kiosk.Opening {
		return kiosk.Away{}, nil
	}
	opens, err := r.Errand(sale.ID, kiosk.Duty{Kind: kiosk.ErrandOpen, Link: sale.Last().N})
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return kiosk.Away{}, nil
	}
	away, soon := kiosk.AwayOf(opens, h, now)
	if soon > now && (*next == 0 || soon < *next) {
		*next = soon
	}
	return away, err
}

func readTillScreen(t *kiosk.TillScreen, r kiosk.Reader, register string) (err error) {
	if t.Register, t.Stall, t.Version, err = shop.RegisterAndStall(r, register); err != nil {
		return err
	}
	shift, err := r.OpenShift(register)
	if err == nil {
		t.Shift = &shift
	} else if kiosk.CodeOf(err) != kiosk.NotFound {
		return err
	}
	if t.Last, err = r.LastSales(register, lastSales); err != nil {
		return err
	}
	if t.Cart, err = r.Cart(register); err != nil && kiosk.CodeOf(err) != kiosk.NotFound {
		return err
	}
	if err := readParked(t, r); err != nil {
		return err
	}
	v, err := r.Versions([]string{kiosk.OfficeStream})
	t.Office = v[kiosk.OfficeStream]
	if err != nil {
		return err
	}
	return readTillTest(t, r)
}

// readTillTest reads the last self-test, and when the screen has to say that its time is over.
func readTillTest(t *kiosk.TillScreen, r kiosk.SelfTestReader) error {
	test, err := r.SelfTest(t.Register.ID)
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && t.Now-test.Started > kiosk.SelfTestShown) {
		return nil
	}
	if err != nil {
		return err
	}
	t.Test = &test
	if !test.Over(t.Now) && (t.Next == 0 || test.Until < t.Next) {
		t.Next = test.Until
	}
	return nil
}

// arrange picks the sale in hand out of the last ones, and the sales that need people out of the
// alarms. A paid sale leaves the till ready at once: the strip of the last sale tells about it.
func arrange(t *kiosk.TillScreen, alarms []kiosk.Alarm) {
	last := map[string]*kiosk.Sale{}
	for _, s := range t.Last {
		last[s.ID] = s
		state := s.State()
		if s.Current() && state != kiosk.Paid {
			t.Current = s
		}
		if at := s.UnconfirmedAt(); state == kiosk.Paid && at >= t.Now && at < math.MaxInt64 && (t.Next == 0 || at < t.Next) {
			t.Next = at + 1
		}
	}
	for _, a := range alarms {
		if a.Kind != kiosk.AlarmReview && a.Kind != kiosk.AlarmUnconfirmed {
			t.OtherAlarms = append(t.OtherAlarms, a)
		} else if s := last[a.Sale.ID]; s != nil {
			t.AlarmSales = append(t.AlarmSales, s) // the very one of the list
		} else {
			t.AlarmSales = append(t.AlarmSales, a.Sale)
		}
	}
	if t.Current == nil {
		return
	}
	if held := t.Health.ThrottledUntil; held > t.Now && t.Current.State() == kiosk.Opening && (t.Next == 0 || held < t.Next) {
		t.Next = held + 1
	}
	t.Last = slices.DeleteFunc(slices.Clone(t.Last), func(s *kiosk.Sale) bool { return s == t.Current })
	if l := t.Current.Shown(); l != nil {
		t.PayURL = l.URL
	}
}

// DisplayScreen reads the screen of a register's displays. It returns [kiosk.NotFound] for an unknown register.
func (t *Till) DisplayScreen(ctx context.Context, register string) (kiosk.DisplayScreen, error) {
	d := kiosk.DisplayScreen{Epoch: t.installation.Epoch, Mode: t.installation.Mode, Now: t.kernel.Now()}
	err := t.store.View(ctx, func(r kiosk.Reader) error { return t.readDisplay(r, &d, register) })
	if err == nil && d.Shows == kiosk.ShowsPaid && t.publicURL != "" {
		d.Receipt = t.kernel.ReceiptURL(d.Sale)
	}
	return d, err
}

func (t *Till) readDisplay(r kiosk.Reader, d *kiosk.DisplayScreen, register string) error {
	err := readDisplayScreen(d, r, register)
	if err != nil || d.Shows != kiosk.ShowsMoment {
		return err
	}
	d.Away, err = readAway(r, d.Sale, t.kernel.Condition.HealthOf(d.Stall.AccountID), d.Now, &d.Next)
	return err
}

func readDisplayScreen(d *kiosk.DisplayScreen, r kiosk.Reader, register string) (err error) {
	if d.Register, d.Stall, d.Version, err = shop.RegisterAndStall(r, register); err != nil {
		return err
	}
	current, err := r.Current(register)
	if kiosk.CodeOf(err) != kiosk.NotFound && err != nil {
		return err
	}
	if d.Cart, err = r.Cart(register); err != nil && kiosk.CodeOf(err) != kiosk.NotFound {
		return err
	}
	d.Shows = kiosk.Shows(current, &d.Cart, d.Now)
	switch d.Shows {
	case kiosk.ShowsIdle:
		if err := readAfterwards(d, r); err != nil {
			return err
		}
	case kiosk.ShowsCart:
		d.Next = d.Cart.Updated + kiosk.CartMillis
	case kiosk.ShowsPaid:
		d.Sale, d.Next = current, current.PaidAt+kiosk.GreenMillis
	case kiosk.ShowsCode:
		d.Sale, d.PayURL = current, current.Shown().URL
	case kiosk.ShowsTip, kiosk.ShowsMoment, kiosk.ShowsChecking, kiosk.ShowsShort, kiosk.ShowsPending:
		d.Sale = current
	}
	return readDisplayRest(d, r)
}

// readAfterwards reads what may still be told of the register's newest sale, though it is not current.
func readAfterwards(d *kiosk.DisplayScreen, r kiosk.SaleReader) error {
	last, err := r.LastSales(d.Register.ID, 1)
	if err != nil || len(last) == 0 {
		return err
	}
	if d.Shows, d.Next = kiosk.ShowsAfter(last[0], &d.Cart, d.Now); d.Shows != kiosk.ShowsIdle {
		d.Sale = last[0]
	}
	return nil
}

// readDisplayRest reads what a display needs besides the sale.
func readDisplayRest(d *kiosk.DisplayScreen, r kiosk.Reader) (err error) {
	test, err := r.SelfTest(d.Register.ID)
	if err != nil && kiosk.CodeOf(err) != kiosk.NotFound {
		return err
	}
	if err == nil && !test.Over(d.Now) {
		d.Test = test.ID
	}
	if d.Shows == kiosk.ShowsIdle {
		d.Pictures, err = r.Pictures(d.Stall.ID)
		return err
	}
	return nil
}

// ReceiptScreen reads a customer's receipt page by its secret. An unknown secret is [kiosk.NotFound].
func (t *Till) ReceiptScreen(ctx context.Context, secret string) (kiosk.ReceiptScreen, error) {
	p := kiosk.ReceiptScreen{Now: t.kernel.Now(), Mode: t.installation.Mode}
	err := t.store.View(ctx, func(r kiosk.Reader) (err error) {
		if p.Sale, err = r.SaleByReceipt(secret); err != nil {
			return err
		}
		p.Register, p.Stall, _, err = shop.RegisterAndStall(r, p.Sale.Register)
		return err
	})
	if err == nil {
		p.State = p.Sale.State()
	}
	return p, err
}
