package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"time"

	"qrkiosk/kiosk"
)

// Known tells whether there is such a fault.
func (f Fault) Known() bool {
	return slices.ContainsFunc(catalogue, func(i FaultInfo) bool { return i.Name == f })
}

// Catalogue lists every fault with its magic amount, for help texts.
func Catalogue() []FaultInfo { return slices.Clone(catalogue) }

// Set arms a fault for the next times occasions; negative: until cleared, 0: off. A name that is
// not in the catalogue is logged and ignored. Faults are not part of the book.
func (s *Server) Set(f Fault, times int) {
	if !f.Known() {
		s.log.Error("no such fault", "name", string(f))
		return
	}
	s.small.Lock()
	defer s.small.Unlock()
	if times == 0 {
		delete(s.faults, f)
		return
	}
	s.faults[f] = times
}

// Faults lists every fault and how often it will still happen.
func (s *Server) Faults() []FaultInfo {
	list := Catalogue()
	s.small.Lock()
	defer s.small.Unlock()
	for i := range list {
		list[i].Left = s.faults[list[i].Name]
	}
	return list
}

// take uses a fault up once and tells whether it was armed.
func (s *Server) take(f Fault) bool {
	s.small.Lock()
	defer s.small.Unlock()
	left, armed := s.faults[f]
	switch {
	case !armed:
		return false
	case left == 1:
		delete(s.faults, f)
	case left > 1:
		s.faults[f] = left - 1
	}
	return true
}

// strikes is take for a fault that the amount of the link can bring about as well.
func (s *Server) strikes(f Fault, k *link) bool {
	for _, info := range catalogue {
		if info.Name == f && info.Magic != 0 && info.Magic == k.Amount {
			return true
		}
	}
	return s.take(f)
}

// Statuses that are never sent: the answer gets lost.
const (
	statusLost = -1
	statusHang = -2
)

// slowness and lag are short enough for a test and long enough to be noticed.
const (
	slowness  = 2 * time.Second
	lag       = 10 * time.Second
	lateness  = 30 * time.Second
	longest   = time.Minute
	wrongPlus = kiosk.Money(100)
)

// hang waits until the caller gives up, a minute at most.
func hang(r *http.Request) {
	t := time.NewTimer(longest)
	defer t.Stop()
	select {
	case <-r.Context().Done():
	case <-t.C:
	}
}

// frontFault is what can happen before the gateway has read the call.
func (s *Server) frontFault(w http.ResponseWriter, r *http.Request) (reply, bool) {
	if s.take(Slow) {
		t := time.NewTimer(slowness)
		defer t.Stop()
		select {
		case <-r.Context().Done():
		case <-t.C:
		}
	}
	switch {
	case s.take(Reset):
		return reply{status: statusLost}, true
	case s.take(Down):
		body := []byte(`{"message":"failure to get a peer from the ring-balancer"}`)
		return reply{status: http.StatusServiceUnavailable, body: body}, true
	case s.take(HTML):
		return maintenance(), true
	case s.take(Empty):
		return reply{status: http.StatusOK}, true
	case s.take(Forbidden):
		return plain(http.StatusForbidden, "Forbidden", "You do not have permission to access this resource."), true
	case s.take(Redirect):
		w.Header().Set("Location", "https://elsewhere.invalid"+r.URL.Path)
		return reply{status: http.StatusTemporaryRedirect, body: []byte("{}")}, true
	case s.take(TooMany):
		return tooMany(), true
	case s.take(TooManyWait):
		w.Header().Set("Retry-After", "30")
		return tooMany(), true
	}
	return reply{}, false
}

func maintenance() reply {
	return reply{
		status: http.StatusOK, html: true,
		body: []byte("<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>"),
	}
}

// endpointFault is what can happen to a call of one endpoint.
func (s *Server) endpointFault(name string, answer func() reply) reply {
	down := Fault("")
	switch name {
	case "getPayInTransactions":
		down = PayInsDown
	case "getMyUnusedLinks", "getMyUsedLinks":
		down = ListDown
	}
	if down != "" && s.take(down) {
		return internalError()
	}
	out := answer()
	if s.take(OddEnvelope) {
		out.body = oddEnvelope(out.body)
	}
	if s.take(Huge) {
		out.body = append(out.body, bytes.Repeat([]byte(" "), 2<<20)...)
	}
	return out
}

// oddEnvelope says the same in other types, as one of the documents' templates does.
func oddEnvelope(body []byte) []byte {
	body = bytes.Replace(body, []byte(`"ResponseCode":1,`), []byte(`"ResponseCode":"1","unknown":{"a":[1]},`), 1)
	return bytes.Replace(body, []byte(`"Result":"True"`), []byte(`"Result":true`), 1)
}

// createFault brings about the faults that keep an order from being carried out, or change it.
func (s *Server) createFault(k *link) (f Fault, out reply, stop bool) {
	switch {
	case s.strikes(CreateReset, k):
		return CreateReset, reply{status: statusLost}, true
	case s.strikes(CreateRefuse, k):
		return CreateRefuse, s.refusal(msgRefusedByOrder), true
	case s.strikes(Create500Unmade, k):
		return Create500Unmade, internalError(), true
	case s.strikes(CreateHTML, k):
		return CreateHTML, maintenance(), true
	case s.strikes(CreatePhantom, k):
		return CreatePhantom, s.phantom(k), true
	case s.strikes(CreateLate, k):
		s.addLater(k)
		return CreateLate, reply{status: statusLost}, true
	}
	if s.strikes(CreateWrongNote, k) {
		k.Note = ""
	}
	if s.strikes(CreateWrongFlags, k) {
		s.forgetFlags(k)
	}
	return "", reply{}, false
}

// phantom is a good answer about a link that does not exist.
func (s *Server) phantom(k *link) reply {
	s.read(func(l *ledger) { k.ID, k.Created = max(l.lastID+1, s.firstID)+1_000_000, s.nowLocked() })
	return success(s.createdAnswer(k), "", msgCreated)
}

// forgetFlags makes the link as if the flags of the order had been misspelt: they are ignored.
func (s *Server) forgetFlags(k *link) {
	var a *Account
	s.read(func(l *ledger) { a = l.byUser[k.User] })
	k.Bank, k.Cancellable = true, true
	orderAddresses(k, a, value{})
}

// createdReply is the answer to a link that was made, or what a fault makes of it.
func (s *Server) createdReply(k *link) reply {
	if s.strikes(CreatePaid, k) {
		if err := s.Pay(k.ID); err != nil {
			s.log.Error("pay at once", "link", k.ID, "err", err)
		}
		s.deliverLink(k.ID)
	}
	shown := *k
	if s.strikes(CreateWrongAmount, k) {
		shown.Amount += wrongPlus
		shown.Echo = fmt.Sprint(short(shown.Amount))
	}
	out := success(s.createdAnswer(&shown), "", msgCreated)
	if s.strikes(CreateWrongURL, k) {
		out = s.misdirect(k)
	}
	switch {
	case s.strikes(CreateLost, k):
		out.status = statusLost
	case s.strikes(CreateHang, k):
		out.status = statusHang
	case s.strikes(Create500Made, k):
		out = internalError()
	case s.strikes(CreateCut, k):
		out.cut = true
	}
	return out
}
