package kiosk

import (
	"strconv"
	"strings"
)

// Money is an amount in euro cents. SecPaid knows no other currency, so there is no currency
// field anywhere; no float ever touches an amount.
type Money int64

// MaxMoney is the largest amount a person may type: a million euros less a cent. It keeps every
// sum of sales far away from the limits of int64.
const MaxMoney Money = 99_999_999

// String writes the amount as the wire and the logs want it: "12.50", "-0.05".
func (m Money) String() string {
	sign, v := "", int64(m)
	if v < 0 {
		sign, v = "-", -v
	}
	return sign + strconv.FormatInt(v/100, 10) + "." + twoDigits(v%100)
}

func twoDigits(v int64) string {
	if v < 10 {
		return "0" + strconv.FormatInt(v, 10)
	}
	return strconv.FormatInt(v, 10)
}

// ParseMoney reads what a person typed into an amount field, in German or English habit.
// It never guesses: a text with two readings is refused with [KeyAmountAmbiguous]. A plain whole
// number is refused too, because "1250" may be 12.50 or 1250.00; the keypad posts cents instead.
// Every error is an [*Error] with code [Invalid].
func ParseMoney(text string) (Money, error) {
	if len(text) > 64 {
		return 0, AmountError(KeyAmountTooLarge)
	}
	text = trimAmount(text)
	if text == "" {
		return 0, AmountError(KeyAmountMissing)
	}
	whole, cents, err := splitAmount(text)
	if err != nil {
		return 0, err
	}
	return joinAmount(whole, cents)
}

// trimAmount removes what may stand around an amount: spaces of every kind and the euro sign.
func trimAmount(text string) string {
	const blanks = " \t\u00a0\u202f\u2009\u200b\ufeff"
	text = strings.Trim(text, blanks)
	for _, sign := range []string{"€", "EUR"} {
		text = strings.TrimSuffix(strings.TrimPrefix(text, sign), sign)
	}
	return strings.Trim(text, blanks)
}

// splitAmount finds the decimal separator. With one kind of separator present once, the number
// of digits behind it decides; with both kinds, the last one is the decimal separator.
func splitAmount(text string) (whole, cents string, err error) {
	for i := range len(text) {
		if c := text[i]; c != ',' && c != '.' && (c < '0' || c > '9') {
			return "", "", AmountError(KeyAmountNotNumber)
		}
	}
	last := strings.LastIndexAny(text, ",.")
	if last < 0 {
		return "", "", ambiguousAmount(text)
	}
	whole, cents = text[:last], text[last+1:]
	if !strings.ContainsAny(whole, ",.") {
		return splitOnce(whole, cents)
	}
	return splitGrouped(whole, cents, text[last])
}

func splitOnce(whole, cents string) (string, string, error) {
	switch {
	case whole == "" && cents == "":
		return "", "", AmountError(KeyAmountNotNumber)
	case len(cents) == 3 && len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0':
		return "", "", AmountError(KeyAmountAmbiguous)
	case len(cents) > 2:
		return "", "", AmountError(KeyAmountDecimals)
	}
	return whole, cents, nil
}

// splitGrouped accepts thousands groups of exactly three digits, all with the separator that is
// not the decimal one.
func splitGrouped(whole, cents string, decimal byte) (string, string, error) {
	group := byte(',')
	if decimal == ',' {
		group = '.'
	}
	if strings.IndexByte(whole, decimal) >= 0 {
		return "", "", AmountError(KeyAmountNotNumber)
	}
	parts := strings.Split(whole, string(group))
	if parts[0] == "" || len(parts[0]) > 3 {
		return "", "", AmountError(KeyAmountNotNumber)
	}
	for _, p := range parts[1:] {
		if len(p) != 3 {
			return "", "", AmountError(KeyAmountNotNumber)
		}
	}
	if len(cents) > 2 {
		return "", "", AmountError(KeyAmountDecimals)
	}
	return strings.Join(parts, ""), cents, nil
}

func joinAmount(whole, cents string) (Money, error) {
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > 6 {
		return 0, AmountError(KeyAmountTooLarge)
	}
	for len(cents) < 2 {
		cents += "0"
	}
	v, err := strconv.ParseInt("0"+whole+cents, 10, 64)
	if err != nil {
		return 0, AmountError(KeyAmountNotNumber)
	}
	return Money(v), Money(v).CheckChargeable()
}

// CheckChargeable is [Invalid] for an amount that cannot be asked of a customer.
func (m Money) CheckChargeable() error {
	switch {
	case m <= 0:
		return AmountError(KeyAmountZero)
	case m > MaxMoney:
		return AmountError(KeyAmountTooLarge)
	}
	return nil
}

// ParseCents reads the whole number of cents that the keypad posts. It accepts ASCII digits only
// and refuses zero and anything above [MaxMoney]; every error is an [*Error] with code [Invalid].
func ParseCents(text string) (Money, error) {
	if text == "" {
		return 0, AmountError(KeyAmountMissing)
	}
	if len(text) > 20 {
		return 0, AmountError(KeyAmountTooLarge)
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, AmountError(KeyAmountNotNumber)
		}
	}
	text = strings.TrimLeft(text, "0")
	if len(text) > 8 {
		return 0, AmountError(KeyAmountTooLarge)
	}
	v, err := strconv.ParseInt("0"+text, 10, 64)
	if err != nil {
		return 0, AmountError(KeyAmountNotNumber)
	}
	return Money(v), Money(v).CheckChargeable()
}

// ParseDecimal reads an amount as machines write it: an optional minus, digits, and optionally a
// dot with digits of which all behind the second are zero. Exponents, grouping, commas and signs
// of other kinds are refused. The error is an [*Error] with code [Invalid].
func ParseDecimal(text string) (Money, error) {
	body, negative := strings.CutPrefix(text, "-")
	whole, cents, _ := strings.Cut(body, ".")
	cents = strings.TrimRight(cents, "0")
	if whole == "" || len(whole) > 12 || len(cents) > 2 || strings.HasSuffix(body, ".") {
		return 0, AmountError(KeyAmountNotNumber)
	}
	for len(cents) < 2 {
		cents += "0"
	}
	digits := whole + cents
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, AmountError(KeyAmountNotNumber)
		}
	}
	v, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, AmountError(KeyAmountNotNumber)
	}
	if negative {
		v = -v
	}
	return Money(v), nil
}

// AmountError is [Invalid] with a message about the field of the amount.
func AmountError(key string) error {
	return &Error{Code: Invalid, Key: key, Field: "amount"}
}

// ambiguousAmount offers both readings of a number typed without a separator.
func ambiguousAmount(text string) error {
	text = strings.TrimLeft(text, "0")
	if text == "" {
		return AmountError(KeyAmountZero)
	}
	if len(text) > 8 {
		return AmountError(KeyAmountTooLarge)
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return AmountError(KeyAmountNotNumber)
	}
	return &Error{
		Code: Invalid, Key: KeyAmountPlain, Field: "amount",
		Amounts: []Money{Money(v), Money(v * 100)},
	}
}
