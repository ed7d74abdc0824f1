package secpaid

import (
	"context"
	"errors"
	"slices"
	"strings"

	"qrkiosk/kiosk"
)

// createLink is the request for a plain link, in the order of the guide's table. Flags typed "string"
// there travel as strings.
type createLink struct {
	Amount      decimal `json:"amount"`
	Note        string  `json:"recipient_note"`
	CallbackURL string  `json:"callback_url,omitempty"`
	linkTerms
}

// createSplitLink is the request for a link whose money is shared. Its page does not list the terms of
// encryption and bank transfer, its remarks imply them; they are asked for and not relied upon.
type createSplitLink struct {
	Amount      decimal     `json:"amount"`
	SplitType   string      `json:"split_type"`
	Recipients  []recipient `json:"recipients"`
	Note        string      `json:"recipient_note"`
	CallbackURL string      `json:"callback_url,omitempty"`
	linkTerms
}

type recipient struct {
	Token string  `json:"token"`
	Share decimal `json:"share"`
}

type linkTerms struct {
	PaymentEndpoint string `json:"payment_endpoint,omitempty"`
	Cancellable     bool   `json:"cancellable"`
	BankTransfer    string `json:"bank_transfer"`
	IsEncryption    string `json:"is_encryption,omitempty"`
	EncryptionKey   string `json:"encryption_key,omitempty"`
	Statement       string `json:"bank_statement_description,omitempty"`
}

// keyLength is that of an AES-256 key taken as raw characters.
const keyLength = 32

// Open asks for a payment link, once. A link whose echo differs from the order comes back with
// Wrong set and without URL. Errors are those of [kiosk.Gateway]; an order that cannot be sent
// as it is returns [kiosk.NotSent].
func (c *Client) Open(ctx context.Context, o kiosk.Order) (kiosk.Opened, error) {
	if field := flawOf(o); field != "" {
		e := notSent(kiosk.KeyInternal, errors.New("the order cannot be sent as it is"))
		e.Field = field
		return kiosk.Opened{}, e
	}
	endpoint, request := requestFor(o)
	var opened kiosk.Opened
	err := c.call(ctx, kiosk.LaneCreate, endpoint, request, func(answer object) error {
		var err error
		opened, err = c.opened(o, answer)
		return err
	})
	return opened, err
}

func (c *Client) opened(o kiosk.Order, answer object) (kiosk.Opened, error) {
	link, _ := answer["data"].(object)
	id, ok := link.number("id", "linktopay_id", "pay_id")
	if !ok {
		return kiosk.Opened{}, unclear(errors.New("the new link has no number, or several"))
	}
	opened := kiosk.Opened{PayID: id, AccountNumber: link.text("user_id"), Wrong: c.wrongEcho(o, link, id)}
	if opened.Wrong == "" {
		opened.URL = link.text("pay_link")
	} else {
		c.log.Error("gateway made another link than ordered", "link", id, "field", opened.Wrong)
	}
	return opened, nil
}

// flawOf names what must not be sent. A comma would make two addresses of one.
func flawOf(o kiosk.Order) string {
	var shared kiosk.Money
	for _, p := range o.Parts {
		if p.Amount <= 0 || p.Amount > o.Amount || p.Token == "" {
			return "Shares"
		}
		shared += p.Amount
	}
	switch {
	case o.Amount <= 0 || o.Amount > kiosk.MaxMoney:
		return "Amount"
	case o.Ref == "" || firstWord(o.Note) != o.Ref:
		return "Note"
	case shared > o.Amount:
		return "Shares"
	case strings.Contains(o.PaymentEndpoint, ","):
		return "PaymentEndpoint"
	case strings.Contains(o.CallbackURL, ","):
		return "CallbackURL"
	case o.PaymentEndpoint != "" && o.Key != "" && len(o.Key) != keyLength:
		return "Key"
	}
	return ""
}

