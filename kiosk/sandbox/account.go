package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"qrkiosk/kiosk"
)

// Account is one merchant's account at the sandbox gateway. Empty UserID, RecipientToken and
// ServiceFee are filled from the name, so that they stay the same over restarts.
type Account struct {
	Name           string `json:"name"`
	Key            string `json:"key"`             // the API key of the token header
	RecipientToken string `json:"recipient_token"` // by which split links of others name this account
	UserID         string `json:"user_id"`
	ServiceFee     string `json:"service_fee"` // percent, "1.0"

	CallbackURLs []string `json:"callback_urls"` // what an index in callback_url points into
	Endpoints    []string `json:"endpoints"`     // what an index in payment_endpoint points into
	BankTransfer bool     `json:"bank_transfer"` // offered unless a link says otherwise
	Statement    string   `json:"statement"`     // default text on the payer's bank statement

	Encryption    bool   `json:"encryption"` // encrypted webhooks unless a link says otherwise
	EncryptionKey string `json:"encryption_key"`

	// The address on the monthly invoices about fees.
	Company string `json:"company"`
	Owner   string `json:"owner"`
	Street  string `json:"street"`
	HouseNo string `json:"house_no"`
	City    string `json:"city"`
	Country string `json:"country"`
	Zipcode string `json:"zipcode"`
}

// DemoAccount is the account a sandbox has when [Config.Accounts] is empty.
func DemoAccount() Account {
	return Account{
		Name: "Demo", Key: "sandbox-demo-key", BankTransfer: true,
		Company: "Demo Market GmbH", Owner: "Erika Mustermann", Street: "Marktplatz", HouseNo: "1",
		City: "Berlin", Country: "Germany", Zipcode: "10115",
	}
}

// ReadAccounts reads a JSON array of accounts, the form of the accounts file. Unknown fields are
// an error, so that a misspelt setting does not pass unnoticed.
func ReadAccounts(r io.Reader) ([]Account, error) {
	dec := json.NewDecoder(io.LimitReader(r, 1<<20))
	dec.DisallowUnknownFields()
	var accounts []Account
	if err := dec.Decode(&accounts); err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("accounts: something follows the list")
	}
	return accounts, nil
}

// complete fills what was left out and checks what was given.
func (a Account) complete() (Account, error) {
	if a.Name == "" || a.Key == "" {
		return a, errors.New("an account needs a name and a key")
	}
	if looksLive(a.Key) {
		return a, fmt.Errorf("account %q: the key looks like one of the real gateway; use a key with \"sandbox\" or \"test\" in it", a.Name)
	}
	if a.UserID == "" {
		a.UserID = nameUUID(a.Name)
	}
	if a.RecipientToken == "" {
		a.RecipientToken = "recipient_" + strings.ToLower(strings.ReplaceAll(a.Name, " ", "_"))
	}
	if a.ServiceFee == "" {
		a.ServiceFee = "1.0"
	}
	if _, err := kiosk.ParseDecimal(a.ServiceFee); err != nil {
		return a, fmt.Errorf("account %q: the service fee %q is not a percentage", a.Name, a.ServiceFee)
	}
	if a.Company == "" {
		a.Company = a.Name
	}
	return a, nil
}

// looksLive recognises keys of the real gateway: 16 or 32 letters and digits, both
// kinds present and no word that marks a test key. Sandbox and live money must never meet.
func looksLive(key string) bool {
	if len(key) != 16 && len(key) != 32 {
		return false
	}
	letters, digits := 0, 0
	for _, c := range key {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letters++
		default:
			return false
		}
	}
	low := strings.ToLower(key)
	for _, word := range []string{"sandbox", "test", "demo", "key"} {
		if strings.Contains(low, word) {
			return false
		}
	}
	return letters > 0 && digits > 0
}

// nameUUID makes the same UUID from the same name.
func nameUUID(name string) string {
	sum := sha256.Sum256([]byte("secpaid sandbox account " + name))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// nameOf is the name of the account with a user id, "" if there is none.
func (l *ledger) nameOf(user string) string {
	if a := l.byUser[user]; a != nil {
		return a.Name
	}
	return ""
}

// publicName is what the payer reads on the checkout.
func (a Account) publicName() string {
	if a.Company != "" {
		return a.Company
	}
	return a.Name
}
