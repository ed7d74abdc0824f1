package store

import (
	"context"
	"fmt"
	"testing"

	"qrkiosk/kiosk"
)

// TestTrail searches the office's journal on both engines: signs that mean something to a database
// are signs, capitals and umlauts count as they do for people, and pages neither repeat nor leave out.
func TestTrail(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		shop, err := Wire(context.Background(), h.Store, h.cfg.Now)
		if err != nil {
			t.Fatal(err)
		}
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			for i, e := range []kiosk.Event{
				{Kind: "stall.change", Subject: "a_b%c!d", Data: `{"Name":"Müller & Söhne"}`},
				{Kind: "stall.change", Subject: "aXb", Data: `{"Name":"MÜLLERIN"}`},
				{Kind: "staff.add", Subject: "Ω", Actor: "o'Neill"},
			} {
				e.Stream, e.At = kiosk.OfficeStream, noon+int64(i)*1000
				if err := tx.Append(e); err != nil {
					return err
				}
			}
			for i := range 120 {
				if err := tx.Append(kiosk.Event{Stream: kiosk.OfficeStream, Kind: "bench", Subject: fmt.Sprint(i), At: noon + 10_000}); err != nil {
					return err
				}
			}
			return nil
		})
		clerk := kiosk.OfficeActor{Role: kiosk.Organizer}
		for text, want := range map[string]int{
			"_b%": 1, "a_b": 1, "!D": 1, "%": 1, "müller": 2, "MÜLLER & s": 1, "söhne": 1, "muller": 2, "Sohne": 1, "ÀxB": 1, "ω": 1, "O'neill": 1, "axb": 1,
			"stall.change": 2, `"name"`: 2, "stallxchange": 0, "\\": 0, "nothing at all": 0,
		} {
			if found, _, err := shop.Office.Trail.Search(context.Background(), clerk, kiosk.TrailQuery{Text: text}); len(found) != want || err != nil {
				t.Errorf("%q finds %d, want %d, %v", text, len(found), want, err)
			}
		}
		seen, q := map[int64]bool{}, kiosk.TrailQuery{Text: "BENCH", From: noon}
		for pages := 1; ; pages++ {
			found, next, err := shop.Office.Trail.Search(context.Background(), clerk, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range found {
				if seen[e.Seq] {
					t.Errorf("entry %d comes twice", e.Seq)
				}
				seen[e.Seq] = true
			}
			if q.Before = next; next == 0 {
				if pages != 3 || len(seen) != 120 {
					t.Errorf("%d pages with %d entries, want 3 with 120", pages, len(seen))
				}
				break
			}
		}
		if found, next, err := shop.Office.Trail.Search(context.Background(), clerk, kiosk.TrailQuery{From: noon + 20_000}); len(found) != 0 || next != 0 || err != nil {
			t.Errorf("nothing is that young: %d, %d, %v", len(found), next, err)
		}
	})
}
