package secpaid

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"qrkiosk/kiosk"
)

var goldenLists = map[string]func(*testing.T, goldenEntry){
	"getMyUnusedLinks.response.json": func(t *testing.T, e goldenEntry) {
		checkFound(t, e, "Test", kiosk.Found{
			PayID: 99290, Ref: "Test", Amount: 2500, AccountNumber: goldenUser,
			URL: "https://app.secpaid.com/payment?link_id=OTkyOTA=",
		})
		checkFound(t, e, "Test-Ala", kiosk.Found{
			PayID: 99289, Ref: "Test-Ala", Amount: 3539, AccountNumber: goldenUser,
			URL: "https://app.secpaid.com/payment?link_id=OTkyODk=",
		})
	},
	"getMyUnusedLinks.response.schema-form.json": func(t *testing.T, e goldenEntry) {
		checkFound(t, e, "Test", kiosk.Found{
			PayID: 99290, Ref: "Test", Amount: 2500, AccountNumber: goldenUser,
			URL: "https://app.secpaid.com/payment?link_id=OTkyOTA=",
		})
	},
	"getMyUsedLinks.response.json": func(t *testing.T, e goldenEntry) {
		checkFound(t, e, "Payment", kiosk.Found{PayID: 99250, Ref: "Payment", Amount: 7296, AccountNumber: goldenUser, Used: true})
		checkFound(t, e, "Test-Ala", kiosk.Found{PayID: 99248, Ref: "Test-Ala", Amount: 500, AccountNumber: goldenUser, Used: true})
	},
	"getPayInTransactions.response.json": func(t *testing.T, e goldenEntry) {
		checkPayIns(t, e, kiosk.PayIn{
			PayID: 99296, Key: "99296|payment|88.19|2026-05-20 18:56:08", Bare: "99296|payment|88.19|2026-05-20 18:56:08",
			Amount: 8819, Status: kiosk.StatusSuccess, Kind: kiosk.RowPayment, Ref: "Order",
			At: "2026-05-20 18:56:08", Time: 1_779_303_368_000, Net: 8471, Fee: 133, FeePSP: 315, Payout: "Pending",
		}, kiosk.PayIn{
			PayID: 99298, Key: "99298|payment|55.25|2026-05-20 10:19:34", Bare: "99298|payment|55.25|2026-05-20 10:19:34",
			Amount: 5525, Status: kiosk.StatusSuccess, Kind: kiosk.RowPayment, Ref: "Payment",
			At: "2026-05-20 10:19:34", Time: 1_779_272_374_000, Net: 5313, Fee: 83, FeePSP: 129, Payout: "Pending",
		})
	},
	"getPayInTransactions.response.2025.json": func(t *testing.T, e goldenEntry) {
		checkPayIns(t, e, kiosk.PayIn{
			PayID: 42011, Key: "20241026-pi-QRxbbs7z9n", Bare: "42011|payment|1.00|2024-10-26 16:18:20",
			Amount: 100, Status: kiosk.StatusSuccess, Kind: kiosk.RowPayment, Ref: "Invoice",
			At: "2024-10-26 16:18:20", Time: 1_729_959_500_000, Net: 83, Fee: -10, FeePSP: 27, Method: "card", Payout: "Pending",
		})
	},
	"getPayInTransactions.response.2024.json": func(t *testing.T, e goldenEntry) {
		checkPayIns(t, e, kiosk.PayIn{
			PayID: 42011, Key: "20241026-pi-QRxbbs7z9n", Bare: "42011|payment|1.00|2024-10-26 16:18:20",
			Amount: 100, Status: kiosk.StatusSuccess, Kind: kiosk.RowPayment, Ref: "api",
			At: "2024-10-26 16:18:20", Time: 1_729_959_500_000, Net: 83, Fee: -10, FeePSP: 27, Payout: "Pending",
		})
	},
	"getPayOutTransactions.response.json": func(t *testing.T, e goldenEntry) {
		checkPayOuts(t, e, PayOut{
			ID: "21503", TransactionID: "20260512-po-tYlGbn74wT", Amount: 7406, Fee: 73, Net: 7153,
			Status: "InProgress", Day: "2026-05-12", At: "2026-05-20 02:01:14", Kind: "Split", Split: true,
		})
	},
	"getPayOutTransactions.response.2024.json": func(t *testing.T, e goldenEntry) {
		checkPayOuts(t, e, PayOut{
			ID: "19", TransactionID: "20241012-po-WHk3KxTdHQ", Amount: 123, Fee: 6, Net: 117,
			Status: "InProgress", Day: "2024-10-12", At: "2024-10-13T01:58:04Z",
		})
	},
	"getTaxInvoiceList.response.json": func(t *testing.T, e goldenEntry) {
		page, err := answerWith(t, e).TaxInvoices(t.Context(), ReportQuery{Limit: 12})
		want := TaxInvoicePage{Total: 18, Rows: []TaxInvoice{{
			ID: "178", Number: "202604-sf-oS5TYzrGXF", Month: "April 2026", Date: "2026-05-01", At: "2026-05-01 03:01:05",
			Address: Address{
				Company: "Acme GmbH", Name: "Max Mustermann", Street: "Musterstraße", HouseNo: "1", ZIP: "10115",
				City: "Berlin", Country: "Germany",
			},
			Fee: 1038, FeePSP: 24515,
		}}}
		if err != nil || !reflect.DeepEqual(page, want) {
			t.Errorf("read %+v, error %v, want %+v", page, err, want)
		}
	},
}

