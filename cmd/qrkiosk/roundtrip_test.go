package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/secpaid"
)

// trip is the real client before the real sandbox, with real HTTP between them in both directions.
type trip struct {
	t       *testing.T
	gateway *sandbox.Server
	url     string
	hooks   chan hook
	target  string // where webhooks arrive
	log     *safeBuffer
	client  *secpaid.Client
}

// hook is a webhook as it arrived.
type hook struct{ kind, body string }

const (
	tripKey   = "test-key-of-the-stall"
	tripOwner = "Canaria Private"
	linkKey   = "0123456789abcdefghijklmnopqrstuv"
)

var everyWire = []sandbox.Wire{sandbox.WireSeeds, sandbox.Wire2026, sandbox.Wire2025, sandbox.Wire2024}

func newTrip(t *testing.T, wire sandbox.Wire, change ...func(*sandbox.Config)) *trip {
	t.Helper()
	trip := &trip{t: t, hooks: make(chan hook, 64), log: &safeBuffer{}}
	log := slog.New(slog.NewJSONHandler(trip.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	began := time.Now()
	noon := func() time.Time { return time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC).Add(time.Since(began)) }
	cfg := sandbox.Config{Wire: wire, Limit: -1, Log: log, Now: noon, Accounts: []sandbox.Account{
		{Name: "Stall", Key: tripKey, UserID: "usr-stall", RecipientToken: "stall", Owner: tripOwner, Company: tripOwner + " GmbH", Street: tripOwner + " Street"},
		{Name: "A", Key: "test-key-a", UserID: "usr-a", RecipientToken: "recipient_a", ServiceFee: "2.0"},
		{Name: "B", Key: "test-key-b", UserID: "usr-b", RecipientToken: "recipient_b"},
	}}
	for _, c := range change {
		c(&cfg)
	}
	gateway, err := sandbox.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { gateway.Close() })
	web := httptest.NewServer(gateway.Handler())
	t.Cleanup(web.Close)
	gateway.SetURL(web.URL)
	trip.gateway, trip.url = gateway, web.URL
	trip.listen()
	trip.client = trip.connect(tripKey, nil)
	return trip
}

// listen takes webhooks in, and lets the gateway send them until the test is over.
func (r *trip) listen() {
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		raw, err := io.ReadAll(q.Body)
		if err != nil {
			r.t.Error(err)
		}
		r.hooks <- hook{q.Header.Get("Content-Type"), string(raw)}
	}))
	r.target = receiver.URL + "/hooks/secpaid/token"
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.gateway.Run(ctx) }()
	r.t.Cleanup(func() {
		stop()
		<-done
		receiver.Close()
	})
}

