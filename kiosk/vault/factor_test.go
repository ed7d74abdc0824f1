package vault

import (
	"testing"

	"qrkiosk/kiosk"
)

// The vectors of RFC 6238, appendix B, cut to six digits.
func TestFactorCode(t *testing.T) {
	secret := []byte("12345678901234567890")
	for seconds, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471",
		1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := factorCode(secret, seconds*1000/factorStep); got != want {
			t.Errorf("at %d s the code is %s, want %s", seconds, got, want)
		}
	}
}

func TestCheckFactor(t *testing.T) {
	v := newVault(t, 1)
	sealed, err := v.Seal([]byte("12345678901234567890"), "login 7")
	if err != nil {
		t.Fatal(err)
	}
	const now, step = 1111111109_000, 1111111109_000 / factorStep
	for _, c := range []struct {
		name, code string
		now, after int64
		want       int64
	}{
		{"right", "081804", now, 0, step},
		{"a step early", "081804", now - factorStep, 0, step},
		{"a step late", "081804", now + factorStep, 0, step},
		{"two steps late", "081804", now + 2*factorStep, 0, 0},
		{"used before", "081804", now, step, 0},
		{"of another time", "287082", now, 0, 0},
		{"empty", "", now, 0, 0},
		{"longer", "0818040", now, 0, 0},
	} {
		if got, err := v.CheckFactor(sealed, "login 7", c.code, c.now, c.after); got != c.want || err != nil {
			t.Errorf("%s: step %d, %v; want %d", c.name, got, err, c.want)
		}
	}
	if _, err := v.CheckFactor(sealed, "login 8", "081804", now, 0); kiosk.KeyOf(err) != KeySealed {
		t.Errorf("the factor of another: %v", err)
	}
}

func TestNewFactor(t *testing.T) {
	v := newVault(t, 1)
	sealed, err := v.NewFactor("login 7")
	if err != nil {
		t.Fatal(err)
	}
	text, err := v.FactorText(sealed, "login 7")
	if err != nil || len(text) != 32 {
		t.Fatalf("%q, %v", text, err)
	}
	secret, err := factorText.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	const now = 1_700_000_000_000
	step, err := v.CheckFactor(sealed, "login 7", factorCode(secret, now/factorStep), now, 0)
	if step != now/factorStep || err != nil {
		t.Errorf("the app's code is of step %d, %v", step, err)
	}
}
