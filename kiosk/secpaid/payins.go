package secpaid

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"qrkiosk/kiosk"
)

// maxPage is the longest page of a list of transactions that the gateway gives.
const maxPage = 1000

// payInsRequest asks for payments. since is always there: without it only today is
// shown, and nobody says whose midnight ends a day.
type payInsRequest struct {
	PayID int64 `json:"pay_id,omitempty"`
	Page  int   `json:"page,omitempty"`
	Since int   `json:"since"`
	Limit int   `json:"limit"`
}

// PayIns reads one page of the pay-in list. A row that cannot be read is left out and its link
// named in Unread, so that nobody takes its absence for a fact; if one link was asked for, its
// unreadable row makes the answer [kiosk.Unclear]. Other errors are those of
// [kiosk.Gateway].
func (c *Client) PayIns(ctx context.Context, q kiosk.PayInQuery) (kiosk.PayInPage, error) {
	request := payInsRequest{PayID: q.PayID, Since: max(q.Days, 1), Limit: pageLimit(q.Limit)}
	if q.Page > 1 {
		request.Page = q.Page
	}
	var page kiosk.PayInPage
	err := c.call(ctx, q.Lane, "getPayInTransactions", request, func(answer object) error {
		rows, err := answer.rows()
		if err != nil {
			return err
		}
		page.Full = len(rows) >= request.Limit
		return c.readPayIns(&page, rows, q.PayID)
	})
	if err != nil {
		return kiosk.PayInPage{}, err
	}
	return page, nil
}

// readPayIns adds the rows to the page. only is the link that was asked for, 0 for all.
func (c *Client) readPayIns(page *kiosk.PayInPage, rows []any, only int64) error {
	returned := returnedLinks(rows)
	for _, row := range rows {
		o, _ := row.(object)
		id, known := o.number("pay_id", "linktopay_id")
		if only != 0 && known && id != only {
			continue // the filter was not honoured
		}
		in, readable := payIn(o, id)
		switch {
		case known && readable && !unexplained(o, in, returned):
			page.Rows = append(page.Rows, in)
		case only != 0 && !readable:
			return unclear(errors.New("a row of the link asked for cannot be read"))
		default:
			page.Unread = append(page.Unread, id)
			c.log.Warn("gateway lists a pay-in that cannot be used", "link", id)
		}
	}
	return nil
}

func pageLimit(limit int) int {
	if limit <= 0 {
		return 50
	}
	return min(limit, maxPage)
}

// returnedLinks are the links of which the page holds a row of money that went back.
func returnedLinks(rows []any) map[int64]bool {
	returned := map[int64]bool{}
	for _, row := range rows {
		o, _ := row.(object)
		id, _ := o.number("pay_id", "linktopay_id")
		if in, ok := payIn(o, id); ok && in.Kind == kiosk.RowRefund {
			returned[id] = true
		}
	}
	return returned
}

// unexplained tells whether a payment is flagged as refunded while no row says how much went
// back. It proves no payment any more, and it does not withdraw one either: the sum is not known
// before the other row shows.
func unexplained(o object, in kiosk.PayIn, returned map[int64]bool) bool {
	return in.Kind == kiosk.RowPayment && o.flag("is_refund") && !returned[in.PayID]
}

// payIn normalises a row. Fees and net are the gateway's word and decide nothing, so that one
// which cannot be read is nothing.
func payIn(o object, id int64) (kiosk.PayIn, bool) {
	amount, ok := o.money("amount")
	kind, amount := kindOf(o, amount)
	in := kiosk.PayIn{
		PayID: id, Amount: amount, Status: statusOf(o.word("status"), amount), Kind: kind,
		Dispute: kind == kiosk.RowPayment && o.flag("is_dispute"),
		Ref:     firstWord(o.text("recipient_note")),
		At:      clean(o.text("created_at"), 40),
		Method:  clean(o.text("payment_method"), 40),
		Payout:  payoutState(clean(o.text("payout_status"), 40)),
	}
	in.Time = RowTime(in.At)
	in.Net, _ = o.money("net_amount")
	in.Fee, _ = o.money("service_fee")
	in.FeePSP, _ = o.money("service_fee_psp")
	in.Bare = fmt.Sprintf("%d|%s|%s|%s", id, kind, amount, in.At)
	if in.Key = clean(o.text("transaction_id"), 80); in.Key == "" {
		in.Key = in.Bare
	}
	return in, ok
}

// kindOf tells payments from money that went back. What went back is negative; a
// refund written without the sign gets it, since sums are taken over these rows.
func kindOf(o object, amount kiosk.Money) (kiosk.RowKind, kiosk.Money) {
	switch o.word("transaction_type") {
	case "refund":
		return kiosk.RowRefund, min(amount, -amount)
	case "dispute", "dispute refund":
		return kiosk.RowDispute, amount
	}
	switch {
	case amount >= 0:
		return kiosk.RowPayment, amount
	case o.flag("is_dispute"):
		return kiosk.RowDispute, amount
	}
	return kiosk.RowRefund, amount
}

// statusOf knows two words. Nothing else is ever a success, and neither is a payment of nothing.
func statusOf(word string, amount kiosk.Money) kiosk.PayInStatus {
	switch {
	case word == "success" && amount != 0:
		return kiosk.StatusSuccess
	case word == "pending":
		return kiosk.StatusPending
	}
	return kiosk.StatusOther
}

// RowTime reads created_at of a row of payments, as Unix milliseconds of a clock that is taken to show
// UTC; 0 for what has not its form. Rows of payouts have had another one.
func RowTime(at string) int64 {
	t, err := time.Parse(time.DateTime, at)
	if err != nil {
		return 0
	}
	return t.UnixMilli()
}

// payoutState finds the state of a payout in whatever case it is written, and keeps a word that names
// none.
func payoutState(word string) kiosk.PayoutState {
	for _, state := range []kiosk.PayoutState{
		kiosk.PayoutPending, kiosk.PayoutInProgress, kiosk.PayoutCompleted, kiosk.PayoutApproved,
	} {
		if strings.EqualFold(word, string(state)) {
			return state
		}
	}
	return kiosk.PayoutState(word)
}
