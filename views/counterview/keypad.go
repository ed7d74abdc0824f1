package counterview

import (
	"qrkiosk/views"
)

// keyFace is one key of the keypad: what is printed on it, what it does and how it is read aloud.
type keyFace struct {
	key, face, icon, label string
	act                    bool // not a digit
}

// keypad lists the keys row by row. The decimal key wears the mark of the region.
func keypad(t till) []keyFace {
	digit := func(d string) keyFace { return keyFace{d, d, "", d, false} }
	act := func(key, face, sign, word string) keyFace {
		return keyFace{key, face, sign, t.T("key." + word), true}
	}
	return []keyFace{
		digit("1"), digit("2"), digit("3"), act("back", "", "back", "back"),
		digit("4"), digit("5"), digit("6"), act("times", "×", "", "times"),
		digit("7"), digit("8"), digit("9"), act("plus", "+", "", "plus"),
		digit("00"), digit("0"),
		{"mark", views.HabitOf(t.Region).Decimal, "", t.T("key.mark"), false},
		act("clear", "C", "", "clear"),
	}
}
