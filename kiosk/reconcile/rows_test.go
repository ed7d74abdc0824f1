package reconcile

import (
	"testing"
	"time"

	"qrkiosk/kiosk"
)

// TestWantCovered: a full page answers for a link only if nothing could hide behind it.
func TestWantCovered(t *testing.T) {
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC).UnixMilli()
	at := func(minutes int64) int64 { return noon + minutes*kiosk.MinuteMillis }
	w := wantedLinks{payIDs: map[int64]bool{5: true}, oldest: noon}
	for name, test := range map[string]struct {
		rows []kiosk.PayIn
		want bool
	}{
		"found":               {[]kiosk.PayIn{{PayID: 9, Time: at(2)}, {PayID: 5, Time: at(1)}}, true},
		"not found, too new":  {[]kiosk.PayIn{{PayID: 9, Time: at(2)}, {PayID: 8, Time: at(-60)}}, false},
		"not found, old rows": {[]kiosk.PayIn{{PayID: 9, Time: at(2)}, {PayID: 8, Time: at(-200)}}, true},
		"rising":              {[]kiosk.PayIn{{PayID: 8, Time: at(-200)}, {PayID: 9, Time: at(2)}}, false},
		"no time":             {[]kiosk.PayIn{{PayID: 8}}, false},
	} {
		if got := w.covered(test.rows); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestStepsOf_payout: the payout status of a known row follows the list, without a second payment.
func TestStepsOf_payout(t *testing.T) {
	sale := &kiosk.Sale{ID: "S", Register: "R", Goods: 1250}
	sale.AddLink(&kiosk.Link{ID: "L1"})
	row := kiosk.PayIn{PayID: 7, Key: "k", Bare: "b", Amount: 1250, Status: kiosk.StatusSuccess, Kind: kiosk.RowPayment}
	events := 0
	for _, word := range []kiosk.PayoutState{kiosk.PayoutPending, kiosk.PayoutPending, kiosk.PayoutCompleted, kiosk.PayoutCompleted} {
		row.Payout = word
		for _, step := range stepsOf(row, sale.Link(1), 1) {
			out, err := sale.Take(step)
			if err != nil {
				t.Fatal(err)
			}
			if out.Changed {
				events++
			}
			sale = out.Sale
		}
		if got := sale.Link(1).Rows; len(got) != 1 || got[0].Payout != word {
			t.Fatalf("after %s: %+v", word, got)
		}
	}
	if events != 2 || sale.Received() != 1250 {
		t.Errorf("%d changes, received %v", events, sale.Received())
	}
}
