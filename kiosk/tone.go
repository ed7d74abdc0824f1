package kiosk

// Tones are the sounds by which a register says that a sale was paid, so that neighbours can tell
// their registers apart. The first is that of a register nobody has chosen one for.
var Tones = []string{"two", "bell", "chord", "knock"}

// ToneOf is the tone of a register.
func (r Register) ToneOf() string {
	if r.Tone == "" {
		return Tones[0]
	}
	return r.Tone
}
