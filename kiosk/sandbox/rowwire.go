package sandbox

import (
	"strconv"
	"time"

	"qrkiosk/kiosk"
)

// total is the count of rows where the wire shows one: the pages of 2025 and 2026 do not.
func (d *dialect) total(n int) int {
	if d.wire == Wire2026 || d.wire == Wire2025 {
		return -1
	}
	return n
}

// payInItem is one row, with the fields and types of the wire's year. What a split link shows to its owner,
// the whole or the own part, the vendor does not say.
func (d *dialect) payInItem(p *payIn, ownPart bool) string {
	amount := p.Amount
	if ownPart && p.Split && p.User == p.Creator {
		amount = p.Net + p.Fee + p.PSP
	}
	sum := func(v kiosk.Money) string { return quote(v.String()) }
	if d.wire == WireSeeds {
		sum = kiosk.Money.String
	}
	m := new(message).text("pay_id", strconv.FormatInt(p.Link, 10))
	if d.wire == Wire2026 {
		m.text("creator_id", p.Creator).text("user_id", p.User)
	} else {
		m.text("user_id", p.User).text("transaction_id", p.ID)
	}
	m.raw("amount", sum(amount)).raw("net_amount", sum(p.Net))
	m.raw("service_fee", sum(p.Fee)).raw("service_fee_psp", sum(p.PSP)).text("status", p.Status)
	m.text("recipient_note", p.Note).text("payout_status", p.Payout).text("created_at", stamp(p.At))
	m.flag("is_split_link", p.Split)
	if d.wire != Wire2024 {
		m.flag("is_dispute", p.Dispute).flag("is_refund", p.Refund).raw("payment_method", orNull(p.Method))
	}
	return m.text("transaction_type", p.Type).end()
}

func orNull(text string) string {
	if text == "" {
		return "null"
	}
	return quote(text)
}

// payOutItem is one row: the amount a text and the two other sums numbers, as both examples have
// it; the schema pages alone make all three numbers.
func (d *dialect) payOutItem(p *payOut) string {
	status, at := p.Status, stamp(p.At)
	if d.wire == Wire2026 && status == payoutDone {
		status = "Approved" // the newest page has this word for what the schemas call Completed
	}
	older := d.wire == WireSeeds || d.wire == Wire2024
	if older {
		at = p.At.UTC().Format(time.RFC3339)
	}
	amount := quote(p.Amount.String())
	if d.wire == Wire2025 {
		amount = p.Amount.String()
	}
	m := new(message).text("payout_id", strconv.FormatInt(p.ID, 10)).text("user_id", p.User)
	m.text("transaction_id", p.Tx).raw("payout_amount", amount)
	m.raw("service_fee", short(p.Fee)).raw("net_amount", short(p.Net)).text("payout_status", status)
	m.text("request_date", p.Day.Format(time.DateOnly)).text("created_at", at)
	if older {
		return m.end()
	}
	m.flag("is_split_link", p.Split).flag("is_dispute", p.Dispute).flag("is_refund", p.Refund)
	if d.wire == Wire2026 {
		m.text("transaction_type", map[bool]string{false: "Basic", true: "Split"}[p.Split])
	}
	return m.end()
}

// invoiceItem has four fields in the schema pages and the merchant's address in the newest ones.
func (d *dialect) invoiceItem(v *invoice) string {
	m := new(message)
	date := v.At.Format(time.DateOnly)
	if d.wire != Wire2026 {
		m.text("invoice_id", v.Tx).text("user_id", v.User)
		return m.text("invoice_date", date).text("service_month", v.serviceMonth()).end()
	}
	a := v.Address
	m.text("sf_id", strconv.FormatInt(v.ID, 10)).text("user_id", v.User).text("company", a.Company).text("name", a.Owner)
	m.text("street", a.Street).text("house_no", a.HouseNo).text("city", a.City).text("country", a.Country)
	m.text("zipcode", a.Zipcode).text("invoice_id", v.Tx).text("invoice_date", date)
	m.text("service_month", v.serviceMonth()).raw("total_secpaid_fee", short(v.Fee)).raw("total_psp_fee", short(v.PSP))
	return m.raw("vat", short(v.VAT)).text("created_at", stamp(v.At)).end()
}
