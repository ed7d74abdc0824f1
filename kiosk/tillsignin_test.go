package kiosk

import "testing"

func TestStall_CheckNewPIN(t *testing.T) {
	for _, c := range []struct {
		length int64
		pin    string
		key    string
	}{
		{0, "739164", ""},
		{0, "7391", KeyPINLength},
		{0, "7391648", KeyPINLength},
		{4, "7391", ""},
		{4, "739164", KeyPINLength},
		{4, "1234", KeyPINSimple},
		{8, "73916482", ""},
		{8, "739", KeyPINForm},
	} {
		at := Stall{PINLength: c.length}
		if got := KeyOf(at.CheckNewPIN(c.pin)); got != c.key {
			t.Errorf("%q where PINs have %d digits: %q, want %q", c.pin, at.PINDigits(), got, c.key)
		}
	}
}

func TestStall_Check_counter(t *testing.T) {
	long := "a reason of more than thirty characters"
	for _, c := range []struct {
		stall Stall
		field string
	}{
		{Stall{}, ""},
		{Stall{PINLength: 3}, "pinlength"},
		{Stall{PINLength: 12}, ""},
		{Stall{PINLength: 13}, "pinlength"},
		{Stall{PINLength: -1}, "pinlength"},
		{Stall{Reasons: []string{"Neighbour", "Broken"}}, ""},
		{Stall{Reasons: []string{"Neighbour", "Neighbour"}}, "reasons"},
		{Stall{Reasons: []string{"a", "b", "c", "d", "e", "f", "g"}}, "reasons"},
		{Stall{Reasons: []string{long}}, "reasons"},
		{Stall{Reasons: []string{" "}}, "reasons"},
		{Stall{Reasons: []string{"a\nb"}}, "reasons"},
	} {
		c.stall.Name = "Bakery Lind"
		var e *Error
		field := ""
		if AsError(c.stall.Check(), &e) {
			field = e.Field
		}
		if field != c.field {
			t.Errorf("%+v: %q is wrong, want %q", c.stall, field, c.field)
		}
	}
}
