package sandbox

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"time"

	"qrkiosk/kiosk"
)

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// postman writes webhooks when something happens to a link, carries them to the merchants' endpoints, and
// tries again while they are not taken.
type postman struct {
	keeper  *keeper
	faults  *faults
	address *address
	wire    Wire
	log     *slog.Logger
	guard   guard
	dialer  func(ctx context.Context, network, addr string) (net.Conn, error) // nil: the guarded one

	inFlight map[int64]bool // deliveries being made at this moment; the keeper's lock guards it
}

// webhooksLocked lists the deliveries that an event of a link causes, one per endpoint, and the
// second one of an encrypted split link behind each; the keeper's lock is held.
func (p *postman) webhooksLocked(l *ledger, k *link, sum kiosk.Money, status string, now time.Time) []entry {
	if k.Endpoint == "" || p.faults.strikes(WebhookOff, k) {
		return nil
	}
	n := notice{payID: k.ID, note: k.Note, amount: sum, user: k.User, status: status}
	if p.faults.strikes(WebhookWrongAmount, k) {
		n.amount += wrongPlus
	}
	if p.faults.strikes(WebhookWrongLink, k) {
		n.payID++
	}
	bodies := p.bodies(k, n)
	due := now
	if p.faults.strikes(WebhookLate, k) {
		due = due.Add(lateness)
	}
	tries := 1 + len(retryAfter)
	if p.faults.strikes(WebhookNoRetry, k) {
		tries = 1
	}
	copies := 1
	if p.faults.strikes(WebhookDuplicate, k) {
		copies = 3
	}
	var entries []entry
	for target := range strings.SplitSeq(k.Endpoint, ",") {
		for range copies {
			after := int64(0)
			for _, b := range bodies {
				d := &delivery{
					ID: int64(len(l.deliveries)+len(entries)) + 1, Link: k.ID, URL: target, Type: b.kind, Body: b.text,
					Made: now, Due: due, After: after, Tries: tries, State: stateWaiting,
				}
				entries = append(entries, entry{Delivery: d})
				after = d.ID
			}
		}
	}
	return entries
}

// bodies writes the notice in the form the link ordered. A split link with encryption gets a second
// one with the breakdown, sent after the first: the vendor announces it without saying when.
func (p *postman) bodies(k *link, n notice) []body {
	first, second := n.nested(), ""
	if k.Split != "" && k.Encrypt && n.status == statusSuccess {
		second = n.breakdown(k)
	}
	key := k.Key
	if k.Encrypt && p.faults.strikes(WebhookWrongKey, k) {
		key = randomHex(16)
	}
	if !k.Encrypt || p.faults.strikes(WebhookPlain, k) {
		list := []body{p.plainBody(n)}
		if second != "" {
			list = append(list, body{jsonType, second})
		}
		return list
	}
	list := []body{{jsonType, seal(first, key)}}
	if second != "" {
		list = append(list, body{jsonType, seal(second, key)})
		if p.faults.take(WebhookReordered) {
			list[0], list[1] = list[1], list[0]
		}
	}
	return list
}

// plainBody writes an unencrypted notice in the form of the wire, or of an armed knob.
func (p *postman) plainBody(n notice) body {
	older := p.wire == Wire2025 || p.wire == Wire2024
	switch {
	case p.faults.take(WebhookFormC):
		return body{formType, n.form()}
	case p.faults.take(WebhookMultipart):
		return n.multipart()
	case p.faults.take(WebhookFormB), older:
		return body{jsonType, n.flat()}
	}
	return body{jsonType, n.nested()}
}

func (p *postman) forge(linkID int64) error {
	return p.keeper.change(func(l *ledger) ([]entry, error) {
		k := l.links[linkID]
		if k == nil {
			return nil, ErrNoLink
		}
		n := notice{payID: k.ID, note: k.Note, amount: k.Amount, user: k.User, status: statusSuccess}
		now := p.keeper.nowLocked()
		var entries []entry
		for target := range strings.SplitSeq(k.Endpoint, ",") {
			if target != "" {
				entries = append(entries, entry{Delivery: &delivery{
					ID: int64(len(l.deliveries)+len(entries)) + 1, Link: k.ID, URL: target, Type: jsonType, Body: n.nested(),
					Made: now, Due: now, Tries: 1, State: stateWaiting,
				}})
			}
		}
		return entries, nil
	})
}
