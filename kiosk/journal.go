package kiosk

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// OfficeStream is the stream of events that belong to no register: stalls, staff, devices.
const OfficeStream = "office"

// Event is one entry of the journal: append-only, numbered without gaps within its stream (a
// register, or the office), each bound to the one before by its hash.
type Event struct {
	Stream  string
	Seq     int64 // 1 for the first of its stream
	Kind    string
	Subject string // ID of the sale, shift, device or person it is about
	State   State  // of the sale afterwards, "" if it is about something else
	Amount  Money
	Actor   string
	At      int64  // Unix milliseconds
	Data    string // what else is worth knowing, in words for the trail
	Posted  string `json:"Booked"` // the change of figures it brought, as [Figures.String] writes it; "" none
	Prev    string // hash of the event before, "" for the first
	Hash    string
}

// Seal numbers the event behind (seq, prev) and computes its hash over every other field.
func (e *Event) Seal(seq int64, prev string) {
	e.Seq, e.Prev = seq, prev
	e.Hash = e.digest()
}

// Sealed tells whether the event is what its own hash was computed over.
func (e *Event) Sealed() bool { return e.Hash == e.digest() }

// digest hashes the fields in order, each with its length before it, so that no two different
// events can have the same bytes.
func (e *Event) digest() string {
	h := sha256.New()
	var size [8]byte
	text := func(v string) {
		binary.BigEndian.PutUint64(size[:], uint64(len(v)))
		h.Write(size[:])
		h.Write([]byte(v))
	}
	number := func(v int64) {
		binary.BigEndian.PutUint64(size[:], uint64(v))
		h.Write(size[:])
	}
	text(e.Prev)
	text(e.Stream)
	number(e.Seq)
	text(e.Kind)
	text(e.Subject)
	text(string(e.State))
	number(int64(e.Amount))
	text(e.Actor)
	number(e.At)
	text(e.Data)
	if e.Posted != "" {
		text(e.Posted)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Chain walks the events of one stream in order and tells where the chain breaks.
type Chain struct {
	seq  int64
	prev string
}

// Break says which event does not fit and why.
type Break struct {
	Stream string
	Seq    int64
	Why    string // "gap", "altered", "unlinked" or "figures": sums that the events do not make
}

// Next checks the next event; nil means that it fits.
func (c *Chain) Next(e Event) *Break {
	switch {
	case e.Seq != c.seq+1:
		return &Break{e.Stream, c.seq + 1, "gap"}
	case e.Prev != c.prev:
		return &Break{e.Stream, e.Seq, "unlinked"}
	case e.Hash != e.digest():
		return &Break{e.Stream, e.Seq, "altered"}
	}
	c.seq, c.prev = e.Seq, e.Hash
	return nil
}

// EventOf is the entry of the journal for a step and what came of it.
func EventOf(s *Sale, step Step, out Outcome) Event {
	amount := step.Amount
	switch {
	case step.Kind == StepRow || step.Kind == StepPayout:
		amount = step.Row.Amount
	case amount == 0:
		amount = s.Total()
	}
	e := Event{
		Stream: s.Register, Kind: "sale." + string(step.Kind), Subject: s.ID, State: out.To,
		Amount: amount, Actor: step.Actor, At: step.At, Data: step.Reason,
	}
	if out.Posting != nil {
		e.Posted = out.Posting.Figures.String()
	}
	return e
}
