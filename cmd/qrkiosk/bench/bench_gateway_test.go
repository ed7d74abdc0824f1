//go:build linux

package bench

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"qrkiosk/kiosk"
)

const (
	stubToken = "benchmark-key-of-no-account"
	stubUser  = "usr-benchmark"
)

// stub answers what it is asked at once and remembers nothing but what a webhook needs. It is no
// sandbox: it says yes to everything.
type stub struct {
	*httptest.Server
	mu     sync.Mutex
	last   int64
	orders map[kiosk.Money]order // the newest by amount, by which a benchmark tells registers apart
}

// order is what the gateway was asked for.
type order struct {
	payID  int64
	note   string
	amount kiosk.Money
	key    string
	path   string // of the webhook
}

// newStub listens until the benchmark ends.
func newStub(b *testing.B) *stub {
	s := &stub{last: 1_000_000, orders: map[kiosk.Money]order{}}
	s.Server = httptest.NewServer(s)
	b.Cleanup(s.Close)
	return s
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Amount   json.Number `json:"amount"`
		Note     string      `json:"recipient_note"`
		Endpoint string      `json:"payment_endpoint"`
		Callback string      `json:"callback_url"`
		Key      string      `json:"encryption_key"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || !strings.HasSuffix(r.URL.Path, "/createLink") {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	amount, err := kiosk.ParseMoney(asked.Amount.String())
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	o := s.note(amount, asked.Note, asked.Endpoint, asked.Key)
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"data":{"is_cancellation":"Yes","user_id":%q,"amount":%s,"recipient_note":%q,"status":"Unused",`+
		`"paymentEndpoint":%q,"callback_url":%q,"recipients":null,"is_split_link":"false","split_type":"normal",`+
		`"bank_transfer":"false","id":%d,"pay_link":"http://%s/payment?link_id=%s"},`+
		`"ResponseCode":1,"ResponseMsg":"Link has been created successfully","Result":"True"}`,
		stubUser, amount, asked.Note, asked.Endpoint, asked.Callback, o.payID, r.Host,
		base64.StdEncoding.EncodeToString([]byte(strconv.FormatInt(o.payID, 10))))
}

func (s *stub) note(amount kiosk.Money, note, endpoint, key string) order {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	_, path, _ := strings.Cut(strings.TrimPrefix(endpoint, "http://"), "/")
	o := order{payID: s.last, note: note, amount: amount, key: key, path: "/" + path}
	s.orders[amount] = o
	return o
}

// webhook is the request by which the gateway would tell that the newest sale of an amount is paid.
func (s *stub) webhook(address string, amount kiosk.Money) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.orders[amount]
	if !ok {
		return nil, fmt.Errorf("no link of %s was ordered", amount)
	}
	return request(address, o.path, paidNotice(o)), nil
}

// freeAddress is one where nobody listens at this moment.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
