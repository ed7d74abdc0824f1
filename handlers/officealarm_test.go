package handlers_test

import (
	"net/http"
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// TestWall_alarms: the wall and the first page tell of an alarm of the house while it lasts, with the
// page where it is dealt with, and of nothing afterwards; sales that need a person stand on the first
// page.
func TestWall_alarms(t *testing.T) {
	f := kiosktest.NewFairground(t, 2)
	office := f.SignedIn(t)
	v := office.Wall()
	if first := v.News(); first != "" {
		t.Fatalf("a quiet house says %s", first)
	}
	f.Play.Set(sandbox.KeyRevoked, -1)
	f.Charge(0, 1250, "a-command-key-that-is-refused")
	told := v.News()
	for _, page := range []*markup.Page{markup.Parse(t, told), office.Page("/office"), office.Page("/office/wall")} {
		for where, want := range map[string]string{"strong": "SecPaid refuses our key", "p": "what was paid is not lost", ".next": "A manager checks the API key"} {
			if !page.Says(".alarms li.loud "+where, want) {
				t.Errorf("it does not say %q: %.1500s", want, page)
			}
		}
		if !page.Has(".alarms li.loud a[href='/office/house#key']") || page.Count(".alarms li") != 1 {
			t.Errorf("not one alarm with its page: %.1500s", page)
		}
	}
	f.Play.Set(sandbox.KeyRevoked, 0)
	f.Charge(1, 1300, "a-command-key-that-is-taken")
	if told := v.News(); told != "" {
		t.Errorf("afterwards it says %s", told)
	}
	if page := office.Page("/office"); page.Has(".alarms") || !page.Has(".stalls") {
		t.Errorf("the first page still tells: %.800s", page)
	}
}

// TestOffice_alarms: what waits in the account's books is for the organizer, who settles it where the
// link leads; a manager hears of what concerns the own tills.
func TestOffice_alarms(t *testing.T) {
	b := kiosktest.NewBureau(t)
	g, m := b.Organizer(), b.Manager(0)
	_, err := b.Store.Change(t.Context(), kiosk.OfficeStream, func(tx kiosk.Tx) error {
		for i, key := range []string{"20261119-pi-a", "20261119-pi-b"} {
			err := tx.PutUnmatched(kiosk.Unmatched{Account: "127.0.0.1", PayID: int64(i + 1), Ref: "x", Row: kiosk.Row{Key: key, Amount: 2500, SeenAt: b.Now.Load()}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/office", "/office/wall"} {
		page := g.Get(path).Want(t, path, http.StatusOK, "").Page(t)
		if !page.Says(".alarms strong", "Payments without a sale: 2") || !page.Says(".alarms p", "counts in no sum of sales") || !page.Has(".alarms a[href='/office/payouts#unmatched']") {
			t.Errorf("%s does not tell: %.1500s", path, page)
		}
		if page := m.Get(path).Want(t, path, http.StatusOK, "").Page(t); page.Has(".alarms") {
			t.Errorf("%s tells a manager: %.1500s", path, page)
		}
	}
	for _, key := range []string{"20261119-pi-a", "20261119-pi-b"} {
		g.Post("/office/unmatched", "key", key, "reason", "the florist's").Want(t, "settling", http.StatusSeeOther, "/office/payouts")
	}
	if page := g.Get("/office").Want(t, "the first page", http.StatusOK, "").Page(t); page.Has(".alarms") {
		t.Errorf("settled, and still told: %.1500s", page)
	}
}
