package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"qrkiosk/kiosk"
)

const day = "2026-05-20 12:00:00"

// goldenSent makes the sandbox produce what a golden file holds.
var goldenSent = map[string]func(*testing.T) (int, string){
	"createLink.response.json": func(t *testing.T) (int, string) {
		return newStage(t, Wire2026, "2026-05-20 11:19:48").next(99290).json("createLink", `{"amount":25,"recipient_note":"Test regular link"}`)
	},
	"createLink.response.2025.json": func(t *testing.T) (int, string) {
		return newStage(t, Wire2025, "2024-10-26 16:18:01", user2025).next(124).send("createLink", formType, bodyRaw(t, "createLink.request.form.json"))
	},
	"createLink.response.2024.json": func(t *testing.T) (int, string) {
		return newStage(t, Wire2024, "2024-10-26 16:18:01", user2024).next(124).send("createLink", formType, bodyRaw(t, "createLink.request.form.json"))
	},
	"createLink.error.missing-amount.json": refusedWith("createLink", `{}`),
	"createLink.error.bad-amount.json":     refusedWith("createLink", `{"amount":-1}`),
	"createSplitLink.response.json": func(t *testing.T) (int, string) {
		return newStage(t, Wire2026, "2026-05-20 11:19:42").next(99289).json("createSplitLink",
			`{"amount":35.39,"recipient_note":"Test-Ala","recipients":[{"token":"testuser-a","share":10}]}`)
	},
	"createSplitLink.response.2024.json": func(t *testing.T) (int, string) {
		return newStage(t, Wire2024, "2024-10-26 16:18:01", user2024).next(124).json("createSplitLink",
			`{"amount":"100.00","recipient_note":"Payment for Invoice #1234","recipients":[{"token":"{A?b1,c/D2]E","share":50}]}`)
	},
	"createSplitLink.error.invalid-recipient.json":  refusedWith("createSplitLink", `{"amount":100,"recipients":[{"token":"nobody","share":1}]}`),
	"createSplitLink.error.own-token.json":          refusedWith("createSplitLink", `{"amount":100,"recipients":[{"token":"owner-token","share":1}]}`),
	"createSplitLink.error.share-not-positive.json": refusedWith("createSplitLink", `{"amount":100,"recipients":[{"token":"recipient_a","share":0}]}`),
	"createSplitLink.error.share-over-100.json":     refusedWith("createSplitLink", `{"amount":100,"recipients":[{"token":"recipient_a","share":100.5}]}`),
	"createSplitLink.error.share-over-amount.json":  refusedWith("createSplitLink", `{"amount":"100.00","split_type":"absolute","recipients":[{"token":"recipient_a","share":100.5}]}`),
	"deleteLink.response.json": func(t *testing.T) (int, string) {
		k := plainLink(t)
		k.ID = 12345
		return newStage(t, Wire2026, day).load(entry{Link: k}).json("deleteLink", golden(t, "deleteLink.request.json"))
	},
	"deleteLink.error.invalid-link.json": refusedWith("deleteLink", `{"link_id":1}`),
	"deleteLink.error.missing-id.json":   refusedWith("deleteLink", `{}`),
	"deleteLink.error.already-used.json": func(t *testing.T) (int, string) {
		return newStage(t, Wire2026, day).paid(12345, 4999).json("deleteLink", `{"link_id":12345}`)
	},
	"error.400.json": func(t *testing.T) (int, string) { return newStage(t, Wire2024, day).json("createLink", `{"amount":`) },
	"error.401.json": func(t *testing.T) (int, string) { return newStage(t, Wire2024, day).sendAs("", "createLink", "", "") },
	"error.403.json": faulty(Forbidden),
	"error.500.json": faulty(ListDown),
	"error.auth.json": func(t *testing.T) (int, string) {
		st := newStage(t, Wire2026, day)
		st.Set(KeyWording, 1)
		return st.sendAs("", "createLink", "", "")
	},
	"error.missing-token.json":    func(t *testing.T) (int, string) { return newStage(t, Wire2026, day).sendAs("", "createLink", "", "") },
	"error.unknown-key.json":      func(t *testing.T) (int, string) { return newStage(t, Wire2026, day).sendAs("x", "createLink", "", "") },
	"error.unknown-key.2024.json": func(t *testing.T) (int, string) { return newStage(t, Wire2024, day).sendAs("x", "createLink", "", "") },

	"getMyUnusedLinks.response.json": func(t *testing.T) (int, string) {
		st := newStage(t, Wire2026, day).load(entry{Link: splitLink(t)}, entry{Link: plainLink(t)})
		return st.json("getMyUnusedLinks", golden(t, "getMyUnusedLinks.request.json"))
	},
	"getMyUnusedLinks.response.schema-form.json": func(t *testing.T) (int, string) {
		return newStage(t, WireSeeds, day).load(entry{Link: plainLink(t)}).json("getMyUnusedLinks", "")
	},
	"getMyUsedLinks.response.json": func(t *testing.T) (int, string) {
		st := newStage(t, Wire2026, day).load(
			entry{Link: usedLink(t, 99250, 7296, "Payment for Order #ORD_20260512_ADzwvsnkfb", "2026-05-12 20:10:17", recipient{Token: "asdf", Text: "2", First: true})},
			entry{Link: usedLink(t, 99248, 500, "Test-Ala", "2026-05-12 06:54:17", recipient{Token: "testuser-a", Text: "4.9"})})
		return st.json("getMyUsedLinks", golden(t, "getMyUsedLinks.request.json"))
	},

	"getPayInTransactions.response.json": func(t *testing.T) (int, string) {
		one := goldenPayIn(t, 99296, "1", "2026-05-20 18:56:08", 8819, 8471, 133, 315)
		two := goldenPayIn(t, 99298, "2", "2026-05-20 10:19:34", 5525, 5313, 83, 129)
		one.Note, two.Note = "Order TEST2026013557", "Payment for Order #CNF-177930606093050"
		two.Split, two.Type = true, "Split"
		return newStage(t, Wire2026, "2026-05-20 20:00:00").load(entry{PayIn: two}, entry{PayIn: one}).json("getPayInTransactions", "")
	},
	"getPayInTransactions.response.2025.json": func(t *testing.T) (int, string) {
		p := goldenPayIn(t, 42011, "20241026-pi-QRxbbs7z9n", "2024-10-26 16:18:20", 100, 83, -10, 27)
		p.User, p.Note, p.Method = "a95a452a-2c74-465c-b63b-81d73a7a755d", "Invoice #1234", "card"
		return stage2024(t, Wire2025).load(entry{PayIn: p}).send("getPayInTransactions", formType, bodyRaw(t, "getPayInTransactions.request.form.json"))
	},
	"getPayInTransactions.response.2024.json": func(t *testing.T) (int, string) {
		st := stage2024(t, Wire2024)
		for i, net := range []kiosk.Money{50, 50, 50, 50, 50, 69, 83} {
			p := goldenPayIn(t, 42005+int64(i), fmt.Sprint("older-", i), "2024-10-26 10:00:00", 100, net, -10, 27)
			p.User, p.Note = "a95a452a-2c74-465c-b63b-81d73a7a755d", "api token test"
			if net == 83 {
				p.ID, p.At = "20241026-pi-QRxbbs7z9n", moment(t, "2024-10-26 16:18:20")
			}
			st.load(entry{PayIn: p})
		}
		return st.json("getPayInTransactions", `{"since":"0","limit":"1"}`)
	},
	"getPayOutTransactions.response.json": func(t *testing.T) (int, string) {
		return newStage(t, Wire2026, day).load(entry{PayOut: &payOut{
			ID: 21503, User: goldenUser, Tx: "20260512-po-tYlGbn74wT", Amount: 7406, Fee: 73, Net: 7153, Status: payoutInProgress,
			Day: moment(t, "2026-05-12 00:00:00"), At: moment(t, "2026-05-20 02:01:14"), Split: true,
		}}).json("getPayOutTransactions", golden(t, "getPayOutTransactions.request.json"))
	},
	"getPayOutTransactions.response.2024.json": func(t *testing.T) (int, string) { return payOuts2024(t, Wire2024) },
	"getTaxInvoiceList.response.json": func(t *testing.T) (int, string) {
		st := newStage(t, Wire2026, day)
		for id := int64(161); id <= 178; id++ {
			st.load(entry{Invoice: &invoice{
				ID: id, User: goldenUser, Tx: "202604-sf-oS5TYzrGXF", Month: moment(t, "2026-04-01 00:00:00"), Fee: 1038, PSP: 24515,
				At: moment(t, "2026-05-01 03:01:05"), Address: st.Accounts()[0].address(),
			}})
		}
		return st.json("getTaxInvoiceList", `{"limit":1}`)
	},

	"refundPayment.response.json": func(t *testing.T) (int, string) {
		return newStage(t, Wire2026, day).paid(12345, 4999).json("refundPayment", golden(t, "refundPayment.request.full.json"))
	},
	"refundPayment.response.2025.json": func(t *testing.T) (int, string) {
		return newStage(t, Wire2025, day).paid(42011, 4999).send("refundPayment", formType, bodyRaw(t, "refundPayment.request.form.json"))
	},
	"refundPayment.error.missing-pay-id.json":    refusedWith("refundPayment", `{"refund_amount":1}`),
	"refundPayment.error.missing-amount.json":    refusedWith("refundPayment", `{"pay_id":1}`),
	"refundPayment.error.invalid-link.json":      refusedWith("refundPayment", `{"pay_id":1,"refund_amount":1}`),
	"refundPayment.error.invalid-amount.json":    refusedRefund(func(*stage) {}, "50"),
	"refundPayment.error.cancelled.json":         refusedRefund(func(st *stage) { st.load(entry{Link: st.keeper.ledger.links[12345].with(Cancelled, st.at)}) }, "1"),
	"refundPayment.error.dispute.json":           refusedRefund(func(st *stage) { st.load(entry{Dispute: &dispute{Link: 12345, State: disputeOpen}}) }, "1"),
	"refundPayment.error.already-requested.json": refusedRefund(func(st *stage) { st.json("refundPayment", `{"pay_id":12345,"refund_amount":1}`) }, "1"),
	"refundPayment.error.invoice-type.json": refusedRefund(func(st *stage) {
		k := *st.keeper.ledger.links[12345]
		k.Invoice = true
		st.load(entry{Link: &k})
	}, "1"),

	"webhook.success.nested.json": sentJSON(Wire2026, 12345, 4999, "Invoice #1234", "usr-abc-def-123", pay),
	"webhook.cancel.nested.json":  sentJSON(Wire2026, 12345, 4999, "Invoice #1234", "usr-abc-def-123", cancel, WebhookOnCancel),
	"webhook.success.flat.json":   sentJSON(Wire2025, 1466, 10000, "", goldenUser, pay),
	"webhook.cancel.flat.json":    sentJSON(Wire2026, 1466, 10000, "", goldenUser, cancel, WebhookOnCancel, WebhookFormB),
	"webhook.success.form.json":   sentForm(pay, WebhookFormC),
	"webhook.cancel.form.json":    sentForm(cancel, WebhookOnCancel, WebhookFormC),
	"webhook.failed.form.json":    sentForm(decline, WebhookOnDecline, WebhookFormC),
	"webhook.success.encrypted.json": func(t *testing.T) (int, string) {
		return 0, seal(notice{12345, "Invoice #1234", 4999, "abc-123", statusSuccess}.nested(), key32)
	},
	"webhook.encryption-vector.json": func(t *testing.T) (int, string) {
		plain := notice{12345, "Invoice #1234", 4999, "abc-123", statusSuccess}.nested()
		envelope := seal(plain, key32)
		var inner struct{ Data string }
		if err := json.Unmarshal([]byte(envelope), &inner); err != nil {
			t.Fatal(err)
		}
		m := new(message).text("algorithm", "AES-256-CBC, PKCS#7 padding").text("key_ascii", key32).text("iv_ascii", key32[:16])
		m.text("iv_rule", "first 16 characters of the key").text("plaintext", plain)
		return 0, m.text("ciphertext_base64", inner.Data).raw("envelope", envelope).end()
	},
	"webhook.split-breakdown.sandbox.json": func(t *testing.T) (int, string) {
		k := splitLink(t)
		k.Encrypt, k.Key = true, key32
		st := newStage(t, Wire2026, day).load(entry{Link: k})
		if err := st.Pay(k.ID); err != nil {
			t.Fatal(err)
		}
		return 0, open(t, st.Webhooks()[1].Body, key32)
	},

	"callback.success.json": func(t *testing.T) (int, string) {
		return 0, location(t, "https://yourapp.com/checkout/callback", 12345, "b44c4429-4a7b", "card")
	},
	"callback.cancel.json": func(t *testing.T) (int, string) {
		return 0, location(t, "https://yourapp.com/checkout/callback", 12345, "b44c4429-4a7b", "cancel")
	},
	"callback.success.2026.json": func(t *testing.T) (int, string) {
		return 0, location(t, "https://yoursite.com/payment/result", 123, "b44c4429-4a7b", "card", CallbackCapital)
	},
	"callback.success.html-entity.json": func(t *testing.T) (int, string) {
		return 0, location(t, "https://yourapp.com/checkout/callback", 12345, "b44c4429-4a7b", "card", CallbackEntities)
	},
}

