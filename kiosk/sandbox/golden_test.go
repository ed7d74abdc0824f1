package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

// The merchant of the golden exchanges.
const (
	goldenUser = "b44c4429-4a7b-4e27-85af-c1c2f43f4ffe"
	goldenKey  = "YOUR_API_KEY"
)

// stage is a sandbox whose book holds the values of a golden exchange.
type stage struct {
	t *testing.T
	*Server
	at time.Time
}

// newStage opens a sandbox in one wire at one moment. Both hosts are the documents' own.
func newStage(t *testing.T, wire Wire, now string, change ...func(*Account)) *stage {
	t.Helper()
	st := &stage{t: t}
	st.setTime(now)
	a := Account{
		Name: "Golden", Key: goldenKey, UserID: goldenUser, RecipientToken: "owner-token", ServiceFee: "1.0",
		CallbackURLs: []string{"https://google.com"}, Endpoints: []string{"https://google.com"}, BankTransfer: true,
		Company: "Acme GmbH", Owner: "Max Mustermann", Street: "Musterstraße", HouseNo: "1",
		City: "Berlin", Country: "Germany", Zipcode: "10115",
	}
	for _, c := range change {
		c(&a)
	}
	accounts := []Account{a}
	for i, token := range []string{"testuser-a", "recipient_a", "recipient_b", `{A?b1,c/D2]E`, "asdf"} {
		accounts = append(accounts, Account{Name: token, Key: fmt.Sprint("test-", i), RecipientToken: token})
	}
	url := "https://app.secpaid.com"
	if wire == Wire2024 {
		url = "https://app.dev.secpaid.com"
	}
	s, err := New(Config{Accounts: accounts, URL: url, Wire: wire, Limit: -1, Now: func() time.Time { return st.at }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	st.Server = s
	return st
}

func (st *stage) setTime(text string) {
	at, err := time.Parse(time.DateTime, text)
	if err != nil {
		st.t.Fatal(err)
	}
	st.at = at
}

func user2024(a *Account) {
	a.ServiceFee, a.BankTransfer = "1.5", false
	a.Endpoints, a.CallbackURLs = []string{"https://app.dev.secpaid.com/payment"}, []string{"https//secpaid.com"}
}

func user2025(a *Account) {
	a.ServiceFee, a.BankTransfer = "1.5", false
	a.Endpoints, a.CallbackURLs = []string{"https://yourapp.com/webhook"}, []string{"https://yourapp.com/callback"}
}

// next makes the coming link get a number.
func (st *stage) next(id int64) *stage {
	st.keeper.firstID, st.keeper.ledger.lastID = id, id-1
	return st
}

// load puts entries into the book.
func (st *stage) load(entries ...entry) *stage {
	st.t.Helper()
	if err := st.keeper.change(func(*ledger) ([]entry, error) { return entries, nil }); err != nil {
		st.t.Fatal(err)
	}
	return st
}

func (st *stage) send(name, contentType, body string) (int, string) {
	return st.sendAs(goldenKey, name, contentType, body)
}

func (st *stage) sendAs(key, name, contentType, body string) (int, string) {
	req := httptest.NewRequest(http.MethodPost, "/api/v2/"+name, strings.NewReader(body))
	req.Header.Set("Content-Type", contentType)
	if key != "" {
		req.Header.Set("token", key)
	}
	w := httptest.NewRecorder()
	st.Handler().ServeHTTP(w, req)
	return w.Code, w.Body.String()
}

func (st *stage) json(name, body string) (int, string) { return st.send(name, jsonType, body) }

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateTime, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// plainLink and splitLink are the two links of the newest pages.
func plainLink(t *testing.T) *link {
	return &link{
		ID: 99290, User: goldenUser, Amount: 2500, Echo: "25", Note: "Test regular link", Endpoint: "https://google.com",
		Callback: "https://google.com", Fee: "1.0", Cancellable: true, Bank: true, Created: moment(t, "2026-05-20 11:19:48"), Status: Unused,
	}
}

func splitLink(t *testing.T) *link {
	k := plainLink(t)
	k.ID, k.Amount, k.Echo, k.Note, k.Split = 99289, 3539, "35.39", "Test-Ala", "normal"
	k.Recipients = []recipient{{Token: "testuser-a", Share: 10 * million, Text: "10"}}
	k.Created = moment(t, "2026-05-20 11:19:42")
	return k
}

func usedLink(t *testing.T, id int64, amount kiosk.Money, note, paidOn string, r recipient) *link {
	k := splitLink(t)
	k.ID, k.Amount, k.Note, k.Recipients = id, amount, note, []recipient{r}
	k.Status, k.Created, k.PaidOn = Used, moment(t, "2026-05-12 06:00:00"), moment(t, paidOn)
	return k
}

// payment makes a paid link and the refund calls around it.
func (st *stage) paid(id int64, amount kiosk.Money) *stage {
	k := plainLink(st.t)
	k.ID, k.Amount = id, amount
	st.load(entry{Link: k})
	if err := st.Pay(id); err != nil {
		st.t.Fatal(err)
	}
	return st
}

// goldenPayIn is a row with the values of a page.
func goldenPayIn(t *testing.T, link int64, tx, at string, sums ...kiosk.Money) *payIn {
	return &payIn{
		Link: link, Creator: "8654bacd-3d54-4010-069f-3fd9f4436b2", User: goldenUser, ID: tx, At: moment(t, at),
		Amount: sums[0], Net: sums[1], Fee: sums[2], PSP: sums[3], Status: paySuccess, Payout: payoutPending, Type: "Basic",
	}
}

// webhook makes a link with the values of a notice and returns what would be sent for an event.
func webhook(t *testing.T, wire Wire, id int64, amount kiosk.Money, note, user string, event func(*Server) error, faults ...Fault) (kind, sent string) {
	t.Helper()
	st := newStage(t, wire, "2026-05-20 12:00:00", func(a *Account) { a.UserID = user })
	k := plainLink(t)
	k.ID, k.Amount, k.Note, k.User = id, amount, note, user
	st.load(entry{Link: k})
	for _, f := range faults {
		st.Set(f, 1)
	}
	if err := event(st.Server); err != nil {
		t.Fatal(err)
	}
	hooks := st.Webhooks()
	if len(hooks) != 1 {
		t.Fatalf("%d webhooks", len(hooks))
	}
	return hooks[0].Type, hooks[0].Body
}

// wrapped writes a form webhook as the golden files wrap it.
func wrapped(kind, raw string) string {
	return new(message).text("content_type", kind).text("body_raw", raw).end()
}

func location(t *testing.T, callback string, id int64, user, action string, faults ...Fault) string {
	t.Helper()
	st := newStage(t, WireSeeds, "2026-05-20 12:00:00", func(a *Account) { a.UserID = user })
	k := plainLink(t)
	k.ID, k.User, k.Callback = id, user, callback
	st.load(entry{Link: k})
	for _, f := range faults {
		st.Set(f, 1)
	}
	req := httptest.NewRequest(http.MethodPost, strings.TrimPrefix(st.address.payLink(id), st.address.url()), strings.NewReader("action="+action))
	req.Header.Set("Content-Type", formType)
	w := httptest.NewRecorder()
	st.Handler().ServeHTTP(w, req)
	m := new(message).text("method", "GET").raw("redirect_status", fmt.Sprint(w.Code))
	return m.text("location", w.Header().Get("Location")).end()
}

func golden(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "golden", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// compact removes the blanks between the tokens of a JSON text and nothing else: the order of the
// keys and the digits of the numbers stay.
func compact(t *testing.T, raw string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(raw)); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return b.String()
}

// TestGolden: every golden file that the gateway sends comes out byte for byte, and every one that
// it receives is understood. No file is left out.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*.json"))
	if err != nil || len(files) != 73 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		if name == "index.json" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if make, ok := goldenSent[name]; ok {
				status, got := make(t)
				if want := goldenStatus(t, name); want != 0 && status != want {
					t.Errorf("status %d, not %d", status, want)
				}
				if want := compact(t, golden(t, name)); got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
				return
			}
			check, ok := goldenReceived[name]
			if !ok {
				t.Fatal("nobody looks at this file")
			}
			check(t)
		})
	}
}

// goldenStatus is the HTTP status that the index names for a file, 0 if it names none.
func goldenStatus(t *testing.T, name string) int {
	t.Helper()
	var index struct {
		Files []struct {
			File   string `json:"file"`
			Status int    `json:"http_status"`
		} `json:"files"`
	}
	if err := json.Unmarshal([]byte(golden(t, "index.json")), &index); err != nil {
		t.Fatal(err)
	}
	for _, f := range index.Files {
		if f.File == name {
			return f.Status
		}
	}
	t.Fatalf("%s is not in the index", name)
	return 0
}
