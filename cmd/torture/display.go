//go:build unix

package main

import (
	"context"
	"regexp"
	"time"
)

// shown is what a display was told, kept as far as the checker needs it.
type shown struct {
	Register int
	At       time.Time
	Shows    string
	Number   string
}

var (
	displayShows = regexp.MustCompile(`data-shows="([^"]+)"`)
	saleNumber   = regexp.MustCompile(`R\d+-\d{4,}`)
)

// watch keeps a display's socket open and remembers what it shows. A version that falls within an
// epoch is a lie: a page would ignore it, but no server may send it.
func (r *register) watch(ctx context.Context) {
	epoch, version, last := "", int64(0), ""
	for ctx.Err() == nil {
		_ = r.display.live(ctx, "/display/live", func(f frame) {
			if f.HTML == "" {
				return
			}
			if f.Epoch == epoch && f.Version < version {
				r.w.complain("I5: register %d: version %d behind %d", r.n, f.Version, version)
			}
			epoch, version = f.Epoch, f.Version
			r.w.count.fire("frame")
			shows, number := "", saleNumber.FindString(f.HTML)
			if found := displayShows.FindStringSubmatch(f.HTML); found != nil {
				shows = found[1]
			}
			if shows+number != last {
				last = shows + number
				r.w.mu.Lock()
				r.w.frames = append(r.w.frames, shown{r.n, time.Now(), shows, number})
				r.w.mu.Unlock()
			}
		})
		r.w.count.fire("display-reconnected")
		if !pause(ctx, r.w.dice.between(20*time.Millisecond, 200*time.Millisecond)) {
			return
		}
	}
}
