package secpaid

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/base64"
	"strings"
)

// maxSealed bounds encrypted content; the text before decoding may be longer by its line breaks.
const (
	maxSealed     = 4 << 10
	maxSealedText = 8 << 10
)

// decrypt opens AES-256-CBC with PKCS#7 padding, the raw characters of the key, and their first
// sixteen as constant IV, as the gateway seals. padded tells whether the padding was right; if not,
// the text is all that was decrypted.
func decrypt(sealed, key string) (text []byte, padded bool, flaw string) {
	if len(key) != keyLength {
		return nil, false, flawKey
	}
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		return nil, false, flawKey
	}
	data, ok := decodeSealed(sealed)
	if !ok {
		return nil, false, flawBase64
	}
	if len(data) == 0 || len(data)%aes.BlockSize != 0 || len(data) > maxSealed {
		return nil, false, flawBlocks
	}
	cipher.NewCBCDecrypter(block, []byte(key[:aes.BlockSize])).CryptBlocks(data, data)
	n, right := unpad(data)
	return data[:n], right == 1, ""
}

// unharmed undoes what happens to base64 on its way: line breaks, blanks for plus signs.
var unharmed = strings.NewReplacer("\r", "", "\n", "", " ", "+")

// decodeSealed tolerates what happens to base64 on its way: no padding, blanks for plus signs,
// line breaks (B078). The alphabet for addresses is not among it.
func decodeSealed(sealed string) ([]byte, bool) {
	if len(sealed) > maxSealedText {
		return nil, false
	}
	sealed = unharmed.Replace(sealed)
	body := strings.TrimRight(sealed, "=")
	if len(sealed)-len(body) > 2 {
		return nil, false
	}
	data, err := base64.RawStdEncoding.Strict().DecodeString(body)
	return data, err == nil
}

// unpad checks PKCS#7 padding in constant time and returns the length without it, the whole
// length if it is wrong.
func unpad(text []byte) (n, right int) {
	pad := text[len(text)-1]
	right = subtle.ConstantTimeLessOrEq(1, int(pad)) & subtle.ConstantTimeLessOrEq(int(pad), aes.BlockSize)
	for i := range aes.BlockSize {
		inPad := subtle.ConstantTimeLessOrEq(i+1, int(pad))
		same := subtle.ConstantTimeByteEq(text[len(text)-1-i], pad)
		right &= subtle.ConstantTimeSelect(inPad, same, 1)
	}
	return len(text) - subtle.ConstantTimeSelect(right, int(pad), 0), right
}
