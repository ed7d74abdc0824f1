package kiosk

import (
	"context"
	"encoding/json"
	"reflect"
)

// Trace is what an entry of the office's journal says besides who, when and what about: from
// where, and the fields that changed, before and after. It is Event.Data as JSON. Names of people
// are never part of it: whoever is removed must not live on in a journal that forgets nothing.
type Trace struct {
	From   string         `json:"from,omitempty"`
	Before map[string]any `json:"before,omitempty"`
	After  map[string]any `json:"after,omitempty"`
}

// ReadTrace reads Event.Data; data of another form gives an empty Trace.
func ReadTrace(data string) Trace {
	var t Trace
	if json.Unmarshal([]byte(data), &t) != nil {
		return Trace{}
	}
	return t
}

// trail is the entry of a change from before to after, of which only the fields that differ are
// kept. Either may be nil.
func trail(by Clerk, kind, subject string, at int64, before, after map[string]any) Event {
	t := Trace{Before: map[string]any{}, After: map[string]any{}}
	for name, was := range before {
		if is, there := after[name]; !there || !reflect.DeepEqual(was, is) {
			t.Before[name] = was
		}
	}
	for name, is := range after {
		if was, there := before[name]; !there || !reflect.DeepEqual(was, is) {
			t.After[name] = is
		}
	}
	return t.event(by.Actor(), OfficeStream, kind, subject, at)
}

// event writes a trace into an entry of a stream.
func (t Trace) event(by Actor, stream, kind, subject string, at int64) Event {
	t.From = by.From
	data, err := json.Marshal(t)
	if err != nil {
		data = nil // the fields are texts, numbers and lists of them: there is no error
	}
	return Event{Stream: stream, Kind: kind, Subject: subject, Actor: by.Staff, At: at, Data: string(data)}
}

// after is the trace of something new with one field worth knowing.
func after(field, is string) Trace { return Trace{After: map[string]any{field: is}} }

// changed is what an office decision has to say for the trail.
type changed struct {
	kind, subject string
	before, after map[string]any
}

// officeBy runs a decision of a clerk on the office's stream and writes down what it changed. A
// decision that changes nothing leaves no entry.
func (s *Shop) officeBy(ctx context.Context, by Clerk, decide func(Tx) (changed, error)) error {
	return s.change(ctx, OfficeStream, func(tx Tx) error {
		c, err := decide(tx)
		if err != nil || c.kind == "" || (c.before != nil && c.after != nil && reflect.DeepEqual(c.before, c.after)) {
			return err
		}
		return tx.Append(trail(by, c.kind, c.subject, s.now(), c.before, c.after))
	})
}
