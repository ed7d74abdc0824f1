package till

import (
	"testing"

	"qrkiosk/kiosk"
)

func TestFoldCode(t *testing.T) {
	if got, err := foldCode(" ab-cd ofil "); err != nil || got != "ABCD0F11" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, wrong := range []string{"", "ABC", "ABCD12345", "ABCD123U", "ABCD12é4"} {
		if _, err := foldCode(wrong); kiosk.KeyOf(err) != KeyCodeForm {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
