package sandbox

import (
	"strconv"
	"strings"

	"qrkiosk/kiosk"
)

// recipientsJSON is what the wire calls recipients: null, or a text holding JSON as it was stored.
func (k *link) recipientsJSON() string {
	if k.Split == "" {
		return "null"
	}
	parts := make([]string, len(k.Recipients))
	for i, r := range k.Recipients {
		// The inner text escapes slashes and the outer one does not: the vendor's examples do so.
		token := `"token":` + strings.ReplaceAll(quote(r.Token), "/", `\/`)
		share := `"share":` + r.Text
		if r.First {
			token, share = share, token
		}
		parts[i] = "{" + token + "," + share + "}"
	}
	return quote("[" + strings.Join(parts, ",") + "]")
}

func (k *link) splitType() string {
	if k.Split == "" {
		return "normal"
	}
	return k.Split
}

func yesNo(on bool) string {
	if on {
		return "Yes"
	}
	return "No"
}

// createdAnswer is the data of createLink and createSplitLink.
func (d *dialect) createdAnswer(k *link) string {
	switch d.wire {
	case Wire2025:
		return d.created2025(k)
	case Wire2024:
		return d.link2024(k)
	case WireSeeds, Wire2026:
	}
	m := new(message)
	// Inverted as in the vendor's answers: "No" says that the payer can cancel.
	m.text("is_cancellation", yesNo(!k.Cancellable)).text("user_id", k.User).raw("amount", k.Echo)
	m.text("recipient_note", k.Note).text("status", string(k.Status))
	m.text("paymentEndpoint", k.Endpoint).text("callback_url", k.Callback).text("servicefee", k.Fee)
	m.raw("recipients", k.recipientsJSON()).flag("is_split_link", k.Split != "").text("split_type", k.splitType())
	m.flag("bank_transfer", k.Bank).flag("is_qr_link", k.QR).text("payment_config", "")
	m.text("bank_statement_description", k.Statement).text("created_at", stamp(k.Created))
	m.raw("id", strconv.FormatInt(k.ID, 10))
	m.text("pay_link", d.address.payLink(k.ID)).text("qr_img", d.address.qrImage(k.ID)).text("transaction_type", k.kind())
	return m.end()
}

func (d *dialect) created2025(k *link) string {
	m := new(message)
	m.raw("linktopay_id", strconv.FormatInt(k.ID, 10)).text("user_id", k.User).raw("amount", k.echoText())
	m.text("recipient_note", k.Note).text("status", string(k.Status))
	m.text("paymentEndpoint", k.Endpoint).text("callback_url", k.Callback).text("servicefee", k.Fee)
	m.flag("is_split_link", k.Split != "")
	if k.Split != "" { // no page of that year shows a split answer; names as in the schema
		m.text("split_type", k.Split).raw("recipients", k.recipientsJSON())
	}
	m.flag("is_qr_link", k.QR).flag("bank_transfer", k.Bank).text("transaction_type", k.kind())
	m.text("created_at", stamp(k.Created)).text("pay_link", d.address.payLink(k.ID)).text("qr_img", d.address.qrImage(k.ID))
	return m.end()
}

func (d *dialect) link2024(k *link) string {
	m := new(message)
	m.text("user_id", k.User).raw("amount", k.echoText()).text("recipient_note", k.Note)
	m.text("status", string(k.Status)).text("paymentEndpoint", k.Endpoint).text("callback_url", k.Callback)
	m.text("service_fee", k.Fee).raw("recipient", k.recipientsJSON()).text("created_at", stamp(k.Created))
	m.raw("id", strconv.FormatInt(k.ID, 10))
	m.text("pay_link", d.address.payLink(k.ID)).text("qr_img", d.address.qrImage(k.ID)).text("transaction_type", k.kind())
	return m.end()
}

// echoText is the amount as text: as sent, or with two decimals where a number was sent.
func (k *link) echoText() string {
	if strings.HasPrefix(k.Echo, `"`) {
		return k.Echo
	}
	return quote(k.Amount.String())
}

// listItem is one row of the two link lists.
func (d *dialect) listItem(k *link) string {
	switch d.wire {
	case Wire2026:
		return d.listItem2026(k)
	case Wire2024:
		return d.link2024(k)
	case WireSeeds, Wire2025:
	}
	m := new(message)
	m.raw("linktopay_id", strconv.FormatInt(k.ID, 10)).text("user_id", k.User).raw("amount", k.Amount.String())
	m.text("recipient_note", k.Note).text("status", string(k.listStatus())).text("is_cancelled", yesNo(k.Status == Cancelled))
	m.text("paymentEndpoint", k.Endpoint).text("callback_url", k.Callback)
	m.flag("is_split_link", k.Split != "").text("split_type", k.splitType()).flag("is_qr_link", k.QR)
	m.flag("bank_transfer", k.Bank).raw("servicefee", feeNumber(k.Fee)).raw("recipients", k.recipientsJSON())
	m.text("created_at", stamp(k.Created)).text("transaction_type", k.kind())
	m.text("pay_link", d.address.payLink(k.ID)).text("qr_img", d.address.qrImage(k.ID))
	if k.Status == Used {
		m.text("paid_on", stamp(k.PaidOn))
	}
	return m.end()
}

func (d *dialect) listItem2026(k *link) string {
	m := new(message)
	m.text("linktopay_id", strconv.FormatInt(k.ID, 10)).text("user_id", k.User).text("recipient_note", k.Note)
	m.text("amount", k.Amount.String()).text("is_cancelled", yesNo(k.Status == Cancelled))
	m.raw("recipients", k.recipientsJSON()).flag("is_split_link", k.Split != "")
	if k.Status == Used {
		m.text("paid_on", stamp(k.PaidOn))
	} else {
		m.text("pay_link", d.address.payLink(k.ID)).text("qr_img", d.address.qrImage(k.ID))
	}
	return m.text("transaction_type", k.kind()).end()
}

// listStatus knows Unused and Used only, as the schema does; a cancelled link is an unused one
// whose is_cancelled says Yes.
func (k *link) listStatus() Status {
	if k.Status == Used {
		return Used
	}
	return Unused
}

// feeNumber is the percentage as a JSON number in the digits the account was given.
func feeNumber(fee string) string {
	if _, err := kiosk.ParseDecimal(fee); err != nil {
		return "0"
	}
	return fee
}
