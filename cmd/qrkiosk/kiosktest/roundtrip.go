package kiosktest

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

// Trip is the real client before the real sandbox, with real HTTP between them in both directions.
type Trip struct {
	T       *testing.T
	Gateway *sandbox.Server
	URL     string
	Hooks   chan hook
	target  string // where webhooks arrive
	Log     *SafeBuffer
	Client  *secpaid.Client
}

// hook is a webhook as it arrived.
type hook struct{ kind, body string }

// TripKey is the key of a trip's account, and what is known of its owner and links.
const (
	TripKey   = "test-key-of-the-stall"
	tripOwner = "Canaria Private"
	LinkKey   = "0123456789abcdefghijklmnopqrstuv"
)

// NewTrip opens a sandbox of a wire and a client before it.
func NewTrip(t *testing.T, wire sandbox.Wire, change ...func(*sandbox.Config)) *Trip {
	t.Helper()
	trip := &Trip{T: t, Hooks: make(chan hook, 64), Log: &SafeBuffer{}}
	log := slog.New(slog.NewJSONHandler(trip.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	began := time.Now()
	noon := func() time.Time { return time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC).Add(time.Since(began)) }
	cfg := sandbox.Config{Wire: wire, Limit: -1, Log: log, Now: noon, Accounts: []sandbox.Account{
		{Name: "Stall", Key: TripKey, UserID: "usr-stall", RecipientToken: "stall", Owner: tripOwner, Company: tripOwner + " GmbH", Street: tripOwner + " Street"},
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
	trip.Gateway, trip.URL = gateway, web.URL
	trip.listen()
	trip.Client = trip.Connect(TripKey, nil)
	return trip
}

// listen takes webhooks in, and lets the gateway send them until the test is over.
func (r *Trip) listen() {
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		raw, err := io.ReadAll(q.Body)
		if err != nil {
			r.T.Error(err)
		}
		r.Hooks <- hook{q.Header.Get("Content-Type"), string(raw)}
	}))
	r.target = receiver.URL + "/hooks/secpaid/token"
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Gateway.Run(ctx) }()
	r.T.Cleanup(func() {
		stop()
		<-done
		receiver.Close()
	})
}

