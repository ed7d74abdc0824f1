package sandbox

// refundPayment files a request. Nothing else shows it until somebody at the
// gateway decides: no webhook, no status endpoint.
func (ap *api) refundPayment(a *Account, in value) reply {
	switch {
	case !in.get("pay_id").given():
		return ap.dialect.refusal(msgNoPayID)
	case !in.get("refund_amount").given():
		return ap.dialect.refusal(msgNoRefund)
	}
	id, ok := in.get("pay_id").whole()
	if !ok {
		return ap.dialect.refusal(msgBadLink)
	}
	msg, err := ap.bank.fileRefund(a, id, in)
	switch {
	case err != nil:
		return internalError()
	case msg != "":
		return ap.dialect.refusal(msg)
	}
	if ap.faults.take(RefundRejected) {
		if err := ap.bank.rejectRefund(id, "rejected by order"); err != nil {
			ap.log.Error("refund", "link", id, "err", err)
		}
	}
	if ap.faults.take(RefundLost) {
		return reply{status: statusLost}
	}
	if ap.dialect.wire == Wire2025 || ap.dialect.wire == Wire2024 {
		return success("", "", msgRefund2025)
	}
	return success("", "", msgRefund)
}

func (b *bank) fileRefund(a *Account, id int64, in value) (msg string, err error) {
	amount, bad := readAmount(in.get("refund_amount"))
	err = b.keeper.change(func(l *ledger) ([]entry, error) {
		k, now := l.links[id], b.keeper.nowLocked()
		switch msg = l.refundable(a, k); {
		case msg != "":
			return nil, nil
		case bad != "" || amount > l.paid(k):
			msg = msgRefundAmount
			return nil, nil
		}
		full := in.get("isFullRefund").flag(false)
		return []entry{{Refund: &refund{Link: id, Amount: amount, Full: full, State: refundPending, At: now}}}, nil
	})
	return msg, err
}

// refundable returns the text of the refusal, "" if a request may be filed. An unused link is an
// invalid one; the vendor has no text for it.
func (l *ledger) refundable(a *Account, k *link) (msg string) {
	switch {
	case k == nil || k.User != a.UserID:
		return msgBadLink
	case k.Status == Cancelled:
		return msgLinkCancelled
	case k.Status != Used:
		return msgBadLink
	case k.Invoice:
		return msgRefundInvoice
	case l.refunds[k.ID] != nil:
		return msgRefundTwice
	}
	if d := l.disputes[k.ID]; d != nil && d.State != disputeLost { // open or won: a lost one has taken the money back
		return msgRefundDispute
	}
	return ""
}
