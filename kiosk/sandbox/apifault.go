package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"qrkiosk/kiosk"
)

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
func (ap *api) frontFault(w http.ResponseWriter, r *http.Request) (reply, bool) {
	if ap.faults.take(Slow) {
		t := time.NewTimer(slowness)
		defer t.Stop()
		select {
		case <-r.Context().Done():
		case <-t.C:
		}
	}
	switch {
	case ap.faults.take(Reset):
		return reply{status: statusLost}, true
	case ap.faults.take(Down):
		body := []byte(`{"message":"failure to get a peer from the ring-balancer"}`)
		return reply{status: http.StatusServiceUnavailable, body: body}, true
	case ap.faults.take(HTML):
		return maintenance(), true
	case ap.faults.take(Empty):
		return reply{status: http.StatusOK}, true
	case ap.faults.take(Forbidden):
		return plain(http.StatusForbidden, "Forbidden", "You do not have permission to access this resource."), true
	case ap.faults.take(Redirect):
		w.Header().Set("Location", "https://elsewhere.invalid"+r.URL.Path)
		return reply{status: http.StatusTemporaryRedirect, body: []byte("{}")}, true
	case ap.faults.take(TooMany):
		return tooMany(), true
	case ap.faults.take(TooManyWait):
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
func (ap *api) endpointFault(name string, answer func() reply) reply {
	down := Fault("")
	switch name {
	case "getPayInTransactions":
		down = PayInsDown
	case "getMyUnusedLinks", "getMyUsedLinks":
		down = ListDown
	}
	if down != "" && ap.faults.take(down) {
		return internalError()
	}
	out := answer()
	if ap.faults.take(OddEnvelope) {
		out.body = oddEnvelope(out.body)
	}
	if ap.faults.take(Huge) {
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
func (ap *api) createFault(k *link) (f Fault, out reply, stop bool) {
	switch {
	case ap.faults.strikes(CreateReset, k):
		return CreateReset, reply{status: statusLost}, true
	case ap.faults.strikes(CreateRefuse, k):
		return CreateRefuse, ap.dialect.refusal(msgRefusedByOrder), true
	case ap.faults.strikes(Create500Unmade, k):
		return Create500Unmade, internalError(), true
	case ap.faults.strikes(CreateHTML, k):
		return CreateHTML, maintenance(), true
	case ap.faults.strikes(CreatePhantom, k):
		return CreatePhantom, ap.phantom(k), true
	case ap.faults.strikes(CreateLate, k):
		ap.addLater(k)
		return CreateLate, reply{status: statusLost}, true
	}
	if ap.faults.strikes(CreateWrongNote, k) {
		k.Note = ""
	}
	if ap.faults.strikes(CreateWrongFlags, k) {
		ap.forgetFlags(k)
	}
	return "", reply{}, false
}

// addLater makes the link, but lets it come into being only after a while (fault create-late).
func (ap *api) addLater(k *link) {
	err := ap.keeper.change(func(l *ledger) ([]entry, error) {
		k.ID = max(l.lastID+1, ap.keeper.firstID)
		k.Created = ap.keeper.nowLocked().Add(lateness)
		k.Changed = k.Created
		return []entry{{Link: k}}, nil
	})
	if err != nil {
		ap.log.Error("link", "err", err)
	}
}

// phantom is a good answer about a link that does not exist.
func (ap *api) phantom(k *link) reply {
	ap.keeper.read(func(l *ledger) { k.ID, k.Created = max(l.lastID+1, ap.keeper.firstID)+1_000_000, ap.keeper.nowLocked() })
	return success(ap.dialect.createdAnswer(k), "", msgCreated)
}

// forgetFlags makes the link as if the flags of the order had been misspelt: they are ignored.
func (ap *api) forgetFlags(k *link) {
	var a *Account
	ap.keeper.read(func(l *ledger) { a = l.byUser[k.User] })
	k.Bank, k.Cancellable = true, true
	orderAddresses(k, a, value{})
}

// createdReply is the answer to a link that was made, or what a fault makes of it.
func (ap *api) createdReply(k *link) reply {
	if ap.faults.strikes(CreatePaid, k) {
		if err := ap.bank.pay(k.ID); err != nil {
			ap.log.Error("pay at once", "link", k.ID, "err", err)
		}
		ap.postman.deliverLink(k.ID)
	}
	shown := *k
	if ap.faults.strikes(CreateWrongAmount, k) {
		shown.Amount += wrongPlus
		shown.Echo = fmt.Sprint(short(shown.Amount))
	}
	out := success(ap.dialect.createdAnswer(&shown), "", msgCreated)
	if ap.faults.strikes(CreateWrongURL, k) {
		out = ap.misdirect(k)
	}
	switch {
	case ap.faults.strikes(CreateLost, k):
		out.status = statusLost
	case ap.faults.strikes(CreateHang, k):
		out.status = statusHang
	case ap.faults.strikes(Create500Made, k):
		out = internalError()
	case ap.faults.strikes(CreateCut, k):
		out.cut = true
	}
	return out
}

// misdirect is the answer whose pay link leads to another host and another id.
func (ap *api) misdirect(k *link) reply {
	other := strings.ReplaceAll(ap.dialect.createdAnswer(k), ap.dialect.address.payLink(k.ID), "https://elsewhere.invalid/payment?link_id=MQ==")
	return success(other, "", msgCreated)
}
