package store

import (
	"testing"

	"qrkiosk/kiosk"
)

func TestRetention(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		links := []string{h.id("l1"), h.id("l2"), h.id("l3")}
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			for i, link := range links {
				for j, sum := range []string{"a", "b"} {
					in := kiosk.Inbox{Link: link, Sale: "s", Sum: sum, Raw: []byte{1}, At: noon + int64(i*1000+j*10)}
					if err := tx.PutInbox(in); err != nil {
						return err
					}
				}
			}
			return nil
		})
		drop := func(link string, at int64, n int) (gone int64) {
			h.must(kiosk.OfficeStream, func(tx kiosk.Tx) (err error) {
				gone, err = tx.DropInbox(link, at, n)
				return err
			})
			return gone
		}
		for _, c := range []struct {
			link string
			at   int64
			want int64
		}{
			{links[0], noon + 9999, 0}, // links of before
			{links[2], noon + 5, 1},    // one arrived in time, the other not
			{links[2], noon + 1005, 2}, // the rest of the first link, one of the second
			{links[2], noon + 9999, 1}, // the third link is not old enough
			{links[2] + "~", noon + 9999, 2},
			{links[2] + "~", noon + 9999, 0},
		} {
			if got := drop(c.link, c.at, 100); got != c.want {
				t.Errorf("before %s and %d: %d rows went, want %d", c.link, c.at-noon, got, c.want)
			}
		}
	})
}
