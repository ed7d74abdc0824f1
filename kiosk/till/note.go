package till

// hasCardNumber finds 13 to 19 digits that pass the check of card numbers, with or without blanks
// and dashes between them: they must never be stored.
func hasCardNumber(text string) bool {
	var digits []byte
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, c-'0')
		case c != ' ' && c != '-':
			if luhn(digits) {
				return true
			}
			digits = digits[:0]
		}
	}
	return luhn(digits)
}

func luhn(digits []byte) bool {
	if len(digits) < 13 || len(digits) > 19 {
		return false
	}
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
