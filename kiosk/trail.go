package kiosk

import (
	"encoding/json"
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

// Event writes a trace into an entry of a stream.
func (t Trace) Event(by Actor, stream, kind, subject string, at int64) Event {
	t.From = by.From
	data, err := json.Marshal(t)
	if err != nil {
		data = nil // the fields are texts, numbers and lists of them: there is no error
	}
	return Event{Stream: stream, Kind: kind, Subject: subject, Actor: by.Staff, At: at, Data: string(data)}
}

// After is the trace of something new with one field worth knowing.
func After(field, is string) Trace { return Trace{After: map[string]any{field: is}} }

// OfficeChange is what an office decision has to say for the trail.
type OfficeChange struct {
	Kind, Subject string
	Before, After map[string]any
}
