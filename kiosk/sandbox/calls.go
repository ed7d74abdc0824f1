package sandbox

import (
	"bytes"
	"net/http"
	"slices"
	"time"
)

// Call is one API call as the gateway saw it.
type Call struct {
	Endpoint string        `json:"endpoint"`
	Account  string        `json:"account,omitempty"` // name; empty if the key was missing or unknown
	At       time.Time     `json:"at"`
	Status   int           `json:"status"` // 0: the answer was lost on purpose
	Code     int           `json:"code"`   // ResponseCode: 1, 0, or -1 where the answer has none
	Took     time.Duration `json:"took"`
}

// keptCalls is how many calls are remembered; the counters go on.
const keptCalls = 2000

type callLog struct {
	last   []Call
	counts map[string]int
}

func (s *Server) record(c Call) {
	if c.Status < 0 {
		c.Status = 0
	}
	s.small.Lock()
	defer s.small.Unlock()
	if s.calls.counts == nil {
		s.calls.counts = map[string]int{}
	}
	s.calls.counts[c.Endpoint]++
	if len(s.calls.last) >= keptCalls {
		s.calls.last = slices.Delete(s.calls.last, 0, keptCalls/2)
	}
	s.calls.last = append(s.calls.last, c)
}

// Calls returns the last API calls, oldest first.
func (s *Server) Calls() []Call {
	s.small.Lock()
	defer s.small.Unlock()
	return slices.Clone(s.calls.last)
}

// Counts returns how often each endpoint was called since the start.
func (s *Server) Counts() map[string]int {
	s.small.Lock()
	defer s.small.Unlock()
	counts := make(map[string]int, len(s.calls.counts))
	for name, n := range s.calls.counts {
		counts[name] = n
	}
	return counts
}

func responseCode(body []byte) int {
	switch {
	case bytes.Contains(body, []byte(`"ResponseCode":1,`)):
		return 1
	case bytes.Contains(body, []byte(`"ResponseCode":0,`)):
		return 0
	}
	return -1
}

// window counts the calls of one account in one minute, of which sixty are free.
type window struct {
	began time.Time
	calls int
}

// defaultLimit is what the vendor allows a minute.
const defaultLimit = 60

// allow counts a call and tells whether the account may make it. The window begins with a call
// and ends a minute later; refused calls are not counted.
func (s *Server) allow(user string) bool {
	limit := s.cfg.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	if limit < 0 {
		return true
	}
	now := s.Now()
	s.small.Lock()
	defer s.small.Unlock()
	w := s.windows[user]
	if w == nil || now.Sub(w.began) >= time.Minute || now.Before(w.began) {
		w = &window{began: now}
		s.windows[user] = w
	}
	if w.calls >= limit {
		return false
	}
	w.calls++
	return true
}

// tooMany is what Kong itself answers, a third shape of error: the vendor's pages name the status alone.
func tooMany() reply {
	return reply{
		status: http.StatusTooManyRequests,
		body:   []byte(`{"message":"API rate limit exceeded"}`),
	}
}
