package sandbox

import (
	"bytes"
	"slices"
	"sync"
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

// callLog remembers the calls of the API. It is no part of the book.
type callLog struct {
	mu          sync.Mutex // guards the two below
	last        []Call
	perEndpoint map[string]int
}

func (l *callLog) record(c Call) {
	if c.Status < 0 {
		c.Status = 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.perEndpoint[c.Endpoint]++
	if len(l.last) >= keptCalls {
		l.last = slices.Delete(l.last, 0, keptCalls/2)
	}
	l.last = append(l.last, c)
}

func (l *callLog) list() []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.last)
}

func (l *callLog) counts() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := make(map[string]int, len(l.perEndpoint))
	for name, n := range l.perEndpoint {
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