// goldenReceived sends what a golden file holds and looks at what the sandbox understood.
var goldenReceived = map[string]func(*testing.T){
	"createLink.request.json": made("createLink", LinkView{Amount: 4999, Note: "Invoice #1234", Callback: "https://yoursite.com/payment/done", Endpoint: "https://google.com", Cancellable: true, Bank: true}),
	"createLink.request.all-fields.json": made("createLink", LinkView{
		Amount: 4999, Note: "Invoice #1234", Callback: "https://yoursite.com/payment/done",
		Endpoint: "https://google.com,https://yourapp.com/other-webhook", Cancellable: true, Encrypted: true,
	}),
	"createLink.request.form.json":          made("createLink", LinkView{Amount: 10000, Note: "Payment for Invoice #1234", Callback: "https://google.com", Endpoint: "https://google.com", Cancellable: true, Bank: true}),
	"createSplitLink.request.normal.json":   made("createSplitLink", LinkView{Amount: 10000, Note: "Project payment", Callback: "https://yoursite.com/payment/done", Endpoint: "https://google.com", Cancellable: true, Bank: true, Split: "normal"}),
	"createSplitLink.request.absolute.json": made("createSplitLink", LinkView{Amount: 10000, Note: "Project payment", Callback: "https://google.com", Endpoint: "https://google.com", Cancellable: true, Bank: true, Split: "absolute"}),
	"deleteLink.request.json":               understood("deleteLink", func(st *stage) string { return string(st.Links()[0].Status) }, "Deleted"),
	"refundPayment.request.full.json": understood("refundPayment", func(st *stage) string {
		return fmt.Sprint(st.Money()[0].Refunds[0].Amount, st.Money()[0].Refunds[0].Full)
	}, "49.99 true"),
	"refundPayment.request.partial.json": understood("refundPayment", func(st *stage) string {
		return fmt.Sprint(st.Money()[0].Refunds[0].Amount, st.Money()[0].Refunds[0].Full)
	}, "20.00 false"),
	"refundPayment.request.form.json":         understood("refundPayment", func(st *stage) string { return fmt.Sprint(st.Money()[0].Refunds[0].Amount) }, "25.00"),
	"getMyUnusedLinks.request.json":           listsRows("getMyUnusedLinks", "99290 99289"),
	"getMyUsedLinks.request.json":             listsRows("getMyUsedLinks", "99296 12345 42011"),
	"getPayInTransactions.request.by-id.json": listsRows("getPayInTransactions", "99296"),
	"getPayInTransactions.request.form.json":  listsRows("getPayInTransactions", "99296 12345 42011"),
	"getPayOutTransactions.request.json":      listsRows("getPayOutTransactions", "1"),
	"getTaxInvoiceList.request.json":          listsRows("getTaxInvoiceList", ""),
}

