package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest"
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
	for _, page := range []string{"<body>" + told, office.Get("/office"), office.Get("/office/wall")} {
		text := lineText(page)
		for _, want := range []string{"SecPaid refuses our key", "what was paid is not lost", "A manager checks the API key"} {
			if !strings.Contains(text, want) {
				t.Errorf("it does not say %q: %.1500s", want, text)
			}
		}
		if !strings.Contains(page, `href="/office/house#key"`) || strings.Count(page, "<li class=\"loud\">") != 1 {
			t.Errorf("not one alarm with its page: %.1500s", page)
		}
	}
	f.Play.Set(sandbox.KeyRevoked, 0)
	f.Charge(1, 1300, "a-command-key-that-is-taken")
	if told := v.News(); told != "" {
		t.Errorf("afterwards it says %s", told)
	}
	if page := office.Get("/office"); strings.Contains(page, `class="alarms"`) {
		t.Errorf("the first page still tells: %.800s", lineText(page))
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
		page := g.Get(path).Want(t, path, http.StatusOK, "")
		text := lineText(page.Body)
		if !strings.Contains(text, "Payments without a sale: 2") || !strings.Contains(text, "counts in no sum of sales") || !strings.Contains(page.Body, `href="/office/payouts#unmatched"`) {
			t.Errorf("%s does not tell: %.1500s", path, text)
		}
		if page := m.Get(path).Want(t, path, http.StatusOK, ""); strings.Contains(page.Body, `class="alarms"`) {
			t.Errorf("%s tells a manager: %.1500s", path, lineText(page.Body))
		}
	}
	for _, key := range []string{"20261119-pi-a", "20261119-pi-b"} {
		g.Post("/office/unmatched", "key", key, "reason", "the florist's").Want(t, "settling", http.StatusSeeOther, "/office/payouts")
	}
	if page := g.Get("/office"); strings.Contains(page.Body, `class="alarms"`) {
		t.Errorf("settled, and still told: %.1500s", lineText(page.Body))
	}
}
