package secpaid

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

// TestSkew: the date of every answer tells how far our clock is off, to the second and no nearer.
func TestSkew(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 400_000_000, time.UTC)
	for _, c := range []struct {
		date string
		want time.Duration
	}{
		{now.Format(http.TimeFormat), 0},
		{now.Add(90 * time.Second).Format(http.TimeFormat), 90*time.Second - 400*time.Millisecond},
		{now.Add(-time.Hour).Format(http.TimeFormat), -time.Hour + 600*time.Millisecond},
		{"yesterday", 0},
	} {
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", c.date)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"ResponseCode":1,"Result":"True","data":[]}`))
		}))
		client, err := New(Config{URL: front.URL, Token: "t", Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.PayIns(t.Context(), kiosk.PayInQuery{Days: 2, Page: 1, Limit: 1}); err != nil {
			t.Fatal(err)
		}
		if got := client.Skew(); got != c.want {
			t.Errorf("%s: off by %v, want %v", c.date, got, c.want)
		}
		client.Close()
		front.Close()
	}
}

// TestUnused lists what can be paid by part of a note, and says when that is not all.
func TestUnused(t *testing.T) {
	row := `{"linktopay_id":5,"amount":"12.50","recipient_note":"VJ9E026ABCDEFGHJKM Bakery","pay_link":"x"}`
	for answer, complete := range map[string]bool{
		`[` + row + `]`:                         true,
		`[]`:                                    true,
		`[` + row + `,{"linktopay_id":"five"}]`: false,
	} {
		c, f := connect(t, says(200, done(answer)))
		got, err := c.Unused(t.Context(), "VJ9E026")
		if err != nil || got.Complete != complete || len(got.Links) > 1 {
			t.Errorf("%s: %+v, %v", answer, got, err)
		}
		if len(got.Links) == 1 && (got.Links[0].PayID != 5 || got.Links[0].Ref != "VJ9E026ABCDEFGHJKM" || got.Links[0].Amount != 1250) {
			t.Errorf("read %+v", got.Links[0])
		}
		if f.last(t).path == "" {
			t.Error("nothing was asked")
		}
	}
	c, _ := connect(t, says(200, done(`[]`)))
	if _, err := c.Unused(t.Context(), ""); kiosk.CodeOf(err) != kiosk.NotSent {
		t.Errorf("a search for nothing: %v", err)
	}
}
