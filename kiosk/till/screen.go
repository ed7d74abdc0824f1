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
	arrange(tillScreen, alarms)
	return err
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
	err := t.store.View(ctx, func(r kiosk.Reader) error { return readDisplayScreen(&d, r, register) })
	if err == nil && d.Shows == kiosk.ShowsPaid && t.publicURL != "" {
		d.Receipt = t.kernel.ReceiptURL(d.Sale)
	}
	return d, err
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
	if err := readDisplayRest(d, r); err != nil {
		return err
	}
	switch d.Shows {
	case kiosk.ShowsIdle, kiosk.ShowsCart:
	default:
		d.Sale = current
	}
	if d.Shows == kiosk.ShowsPaid {
		d.Next = current.PaidAt + kiosk.GreenMillis
	}
	if d.Shows == kiosk.ShowsCart {
		d.Next = d.Cart.Updated + kiosk.CartMillis
	}
	if d.Shows == kiosk.ShowsCode {
		d.PayURL = current.Shown().URL
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
