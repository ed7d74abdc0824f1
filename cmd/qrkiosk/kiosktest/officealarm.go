package kiosktest

import (
	"encoding/json"
	"time"
)

// News reads frames of the wall until one tells of alarms, and returns what it says.
func (v *wallView) News() string {
	v.t.Helper()
	for {
		if err := v.Conn.SetReadDeadline(time.Now().Add(Patience)); err != nil {
			v.t.Fatal(err)
		}
		_, raw, err := v.Conn.ReadMessage()
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