func pay(s *Server) error     { return s.Pay(s.Links()[0].ID) }
func cancel(s *Server) error  { return s.CancelByPayer(s.Links()[0].ID) }
func decline(s *Server) error { return s.Decline(s.Links()[0].ID) }

func bodyRaw(t *testing.T, name string) string {
	t.Helper()
	var w struct {
		Raw string `json:"body_raw"`
	}
	if err := json.Unmarshal([]byte(golden(t, name)), &w); err != nil {
		t.Fatal(err)
	}
	return w.Raw
}

// refusedWith is the answer of the newest wire to a wrong call.
func refusedWith(name, body string) func(*testing.T) (int, string) {
	return func(t *testing.T) (int, string) { return newStage(t, Wire2026, day).json(name, body) }
}

func refusedRefund(before func(*stage), amount string) func(*testing.T) (int, string) {
	return func(t *testing.T) (int, string) {
		st := newStage(t, Wire2026, day).paid(12345, 4999)
		before(st)
		return st.json("refundPayment", `{"pay_id":12345,"refund_amount":`+amount+`}`)
	}
}

func faulty(f Fault) func(*testing.T) (int, string) {
	return func(t *testing.T) (int, string) {
		st := newStage(t, Wire2024, day)
		st.Set(f, 1)
		return st.json("getMyUnusedLinks", "")
	}
}

