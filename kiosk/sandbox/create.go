package sandbox

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"qrkiosk/kiosk"
)

// createLink makes a plain link.
func (ap *api) createLink(a *Account, in value) reply { return ap.create(a, in, false) }

// createSplitLink makes a link whose money is shared.
func (ap *api) createSplitLink(a *Account, in value) reply { return ap.create(a, in, true) }

func (ap *api) create(a *Account, in value, split bool) reply {
	k, msg := ap.order(a, in, split)
	if msg != "" {
		return ap.dialect.refusal(msg)
	}
	if fault, r, stop := ap.createFault(k); stop {
		ap.log.Info("fault", "name", string(fault))
		return r
	}
	made, err := ap.addLink(k)
	if err != nil {
		return internalError()
	}
	return ap.createdReply(made)
}

// addLink gives the link its number and writes it down. Two equal orders make two links: the
// gateway has no idempotency key.
func (ap *api) addLink(k *link) (*link, error) {
	err := ap.keeper.change(func(l *ledger) ([]entry, error) {
		k.ID = max(l.lastID+1, ap.keeper.firstID)
		k.Created = ap.keeper.nowLocked()
		k.Changed = k.Created
		return []entry{{Link: k}}, nil
	})
	return k, err
}

// order reads a create call in the documented order of its checks: amount there, amount good,
// recipients, then the addresses. msg is "" when the order is good.
func (ap *api) order(a *Account, in value, split bool) (k *link, msg string) {
	amount, msg := readAmount(in.get("amount"))
	if msg != "" {
		return nil, msg
	}
	k = &link{
		User: a.UserID, Amount: amount, Echo: echo(in.get("amount"), amount), Fee: a.ServiceFee, Status: Unused,
		Note:        in.get("recipient_note").scalar(),
		Cancellable: in.get("cancellable").flag(true),
		Bank:        in.get("bank_transfer").flag(a.BankTransfer),
		QR:          in.get("is_qr_link").flag(false),
		Statement:   orElse(in.get("bank_statement_description").scalar(), a.Statement),
	}
	if split {
		if msg = ap.readSplit(k, a, in); msg != "" {
			return nil, msg
		}
	}
	orderEncryption(k, a, in)
	return k, orderAddresses(k, a, in)
}

// orderEncryption: a link without a key of its own takes the account's; none at all means plain
// webhooks, about which the vendor says nothing.
func orderEncryption(k *link, a *Account, in value) {
	k.Key = orElse(in.get("encryption_key").scalar(), a.EncryptionKey)
	k.Encrypt = in.get("is_encryption").flag(a.Encryption) && k.Key != ""
	if !k.Encrypt {
		k.Key = ""
	}
}

func orderAddresses(k *link, a *Account, in value) (msg string) {
	var ok bool
	if k.Callback, ok = resolve(in.get("callback_url"), a.CallbackURLs); !ok {
		return msgBadCallback
	}
	if k.Endpoint, ok = resolve(in.get("payment_endpoint"), a.Endpoints); !ok {
		return msgBadEndpoint
	}
	return ""
}

func orElse(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

// readAmount: everything that is not a positive amount in whole cents gets the one text there is
// for a bad amount.
func readAmount(v value) (m kiosk.Money, msg string) {
	if !v.given() {
		return 0, msgNoAmount
	}
	m, err := kiosk.ParseDecimal(strings.TrimSpace(v.scalar()))
	if err != nil || m <= 0 || v.kind == boolean {
		return 0, msgBadAmount
	}
	return m, ""
}

// echo repeats the amount in the type it was sent in: a number 25.00 comes back as 25, a text as
// it was. Two of the vendor's examples show that, no rule does.
func echo(v value, m kiosk.Money) string {
	if v.kind == number {
		return short(m)
	}
	return quote(v.text)
}

// resolve turns a URL, an index into the account's list, or a comma-separated mix of both into
// comma-separated URLs. Without a value the account's whole list is meant.
func resolve(v value, list []string) (urls string, ok bool) {
	if !v.given() {
		return strings.Join(list, ","), true
	}
	var out []string
	for part := range strings.SplitSeq(v.scalar(), ",") {
		part = strings.TrimSpace(part)
		if n, err := strconv.Atoi(part); err == nil {
			if n < 0 || n >= len(list) {
				return "", false
			}
			part = list[n]
		} else if !goodURL(part) {
			return "", false
		}
		out = append(out, part)
	}
	return strings.Join(out, ","), true
}

// closedPorts speak something else than HTTP; a body sent there could be read as commands.
var closedPorts = []string{"22", "23", "25", "110", "143", "465", "587", "993", "995", "6379", "11211"}

// goodURL accepts absolute http and https addresses without user information and control
// characters, whose host is a name or a plain IP address.
func goodURL(raw string) bool {
	if len(raw) > 2048 || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return false
	}
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return false
	}
	return goodHost(u.Hostname()) && !slices.Contains(closedPorts, u.Port())
}

// goodHost refuses the disguises of addresses: 2130706433, 0177.0.0.1, 0x7f.1, ::ffff:127.0.0.1.
func goodHost(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return !addr.Is4In6() && addr.Zone() == ""
	}
	last := host[strings.LastIndexByte(strings.TrimSuffix(host, "."), '.')+1:]
	_, err := strconv.ParseUint(strings.TrimSuffix(last, "."), 0, 64)
	return err != nil && !strings.Contains(host, ":")
}