// checkFound gives the list to the call it belongs to and an empty one to the other.
func checkFound(t *testing.T, e goldenEntry, ref string, want kiosk.Found) {
	t.Helper()
	c, _ := connect(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == e.Path {
			says(e.Status, string(golden(t, e.File)))(w, r)
			return
		}
		says(200, done("[]"))(w, r)
	})
	got, err := c.Find(t.Context(), ref)
	if err != nil || !reflect.DeepEqual(got, kiosk.Findings{Links: []kiosk.Found{want}, Complete: true}) {
		t.Errorf("found %+v, error %v, want %+v", got, err, want)
	}
}

func checkPayIns(t *testing.T, e goldenEntry, want ...kiosk.PayIn) {
	t.Helper()
	page, err := answerWith(t, e).PayIns(t.Context(), kiosk.PayInQuery{Days: 2, Limit: 50, Lane: kiosk.LaneLook})
	if err != nil || !reflect.DeepEqual(page, kiosk.PayInPage{Rows: want}) {
		t.Errorf("read %+v, error %v, want %+v", page, err, want)
	}
}

func checkPayOuts(t *testing.T, e goldenEntry, want ...PayOut) {
	t.Helper()
	page, err := answerWith(t, e).PayOuts(t.Context(), ReportQuery{Limit: 10})
	if err != nil || !reflect.DeepEqual(page, PayOutPage{Rows: want}) {
		t.Errorf("read %+v, error %v, want %+v", page, err, want)
	}
}

// refuses makes the call an error answer belongs to and checks what becomes of it.
func refuses(code kiosk.Code, key, text string) func(*testing.T, goldenEntry) {
	return func(t *testing.T, e goldenEntry) {
		c := answerWith(t, e)
		var err error
		switch e.Path {
		case "/api/v2/createSplitLink":
			o := order()
			o.Parts = []kiosk.Part{{Token: "a", Amount: 1}}
			_, err = c.Open(t.Context(), o)
		case "/api/v2/refundPayment":
			err = c.Refund(t.Context(), 12345, 4999, true)
		default:
			_, err = c.Open(t.Context(), order())
		}
		wantError(t, err, code, key)
		if e := new(kiosk.Error); text != "" && (!asError(err, &e) || len(e.Args) != 1 || e.Args[0] != text) {
			t.Errorf("the gateway's sentence is not in %v", err)
		}
	}
}

