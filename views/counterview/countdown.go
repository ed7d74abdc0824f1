package counterview

import (
	"strings"

	"qrkiosk/views"
)

// countdown says how long it is until something; a page with a script goes on counting.
type countdown struct {
	at      int64  // Unix milliseconds
	left    int64  // milliseconds, when the page was drawn
	in, now string // words before that time, with the gap {n}, and from then on
}

func (u countdown) words() string {
	if u.left <= 0 {
		return u.now
	}
	return strings.ReplaceAll(u.in, "{n}", views.Text64((u.left+999)/1000))
}

func (t till) until(at int64) countdown {
	return countdown{at: at, left: at - t.s.Now, in: t.T("till.away.in"), now: t.T("till.away.now")}
}
