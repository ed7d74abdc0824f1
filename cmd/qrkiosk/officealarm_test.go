package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// news reads frames of the wall until one tells of alarms, and returns what it says.
func (v *wallView) news() string {
	v.t.Helper()
	for {
		if err := v.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			v.t.Fatal(err)
		}
		_, raw, err := v.conn.ReadMessage()
		if err != nil {
			v.t.Fatal(err)
		}
		var f struct{ News *string }
		if err := json.Unmarshal(raw, &f); err != nil {
			v.t.Fatal(err)
		}
		if f.News != nil {
			return *f.News
		}
	}
}

// TestWall_alarms: the wall and the first page tell of an alarm of the house while it lasts, with the
// page where it is dealt with, and of nothing afterwards; sales that need a person stand on the first
// page.
func TestWall_alarms(t *testing.T) {
	f := newFairground(t, 2)
	office := f.signedIn(t)
	v := office.wall()
	if first := v.news(); first != "" {
		t.Fatalf("a quiet house says %s", first)
	}
	f.play.Set(sandbox.KeyRevoked, -1)
	f.charge(0, 1250, "a-command-key-that-is-refused")
	told := v.news()
	for _, page := range []string{"<body>" + told, office.get("/office"), office.get("/office/wall")} {
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
	f.play.Set(sandbox.KeyRevoked, 0)
	f.charge(1, 1300, "a-command-key-that-is-taken")
	if told := v.news(); told != "" {
		t.Errorf("afterwards it says %s", told)
	}
	if page := office.get("/office"); strings.Contains(page, `class="alarms"`) {
		t.Errorf("the first page still tells: %.800s", lineText(page))
	}
}

// TestOffice_alarms: what waits in the account's books is for the organizer, who settles it where the
// link leads; a manager hears of what concerns the own tills.
func TestOffice_alarms(t *testing.T) {
	b := newBureau(t)
	g, m := b.organizer(), b.manager(0)
	_, err := b.store.Change(t.Context(), kiosk.OfficeStream, func(tx kiosk.Tx) error {
		for i, key := range []string{"20261119-pi-a", "20261119-pi-b"} {
			err := tx.PutUnmatched(kiosk.Unmatched{Account: "main", PayID: int64(i + 1), Ref: "x", Row: kiosk.Row{Key: key, Amount: 2500, SeenAt: b.now.Load()}})
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
		page := g.get(path).want(t, path, http.StatusOK, "")
		text := lineText(page.body)
		if !strings.Contains(text, "Payments without a sale: 2") || !strings.Contains(text, "counts in no sum of sales") || !strings.Contains(page.body, `href="/office/payouts#unmatched"`) {
			t.Errorf("%s does not tell: %.1500s", path, text)
		}
		if page := m.get(path).want(t, path, http.StatusOK, ""); strings.Contains(page.body, `class="alarms"`) {
			t.Errorf("%s tells a manager: %.1500s", path, lineText(page.body))
		}
	}
	for _, key := range []string{"20261119-pi-a", "20261119-pi-b"} {
		g.post("/office/unmatched", "key", key, "reason", "the florist's").want(t, "settling", http.StatusSeeOther, "/office/payouts")
	}
	if page := g.get("/office"); strings.Contains(page.body, `class="alarms"`) {
		t.Errorf("settled, and still told: %.1500s", lineText(page.body))
	}
}