var goldenRefusals = map[string]func(*testing.T, goldenEntry){
	"createLink.error.missing-amount.json":         refuses(kiosk.Refused, KeyRefused, "Please enter amount"),
	"createLink.error.bad-amount.json":             refuses(kiosk.Refused, KeyRefused, "Amount should not be zero or negative number"),
	"createSplitLink.error.invalid-recipient.json": refuses(kiosk.Refused, KeyRefused, "Invalid recipient token at index 0"),
	"createSplitLink.error.own-token.json": refuses(kiosk.Refused, KeyRefused,
		"You cannot use your own token in recipient list at index 0"),
	"createSplitLink.error.share-over-100.json":     refuses(kiosk.Refused, KeyRefused, "Share should be less than 100"),
	"createSplitLink.error.share-over-amount.json":  refuses(kiosk.Refused, KeyRefused, "Share should be less than or equal to 100"),
	"createSplitLink.error.share-not-positive.json": refuses(kiosk.Refused, KeyRefused, "Share should be greater than zero at index 0"),

	"error.missing-token.json":    refuses(kiosk.Refused, KeyRefused, "Please enter token"),
	"error.auth.json":             refuses(kiosk.Refused, KeyRefused, "Incorrect token or missing token"),
	"error.unknown-key.json":      refuses(kiosk.Refused, KeyKey, "No user found with the provided API key."),
	"error.unknown-key.2024.json": refuses(kiosk.Refused, KeyKey, "No user found with the provided API key."),
	"error.400.json":              refuses(kiosk.Refused, KeyRefused, "The provided parameters are invalid."),
	"error.401.json":              refuses(kiosk.Refused, KeyKey, "Invalid API key or token."),
	"error.403.json":              refuses(kiosk.Refused, KeyKey, "You do not have permission to access this resource."),
	"error.500.json":              refuses(kiosk.Unclear, KeyUnclear, ""),

	"refundPayment.error.missing-pay-id.json":    refuses(kiosk.Refused, KeyRefused, "Please enter pay_id"),
	"refundPayment.error.missing-amount.json":    refuses(kiosk.Refused, KeyRefused, "Please enter refund_amount"),
	"refundPayment.error.invalid-link.json":      refuses(kiosk.Refused, KeyRefused, "Invalid link ID"),
	"refundPayment.error.cancelled.json":         refuses(kiosk.Refused, KeyRefused, "Link is cancelled"),
	"refundPayment.error.already-requested.json": refuses(kiosk.Refused, kiosk.KeyRefundKnown, "Refund already requested"),
	"refundPayment.error.dispute.json":           refuses(kiosk.Refused, KeyRefused, "Refund blocked by dispute"),
	"refundPayment.error.invalid-amount.json":    refuses(kiosk.Refused, KeyRefused, "Invalid refund amount"),
	"refundPayment.error.invoice-type.json":      refuses(kiosk.Refused, KeyRefused, "Cannot refund invoice-type links"),

	"deleteLink.error.invalid-link.json": func(t *testing.T, e goldenEntry) { retires(t, e, kiosk.RetiredUnknown) },
	"deleteLink.error.already-used.json": func(t *testing.T, e goldenEntry) { retires(t, e, kiosk.RetiredUsed) },
	"deleteLink.error.missing-id.json":   func(t *testing.T, e goldenEntry) { retires(t, e, kiosk.RetiredUnknown) },
}

// notices reads a golden body with and without a key: a plain one is never authentic.
func notices(want kiosk.Notice) func(*testing.T, goldenEntry) {
	return func(t *testing.T, e goldenEntry) {
		contentType, body := wrapped(t, e)
		for _, key := range []string{"", testKey} {
			if got := new(Client).ReadNotice(contentType, body, key); got != want {
				t.Errorf("with key %q read %+v, want %+v", key, got, want)
			}
		}
	}
}

