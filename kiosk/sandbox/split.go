package sandbox

import (
	"strconv"
	"strings"

	"qrkiosk/kiosk"
)

// million is one whole percent, or one whole euro, of a recipient's share.
const million = 1_000_000

// readSplit reads and checks the recipients in the order of the vendor's table of errors: per recipient
// token, own token, share; then the sum.
func (ap *api) readSplit(k *link, a *Account, in value) (msg string) {
	k.Split = orElse(strings.TrimSpace(in.get("split_type").scalar()), "normal")
	if k.Split != "normal" && k.Split != "absolute" {
		return msgBadSplitType
	}
	items := recipientsOf(in.get("recipients"))
	if len(items) == 0 {
		return msgNoRecipients
	}
	for i, item := range items {
		r, msg := ap.readRecipient(a, item, k.Split == "absolute")
		if msg != "" {
			return msg + strconv.Itoa(i)
		}
		k.Recipients = append(k.Recipients, r)
	}
	return k.checkSum()
}

// recipientsOf accepts an array, one object, or a text that holds JSON (forms send it so).
func recipientsOf(v value) []value {
	if v.kind == text {
		inner, err := readJSON([]byte(`{"r":` + v.text + `}`))
		if err != nil {
			return nil
		}
		v = inner.get("r")
	}
	if v.kind == object {
		return []value{v}
	}
	return v.items
}

func (ap *api) readRecipient(a *Account, item value, absolute bool) (r recipient, msg string) {
	token := item.get("token").scalar()
	if token == a.RecipientToken || token == a.Key { // the vendor names now the one, now the other
		return r, msgOwnToken
	}
	var owner *Account
	ap.keeper.read(func(l *ledger) { owner = l.byToken(token) })
	if owner == nil || token == "" {
		return r, msgBadRecipient
	}
	share, ok := parseShare(item.get("share").scalar())
	if absolute {
		share -= share % (million / 100) // whole cents, rounded down
	}
	if !ok || share <= 0 {
		return r, msgShareZero
	}
	return recipient{
		Token: token, User: owner.UserID, Share: share,
		Text: echoShare(item.get("share")), First: shareFirst(item),
	}, ""
}

func echoShare(v value) string {
	if v.kind == text {
		return quote(v.text)
	}
	if strings.Contains(v.text, ".") {
		return strings.TrimSuffix(strings.TrimRight(v.text, "0"), ".")
	}
	return v.text
}

func shareFirst(item value) bool {
	for _, key := range item.keys {
		if key == "token" || key == "share" {
			return key == "share"
		}
	}
	return false
}

// parseShare reads a decimal text into millionths; more than six decimals are refused.
func parseShare(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	whole, rest, _ := strings.Cut(text, ".")
	if strings.TrimPrefix(whole, "-") == "" || len(whole) > 9 || len(rest) > 6 {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+rest+"000000"[len(rest):], 10, 64)
	return n, err == nil && text[0] != '+'
}

// checkSum: exactly 100 percent and exactly the whole amount are allowed, although the text for
// the first says "less than": the rule beside it says "must not exceed".
func (k *link) checkSum() (msg string) {
	var sum int64
	for _, r := range k.Recipients {
		sum += r.Share
		if sum > 1<<60 {
			break
		}
	}
	switch {
	case k.Split == "normal" && sum > 100*million:
		return msgShareOver100
	case k.Split == "absolute" && sum > int64(k.Amount)*(million/100):
		return msgShareOver + short(k.Amount)
	}
	return ""
}

// parts divides the amount of a link: what each recipient gets, rounded down to the cent, and what
// is left for the owner. They always add up and the owner's part is never negative. The
// vendor does not say how it rounds.
func (k *link) parts() (each []kiosk.Money, owner kiosk.Money) {
	owner = k.Amount
	for _, r := range k.Recipients {
		part := kiosk.Money(r.Share / (million / 100))
		if k.Split == "normal" {
			part = percentDown(k.Amount, r.Share)
		}
		each = append(each, part)
		owner -= part
	}
	return each, owner
}

// percentDown is amount × share / 100 rounded down. Both factors are split so that no product
// leaves the range of int64 for any amount the wire can carry.
func percentDown(m kiosk.Money, share int64) kiosk.Money {
	const whole = 100 * million
	return kiosk.Money(int64(m)/whole*share + int64(m)%whole*share/whole)
}

// percentHalfUp is amount × percent / 100 rounded half away from zero; percent is given in
// hundredths, so that 1.5 % is 150.
func percentHalfUp(m, percent kiosk.Money) kiosk.Money {
	const whole = 10_000
	if m < 0 {
		return -percentHalfUp(-m, percent)
	}
	if percent < 0 {
		return -percentHalfUp(m, -percent)
	}
	return m/whole*percent + (m%whole*percent+whole/2)/whole
}
