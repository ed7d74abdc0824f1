package office

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// What is searched is searched in the same way in the browser: both read one table.
func TestPlain_agreesWithTheBrowser(t *testing.T) {
	raw, err := os.ReadFile("../../static/js/testdata/plain.json")
	if err != nil {
		t.Fatal(err)
	}
	var table []struct {
		Typed, In string
		Found     bool
	}
	if err := json.Unmarshal(raw, &table); err != nil {
		t.Fatal(err)
	}
	for _, v := range table {
		if got := strings.Contains(plain(v.In), plain(v.Typed)); got != v.Found {
			t.Errorf("%q in %q: found %v (%q in %q)", v.Typed, v.In, got, plain(v.Typed), plain(v.In))
		}
	}
	if len(table) < 20 {
		t.Errorf("only %d rows", len(table))
	}
}

// A letter that is searched as another is not searched as itself anywhere.
func TestPlain_isPlain(t *testing.T) {
	for bare, letters := range accents {
		for _, text := range []string{letters, strings.ToUpper(letters), bare} {
			if got := plain(text); plain(got) != got {
				t.Errorf("%q becomes %q and then %q", text, got, plain(got))
			}
		}
	}
}
