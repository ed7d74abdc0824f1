package counterview

import (
	"qrkiosk/kiosk"
)

func (d saleSheet) refundLook(r kiosk.Refund) string {
	switch d.v.Sale.Stage(r) {
	case kiosk.RefundUnsure:
		return "alarm"
	case kiosk.RefundAsked, kiosk.RefundFiled:
		if d.v.Sale.RefundOverdue(d.v.Now) {
			return "alarm"
		}
		return "busy"
	case kiosk.RefundSeen:
		return "done"
	case kiosk.RefundDeclined, kiosk.RefundRejected:
	}
	return "quiet"
}

func (d saleSheet) refundTitle(r kiosk.Refund) string {
	return d.T("refund."+string(d.v.Sale.Stage(r))+".title", "amount", d.Amount(r.Amount))
}

func (d saleSheet) refundText(r kiosk.Refund) string {
	return d.T("refund."+string(d.v.Sale.Stage(r))+".text", "amount", d.Amount(r.Amount), "reason", r.Reason)
}

// refundMore is what to do next, or what the gateway said.
func (d saleSheet) refundMore(r kiosk.Refund) string {
	switch stage := d.v.Sale.Stage(r); {
	case stage == kiosk.RefundDeclined && r.Reason == kiosk.KeyRefundKnown:
		return d.T("error." + kiosk.KeyRefundKnown)
	case stage == kiosk.RefundDeclined && r.Said != "":
		return d.T("refund.said", "words", r.Said)
	case stage == kiosk.RefundUnsure:
		return d.T("refund.unsure.more")
	case stage == kiosk.RefundFiled && d.v.Sale.RefundOverdue(d.v.Now):
		return d.T("refund.overdue")
	}
	return ""
}

func (d saleSheet) refundBy(r kiosk.Refund) string {
	return d.T("refund.by", "name", d.v.Names[r.Staff], "time", d.When(r.At, d.v.Now), "why", r.Why)
}