// connect makes a client of an account; a transport stands between it and the network.
func (r *trip) connect(key string, transport http.RoundTripper) *secpaid.Client {
	r.t.Helper()
	cfg := secpaid.Config{
		URL: r.url, Token: key, PerMinute: 100_000,
		Log: slog.New(slog.NewJSONHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if transport != nil {
		cfg.HTTP = &http.Client{Transport: transport}
	}
	client, err := secpaid.New(cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(client.Close)
	return client
}

func (r *trip) order(ref string) kiosk.Order {
	return kiosk.Order{
		Ref: ref, Note: ref + " Bakery Lind & Söhne", Amount: 3539, Statement: "Lind",
		PaymentEndpoint: r.target, CallbackURL: strings.Replace(r.target, "hooks/secpaid/token", "r/secret", 1),
	}
}

func (r *trip) open(o kiosk.Order) kiosk.Opened {
	r.t.Helper()
	opened, err := r.client.Open(r.t.Context(), o)
	if err != nil || opened.Wrong != "" || opened.PayID == 0 || opened.AccountNumber != "usr-stall" || !strings.HasPrefix(opened.URL, r.url) {
		r.t.Fatalf("opened %+v, %v", opened, err)
	}
	return opened
}

// press is a payer's browser at the checkout; it returns where the payer is sent.
func (r *trip) press(page, action string) string {
	r.t.Helper()
	web := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := web.PostForm(page, url.Values{"action": {action}})
	if err != nil {
		r.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.Header.Get("Location")
}

// next is the next webhook.
func (r *trip) next() hook {
	r.t.Helper()
	select {
	case h := <-r.hooks:
		return h
	case <-time.After(patience):
		r.t.Fatal("no webhook came")
		return hook{}
	}
}

// only finds the one link of a reference.
func (r *trip) only(ref string) kiosk.Found {
	r.t.Helper()
	list, err := r.client.Find(r.t.Context(), ref)
	if err != nil || len(list.Links) != 1 || !list.Complete {
		r.t.Fatalf("found %+v, %v", list, err)
	}
	return list.Links[0]
}

func (r *trip) rows(c *secpaid.Client, id int64) []kiosk.PayIn {
	r.t.Helper()
	page, err := c.PayIns(r.t.Context(), kiosk.PayInQuery{PayID: id, Days: 60})
	if err != nil || len(page.Unread) != 0 {
		r.t.Fatalf("pay-ins %+v, %v", page, err)
	}
	return page.Rows
}

func (r *trip) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// TestRoundTrip takes a sale through its whole life at all nine endpoints: in every wire, plain
// and split, with plain and with encrypted webhooks.
func TestRoundTrip(t *testing.T) {
	for _, wire := range everyWire {
		for _, split := range []bool{false, true} {
			for _, sealed := range []bool{false, true} {
				name := wire.String()
				if split {
					name += " split"
				}
				if sealed {
					name += " encrypted"
				}
				t.Run(name, func(t *testing.T) { newTrip(t, wire).life(split, sealed) })
			}
		}
	}
}

func (r *trip) life(split, sealed bool) {
	o := r.order("K7Q2")
	if split {
		o.Parts = []kiosk.Part{{Token: "recipient_b", Amount: 539}, {Token: "recipient_a", Amount: 1000}}
	}
	if sealed {
		o.Key = linkKey
	}
	opened := r.open(o)
	want := kiosk.Found{PayID: opened.PayID, Ref: "K7Q2", Amount: 3539, URL: opened.URL, AccountNumber: "usr-stall"}
	if got := r.only("K7Q2"); got != want {
		r.t.Errorf("found %+v, want %+v", got, want)
	}
	if to := r.press(opened.URL, "card"); !strings.HasPrefix(to, o.CallbackURL+"?pay_id=") || !strings.HasSuffix(to, "&user_id=usr-stall&status=success") {
		r.t.Errorf("sent to %q", to)
	}
	r.told(o, opened)
	want.Used, want.URL = true, ""
	if got := r.only("K7Q2"); got != want {
		r.t.Errorf("found %+v, want %+v", got, want)
	}
	r.money(opened, split)
	r.back(opened)
	r.later()
	r.gone()
	r.silent()
}

// told reads the webhooks of the payment: the second one of an encrypted split link as well.
func (r *trip) told(o kiosk.Order, opened kiosk.Opened) {
	r.t.Helper()
	link := &kiosk.Link{PayID: opened.PayID, Amount: o.Amount, AccountNumber: opened.AccountNumber, Live: true}
	n := 1
	if o.Key != "" && len(o.Parts) > 0 {
		n = 2
	}
	for range n {
		h := r.next()
		want := kiosk.Notice{
			Authentic: o.Key != "", PayID: opened.PayID, Amount: 3539, HasAmount: true,
			AccountNumber: "usr-stall", Status: kiosk.NoticeSuccess,
		}
		if o.Key == "" {
			want.Flaw = "plain"
		}
		got := r.client.ReadNotice(h.kind, []byte(h.body), o.Key)
		if got != want || link.Believes(got) != (o.Key != "") {
			r.t.Errorf("read %+v from %s", got, h.body)
		}
		if other := r.client.ReadNotice(h.kind, []byte(h.body), strings.ToUpper(linkKey)); other.Authentic {
			r.t.Errorf("authentic with another key: %+v", other)
		}
	}
}

// money looks at the rows of everybody who has a part in the payment.
func (r *trip) money(opened kiosk.Opened, split bool) {
	r.t.Helper()
	rows := r.rows(r.client, opened.PayID)
	if len(rows) != 1 {
		r.t.Fatalf("rows %+v", rows)
	}
	own := rows[0]
	if own.Amount != 3539 || own.Status != kiosk.StatusSuccess || own.Kind != kiosk.RowPayment || own.Ref != "K7Q2" || own.Dispute {
		r.t.Errorf("row %+v", own)
	}
	net, parts := own.Net+own.Fee+own.FeePSP, map[string]kiosk.Money{}
	if split {
		parts = map[string]kiosk.Money{"test-key-a": 1000, "test-key-b": 539}
	}
	for key, amount := range parts {
		theirs := r.rows(r.connect(key, nil), opened.PayID)
		if len(theirs) != 1 || theirs[0].Amount != amount || theirs[0].Net+theirs[0].Fee+theirs[0].FeePSP != amount {
			r.t.Errorf("%s has %+v", key, theirs)
		}
		net += amount
	}
	if net != 3539 {
		r.t.Errorf("the parts add up to %v", net)
	}
	if retired, err := r.client.Retire(r.t.Context(), opened.PayID); err != nil || retired == kiosk.RetiredGone {
		r.t.Errorf("a paid link was retired: %q, %v", retired, err)
	}
}

// back asks for money to be returned: nothing is seen until the gateway's operator agrees.
func (r *trip) back(opened kiosk.Opened) {
	r.t.Helper()
	r.must(r.client.Refund(r.t.Context(), opened.PayID, 500, false))
	if kiosk.CodeOf(r.client.Refund(r.t.Context(), opened.PayID, 500, false)) != kiosk.Refused {
		r.t.Error("two refunds of one link")
	}
	if rows := r.rows(r.client, opened.PayID); len(rows) != 1 {
		r.t.Errorf("rows before the refund is approved: %+v", rows)
	}
	r.must(r.gateway.ApproveRefund(opened.PayID))
	rows := r.rows(r.client, opened.PayID)
	if len(rows) != 2 {
		r.t.Fatalf("rows %+v", rows)
	}
	for _, row := range rows {
		if row.Kind == kiosk.RowRefund && (row.Amount != -500 || row.Status != kiosk.StatusSuccess) || row.Kind == kiosk.RowPayment && row.Amount != 3539 || row.Kind == kiosk.RowDispute {
			r.t.Errorf("row %+v", row)
		}
	}
}

// later lets nights and months pass: payouts, and the invoice about the fees.
func (r *trip) later() {
	r.t.Helper()
	r.payments(kiosk.PayoutPending)
	for _, want := range []string{"InProgress", "Completed Approved"} {
		r.must(r.gateway.Advance(24 * time.Hour))
		page, err := r.client.PayOuts(r.t.Context(), secpaid.ReportQuery{})
		if err != nil || len(page.Rows) != 1 || page.Unread != 0 {
			r.t.Fatalf("payouts %+v, %v", page, err)
		}
		row := page.Rows[0]
		if !strings.Contains(want, row.Status) || row.Amount <= 0 || row.Net <= 0 || row.TransactionID == "" || row.Net >= row.Amount {
			r.t.Errorf("payout %+v, want %s", row, want)
		}
	}
	r.payments(kiosk.PayoutCompleted)
	r.must(r.gateway.Advance(40 * 24 * time.Hour))
	page, err := r.client.TaxInvoices(r.t.Context(), secpaid.ReportQuery{})
	if err != nil || len(page.Rows) != 1 || page.Unread != 0 || page.Total > 1 {
		r.t.Fatalf("invoices %+v, %v", page, err)
	}
	if v := page.Rows[0]; !strings.Contains(v.Number, "-sf-") || v.Month == "" {
		r.t.Errorf("invoice %v", v)
	}
	slog.New(slog.NewJSONHandler(r.log, nil)).Info("invoices", "page", page, "rows", page.Rows, "one", page.Rows[0])
}

// payments lists payment and refund as the audit sees them.
func (r *trip) payments(payout kiosk.PayoutState) {
	r.t.Helper()
	page, err := r.client.PayIns(r.t.Context(), kiosk.PayInQuery{Days: 31, Page: 1, Lane: kiosk.LaneReports})
	if err != nil || len(page.Rows) != 2 || len(page.Unread) != 0 || page.Full {
		r.t.Fatalf("payments %+v, %v", page, err)
	}
	for _, row := range page.Rows {
		if row.Payout != payout || row.Ref != "K7Q2" {
			r.t.Errorf("payment %+v, want payout %s", row, payout)
		}
	}
}

// gone deletes a link that nobody paid.
func (r *trip) gone() {
	r.t.Helper()
	opened := r.open(r.order("M3X9"))
	for _, want := range []kiosk.Retired{kiosk.RetiredGone, kiosk.RetiredUnknown} {
		if got, err := r.client.Retire(r.t.Context(), opened.PayID); got != want || err != nil {
			r.t.Errorf("retired %q, %v, want %q", got, err, want)
		}
	}
	resp, err := http.Get(opened.URL)
	if err != nil {
		r.t.Fatal(err)
	}
	resp.Body.Close()
	if list, err := r.client.Find(r.t.Context(), "M3X9"); resp.StatusCode != http.StatusNotFound || err != nil || len(list.Links) != 0 || !list.Complete {
		r.t.Errorf("status %d, found %+v, %v", resp.StatusCode, list, err)
	}
}

// silent: neither log holds a key or what invoices say about people.
func (r *trip) silent() {
	r.t.Helper()
	all := r.log.String()
	if !strings.Contains(all, "getTaxInvoiceList") {
		r.t.Error("the log does not know of the invoices at all")
	}
	for _, secret := range []string{tripOwner, tripKey, linkKey, "test-key-a"} {
		if at := strings.Index(all, secret); at >= 0 {
			r.t.Errorf("%q is in the log: …%s", secret, all[max(0, at-200):at+len(secret)])
		}
	}
}

// TestRoundTrip_transfer follows a bank transfer, which the client never asks for: the payer is
// sent on with success at once, the row is Pending, the link cannot be deleted, and five days later
// webhook and money come.
func TestRoundTrip_transfer(t *testing.T) {
	for _, wire := range everyWire {
		t.Run(wire.String(), func(t *testing.T) {
			r := newTrip(t, wire)
			o := r.order("K7Q2")
			o.Key = linkKey
			opened, err := r.connect(tripKey, with("bank_transfer", "true")).Open(t.Context(), o)
			if wrong := opened.Wrong; err != nil || wrong != "bank_transfer" && wire != sandbox.Wire2024 {
				t.Fatalf("opened %+v, %v", opened, err)
			}
			page := r.only("K7Q2").URL
			if to := r.press(page, "bank"); !strings.HasSuffix(to, "status=success") {
				t.Errorf("sent to %q", to)
			}
			if rows := r.rows(r.client, opened.PayID); len(rows) != 1 || rows[0].Status != kiosk.StatusPending || rows[0].Amount != 3539 {
				t.Errorf("rows %+v", rows)
			}
			if retired, err := r.client.Retire(t.Context(), opened.PayID); retired == kiosk.RetiredGone || err != nil {
				t.Errorf("retired %q, %v", retired, err)
			}
			if len(r.hooks) != 0 || r.only("K7Q2").Used {
				t.Error("the money has not come yet")
			}
			r.must(r.gateway.Advance(6 * 24 * time.Hour))
			r.told(o, opened)
			if rows := r.rows(r.client, opened.PayID); len(rows) != 1 || rows[0].Status != kiosk.StatusSuccess || !r.only("K7Q2").Used {
				t.Errorf("rows %+v", rows)
			}
		})
	}
}

// TestRoundTrip_dispute: the payer's bank takes the money back and loses it again.
func TestRoundTrip_dispute(t *testing.T) {
	for _, wire := range everyWire {
		t.Run(wire.String(), func(t *testing.T) {
			r := newTrip(t, wire)
			opened := r.open(r.order("K7Q2"))
			r.must(r.gateway.Pay(opened.PayID))
			r.must(r.gateway.OpenDispute(opened.PayID))
			sums := map[kiosk.RowKind]kiosk.Money{}
			for _, row := range r.rows(r.client, opened.PayID) {
				sums[row.Kind] += row.Amount
				if row.Dispute != (row.Kind == kiosk.RowPayment && wire != sandbox.Wire2024) { // that year has no such flag
					t.Errorf("row %+v", row)
				}
			}
			if sums[kiosk.RowPayment] != 3539 || sums[kiosk.RowDispute] != -3539 || len(sums) != 2 {
				t.Errorf("sums %v", sums)
			}
			r.must(r.gateway.CloseDispute(opened.PayID, true))
			clear(sums)
			for _, row := range r.rows(r.client, opened.PayID) {
				sums[row.Kind] += row.Amount
			}
			if sums[kiosk.RowPayment] != 3539 || sums[kiosk.RowDispute] != 0 || len(sums) != 2 {
				t.Errorf("sums after it was won %v", sums)
			}
		})
	}
}
