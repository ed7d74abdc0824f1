package kiosk

import "testing"

func TestOrderLetter(t *testing.T) {
	b1, b2, k := Register{ID: "1", Prefix: "B1"}, Register{ID: "2", Prefix: "B2"}, Register{ID: "3", Prefix: "K"}
	for _, c := range []struct {
		of   Register
		all  []Register
		want string
	}{
		{b1, []Register{b1}, "B"},
		{b1, []Register{b1, k}, "B"},
		{k, []Register{b1, k}, "K"},
		{b1, []Register{b1, b2}, "B1"},
		{b2, []Register{b1, b2, k}, "B2"},
		{Register{ID: "4"}, []Register{b1}, ""},
	} {
		if got := OrderLetter(c.of, c.all); got != c.want {
			t.Errorf("%q among %v: %q, want %q", c.of.Prefix, c.all, got, c.want)
		}
	}
	if got := OrderNumber("B", 17) + "|" + OrderNumber("", 3); got != "B 17|3" {
		t.Error(got)
	}
}
