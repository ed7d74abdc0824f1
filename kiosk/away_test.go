package kiosk

import "testing"

// TestAwayOf holds when a gateway counts as away for a sale that waits for its code, and what is told of it.
func TestAwayOf(t *testing.T) {
	const now = 1_000_000
	claimed := func(ago int64) Errand { return Errand{Due: now - ago, Lease: now - ago + LeaseOfErrand} }
	for name, c := range map[string]struct {
		opens Errand
		down  int64
		want  Away
		soon  int64
	}{
		"just asked":               {claimed(1000), 0, Away{}, now - 1000 + AwayMillis},
		"asked and silent":         {claimed(AwayMillis), 0, Away{Since: now - AwayMillis}, 0},
		"about to be asked":        {Errand{Due: now}, 0, Away{}, now + AwayMillis},
		"nobody asks":              {Errand{Due: now - AwayMillis}, 0, Away{Since: now - AwayMillis}, 0},
		"waits, nothing is wrong":  {Errand{Due: now + 3000}, 0, Away{}, 0},
		"down, the next try comes": {Errand{Due: now + 3000}, now - 9000, Away{Since: now - 9000, Next: now + 3000}, 0},
		"down, being tried":        {claimed(1000), now - 9000, Away{Since: now - 9000}, 0},
	} {
		got, soon := AwayOf(c.opens, Health{GatewayDown: c.down}, now)
		if got != c.want || soon != c.soon {
			t.Errorf("%s: %+v and %d, want %+v and %d", name, got, soon, c.want, c.soon)
		}
	}
}
