package till

import (
	"testing"
)

func TestHasCardNumber(t *testing.T) {
	for note, want := range map[string]bool{
		"4111 1111 1111 1111": true, "x4111-1111-1111-1111y": true, "5500005555555559": true,
		"4111 1111 1111 1112": false, "table 12, 3 x 4": false, "": false, "DE89 3704 0044 0532 0130 00": false,
		"0123456789": false,
	} {
		if got := hasCardNumber(note); got != want {
			t.Errorf("%q: %v", note, got)
		}
	}
}