// Connect makes a client of an account; a transport stands between it and the network.
func (r *Trip) Connect(key string, transport http.RoundTripper) *secpaid.Client {
	r.T.Helper()
	cfg := secpaid.Config{
		URL: r.URL, Token: key, PerMinute: 100_000,
		Log: slog.New(slog.NewJSONHandler(r.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if transport != nil {
		cfg.HTTP = &http.Client{Transport: transport}
	}
	client, err := secpaid.New(cfg)
	if err != nil {
		r.T.Fatal(err)
	}
	r.T.Cleanup(client.Close)
	return client
}

// Order is one of a bakery.
func (r *Trip) Order(ref string) kiosk.Order {
	return kiosk.Order{
		Ref: ref, Note: ref + " Bakery Lind & Söhne", Amount: 3539, Statement: "Lind",
		PaymentEndpoint: r.target, CallbackURL: strings.Replace(r.target, "hooks/secpaid/token", "r/secret", 1),
	}
}

// Open makes a link.
func (r *Trip) Open(o kiosk.Order) kiosk.Opened {
	r.T.Helper()
	opened, err := r.Client.Open(r.T.Context(), o)
	if err != nil || opened.Wrong != "" || opened.PayID == 0 || opened.AccountNumber != "usr-stall" || !strings.HasPrefix(opened.URL, r.URL) {
		r.T.Fatalf("opened %+v, %v", opened, err)
	}
	return opened
}

// Press is a payer's browser at the checkout; it returns where the payer is sent.
func (r *Trip) Press(page, action string) string {
	r.T.Helper()
	web := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := web.PostForm(page, url.Values{"action": {action}})
	if err != nil {
		r.T.Fatal(err)
	}
	resp.Body.Close()
	return resp.Header.Get("Location")
}

// next is the next webhook.
func (r *Trip) next() hook {
	r.T.Helper()
	select {
	case h := <-r.Hooks:
		return h
	case <-time.After(Patience):
		r.T.Fatal("no webhook came")
		return hook{}
	}
}

// Only finds the one link of a reference.
func (r *Trip) Only(ref string) kiosk.Found {
	r.T.Helper()
	list, err := r.Client.Find(r.T.Context(), ref)
	if err != nil || len(list.Links) != 1 || !list.Complete {
		r.T.Fatalf("found %+v, %v", list, err)
	}
	return list.Links[0]
}

// Rows are the pay-ins of a link as a client sees them.
func (r *Trip) Rows(c *secpaid.Client, id int64) []kiosk.PayIn {
	r.T.Helper()
	page, err := c.PayIns(r.T.Context(), kiosk.PayInQuery{PayID: id, Days: 60})
	if err != nil || len(page.Unread) != 0 {
		r.T.Fatalf("pay-ins %+v, %v", page, err)
	}
	return page.Rows
}

// Must ends the test on an error.
func (r *Trip) Must(err error) {
	r.T.Helper()
	if err != nil {
		r.T.Fatal(err)
	}
}

// Life plays a link from its order to its payout.
func (r *Trip) Life(split, sealed bool) {
	o := r.Order("K7Q2")
	if split {
		o.Parts = []kiosk.Part{{Token: "recipient_b", Amount: 539}, {Token: "recipient_a", Amount: 1000}}
	}
	if sealed {
		o.Key = LinkKey
	}
	opened := r.Open(o)
	want := kiosk.Found{PayID: opened.PayID, Ref: "K7Q2", Amount: 3539, URL: opened.URL, AccountNumber: "usr-stall"}
	if got := r.Only("K7Q2"); got != want {
		r.T.Errorf("found %+v, want %+v", got, want)
	}
	if to := r.Press(opened.URL, "card"); !strings.HasPrefix(to, o.CallbackURL+"?pay_id=") || !strings.HasSuffix(to, "&user_id=usr-stall&status=success") {
		r.T.Errorf("sent to %q", to)
	}
	r.Told(o, opened)
	want.Used, want.URL = true, ""
	if got := r.Only("K7Q2"); got != want {
		r.T.Errorf("found %+v, want %+v", got, want)
	}
	r.money(opened, split)
	r.back(opened)
	r.later()
	r.gone()
	r.silent()
}

// Told reads the webhooks of the payment: the second one of an encrypted split link as well.
func (r *Trip) Told(o kiosk.Order, opened kiosk.Opened) {
	r.T.Helper()
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
		got := r.Client.ReadNotice(h.kind, []byte(h.body), o.Key)
		if got != want || link.Believes(got) != (o.Key != "") {
			r.T.Errorf("read %+v from %s", got, h.body)
		}
		if other := r.Client.ReadNotice(h.kind, []byte(h.body), strings.ToUpper(LinkKey)); other.Authentic {
			r.T.Errorf("authentic with another key: %+v", other)
		}
	}
}

// money looks at the rows of everybody who has a part in the payment.
func (r *Trip) money(opened kiosk.Opened, split bool) {
	r.T.Helper()
	rows := r.Rows(r.Client, opened.PayID)
	if len(rows) != 1 {
		r.T.Fatalf("rows %+v", rows)
	}
	own := rows[0]
	if own.Amount != 3539 || own.Status != kiosk.StatusSuccess || own.Kind != kiosk.RowPayment || own.Ref != "K7Q2" || own.Dispute {
		r.T.Errorf("row %+v", own)
	}
	net, parts := own.Net+own.Fee+own.FeePSP, map[string]kiosk.Money{}
	if split {
		parts = map[string]kiosk.Money{"test-key-a": 1000, "test-key-b": 539}
	}
	for key, amount := range parts {
		theirs := r.Rows(r.Connect(key, nil), opened.PayID)
		if len(theirs) != 1 || theirs[0].Amount != amount || theirs[0].Net+theirs[0].Fee+theirs[0].FeePSP != amount {
			r.T.Errorf("%s has %+v", key, theirs)
		}
		net += amount
	}
	if net != 3539 {
		r.T.Errorf("the parts add up to %v", net)
	}
	if retired, err := r.Client.Retire(r.T.Context(), opened.PayID); err != nil || retired == kiosk.RetiredGone {
		r.T.Errorf("a paid link was retired: %q, %v", retired, err)
	}
}

// back asks for money to be returned: nothing is seen until the gateway's operator agrees.
func (r *Trip) back(opened kiosk.Opened) {
	r.T.Helper()
	r.Must(r.Client.Refund(r.T.Context(), opened.PayID, 500, false))
	if kiosk.CodeOf(r.Client.Refund(r.T.Context(), opened.PayID, 500, false)) != kiosk.Refused {
		r.T.Error("two refunds of one link")
	}
	if rows := r.Rows(r.Client, opened.PayID); len(rows) != 1 {
		r.T.Errorf("rows before the refund is approved: %+v", rows)
	}
	r.Must(r.Gateway.ApproveRefund(opened.PayID))
	rows := r.Rows(r.Client, opened.PayID)
	if len(rows) != 2 {
		r.T.Fatalf("rows %+v", rows)
	}
	for _, row := range rows {
		if row.Kind == kiosk.RowRefund && (row.Amount != -500 || row.Status != kiosk.StatusSuccess) || row.Kind == kiosk.RowPayment && row.Amount != 3539 || row.Kind == kiosk.RowDispute {
			r.T.Errorf("row %+v", row)
		}
	}
}

// later lets nights and months pass: payouts, and the invoice about the fees.
func (r *Trip) later() {
	r.T.Helper()
	r.payments(kiosk.PayoutPending)
	for _, want := range []string{"InProgress", "Completed Approved"} {
		r.Must(r.Gateway.Advance(24 * time.Hour))
		page, err := r.Client.PayOuts(r.T.Context(), secpaid.ReportQuery{})
		if err != nil || len(page.Rows) != 1 || page.Unread != 0 {
			r.T.Fatalf("payouts %+v, %v", page, err)
		}
		row := page.Rows[0]
		if !strings.Contains(want, row.Status) || row.Amount <= 0 || row.Net <= 0 || row.TransactionID == "" || row.Net >= row.Amount {
			r.T.Errorf("payout %+v, want %s", row, want)
		}
	}
	r.payments(kiosk.PayoutCompleted)
	r.Must(r.Gateway.Advance(40 * 24 * time.Hour))
	page, err := r.Client.TaxInvoices(r.T.Context(), secpaid.ReportQuery{})
	if err != nil || len(page.Rows) != 1 || page.Unread != 0 || page.Total > 1 {
		r.T.Fatalf("invoices %+v, %v", page, err)
	}
	if v := page.Rows[0]; !strings.Contains(v.Number, "-sf-") || v.Month == "" {
		r.T.Errorf("invoice %v", v)
	}
	slog.New(slog.NewJSONHandler(r.Log, nil)).Info("invoices", "page", page, "rows", page.Rows, "one", page.Rows[0])
}

// payments lists payment and refund as the audit sees them.
func (r *Trip) payments(payout kiosk.PayoutState) {
	r.T.Helper()
	page, err := r.Client.PayIns(r.T.Context(), kiosk.PayInQuery{Days: 31, Page: 1, Lane: kiosk.LaneReports})
	if err != nil || len(page.Rows) != 2 || len(page.Unread) != 0 || page.Full {
		r.T.Fatalf("payments %+v, %v", page, err)
	}
	for _, row := range page.Rows {
		if row.Payout != payout || row.Ref != "K7Q2" {
			r.T.Errorf("payment %+v, want payout %s", row, payout)
		}
	}
}

// gone deletes a link that nobody paid.
func (r *Trip) gone() {
	r.T.Helper()
	opened := r.Open(r.Order("M3X9"))
	for _, want := range []kiosk.Retired{kiosk.RetiredGone, kiosk.RetiredUnknown} {
		if got, err := r.Client.Retire(r.T.Context(), opened.PayID); got != want || err != nil {
			r.T.Errorf("retired %q, %v, want %q", got, err, want)
		}
	}
	resp, err := http.Get(opened.URL)
	if err != nil {
		r.T.Fatal(err)
	}
	resp.Body.Close()
	if list, err := r.Client.Find(r.T.Context(), "M3X9"); resp.StatusCode != http.StatusNotFound || err != nil || len(list.Links) != 0 || !list.Complete {
		r.T.Errorf("status %d, found %+v, %v", resp.StatusCode, list, err)
	}
}

// silent: neither log holds a key or what invoices say about people.
func (r *Trip) silent() {
	r.T.Helper()
	all := r.Log.String()
	if !strings.Contains(all, "getTaxInvoiceList") {
		r.T.Error("the log does not know of the invoices at all")
	}
	for _, secret := range []string{tripOwner, TripKey, LinkKey, "test-key-a"} {
		if at := strings.Index(all, secret); at >= 0 {
			r.T.Errorf("%q is in the log: …%s", secret, all[max(0, at-200):at+len(secret)])
		}
	}
}