func requestFor(o kiosk.Order) (endpoint string, request any) {
	callback := o.CallbackURL
	if o.PaymentEndpoint == "" {
		callback = ""
	}
	if len(o.Parts) == 0 {
		return "createLink", createLink{decimal(o.Amount), o.Note, callback, termsOf(o)}
	}
	recipients := make([]recipient, len(o.Parts))
	for i, p := range o.Parts {
		recipients[i] = recipient{p.Token, decimal(p.Amount)}
	}
	return "createSplitLink", createSplitLink{
		decimal(o.Amount), "absolute", recipients, o.Note, callback, termsOf(o),
	}
}

// termsOf turns bank transfer off and hides the payer's cancel in every case: the account's
// default may be otherwise.
func termsOf(o kiosk.Order) linkTerms {
	t := linkTerms{BankTransfer: "false", Statement: o.Statement}
	if o.PaymentEndpoint == "" {
		return t
	}
	t.PaymentEndpoint, t.IsEncryption = o.PaymentEndpoint, "false"
	if o.Key != "" {
		t.IsEncryption, t.EncryptionKey = "true", o.Key
	}
	return t
}

// wrongEcho compares the link that was made with the order and names the first field that
// differs. What older generations leave out is not held against them; what decides about money
// must be there.
func (c *Client) wrongEcho(o kiosk.Order, link object, id int64) string {
	amount, ok := link.money("amount")
	switch {
	case !ok || amount != o.Amount:
		return "amount"
	case strings.TrimSpace(link.text("recipient_note")) != strings.TrimSpace(o.Note):
		return "recipient_note"
	case link.word("status") != "unused":
		return "status"
	case o.PaymentEndpoint != "" && link.text("paymentEndpoint") != o.PaymentEndpoint:
		return "paymentEndpoint"
	case o.PaymentEndpoint != "" && o.CallbackURL != "" && link.text("callback_url") != o.CallbackURL:
		return "callback_url"
	case link.has("bank_transfer") && link.flag("bank_transfer"):
		return "bank_transfer"
	case link.has("is_cancellation") && link.word("is_cancellation") != "yes":
		return "is_cancellation" // "Yes" means that the payer cannot cancel
	}
	if field := wrongSplit(o, link); field != "" {
		return field
	}
	if !c.rightLink(link.text("pay_link"), id) {
		return "pay_link"
	}
	return ""
}

func wrongSplit(o kiosk.Order, link object) string {
	split := len(o.Parts) > 0
	switch {
	case link.has("is_split_link") && link.flag("is_split_link") != split:
		return "is_split_link"
	case split && link.has("split_type") && link.word("split_type") != "absolute":
		return "split_type"
	case !sameRecipients(o.Parts, link):
		return "recipients"
	}
	return ""
}

// sameRecipients compares who gets what. The list is JSON in a string, a list, or null, under
// one of two names; the generation of 2025 does not echo it at all.
func sameRecipients(want []kiosk.Part, link object) bool {
	list, present := link["recipients"]
	if !present {
		list, present = link["recipient"]
	}
	if !present {
		return true
	}
	got, ok := partsOf(list)
	byToken := func(a, b kiosk.Part) int { return strings.Compare(a.Token, b.Token) }
	want = slices.SortedStableFunc(slices.Values(want), byToken)
	slices.SortStableFunc(got, byToken)
	return ok && slices.Equal(want, got)
}

func partsOf(list any) ([]kiosk.Part, bool) {
	if text, ok := list.(string); ok && text != "" {
		v, err := answerLimits.parse([]byte(text))
		if err != nil {
			return nil, false
		}
		list = v
	}
	if list == nil || list == "" {
		return nil, true
	}
	items, ok := list.([]any)
	parts := make([]kiosk.Part, 0, len(items))
	for _, item := range items {
		o, isObject := item.(object)
		share, readable := o.money("share")
		ok = ok && isObject && readable
		parts = append(parts, kiosk.Part{Token: o.text("token"), Amount: share})
	}
	return parts, ok
}