func stage2024(t *testing.T, wire Wire) *stage {
	return newStage(t, wire, "2024-10-26 20:00:00", func(a *Account) { a.UserID = "a95a452a-2c74-465c-b63b-81d73a7a755d" })
}

func payOuts2024(t *testing.T, wire Wire) (int, string) {
	st := newStage(t, wire, "2024-10-13 12:00:00")
	for id := int64(14); id <= 19; id++ {
		st.load(entry{PayOut: &payOut{
			ID: id, User: goldenUser, Tx: "20241012-po-WHk3KxTdHQ", Amount: 123, Fee: 6, Net: 117, Status: payoutInProgress,
			Day: moment(t, "2024-10-12 00:00:00"), At: moment(t, "2024-10-13 01:58:04"),
		}})
	}
	return st.json("getPayOutTransactions", `{"limit":1}`)
}

func sentJSON(wire Wire, id int64, amount kiosk.Money, note, user string, event func(*Server) error, faults ...Fault) func(*testing.T) (int, string) {
	return func(t *testing.T) (int, string) {
		kind, body := webhook(t, wire, id, amount, note, user, event, faults...)
		if kind != jsonType {
			t.Errorf("content type %s", kind)
		}
		return 0, body
	}
}

func sentForm(event func(*Server) error, faults ...Fault) func(*testing.T) (int, string) {
	return func(t *testing.T) (int, string) {
		return 0, wrapped(webhook(t, Wire2026, 1466, 10000, "", goldenUser, event, faults...))
	}
}

