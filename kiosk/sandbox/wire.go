package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"qrkiosk/kiosk"
)

// Wire selects the generation of the vendor's documents that answers follow. They contradict one another,
// and a client has to read them all.
type Wire int

// The wires. WireSeeds shows create answers as the newest pages have them and lists as the schema
// pages do; the others are the pages of one year each.
const (
	WireSeeds Wire = iota
	Wire2026
	Wire2025
	Wire2024
)

// ParseWire reads "seeds", "2026", "2025" or "2024".
func ParseWire(name string) (Wire, bool) {
	for w, n := range wireNames {
		if n == name {
			return Wire(w), true
		}
	}
	return WireSeeds, false
}

var wireNames = [...]string{"seeds", "2026", "2025", "2024"}

func (w Wire) String() string { return wireNames[w] }

// The texts of answers, letter for letter as the vendor has them, misspelling included.
const (
	msgCreated        = "Link has been created successfully"
	msgDeleted        = "Link has been deleted successfully"
	msgListed         = "List retrieved successfully"
	msgListed2026     = "List retrived successfully"
	msgRefund         = "Refund request has been sent successfully, You will get update within 5-10 days"
	msgRefund2025     = "Refund request submitted successfully"
	msgNoToken        = "Please enter token"
	msgNoUser         = "No user found with the provided API key."
	msgKeyWording     = "Incorrect token or missing token"
	msgNoAmount       = "Please enter amount"
	msgBadAmount      = "Amount should not be zero or negative number"
	msgNoLinkID       = "Please enter link_id"
	msgBadLink        = "Invalid link ID"
	msgUsed           = "This link is already used"
	msgNoRecipients   = "Please enter recipients"
	msgBadSplitType   = "Invalid split_type"
	msgBadRecipient   = "Invalid recipient token at index "
	msgOwnToken       = "You cannot use your own token in recipient list at index "
	msgShareZero      = "Share should be greater than zero at index "
	msgShareOver100   = "Share should be less than 100"
	msgShareOver      = "Share should be less than or equal to "
	msgBadCallback    = "Invalid callback_url"
	msgBadEndpoint    = "Invalid payment_endpoint"
	msgNoPayID        = "Please enter pay_id"
	msgNoRefund       = "Please enter refund_amount"
	msgLinkCancelled  = "Link is cancelled"
	msgRefundTwice    = "Refund already requested"
	msgRefundDispute  = "Refund blocked by dispute"
	msgRefundAmount   = "Invalid refund amount"
	msgRefundInvoice  = "Cannot refund invoice-type links"
	msgRefusedByOrder = "Link could not be created"
)

// reply is an answer before it is written.
type reply struct {
	status int
	body   []byte
	html   bool
	cut    bool // only half of the body is sent
}

// message writes JSON objects with their keys in a given order; maps would lose it.
type message struct{ bytes.Buffer }

func (m *message) raw(key, json string) *message {
	if m.Len() == 0 {
		m.WriteByte('{')
	} else {
		m.WriteByte(',')
	}
	m.WriteString(quote(key))
	m.WriteByte(':')
	m.WriteString(json)
	return m
}

func (m *message) text(key, val string) *message { return m.raw(key, quote(val)) }

func (m *message) flag(key string, on bool) *message {
	return m.text(key, strconv.FormatBool(on))
}

func (m *message) end() string {
	if m.Len() == 0 {
		return "{}"
	}
	return m.String() + "}"
}

// quote writes a JSON text without escaping <, > and &, which the gateway leaves alone.
func quote(val string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(val); err != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// short writes an amount as a JSON number without superfluous digits: 25, 4.9, 35.39.
func short(m kiosk.Money) string {
	s := m.String()
	if strings.HasSuffix(s, ".00") {
		return s[:len(s)-3]
	}
	return strings.TrimSuffix(s, "0")
}

// stamp writes a time as most of the wire does: UTC without saying so.
func stamp(t time.Time) string { return t.UTC().Format(time.DateTime) }

// success is the envelope of a good answer; data and extra are JSON or empty.
func success(data, extra, msg string) reply {
	var b strings.Builder
	b.WriteByte('{')
	if data != "" {
		b.WriteString(`"data":` + data + ",")
	}
	b.WriteString(extra)
	b.WriteString(`"ResponseCode":1,"ResponseMsg":` + quote(msg) + `,"Result":"True","ServerTime":"CEST"}`)
	return reply{status: http.StatusOK, body: []byte(b.String())}
}

// plain is the older error shape.
func plain(status int, name, msg string) reply {
	m := new(message).text("error", name).text("errorMessage", msg)
	return reply{status: status, body: []byte(m.end())}
}

func badRequest() reply {
	return plain(http.StatusBadRequest, "InvalidParameters", "The provided parameters are invalid.")
}

func internalError() reply {
	return plain(http.StatusInternalServerError, "InternalServerError",
		"An unexpected error occurred. Please try again later.")
}
