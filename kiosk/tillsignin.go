package kiosk

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// The keys of messages about people.
const (
	KeyPINForm    = "pin-form"
	KeyPINSimple  = "pin-simple"
	KeyPINLength  = "pin-length"
	KeyPINWait    = "pin-wait"
	KeyPINLocked  = "pin-locked"
	KeyNameForm   = "name-form"
	KeyStaffGone  = "staff-gone"
	KeyHashesBusy = "hashes-busy"
)

const (
	pinShortest = 4
	pinLongest  = 12
	// NameLongest is how many characters the name of a person, stall or register may have.
	NameLongest = 80
)

// DefaultPINLength is how many digits a PIN has unless the stall says otherwise.
const DefaultPINLength = 6

// PINDigits is how many digits the PINs have that are given at a stall now. People keep the PIN they
// had before, whatever its length.
func (s *Stall) PINDigits() int64 {
	if s.PINLength == 0 {
		return DefaultPINLength
	}
	return s.PINLength
}

// CheckNewPIN is [Invalid] for a PIN that nobody is given here: too simple, or of another length than the
// stall's. At a till the last digit then signs in by itself.
func (s *Stall) CheckNewPIN(pin string) error {
	if err := CheckNewPIN(pin); err != nil {
		return err
	}
	if int64(len(pin)) != s.PINDigits() {
		return &Error{Code: Invalid, Key: KeyPINLength, Field: "pin", Args: []string{strconv.FormatInt(s.PINDigits(), 10)}}
	}
	return nil
}

// CheckPINForm is [Invalid] for what cannot be a PIN; digits alone, of a bounded length.
func CheckPINForm(pin string) error {
	if len(pin) < pinShortest || len(pin) > pinLongest || strings.Trim(pin, "0123456789") != "" {
		return &Error{Code: Invalid, Key: KeyPINForm, Field: "pin"}
	}
	return nil
}

// CheckNewPIN refuses PINs that are tried first by everybody: one digit repeated, digits in
// sequence, and years.
func CheckNewPIN(pin string) error {
	if err := CheckPINForm(pin); err != nil {
		return err
	}
	if steady(pin) || (len(pin) == 4 && (pin[:2] == "19" || pin[:2] == "20")) {
		return &Error{Code: Invalid, Key: KeyPINSimple, Field: "pin"}
	}
	return nil
}

// steady tells whether each digit differs from the one before by the same step of 0, 1 or -1.
func steady(pin string) bool {
	step := int(pin[1]) - int(pin[0])
	if step < -1 || step > 1 {
		return false
	}
	for i := 2; i < len(pin); i++ {
		if int(pin[i])-int(pin[i-1]) != step {
			return false
		}
	}
	return true
}

// CheckName is [Invalid] for a name that is empty, too long or not plain text.
func CheckName(name string) error {
	if strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > NameLongest || !PlainText(name) {
		return &Error{Code: Invalid, Key: KeyNameForm, Field: "name"}
	}
	return nil
}
