package secpaid

import (
	"context"
	"errors"
	"strings"

	"qrkiosk/kiosk"
)

type deleteLink struct {
	LinkID int64 `json:"link_id"`
}

// deleteAnswers is the one place where a text decides, because the gateway gives nothing else: two pages
// have two texts for an unknown link. A sentence that is not here, a translated one above all, means
// "unknown", and the lists are searched before anything is believed.
var deleteAnswers = map[string]kiosk.Retired{
	"this link is already used": kiosk.RetiredUsed,
	"invalid link id":           kiosk.RetiredUnknown,
	"link not found":            kiosk.RetiredUnknown,
}

// Retire deletes a link. Errors are those of [kiosk.Gateway]; after any of them the link may
// still be payable.
func (c *Client) Retire(ctx context.Context, payID int64) (kiosk.Retired, error) {
	if payID <= 0 {
		return "", notSent(kiosk.KeyInternal, errors.New("a delete without a link"))
	}
	err := c.call(ctx, kiosk.LaneRetire, "deleteLink", deleteLink{payID}, nothing)
	if err == nil {
		return kiosk.RetiredGone, nil
	}
	if retired, ok := retiredBy(err); ok {
		return retired, nil
	}
	return "", err
}

// retiredBy reads a refused delete. A refusal of the key is no answer about the link; any other
// is, whatever its status: the request itself is never at fault, and the oldest generation
// answers 400 with a general sentence for a link that was paid.
func retiredBy(err error) (kiosk.Retired, bool) {
	var no *refusal
	if !errors.As(err, &no) || kiosk.KeyOf(err) == KeyKey {
		return "", false
	}
	if retired, known := deleteAnswers[sentenceOf(err)]; known {
		return retired, true
	}
	return kiosk.RetiredUnknown, true
}

// refundPayment asks for a refund; one field is in camel case, as the gateway has it.
type refundPayment struct {
	PayID  int64   `json:"pay_id"`
	Amount decimal `json:"refund_amount"`
	Full   bool    `json:"isFullRefund,omitempty"`
}

// Refund files a refund request, once. Success means that an operator at the gateway will decide;
// only a negative row in the pay-in list is money on its way. Errors are those of
// [kiosk.Gateway].
func (c *Client) Refund(ctx context.Context, payID int64, amount kiosk.Money, full bool) error {
	if amount <= 0 || amount > kiosk.MaxMoney || payID <= 0 {
		return notSent(kiosk.KeyInternal, errors.New("a refund that cannot be sent as it is"))
	}
	err := c.call(ctx, kiosk.LaneRetire, "refundPayment", refundPayment{payID, decimal(amount), full}, nothing)
	var e *kiosk.Error
	if errors.As(err, &e) && e.Code == kiosk.Refused && refundAnswers[sentenceOf(e)] {
		e.Key = kiosk.KeyRefundKnown
	}
	return err
}

// refundAnswers are the sentences of a second request for one link: after a lost
// answer they mean that the first one arrived. One that is not here leaves the refund declined.
var refundAnswers = map[string]bool{"refund already requested": true}

// sentenceOf is the gateway's sentence of a refusal, for comparison.
func sentenceOf(err error) string {
	var no *refusal
	if !errors.As(err, &no) {
		return ""
	}
	return strings.ToLower(strings.Trim(no.text, " ."))
}
