package kiosk

import "testing"

func TestFoldPairingCode(t *testing.T) {
	if got, err := FoldPairingCode(" ab-cd ofil "); err != nil || got != "ABCD0F11" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, wrong := range []string{"", "ABC", "ABCD12345", "ABCD123U", "ABCD12é4"} {
		if _, err := FoldPairingCode(wrong); KeyOf(err) != KeyCodeForm {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestPairing_CheckOpen(t *testing.T) {
	for _, c := range []struct {
		what string
		p    Pairing
		kind DeviceKind
		want string
	}{
		{"a tablet's", Pairing{Kind: Tablet, Expires: 2}, Tablet, ""},
		{"a display's", Pairing{Kind: Display, Expires: 2}, Display, ""},
		{"a display's of before kinds were kept", Pairing{Expires: 2}, Display, ""},
		{"the same for a tablet", Pairing{Expires: 2}, Tablet, KeyCodeOfDisplay},
		{"a display's for a tablet", Pairing{Kind: Display, Expires: 2}, Tablet, KeyCodeOfDisplay},
		{"a tablet's for a display", Pairing{Kind: Tablet, Expires: 2}, Display, KeyCodeOfTablet},
		{"used", Pairing{Kind: Tablet, Expires: 2, Device: "d"}, Tablet, KeyCodeUsed},
		{"over", Pairing{Kind: Tablet, Expires: 1}, Tablet, KeyCodeExpired},
	} {
		if got := KeyOf(c.p.CheckOpen(c.kind, 1)); got != c.want {
			t.Errorf("%s is %q, want %q", c.what, got, c.want)
		}
	}
}