// post sends a golden request as it is, or as its wrapper says.
func (st *stage) post(name, file string) (int, string) {
	body := golden(st.t, file)
	if strings.Contains(body, "body_raw") {
		return st.send(name, formType, bodyRaw(st.t, file))
	}
	return st.json(name, body)
}

func made(name string, want LinkView) func(*testing.T) {
	return func(t *testing.T) {
		st := newStage(t, Wire2026, day)
		file := strings.TrimPrefix(t.Name(), "TestGolden/")
		status, body := st.post(name, file)
		links := st.Links()
		if status != 200 || len(links) != 1 {
			t.Fatalf("%d %s", status, body)
		}
		got := links[0]
		want.ID, want.Account, want.Status, want.Created, want.PayLink = got.ID, "Golden", Unused, st.at, got.PayLink
		if got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

func understood(name string, look func(*stage) string, want string) func(*testing.T) {
	return func(t *testing.T) {
		st := newStage(t, Wire2026, day)
		k := plainLink(t)
		k.ID, k.Amount = 12345, 4999
		other := *k
		other.ID = 42011
		st.load(entry{Link: k}, entry{Link: &other})
		if name == "refundPayment" {
			for _, id := range []int64{12345, 42011} {
				if err := st.Pay(id); err != nil {
					t.Fatal(err)
				}
			}
		}
		status, body := st.post(name, strings.TrimPrefix(t.Name(), "TestGolden/"))
		if status != 200 || !strings.Contains(body, `"ResponseCode":1`) {
			t.Fatalf("%d %s", status, body)
		}
		if got := look(st); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// listsRows sends a list request to a book with two open links, three paid ones and one payout and
// compares the ids that come back.
func listsRows(name, want string) func(*testing.T) {
	return func(t *testing.T) {
		st := newStage(t, Wire2026, day).load(entry{Link: splitLink(t)}, entry{Link: plainLink(t)})
		for i, id := range []int64{42011, 12345, 99296} {
			st.setTime(fmt.Sprintf("2026-05-20 12:0%d:00", i))
			st.paid(id, 500)
		}
		st.load(entry{PayOut: &payOut{ID: 1, User: goldenUser, Day: moment(t, "2026-05-12 00:00:00"), At: st.at}})
		status, body := st.post(name, strings.TrimPrefix(t.Name(), "TestGolden/"))
		var e struct{ Data []map[string]any }
		if err := json.Unmarshal([]byte(body), &e); err != nil || status != 200 {
			t.Fatalf("%d %s %v", status, body, err)
		}
		var ids []string
		for _, row := range e.Data {
			for _, key := range []string{"linktopay_id", "pay_id", "payout_id"} {
				if id, ok := row[key]; ok {
					ids = append(ids, fmt.Sprint(id))
				}
			}
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
