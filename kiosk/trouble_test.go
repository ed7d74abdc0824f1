package kiosk

import (
	"encoding/json"
	"testing"
)

// TestTrouble_stored holds the text in which troubles lie in databases.
func TestTrouble_stored(t *testing.T) {
	for _, kind := range []TroubleKind{
		TroubleLate, TroubleLateUsed, TroubleClaimed, TroubleShort, TroubleExtra, TroubleUnconfirmed,
		TroubleWithdrawn, TroubleDispute, TroubleBank,
	} {
		for n, text := range map[int]string{1: ":1", 2: ":2", 17: ":17"} {
			want := "\"" + string(kind) + text + "\""
			got, err := json.Marshal(Trouble{kind, n})
			if err != nil || string(got) != want {
				t.Errorf("%s %d is written %s, %v", kind, n, got, err)
			}
			var back Trouble
			if err := json.Unmarshal(got, &back); err != nil || back != (Trouble{kind, n}) {
				t.Errorf("%s is read as %+v, %v", got, back, err)
			}
		}
	}
}

// TestTrouble_asItWas: a text of any form is read, and written again as it was.
func TestTrouble_asItWas(t *testing.T) {
	for _, list := range []string{
		`["late:1","extra:2"]`, `["strange"]`, `["late:"]`, `["late:01"]`, `["late:0"]`, `["late:-1"]`, `["a:b:3"]`, `[""]`, `[]`, `null`,
	} {
		var troubles []Trouble
		if err := json.Unmarshal([]byte(list), &troubles); err != nil {
			t.Errorf("%s: %v", list, err)
			continue
		}
		if got, err := json.Marshal(troubles); err != nil || string(got) != list {
			t.Errorf("%s became %s, %v", list, got, err)
		}
	}
}
