package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"
)

// endpoint answers one call of a known account.
type endpoint func(*Account, value) reply

// endpoints is the complete API.
func (s *Server) endpoints() map[string]endpoint {
	return map[string]endpoint{
		"createLink":            s.createLink,
		"createSplitLink":       s.createSplitLink,
		"deleteLink":            s.deleteLink,
		"getMyUnusedLinks":      s.unusedLinks,
		"getMyUsedLinks":        s.usedLinks,
		"getPayInTransactions":  s.payInTransactions,
		"getPayOutTransactions": s.payOutTransactions,
		"getTaxInvoiceList":     s.taxInvoices,
		"refundPayment":         s.refundPayment,
	}
}

// api wraps an endpoint with what all calls share. The order is the documented one: token, key,
// then the fields.
func (s *Server) api(name string, answer endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		w.Header().Set("X-Kong-Request-Id", randomHex(16)) // Kong stands in front of the real one
		account, out := s.answer(w, r, name, answer)
		s.log.Debug("call", "endpoint", name, "status", out.status)
		s.record(Call{
			Endpoint: name, Account: account, At: s.Now(), Status: out.status,
			Code: responseCode(out.body), Took: time.Since(began),
		})
		s.send(w, r, name, out)
	}
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, name string, answer endpoint) (string, reply) {
	if out, hit := s.frontFault(w, r); hit {
		return "", out
	}
	token := r.Header.Get("token")
	if token == "" {
		return "", s.refusal(msgNoToken)
	}
	var account *Account
	s.read(func(l *ledger) { account = l.byKey[token] })
	if account == nil || s.take(KeyRevoked) {
		return "", s.refusal(msgNoUser)
	}
	if !s.allow(account.UserID) {
		return account.Name, tooMany()
	}
	in, err := readBody(r)
	if err != nil {
		return account.Name, badRequest()
	}
	if err := s.chores(); err != nil {
		return account.Name, internalError()
	}
	out := s.endpointFault(name, func() reply { return answer(account, in) })
	if err := s.book.sync(); err != nil {
		s.log.Error("book", "err", err)
		return account.Name, internalError()
	}
	return account.Name, out
}

// send writes the answer, unless a fault says that it gets lost on the way.
func (s *Server) send(w http.ResponseWriter, r *http.Request, name string, out reply) {
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
		s.log.Debug("answer not delivered", "endpoint", name, "err", err)
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
