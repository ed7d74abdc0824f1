package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// endpoint answers one call of a known account.
type endpoint func(*Account, value) reply

// api is what merchants call. It reads orders and answers them in its dialect, or as an armed fault has it.
type api struct {
	keeper   *keeper
	faults   *faults
	calls    *callLog
	limiter  *limiter
	dialect  *dialect
	bank     *bank
	postman  *postman
	calendar *calendar
	log      *slog.Logger
}

// endpoints is the complete API.
func (ap *api) endpoints() map[string]endpoint {
	return map[string]endpoint{
		"createLink":            ap.createLink,
		"createSplitLink":       ap.createSplitLink,
		"deleteLink":            ap.deleteLink,
		"getMyUnusedLinks":      ap.unusedLinks,
		"getMyUsedLinks":        ap.usedLinks,
		"getPayInTransactions":  ap.payInTransactions,
		"getPayOutTransactions": ap.payOutTransactions,
		"getTaxInvoiceList":     ap.taxInvoices,
		"refundPayment":         ap.refundPayment,
	}
}

// handler wraps an endpoint with what all calls share. The order is the documented one: token, key,
// then the fields.
func (ap *api) handler(name string, answer endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		w.Header().Set("X-Kong-Request-Id", randomHex(16)) // Kong stands in front of the real one
		account, out := ap.answer(w, r, name, answer)
		ap.log.Debug("call", "endpoint", name, "status", out.status)
		ap.calls.record(Call{
			Endpoint: name, Account: account, At: ap.keeper.now(), Status: out.status,
			Code: responseCode(out.body), Took: time.Since(began),
		})
		ap.send(w, r, name, out)
	}
}

func (ap *api) answer(w http.ResponseWriter, r *http.Request, name string, answer endpoint) (string, reply) {
	if out, hit := ap.frontFault(w, r); hit {
		return "", out
	}
	token := r.Header.Get("token")
	if token == "" {
		return "", ap.dialect.refusal(msgNoToken)
	}
	var account *Account
	ap.keeper.read(func(l *ledger) { account = l.byKey[token] })
	if account == nil || ap.faults.take(KeyRevoked) {
		return "", ap.dialect.refusal(msgNoUser)
	}
	if !ap.limiter.allow(account.UserID) {
		return account.Name, tooMany()
	}
	in, err := readBody(r)
	if err != nil {
		return account.Name, badRequest()
	}
	if err := ap.calendar.chores(); err != nil {
		return account.Name, internalError()
	}
	out := ap.endpointFault(name, func() reply { return answer(account, in) })
	if err := ap.keeper.book.sync(); err != nil {
		ap.log.Error("book", "err", err)
		return account.Name, internalError()
	}
	return account.Name, out
}

// send writes the answer, unless a fault says that it gets lost on the way.
func (ap *api) send(w http.ResponseWriter, r *http.Request, name string, out reply) {
	switch {
	case out.status == statusLost:
		panic(http.ErrAbortHandler)
	case out.status == statusHang:
		hang(r)
		panic(http.ErrAbortHandler)
	case out.html:
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	default:
		w.Header().Set("Content-Type", "application/json")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(out.body)))
	if out.cut {
		w.WriteHeader(out.status)
		w.Write(out.body[:len(out.body)/2]) //nolint:errcheck // the connection is cut anyway
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(out.status)
	if _, err := w.Write(out.body); err != nil {
		ap.log.Debug("answer not delivered", "endpoint", name, "err", err)
	}
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// tail is the random part of a transaction id: ten letters and digits, as all examples have it.
func tail() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 10)
	rand.Read(b) // never fails
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}
