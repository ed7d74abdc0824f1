package counterview

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// The keypad's vectors hold for the server too: what the keys make is what the typed text means,
// and the lines that are posted add up to the cents.
func TestKeypad_agreesWithTheServer(t *testing.T) {
	raw, err := os.ReadFile("../../static/js/testdata/figure.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Keys, Lines, Text string
		Cents             kiosk.Money
	}
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	typed := 0
	for _, v := range vectors {
		if v.Text != "" {
			typed++
			if got, err := kiosk.ParseMoney(v.Text); err != nil || got != v.Cents {
				t.Errorf("%q reads as %d, %v; the keys %q make %d", v.Text, got, err, v.Keys, v.Cents)
			}
		}
		if sum := posted(t, v.Lines); sum != v.Cents {
			t.Errorf("lines %q add up to %d, want %d", v.Lines, sum, v.Cents)
		}
	}
	if typed < 8 {
		t.Errorf("only %d vectors have a text", typed)
	}
}

func posted(t *testing.T, lines string) kiosk.Money {
	t.Helper()
	var sum kiosk.Money
	for _, line := range strings.Fields(lines) {
		count, unit, times := strings.Cut(line, "x")
		if !times {
			count, unit = "1", line
		}
		n, err := strconv.ParseInt(count, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		cents, err := kiosk.ParseCents(unit)
		if err != nil {
			t.Fatal(err)
		}
		sum += kiosk.Line{Qty: n, Unit: cents}.Sum()
	}
	return sum
}

// The keys that are drawn are the keys the module knows, and the mark is the region's.
func TestKeypad_keys(t *testing.T) {
	raw, err := os.ReadFile("../../static/js/figure.js")
	if err != nil {
		t.Fatal(err)
	}
	for region, mark := range map[string]string{"de": ",", "en": "."} {
		faces := keypad(till{Page: views.Page{Lang: "en", Region: region}})
		if len(faces) != 16 {
			t.Fatalf("%d keys", len(faces))
		}
		for _, f := range faces {
			if _, err := strconv.Atoi(f.key); err != nil && !strings.Contains(string(raw), `case "`+f.key+`":`) {
				t.Errorf("the module does not know the key %q", f.key)
			}
			if f.key == "mark" && f.face != mark {
				t.Errorf("mark of %s is %q", region, f.face)
			}
			if f.label == "" || strings.Contains(f.label, "key.") {
				t.Errorf("key %q is called %q", f.key, f.label)
			}
		}
	}
}