// wrapped unpacks a golden file that holds a content type and a raw body.
func wrapped(t *testing.T, e goldenEntry) (contentType string, body []byte) {
	t.Helper()
	text := golden(t, e.File)
	if !strings.Contains(e.File, ".form.") {
		return e.Headers["Content-Type"], text
	}
	var w struct {
		ContentType string `json:"content_type"`
		BodyRaw     string `json:"body_raw"`
	}
	if err := json.Unmarshal(text, &w); err != nil || w.BodyRaw == "" {
		t.Fatalf("no raw body: %v", err)
	}
	return w.ContentType, []byte(w.BodyRaw)
}

func plainNotice(id int64, amount kiosk.Money, user string, status kiosk.NoticeStatus) kiosk.Notice {
	return kiosk.Notice{PayID: id, Amount: amount, HasAmount: true, AccountNumber: user, Status: status, Flaw: "plain"}
}

var goldenNotices = map[string]func(*testing.T, goldenEntry){
	"webhook.success.nested.json": notices(plainNotice(12345, 4999, "usr-abc-def-123", kiosk.NoticeSuccess)),
	"webhook.cancel.nested.json":  notices(plainNotice(12345, 4999, "usr-abc-def-123", kiosk.NoticeCancel)),
	"webhook.success.flat.json":   notices(plainNotice(1466, 10000, goldenUser, kiosk.NoticeSuccess)),
	"webhook.cancel.flat.json":    notices(plainNotice(1466, 10000, goldenUser, kiosk.NoticeCancel)),
	"webhook.success.form.json":   notices(plainNotice(1466, 10000, goldenUser, kiosk.NoticeSuccess)),
	"webhook.failed.form.json":    notices(plainNotice(1466, 10000, goldenUser, kiosk.NoticeFailed)),
	"webhook.cancel.form.json":    notices(plainNotice(1466, 10000, goldenUser, kiosk.NoticeCancel)),
	"webhook.split-breakdown.sandbox.json": both(
		notices(plainNotice(99289, 3539, goldenUser, kiosk.NoticeSuccess)),
		func(t *testing.T, e goldenEntry) { // it travels encrypted
			got := new(Client).ReadNotice("", sealed(string(golden(t, e.File)), testKey), testKey)
			want := plainNotice(99289, 3539, goldenUser, kiosk.NoticeSuccess)
			want.Flaw, want.Authentic = "", true
			if got != want {
				t.Errorf("read %+v, want %+v", got, want)
			}
		}),
	"webhook.success.encrypted.json": func(t *testing.T, e goldenEntry) {
		body := golden(t, e.File)
		want := kiosk.Notice{
			Authentic: true, PayID: 12345, Amount: 4999, HasAmount: true, AccountNumber: "abc-123", Status: kiosk.NoticeSuccess,
		}
		if got := new(Client).ReadNotice("application/json", body, testKey); got != want {
			t.Errorf("read %+v, want %+v", got, want)
		}
		want = kiosk.Notice{Status: kiosk.NoticeOther, Flaw: "unordered"}
		if got := new(Client).ReadNotice("application/json", body, ""); got != want {
			t.Errorf("without a key read %+v", got)
		}
	},
	"webhook.encryption-vector.json": func(t *testing.T, e goldenEntry) {
		v := jsonObject(t, golden(t, e.File))
		key, cipherText := v["key_ascii"].(string), v["ciphertext_base64"].(string)
		text, padded, flaw := decrypt(cipherText, key)
		if string(text) != v["plaintext"] || !padded || flaw != "" {
			t.Errorf("decrypted %q, padded %v, flaw %q", text, padded, flaw)
		}
		if got := seal(v["plaintext"].(string), key); got != cipherText {
			t.Errorf("encrypted %q, want %q", got, cipherText)
		}
	},
}
