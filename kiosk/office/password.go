package office

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"qrkiosk/kiosk"
)

const (
	passwordShortest = 10  // characters
	passwordLongest  = 256 // bytes
)

// commonWords are what people take for passwords, once digits and signs around them are left out:
// "Passw0rd2024!" is "password". The list is short because the length rules out most of any list.
//
//go:embed common-passwords.txt
var commonWords string

var common = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(commonWords) {
		words[word] = true
	}
	return words
})

// checkPassword wants ten characters that are not what everybody tries first: a common word with
// digits around it, one character or one group repeated, a row of the keyboard or the alphabet, or
// the words of this place. Nothing else is asked of it (B051, B052).
func checkPassword(password string, context ...string) error {
	switch {
	case len(password) > passwordLongest:
		return &kiosk.Error{Code: kiosk.Invalid, Key: KeyPasswordLong, Field: "password"}
	case !utf8.ValidString(password) || utf8.RuneCountInString(password) < passwordShortest:
		return &kiosk.Error{Code: kiosk.Invalid, Key: KeyPasswordShort, Field: "password"}
	case commonPassword(password, context):
		return &kiosk.Error{Code: kiosk.Invalid, Key: KeyPasswordCommon, Field: "password"}
	}
	return nil
}

func commonPassword(password string, context []string) bool {
	plain := strings.ToLower(password)
	if repeats(plain) || inRow(plain) {
		return true
	}
	word := unleet(strings.TrimFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) }))
	if word == "" || common()[word] {
		return true
	}
	for _, c := range context {
		if c = kiosk.FoldName(c); utf8.RuneCountInString(c) >= 4 && strings.Contains(strings.ToLower(password), c) &&
			utf8.RuneCountInString(password)-utf8.RuneCountInString(c) < 6 {
			return true
		}
	}
	return false
}

// unleet reads digits and signs that stand for letters inside a word.
func unleet(password string) string {
	return strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "@", "a", "$", "s").Replace(password)
}

// repeats tells whether a group of at most four characters is all there is.
func repeats(password string) bool {
	runes := []rune(password)
	for size := 1; size <= 4; size++ {
		same := true
		for i := size; i < len(runes) && same; i++ {
			same = runes[i] == runes[i-size]
		}
		if same {
			return true
		}
	}
	return false
}

// inRow tells whether the password is a piece of a row that fingers know.
func inRow(password string) bool {
	return slices.ContainsFunc([]string{
		"01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba",
		"qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "1qaz2wsx3edc4rfv5tgb", "q1w2e3r4t5y6u7i8o9p0",
		"1q2w3e4r5t6y7u8i9o0p", "11223344556677889900", "azertyuiopqsdfghjklm",
	}, func(row string) bool { return strings.Contains(row, password) })
}
