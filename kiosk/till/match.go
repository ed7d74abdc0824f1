package till

import (
	"qrkiosk/kiosk"
)

// matchOf picks a word and a colour by two random bytes.
func matchOf(a, b byte) kiosk.Match {
	return kiosk.Match{Colour: kiosk.Colours[int(a)%len(kiosk.Colours)], Animal: kiosk.Animals[int(b)%len(kiosk.Animals)]}
}
